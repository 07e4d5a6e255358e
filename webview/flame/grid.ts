/** A table of any length: only the rows in view have elements, which are reused as the table scrolls. */
import { h, setText } from '../shared/dom';

/** Height of a row, px; the style sheet has the same. */
const ROW = 22;
/** Extra rows beyond each edge, for smooth scrolling. */
const SPARE = 6;

export interface Column {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  /** Width, px; undefined takes the remaining width. */
  readonly width: number | undefined;
  readonly number: boolean;
}

/** The contents of the table. Rows are numbered in their current order. */
export interface GridRows {
  readonly count: number;
  /** Text of a cell. */
  text(row: number, column: string): string;
  /** Extra text for the tooltip and for screen readers; '' = none. */
  title(row: number, column: string): string;
  /** Colour before the text, and a class for the cell; '' = none. */
  look(row: number, column: string): { readonly swatch?: string; readonly class?: string };
}

export interface GridEvents {
  /** A row was selected; `opened` is for a double click or Enter. */
  picked(row: number): void;
  opened(row: number): void;
  menu(row: number, x: number, y: number): void;
  /** Undefined where columns don't sort. */
  readonly sorted: ((column: string) => void) | undefined;
}

interface Line {
  readonly element: HTMLElement;
  readonly cells: readonly {
    readonly column: Column;
    readonly element: HTMLElement;
    readonly text: HTMLElement;
    readonly swatch: HTMLElement;
  }[];
}

let nextId = 1;

export class Grid {
  readonly element: HTMLElement;
  /** The element that takes the keyboard focus. */
  readonly target: HTMLElement;
  readonly #id = `grid-${nextId++}`;
  readonly #body = h('div', { class: 'lines', role: 'presentation' });
  readonly #head: HTMLElement;
  readonly #scroll: HTMLElement;
  readonly #lines: Line[] = [];
  #rows: GridRows | undefined;
  #selected = -1;
  #pending = 0;

  constructor(
    private readonly columns: readonly Column[],
    label: string,
    private readonly events: GridEvents,
  ) {
    this.#head = h(
      'div',
      { class: 'gridhead', role: 'row', 'aria-rowindex': 1 },
      ...columns.map((c) => this.#header(c)),
    );
    this.#scroll = h('div', { class: 'gridbody', tabindex: -1, role: 'rowgroup' }, this.#body);
    this.element = this.target = h(
      'div',
      { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': label, 'aria-colcount': columns.length },
      this.#head,
      this.#scroll,
    );
    this.#scroll.addEventListener('scroll', () => {
      this.redraw();
    });
    new ResizeObserver(() => {
      this.redraw();
    }).observe(this.#scroll);
    // A click into the rows focuses the scroll area; the focus belongs to the table.
    this.#scroll.addEventListener('focus', () => {
      this.target.focus();
    });
    this.target.addEventListener('click', (e) => {
      const row = this.#rowOf(e);
      if (row !== undefined) this.events.picked(row);
    });
    this.target.addEventListener('dblclick', (e) => {
      const row = this.#rowOf(e);
      if (row !== undefined) this.events.opened(row);
    });
    this.target.addEventListener('contextmenu', (e) => {
      e.preventDefault();
      const row = this.#rowOf(e);
      if (row !== undefined) {
        this.events.picked(row);
        this.events.menu(row, e.clientX, e.clientY);
      }
    });
  }

  get selected(): number {
    return this.#selected;
  }

  /** Shows other rows, or the same rows in another order. */
  show(rows: GridRows, selected: number): void {
    this.#rows = rows;
    this.element.setAttribute('aria-rowcount', String(rows.count + 1));
    this.#body.style.height = `${rows.count * ROW}px`;
    this.select(selected, true);
  }

  /** Marks a row (-1 = none) and, with `reveal`, brings it into view. */
  select(row: number, reveal: boolean): void {
    this.#selected = row;
    if (reveal && row >= 0) {
      const { scrollTop, clientHeight } = this.#scroll;
      const top = row * ROW;
      if (top < scrollTop) this.#scroll.scrollTop = top;
      else if (top + ROW > scrollTop + clientHeight) this.#scroll.scrollTop = top + ROW - clientHeight;
    }
    this.redraw();
  }

  setSort(column: string, descending: boolean): void {
    for (const head of this.#head.children) {
      const on = (head as HTMLElement).dataset['column'] === column;
      if (on) head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
  }

  /** Handles a key; returns true when it was one of the table's keys. */
  key(e: KeyboardEvent): boolean {
    const rows = this.#rows;
    if (!rows || rows.count === 0) return false;
    const page = Math.max(1, Math.floor(this.#scroll.clientHeight / ROW) - 1);
    const at = this.#selected;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.count - 1,
    }[e.key];
    if (to !== undefined) {
      const row = Math.max(0, Math.min(rows.count - 1, to));
      this.select(row, true);
      this.events.picked(row);
      return true;
    }
    if (at < 0) return false;
    if (e.key === 'Enter') {
      this.events.opened(at);
      return true;
    }
    if (e.key === 'ContextMenu' || (e.key === 'F10' && e.shiftKey)) {
      const box = this.#scroll.getBoundingClientRect();
      this.events.menu(at, box.left + 40, box.top + (at + 1) * ROW - this.#scroll.scrollTop);
      return true;
    }
    return false;
  }

  /** Draws in the next animation frame. */
  redraw(): void {
    if (this.#pending === 0)
      this.#pending = requestAnimationFrame(() => {
        this.#pending = 0;
        this.#draw();
      });
  }

  #header(c: Column): HTMLElement {
    const { sorted } = this.events;
    const cell = h(
      'div',
      { role: 'columnheader', 'data-column': c.id, class: c.number ? 'number' : 'text', title: c.title },
      sorted
        ? h(
            'button',
            {
              onclick: () => {
                sorted(c.id);
              },
            },
            c.label,
          )
        : c.label,
    );
    size(cell, c);
    return cell;
  }

  #rowOf(e: Event): number | undefined {
    const line = (e.target as Element).closest<HTMLElement>('[data-row]');
    return line ? Number(line.dataset['row']) : undefined;
  }

  #draw(): void {
    const rows = this.#rows;
    const { scrollTop, clientHeight } = this.#scroll;
    if (!rows || clientHeight === 0) return;
    const first = Math.max(0, Math.floor(scrollTop / ROW) - SPARE);
    const last = Math.min(rows.count, Math.ceil((scrollTop + clientHeight) / ROW) + SPARE);
    const shown: number[] = [];
    for (let i = first; i < last; i++) shown.push(i);
    // The selected row always has an element, because the table's aria-activedescendant points to it.
    const at = this.#selected;
    if (at >= 0 && at < rows.count && (at < first || at >= last)) shown.push(at);
    while (this.#lines.length < shown.length) this.#lines.push(this.#line());
    shown.forEach((row, i) => {
      this.#fill(this.#lines[i]!, row, rows);
    });
    for (const spare of this.#lines.splice(shown.length)) spare.element.remove();
    if (at >= 0) this.target.setAttribute('aria-activedescendant', `${this.#id}-${at}`);
    else this.target.removeAttribute('aria-activedescendant');
  }

  #line(): Line {
    const cells = this.columns.map((column) => {
      const swatch = h('i', { class: 'swatch' });
      const text = h('span', {});
      const element = h('div', { role: 'gridcell', class: column.number ? 'number' : 'text' }, swatch, text);
      size(element, column);
      return { column, element, text, swatch };
    });
    const element = h('div', { class: 'row', role: 'row' }, ...cells.map((c) => c.element));
    this.#body.append(element);
    return { element, cells };
  }

  #fill({ element, cells }: Line, row: number, rows: GridRows): void {
    element.dataset['row'] = String(row);
    element.id = `${this.#id}-${row}`;
    element.style.top = `${row * ROW}px`;
    element.classList.toggle('on', row === this.#selected);
    element.setAttribute('aria-rowindex', String(row + 2));
    element.setAttribute('aria-selected', String(row === this.#selected));
    for (const { column, element: cell, text, swatch } of cells) {
      setText(text, rows.text(row, column.id));
      const title = rows.title(row, column.id);
      if (title === '') cell.removeAttribute('title');
      else cell.title = title;
      const look = rows.look(row, column.id);
      swatch.hidden = look.swatch === undefined;
      if (look.swatch !== undefined) swatch.style.backgroundColor = look.swatch;
      cell.className = `${column.number ? 'number' : 'text'} ${look.class ?? ''}`;
    }
  }
}

function size(cell: HTMLElement, { width }: Column): void {
  if (width !== undefined) cell.style.width = `${width}px`;
}
