/** The list of families: one row each, which opens to its labels and values. Arrow keys move as in a tree. */
import type { ExploredFamily } from '../../src/protocol/metrics';
import { count, grouped } from '../../src/base/format';
import { h } from '../shared/dom';
import { quoted } from './promql';
import { shown } from './units';

export interface FamiliesEvents {
  chart(f: ExploredFamily, matcher: string): void;
}

/** How many rows are made at once; a button makes more. */
const STEP = 300;

/** Families that have all words in their name, help, type or labels, in the given order. */
export function filterFamilies(families: readonly ExploredFamily[], text: string): ExploredFamily[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  if (words.length === 0) return [...families];
  return families.filter((f) => {
    const all = [
      f.name,
      f.help,
      f.type,
      f.unit,
      ...Object.entries(f.labels).flatMap(([k, vs]) => [k, ...vs.map((v) => `${k}=${v}`)]),
    ]
      .join('\n')
      .toLowerCase();
    return words.every((w) => all.includes(w));
  });
}

export class Families {
  readonly element: HTMLElement;
  readonly #body = h('tbody', {});
  readonly #more = h('button', {
    class: 'link more',
    type: 'button',
    hidden: true,
    click: () => {
      this.#grow();
    },
  });
  readonly #open = new Set<string>();
  #rows: readonly ExploredFamily[] = [];
  #made = 0;

  constructor(private readonly events: FamiliesEvents) {
    const head = (text: string, cls: string): HTMLElement => h('th', { scope: 'col', class: cls }, text);
    this.element = h(
      'div',
      { class: 'scroll families' },
      h(
        'table',
        {
          role: 'treegrid',
          'aria-label': 'Metric families',
          keydown: (e: KeyboardEvent) => {
            this.#key(e);
          },
        },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            head('Name', 'fname'),
            head('Type', 'ftype'),
            head('Unit', 'funit'),
            head('Series', 'fseries'),
            head('What it is', 'fhelp'),
          ),
        ),
        this.#body,
      ),
      this.#more,
    );
  }

  show(families: readonly ExploredFamily[]): void {
    this.#rows = families;
    this.#made = 0;
    this.#body.replaceChildren();
    this.#grow();
    this.element.scrollTop = 0;
  }

  focusFirst(): void {
    this.#body.querySelector<HTMLElement>('tr.family')?.focus();
  }

  #grow(): void {
    const rows = this.#rows.slice(this.#made, this.#made + STEP);
    rows.forEach((f, i) => {
      this.#body.append(this.#row(f, this.#made + i));
      if (this.#open.has(f.name)) this.#body.append(this.#detail(f));
    });
    this.#made += rows.length;
    const left = this.#rows.length - this.#made;
    this.#more.hidden = left <= 0;
    this.#more.textContent = `Show ${grouped(Math.min(left, STEP))} more of ${grouped(left)}`;
  }

  #row(f: ExploredFamily, i: number): HTMLElement {
    const open = this.#open.has(f.name);
    return h(
      'tr',
      {
        class: 'family',
        tabindex: i === 0 ? 0 : -1,
        'aria-level': 1,
        'aria-expanded': String(open),
        'data-name': f.name,
        click: () => {
          this.#toggle(f.name);
        },
      },
      h(
        'td',
        { class: 'fname mono' },
        h('span', { class: `codicon codicon-chevron-${open ? 'down' : 'right'} twistie`, 'aria-hidden': 'true' }),
        f.name,
      ),
      h('td', { class: 'ftype' }, f.type),
      h('td', { class: 'funit dim' }, f.unit),
      h('td', { class: 'fseries num' }, grouped(f.series)),
      h('td', { class: 'fhelp dim', title: f.help }, f.help),
    );
  }

  #detail(f: ExploredFamily): HTMLElement {
    const labels = Object.entries(f.labels);
    const chart = (text: string, title: string, matcher: string): HTMLElement =>
      h(
        'button',
        {
          class: matcher === '' ? 'link' : 'value mono',
          type: 'button',
          title,
          click: (e: Event) => {
            e.stopPropagation();
            this.events.chart(f, matcher);
          },
        },
        text,
      );
    return h(
      'tr',
      { class: 'detail' },
      h(
        'td',
        { colspan: 5 },
        h('p', {}, f.help === '' ? 'The process tells nothing about it.' : f.help),
        h('p', {}, chart('Chart it', 'Put a first query for it into the box and run it (Enter)', '')),
        labels.length === 0
          ? undefined
          : h(
              'dl',
              {},
              ...labels.flatMap(([name, values]) => [
                h('dt', { class: 'mono' }, name),
                h(
                  'dd',
                  {},
                  ...values.map((v) =>
                    chart(v === '' ? '""' : v, `Chart only ${name}="${v}"`, `${name}="${quoted(v)}"`),
                  ),
                  values.length === 20 ? h('span', { class: 'dim' }, ' the first 20') : undefined,
                ),
              ]),
            ),
        f.sample.length === 0
          ? undefined
          : h(
              'details',
              {},
              h(
                'summary',
                {},
                f.sample.length < f.series
                  ? `${f.sample.length} of ${count(f.series, 'series', 'series')}, last values`
                  : `${count(f.series, 'series', 'series')}, last values`,
              ),
              h(
                'table',
                { class: 'sample' },
                h(
                  'tbody',
                  {},
                  ...f.sample.map((s) =>
                    h(
                      'tr',
                      {},
                      h('td', { class: 'num' }, shown(s.value, 'none')),
                      h(
                        'td',
                        { class: 'mono' },
                        Object.entries(s.labels)
                          .filter(([k]) => k !== '__name__')
                          .map(([k, v]) => `${k}="${v}"`)
                          .join(', ') || 'no labels',
                      ),
                    ),
                  ),
                ),
              ),
            ),
      ),
    );
  }

  #toggle(name: string, open = !this.#open.has(name)): void {
    const row = [...this.#body.querySelectorAll<HTMLElement>('tr.family')].find((r) => r.dataset['name'] === name);
    const family = this.#rows.find((f) => f.name === name);
    if (!row || !family || open === this.#open.has(name)) return;
    if (open) {
      this.#open.add(name);
      row.after(this.#detail(family));
    } else {
      this.#open.delete(name);
      row.nextElementSibling?.remove();
    }
    row.setAttribute('aria-expanded', String(open));
    row
      .querySelector('.twistie')
      ?.classList.replace(`codicon-chevron-${open ? 'right' : 'down'}`, `codicon-chevron-${open ? 'down' : 'right'}`);
  }

  #key(e: KeyboardEvent): void {
    const row = (e.target as HTMLElement).closest<HTMLElement>('tr.family');
    if (!row || e.target !== row) {
      // From inside an opened family, goes back to its row.
      const owner = (e.target as HTMLElement).closest('tr.detail')?.previousElementSibling;
      if (owner instanceof HTMLElement && (e.key === 'ArrowLeft' || e.key === 'Escape')) {
        owner.focus();
        e.preventDefault();
        e.stopPropagation();
      }
      return;
    }
    const name = row.dataset['name'] ?? '';
    const go = (to: HTMLElement | null | undefined): void => {
      if (to) {
        row.tabIndex = -1;
        to.tabIndex = 0;
        to.focus();
      }
    };
    const rows = [...this.#body.querySelectorAll<HTMLElement>('tr.family')];
    const at = rows.indexOf(row);
    switch (e.key) {
      case 'ArrowDown':
        if (at === rows.length - 1 && !this.#more.hidden) this.#more.focus();
        else go(rows[at + 1]);
        break;
      case 'ArrowUp':
        go(rows[at - 1]);
        break;
      case 'Home':
        go(rows[0]);
        break;
      case 'End':
        go(rows[rows.length - 1]);
        break;
      case 'ArrowRight':
        if (this.#open.has(name)) row.nextElementSibling?.querySelector<HTMLElement>('button')?.focus();
        else this.#toggle(name, true);
        break;
      case 'ArrowLeft':
        this.#toggle(name, false);
        break;
      case ' ':
        this.#toggle(name);
        break;
      case 'Enter': {
        const f = this.#rows.find((x) => x.name === name);
        if (f) this.events.chart(f, '');
        break;
      }
      default:
        return;
    }
    e.preventDefault();
    e.stopPropagation();
  }
}
