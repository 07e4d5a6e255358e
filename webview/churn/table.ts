/**
 * The tree of kinds, namespaces and objects as an ARIA tree grid: rows keep their elements, so that focus and position
 * stay while numbers change.
 */
import type { ViewRow } from '../../src/protocol/churn';
import { grouped } from '../../src/base/format';
import { h, icon, setText } from '../shared/dom';
import { agoText, rateText, sparkPath } from './words';

export interface TableEvents {
  fold(id: string): void;
  choose(id: string): void;
}

const COLUMNS = ['Object', 'Adds', 'Updates', 'Deletes', 'Rate', 'Last minute', 'Last change', 'Updated by'] as const;
const SVG = 'http://www.w3.org/2000/svg';

interface Made {
  readonly tr: HTMLTableRowElement;
  readonly label: HTMLElement;
  readonly twistie: HTMLElement;
  readonly cells: readonly HTMLElement[];
  readonly path: SVGPathElement;
  row: ViewRow;
}

export class ChurnTable {
  readonly element: HTMLElement;
  readonly #body = h('tbody', {});
  readonly #made = new Map<string, Made>();
  #order: readonly string[] = [];
  /** Id of the row with the keyboard focus. */
  #at = '';

  constructor(private readonly events: TableEvents) {
    this.element = h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { role: 'treegrid', 'aria-label': 'Changes by kind, namespace and object' },
        h(
          'thead',
          {},
          h(
            'tr',
            { role: 'row' },
            ...COLUMNS.map((c, i) => h('th', { role: 'columnheader', scope: 'col', class: className(i) }, c)),
          ),
        ),
        this.#body,
      ),
    );
    this.#body.addEventListener('keydown', (e) => {
      this.#key(e);
    });
    this.#body.addEventListener('click', (e) => {
      const id = e.target instanceof Element ? e.target.closest('tr')?.dataset['id'] : undefined;
      if (id !== undefined) this.#take(id);
    });
  }

  show(rows: readonly ViewRow[], chosen: string, now: number): void {
    const had = this.#body.contains(document.activeElement);
    const ids = rows.map((r) => r.id);
    if (!ids.includes(this.#at)) this.#at = ids[0] ?? '';
    const there = new Set(ids);
    for (const [id, { tr }] of this.#made)
      if (!there.has(id)) {
        tr.remove();
        this.#made.delete(id);
      }
    rows.forEach((row, i) => {
      const made = this.#made.get(row.id) ?? this.#make(row);
      this.#fill(made, row, chosen, now);
      if (this.#body.children[i] !== made.tr) this.#body.insertBefore(made.tr, this.#body.children[i] ?? null);
    });
    this.#order = ids;
    // A row that moves in the document loses the focus.
    if (had) this.#made.get(this.#at)?.tr.focus({ preventScroll: true });
  }

  focus(): void {
    this.#made.get(this.#at)?.tr.focus();
  }

  #make(row: ViewRow): Made {
    const twistie = icon('chevron-down');
    twistie.classList.add('twistie');
    const label = h('span', { class: 'label' });
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 60 14');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(SVG, 'path');
    svg.append(path);
    const cells = COLUMNS.map((_, i) => h('td', { role: 'gridcell', class: className(i) }));
    cells[0]?.append(twistie, label);
    cells[5]?.append(svg);
    const tr = h(
      'tr',
      {
        role: 'row',
        class: `level${row.level}`,
        'aria-level': row.level,
        tabindex: -1,
        'data-id': row.id,
        focus: () => {
          this.#move(row.id);
        },
      },
      ...cells,
    );
    const made: Made = { tr, label, twistie, cells, path, row };
    this.#made.set(row.id, made);
    return made;
  }

  #fill(made: Made, row: ViewRow, chosen: string, now: number): void {
    made.row = row;
    const { tr, cells } = made;
    setText(made.label, row.label);
    made.twistie.className = `twistie codicon codicon-${row.level === 3 ? 'blank' : row.open ? 'chevron-down' : 'chevron-right'}`;
    const texts = [
      undefined,
      number(row.adds),
      number(row.updates),
      number(row.deletes),
      rateText(row.rate),
      undefined,
      agoText(row.last, now),
      row.quiet === '' ? row.by : `${row.by} (heartbeat)`,
    ];
    texts.forEach((text, i) => {
      const cell = cells[i];
      if (cell && text !== undefined) setText(cell, text);
    });
    const d = sparkPath(row.spark);
    if (made.path.getAttribute('d') !== d) made.path.setAttribute('d', d);
    tr.title = row.quiet;
    tr.classList.toggle('quiet', row.quiet !== '');
    if (row.level < 3) tr.setAttribute('aria-expanded', String(row.open));
    else tr.setAttribute('aria-selected', String(row.id === chosen));
    tr.tabIndex = row.id === this.#at ? 0 : -1;
  }

  #take(id: string): void {
    const row = this.#made.get(id)?.row;
    this.#move(id);
    if (row && row.level < 3) this.events.fold(id);
    else this.events.choose(id);
  }

  #move(id: string): void {
    if (id === this.#at) return;
    const before = this.#made.get(this.#at)?.tr;
    if (before) before.tabIndex = -1;
    this.#at = id;
    const tr = this.#made.get(id)?.tr;
    if (tr) tr.tabIndex = 0;
  }

  #go(i: number): void {
    const id = this.#order[Math.max(0, Math.min(this.#order.length - 1, i))];
    const tr = id === undefined ? undefined : this.#made.get(id)?.tr;
    tr?.focus();
    tr?.scrollIntoView({ block: 'nearest' });
  }

  #key(e: KeyboardEvent): void {
    const i = this.#order.indexOf(this.#at);
    const row = this.#made.get(this.#at)?.row;
    if (!row || i < 0) return;
    const parent = (): void => {
      this.#go(this.#order.findLastIndex((id, at) => at < i && (this.#made.get(id)?.row.level ?? 3) < row.level));
    };
    const acts: Record<string, () => void> = {
      ArrowDown: () => {
        this.#go(i + 1);
      },
      ArrowUp: () => {
        this.#go(i - 1);
      },
      PageDown: () => {
        this.#go(i + 15);
      },
      PageUp: () => {
        this.#go(i - 15);
      },
      Home: () => {
        this.#go(0);
      },
      End: () => {
        this.#go(this.#order.length - 1);
      },
      ArrowRight: () => {
        if (row.level === 3) this.events.choose(row.id);
        else if (row.open) this.#go(i + 1);
        else this.events.fold(row.id);
      },
      ArrowLeft: () => {
        if (row.level < 3 && row.open) this.events.fold(row.id);
        else if (row.level > 1) parent();
      },
      Enter: () => {
        this.#take(row.id);
      },
    };
    const act = acts[e.key];
    if (!act) return;
    act();
    e.preventDefault();
  }
}

function number(n: number): string {
  return n === 0 ? '' : grouped(n);
}
function className(i: number): string {
  return i >= 1 && i <= 4 ? 'num right' : i === 5 ? 'spark' : i === 6 ? 'num last' : i === 7 ? 'by' : 'object';
}
