/**
 * What changed since an earlier dump: a verdict if there is evidence, what grew, what shrank, and which goroutines are
 * stuck.
 */
import { count, duration, grouped } from '../../src/base/format';
import type { ProblemData } from '../../src/base/problem';
import type { GoroutineDump, StackFrame } from '../../src/profile/types';
import type { Compared, GrownStack, Growth, Stuck } from '../../src/protocol/goroutines';
import { h } from '../shared/dom';
import { shortName, signed, summaryOf } from './model';
import { lasted, perMinute, stuckText, verdictWords } from './growthwords';

/** How many rows a table shows; the rest is only counted. */
const SHOWN = 50;

export interface GrowthEvents {
  open(frame: StackFrame): void;
  /** Shows the groups of a stack in the table of groups. */
  show(groups: readonly number[]): void;
  captureAgain(): void;
}

export class GrowthView {
  readonly element = h('div', { class: 'growth scroll', tabindex: -1 });

  constructor(private readonly events: GrowthEvents) {}

  /** `again`: the same process can be captured again. */
  show(compared: Compared | undefined, dump: GoroutineDump, ownModules: readonly string[], again: boolean): void {
    const growth = compared?.growth;
    if (!growth) {
      const how = again
        ? [
            h(
              'button',
              {
                class: 'link',
                click: () => {
                  this.events.captureAgain();
                },
              },
              'Capture again',
            ),
            ' in a few minutes and it is compared with this one, or choose an earlier dump above.',
          ]
        : ['Choose an earlier dump of the same process above.'];
      this.element.replaceChildren(
        h(
          'p',
          { class: 'note' },
          compared ? 'There is no earlier dump to compare with. ' : 'Looking for an earlier dump…',
          ...(compared ? how : []),
        ),
      );
      return;
    }
    const grew = growth.stacks.filter((s) => s.change > 0);
    const shrank = growth.stacks.filter((s) => s.change < 0).reverse();
    const stacks = (title: string, list: readonly GrownStack[], none: string): HTMLElement[] => [
      h('h2', {}, title),
      list.length === 0
        ? h('p', { class: 'dim note' }, none)
        : this.#table(title, list, growth, compared.labels, ownModules),
    ];
    this.element.replaceChildren(
      ...this.#verdict(growth),
      ...growth.notes.map((n) => h('p', { class: 'warn note' }, n)),
      ...stacks('Grew', grew, `No stack has more goroutines than at ${compared.labels[0] ?? ''}.`),
      ...(shrank.length === 0 ? [] : stacks('Shrank', shrank, '')),
      h('h2', {}, 'In the same place each time'),
      growth.stuck.length === 0
        ? h('p', { class: 'dim note' }, stuckNone(dump))
        : this.#stuck(growth.stuck, growth, dump, ownModules),
    );
  }

  fail({ message, next }: ProblemData): void {
    this.element.replaceChildren(h('p', { class: 'note', role: 'alert' }, [message, next ?? ''].join(' ')));
  }

  #verdict(growth: Growth): HTMLElement[] {
    const words = verdictWords(growth);
    const stack = growth.verdict && growth.stacks[growth.verdict.stack];
    if (!words || !stack) return [];
    const { createdBy } = stack;
    return [
      h(
        'p',
        { class: 'verdict', role: 'status' },
        h('b', { class: 'num' }, words.claim),
        ` ${words.evidence} `,
        ...(stack.groups.length === 0
          ? []
          : [
              h(
                'button',
                {
                  class: 'link',
                  click: () => {
                    this.events.show(stack.groups);
                  },
                },
                'Show them',
              ),
            ]),
        ...(createdBy && createdBy.file !== ''
          ? [
              h(
                'button',
                {
                  class: 'link',
                  title: `${createdBy.file}:${createdBy.line}`,
                  click: () => {
                    this.events.open(createdBy);
                  },
                },
                'Open where they are started',
              ),
            ]
          : []),
      ),
    ];
  }

  #table(
    title: string,
    list: readonly GrownStack[],
    growth: Growth,
    labels: readonly string[],
    ownModules: readonly string[],
  ): HTMLElement {
    const head: readonly (readonly [label: string, className: string])[] = [
      ['Change', 'shift'],
      ...(growth.minutes === undefined ? [] : [['Per minute', 'counted'] as const]),
      ...(labels.length > 3 ? [labels[0] ?? '', 'between', labels.at(-1) ?? ''] : labels).map(
        (l) => [l, 'counted'] as const,
      ),
      ['State', 'how'],
      ['Stack, leaf first', 'stack'],
    ];
    const leak = growth.verdict && growth.stacks[growth.verdict.stack];
    const most = Math.max(1, ...growth.stacks.map((s) => Math.abs(s.change)));
    const rows = list.slice(0, SHOWN).map((s) => {
      const bar = h('span', {
        class: `meter${s.change < 0 ? ' fewer' : s === leak ? ' leak' : ''}`,
        'aria-hidden': 'true',
      });
      bar.style.width = `${Math.max(3, (60 * Math.abs(s.change)) / most)}px`;
      const counts =
        s.counts.length > 3
          ? [
              grouped(s.counts[0] ?? 0),
              h(
                'span',
                { title: labels.map((l, i) => `${l}: ${grouped(s.counts[i] ?? 0)}`).join('\n') },
                s.counts.slice(1, -1).map(grouped).join(' '),
              ),
              grouped(s.counts.at(-1) ?? 0),
            ]
          : s.counts.map(grouped);
      return h(
        'tr',
        {},
        h('td', { class: 'num' }, bar, signed(s.change)),
        ...(growth.minutes === undefined ? [] : [h('td', { class: 'num' }, perMinute(s.change, growth.minutes))]),
        ...counts.map((c) => h('td', { class: 'num' }, c)),
        h('td', {}, s.state || '–'),
        h(
          'td',
          { class: 'mono stack' },
          this.#names(s.stack, ownModules),
          ...this.#creator(s.createdBy),
          ...(s.groups.length === 0
            ? []
            : [
                ' ',
                h(
                  'button',
                  {
                    class: 'link show',
                    'aria-label': `Show ${shortName(s.stack[0]?.name ?? '')} in groups`,
                    click: () => {
                      this.events.show(s.groups);
                    },
                  },
                  'Show',
                ),
              ]),
        ),
      );
    });
    const rest = list.length - rows.length;
    return h(
      'div',
      {},
      h(
        'table',
        { 'aria-label': title, class: 'plain' },
        h('thead', {}, h('tr', {}, ...head.map(([t, className]) => h('th', { scope: 'col', class: className }, t)))),
        h('tbody', {}, ...rows),
      ),
      ...(rest > 0
        ? [
            h(
              'p',
              { class: 'dim note' },
              `${count(rest, 'more stack')}, ${signed(list.slice(SHOWN).reduce((n, s) => n + s.change, 0))} together.`,
            ),
          ]
        : []),
    );
  }

  #names(stack: readonly StackFrame[], ownModules: readonly string[]): HTMLElement {
    return h(
      'span',
      {},
      ...summaryOf(stack, ownModules).flatMap((f, i) => [
        ...(i > 0 ? [h('span', { class: 'dim' }, ' ← ')] : []),
        f.file === ''
          ? h('span', { title: f.name }, shortName(f.name))
          : h(
              'button',
              {
                class: 'link',
                title: `${f.name}\nOpen ${f.file}:${f.line}`,
                click: () => {
                  this.events.open(f);
                },
              },
              shortName(f.name),
            ),
      ]),
    );
  }

  #creator(f: StackFrame | undefined): (HTMLElement | string)[] {
    if (!f) return [];
    return [
      h('span', { class: 'dim' }, ' · created by '),
      f.file === ''
        ? f.name
        : h(
            'button',
            {
              class: 'link',
              title: `${f.name}\nOpen ${f.file}:${f.line}`,
              click: () => {
                this.events.open(f);
              },
            },
            shortName(f.name),
          ),
    ];
  }

  #stuck(list: readonly Stuck[], growth: Growth, dump: GoroutineDump, ownModules: readonly string[]): HTMLElement {
    const rows = list.slice(0, SHOWN).flatMap((s) => {
      const group = dump.groups[s.group];
      if (!group) return [];
      return [
        h(
          'tr',
          {},
          h('td', {}, stuckText(s, dump)),
          h('td', { class: 'num' }, lasted(s, group, growth)),
          h('td', {}, group.state || '–'),
          h(
            'td',
            { class: 'mono stack' },
            this.#names(group.stack, ownModules),
            ' ',
            h(
              'button',
              {
                class: 'link show',
                'aria-label': `Show ${stuckText(s, dump)} in groups`,
                click: () => {
                  this.events.show([s.group]);
                },
              },
              'Show',
            ),
          ),
        ),
      ];
    });
    return h(
      'table',
      { 'aria-label': 'In the same place each time', class: 'plain' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...(
            [
              ['Who', 'who'],
              ['How long', 'who'],
              ['State', 'how'],
              ['Stack, leaf first', 'stack'],
            ] as const
          ).map(([t, className]) => h('th', { scope: 'col', class: className }, t)),
        ),
      ),
      h('tbody', {}, ...rows),
    );
  }
}

function stuckNone(dump: GoroutineDump): string {
  return dump.groups.some((g) => g.ids.length > 0)
    ? 'No worker, and nobody who waits for a lock or sends to a channel, was found in the same place each time.'
    : 'This form of dump does not tell goroutines apart: capture goroutines with debug=2.';
}

/** "+126 since 14:30", for the facts. */
export function since({ growth, labels }: Compared): string {
  if (!growth) return '';
  const change = (growth.totals.at(-1) ?? 0) - (growth.totals[0] ?? 0);
  return change === 0
    ? `as many as at ${labels[0] ?? ''}`
    : `${signed(change)} since ` +
        `${labels[0] ?? ''}${growth.minutes === undefined ? '' : ` (${duration(growth.minutes * 60e9)})`}`;
}
