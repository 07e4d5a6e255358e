/**
 * The table of groups: an ARIA tree grid with roving focus. A row opens to its whole stack; the elements of rows and
 * long stacks are made as they come into view, so 10,000 groups or a stack of 10,000 frames open as fast as ten.
 */
import type { StackFrame } from '../../src/profile/types';
import { grouped } from '../../src/base/format';
import { debounce, h } from '../shared/dom';
import { shortName, signed, waited, type Row, type Sort, type SortKey } from './model';

/** How many are made at once: more than any screen shows, few enough to take only a few ms. */
const CHUNK = 200;

export interface TableEvents {
  sort(key: SortKey): void;
  open(frame: StackFrame): void;
  /** The open rows, the focused row, or the scroll position have changed. */
  changed(): void;
}

/** The user's place in the table; `row` is a row's index in the dump, undefined when there is none. */
export interface Place {
  readonly row: number | undefined;
  readonly scroll: number;
}

const COLUMNS: readonly { readonly key: SortKey; readonly label: string; readonly className: string }[] = [
  { key: 'count', label: 'Count', className: 'count' },
  { key: 'change', label: 'Change', className: 'change' },
  { key: 'state', label: 'State', className: 'state' },
  { key: 'stack', label: 'Stack, leaf first', className: 'stack' },
  { key: 'longest', label: 'Longest wait', className: 'longest' },
];

export class GroupTable {
  readonly element: HTMLElement;
  readonly expanded = new Set<number>();
  #focused = 0;
  #rows: readonly Row[] = [];
  #max = 1;
  #changes: readonly number[] | undefined;
  #leak: readonly number[] = [];
  #made = 0;
  readonly #body = h('tbody', {});
  readonly #head = h('tr', { role: 'row' });
  readonly #more = new IntersectionObserver((entries) => {
    if (entries.some((e) => e.isIntersecting)) this.#makeMore();
  });
  readonly #sentinel = h('div', { class: 'sentinel' });

  constructor(private readonly events: TableEvents) {
    const table = h(
      'table',
      {
        role: 'treegrid',
        'aria-label': 'Goroutines by stack',
        keydown: (e: KeyboardEvent) => {
          this.#onKey(e);
        },
      },
      h('thead', {}, this.#head),
      this.#body,
    );
    this.element = h('div', { class: 'scroll' }, table, this.#sentinel);
    this.#more.observe(this.#sentinel);
    this.element.addEventListener(
      'scroll',
      debounce(200, () => {
        this.events.changed();
      }),
    );
  }

  /**
   * `changes`: by how much each group has grown since an earlier dump; without them there is no such column. `leak`:
   * the groups with a leak.
   */
  show(rows: readonly Row[], sort: Sort, max: number, changes?: readonly number[], leak: readonly number[] = []): void {
    this.#rows = rows;
    this.#max = Math.max(1, max);
    this.#changes = changes;
    this.#leak = leak;
    this.#head.replaceChildren(
      ...this.#columns.map(({ key, label, className }) => {
        const on = key === sort.key;
        const button = h(
          'button',
          {
            class: 'sort',
            title: `Sort by ${label.toLowerCase()}`,
            click: () => {
              this.events.sort(key);
            },
          },
          label,
          ...(on
            ? [
                h('span', {
                  class: `codicon codicon-chevron-${sort.descending ? 'down' : 'up'}`,
                  'aria-hidden': 'true',
                }),
              ]
            : []),
        );
        return h(
          'th',
          {
            role: 'columnheader',
            class: className,
            'aria-sort': on ? (sort.descending ? 'descending' : 'ascending') : 'none',
            scope: 'col',
          },
          button,
        );
      }),
    );
    this.#body.replaceChildren();
    this.#made = 0;
    this.#focused = 0;
    this.#makeMore();
    this.element.scrollTop = 0;
  }

  get #columns(): typeof COLUMNS {
    return this.#changes ? COLUMNS : COLUMNS.filter((c) => c.key !== 'change');
  }

  get place(): Place {
    return { row: this.#rows[this.#focused]?.index, scroll: this.element.scrollTop };
  }

  /** Restores a place, as far as it still exists, without taking the focus. Call it when the table is on the page. */
  restore({ row, scroll }: Place): void {
    const at = row === undefined ? -1 : this.#rows.findIndex((r) => r.index === row);
    if (at >= 0) this.#mark(at);
    while (this.#made < this.#rows.length && this.element.scrollHeight < scroll + this.element.clientHeight)
      this.#makeMore();
    this.element.scrollTop = scroll;
    this.events.changed();
  }

  /** Focuses the current row without scrolling. */
  focusCurrent(): void {
    this.#groupRows()[this.#focused]?.focus({ preventScroll: true });
  }

  /** Makes the rows up to the one at index `at`, focuses it and scrolls to it. */
  focusRow(at: number): void {
    if (this.#rows.length === 0) return;
    const i = Math.max(0, Math.min(at, this.#rows.length - 1));
    const row = this.#mark(i);
    row?.focus();
    row?.scrollIntoView({ block: 'nearest' });
    this.events.changed();
  }

  /** Makes row `i` the table's one tab stop. */
  #mark(i: number): HTMLElement | undefined {
    while (this.#made <= i) this.#makeMore();
    const rows = this.#groupRows();
    rows[this.#focused]?.setAttribute('tabindex', '-1');
    this.#focused = i;
    rows[i]?.setAttribute('tabindex', '0');
    return rows[i];
  }

  #groupRows(): HTMLElement[] {
    return [...this.#body.querySelectorAll<HTMLElement>('tr.group')];
  }

  #makeMore(): void {
    const next = this.#rows.slice(this.#made, this.#made + CHUNK);
    for (const row of next) {
      this.#body.append(this.#groupRow(row, this.#made));
      if (this.expanded.has(row.index)) this.#body.append(this.#detailRow(row));
      this.#made++;
    }
    this.#sentinel.hidden = this.#made >= this.#rows.length;
  }

  #groupRow(row: Row, at: number): HTMLElement {
    const { group } = row;
    const change = this.#changes?.[row.index];
    const leaks = this.#leak.includes(row.index);
    const bar = h('span', {
      class: `meter${leaks ? ' leak' : row.waitsFor === undefined ? '' : ' waits'}`,
      'aria-hidden': 'true',
    });
    bar.style.width = `${Math.max(3, (90 * group.count) / this.#max)}px`;
    const open = this.expanded.has(row.index);
    const labels = Object.entries(group.labels);
    return h(
      'tr',
      {
        role: 'row',
        class: 'group',
        tabindex: at === this.#focused ? 0 : -1,
        'aria-expanded': String(open),
        'aria-level': 1,
        'data-index': row.index,
        'aria-rowindex': at + 2,
        click: (e: MouseEvent) => {
          if (!(e.target as HTMLElement).closest('button')) {
            this.focusRow(at);
            this.toggle(row);
          }
        },
      },
      h(
        'td',
        { role: 'gridcell', class: 'count num' },
        h('span', { class: `twistie codicon codicon-chevron-${open ? 'down' : 'right'}`, 'aria-hidden': 'true' }),
        bar,
        grouped(group.count),
      ),
      change === undefined
        ? undefined
        : h(
            'td',
            {
              role: 'gridcell',
              class: `change num${change > 0 ? ' more' : ''}`,
              ...(leaks && { title: 'A leak, see Growth' }),
            },
            signed(change),
          ),
      h('td', { role: 'gridcell', class: 'state' }, group.state || '–'),
      h(
        'td',
        { role: 'gridcell', class: 'stack mono' },
        ...row.summary.flatMap((f, i) => [
          ...(i ? [h('span', { class: 'dim' }, ' ← ')] : []),
          h('span', { title: f.name }, shortName(f.name)),
        ]),
        ...(row.waitsFor === undefined
          ? []
          : [
              h(
                'span',
                {
                  class: 'chip waits',
                  title: 'This goroutine waits until QPS and Burst of its client let the next request go',
                },
                row.waitsFor,
              ),
            ]),
        ...labels.map(([k, v]) => h('span', { class: 'chip', title: 'pprof label' }, `${k}=${v}`)),
      ),
      h('td', { role: 'gridcell', class: 'longest num' }, waited(group)),
    );
  }

  toggle(row: Row): void {
    const el = this.#body.querySelector<HTMLElement>(`tr.group[data-index="${row.index}"]`);
    if (!el) return;
    const open = !this.expanded.has(row.index);
    if (open) {
      this.expanded.add(row.index);
      const detail = this.#detailRow(row);
      el.after(detail);
      detail.scrollIntoView({ block: 'nearest' });
      el.scrollIntoView({ block: 'nearest' });
    } else {
      this.expanded.delete(row.index);
      el.nextElementSibling?.remove();
    }
    el.setAttribute('aria-expanded', String(open));
    const twistie = el.querySelector('.twistie');
    twistie?.classList.toggle('codicon-chevron-down', open);
    twistie?.classList.toggle('codicon-chevron-right', !open);
    this.events.changed();
  }

  #detailRow({ group, index }: Row): HTMLElement {
    const facts = [
      group.ids.length > 0
        ? `goroutine${group.count > 1 ? 's' : ''} ` +
          `${group.ids.slice(0, 8).join(', ')}${group.count > Math.min(8, group.ids.length) ? '…' : ''}`
        : '',
      group.lockedToThread > 0 ? `${grouped(group.lockedToThread)} locked to a thread` : '',
      group.elided ? 'the runtime left out frames in the middle' : '',
    ].filter((t) => t !== '');
    const list = h('ol', { class: 'frames mono' });
    this.#appendFrames(list, group.stack, 0, group.createdBy);
    return h(
      'tr',
      { role: 'row', class: 'detail', 'aria-level': 2, 'data-of': index },
      h(
        'td',
        { role: 'gridcell', colspan: this.#columns.length },
        ...(facts.length ? [h('div', { class: 'dim' }, facts.join(' · '))] : []),
        list,
      ),
    );
  }

  #appendFrames(
    list: HTMLElement,
    stack: readonly StackFrame[],
    from: number,
    createdBy: StackFrame | undefined,
  ): void {
    for (const f of stack.slice(from, from + CHUNK)) list.append(this.#frame(f, ''));
    const next = from + CHUNK;
    if (next < stack.length) {
      const more = h(
        'li',
        {},
        h(
          'button',
          {
            class: 'link',
            click: () => {
              more.remove();
              this.#appendFrames(list, stack, next, createdBy);
            },
          },
          `Show ${grouped(Math.min(CHUNK, stack.length - next))} more of ${grouped(stack.length - next)} frames`,
        ),
      );
      list.append(more);
    } else if (createdBy) list.append(this.#frame(createdBy, 'created by '));
  }

  #frame(f: StackFrame, prefix: string): HTMLElement {
    const place = f.file === '' ? '' : `${f.file}:${f.line}`;
    return h(
      'li',
      {},
      ...(prefix ? [h('span', { class: 'dim' }, prefix)] : []),
      place === ''
        ? f.name
        : h(
            'button',
            {
              class: 'link',
              title: `Open ${place}`,
              click: () => {
                this.events.open(f);
              },
            },
            f.name,
          ),
      h('span', { class: 'dim place' }, ` ${place.split('/').slice(-2).join('/')}`),
    );
  }

  #onKey(e: KeyboardEvent): void {
    const target = e.target as HTMLElement;
    const detail = target.closest('tr.detail');
    if (detail && e.key === 'ArrowLeft') {
      (detail.previousElementSibling as HTMLElement | null)?.focus();
      e.preventDefault();
      return;
    }
    if (detail && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      const frames = [...detail.querySelectorAll<HTMLElement>('button')];
      frames[frames.indexOf(target) + (e.key === 'ArrowDown' ? 1 : -1)]?.focus();
      e.preventDefault();
      return;
    }
    if (!target.classList.contains('group')) return;
    const row = this.#rows[this.#focused];
    if (!row) return;
    const open = this.expanded.has(row.index);
    const keys: Record<string, () => void> = {
      ArrowDown: () => {
        this.focusRow(this.#focused + 1);
      },
      ArrowUp: () => {
        this.focusRow(this.#focused - 1);
      },
      PageDown: () => {
        this.focusRow(this.#focused + 15);
      },
      PageUp: () => {
        this.focusRow(this.#focused - 15);
      },
      Home: () => {
        this.focusRow(0);
      },
      End: () => {
        this.focusRow(this.#rows.length - 1);
      },
      ArrowRight: () => {
        if (!open) this.toggle(row);
        else target.nextElementSibling?.querySelector('button')?.focus();
      },
      ArrowLeft: () => {
        if (open) this.toggle(row);
      },
      Enter: () => {
        this.toggle(row);
      },
      ' ': () => {
        this.toggle(row);
      },
    };
    const act = keys[e.key];
    if (!act) return;
    act();
    e.preventDefault();
  }
}
