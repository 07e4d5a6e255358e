/** The same data as an accessible tree. Only the lines in view have elements, however many are open. */
import { percent, value } from '../../src/base/format';
import { h } from '../shared/dom';
import { foldTypeArguments, splitName } from './labels';
import type { Model } from './model';
import { among, carryOver, indexOf, open, visibleRows } from './treerows';
import { amount, type Figures } from './words';

/** Height of a line, px; the style sheet has the same. */
const LINE = 22;
/** Extra lines beyond each edge, for smooth scrolling. */
const SPARE = 8;
/** Deepest indent, in levels: deeper lines would leave no room for names. */
const MAX_INDENT = 40;

export interface TreeEvents {
  picked(row: number): void;
  /** The user asked for a line's menu, at this position in the window, px. */
  menu(row: number, x: number, y: number): void;
  figures(row: number): Figures;
  matches(row: number): boolean;
  paint(row: number): string;
}

export class TreeView {
  readonly element: HTMLElement;
  readonly #tree = h('div', { id: 'tree', role: 'tree', tabindex: 0, 'aria-label': 'Call tree', class: 'tree' });
  readonly #lines = h('div', { class: 'lines', role: 'presentation' });
  #model: Model | undefined;
  #opened = new Set<number>();
  #rows: Uint32Array = new Uint32Array();
  #focused = 0;
  #unit = '';
  #grandTotal = 0;
  #pending = 0;

  constructor(private readonly events: TreeEvents) {
    this.#tree.append(this.#lines);
    this.element = h(
      'div',
      { class: 'treeview' },
      h(
        'div',
        { class: 'treehead', 'aria-hidden': 'true' },
        h('span', {}, 'Total'),
        h('span', {}, 'Self'),
        h('span', {}, 'Function'),
      ),
      this.#tree,
    );
    this.#tree.addEventListener('scroll', () => {
      this.redraw();
    });
    for (const type of ['focus', 'blur'])
      this.#tree.addEventListener(type, () => {
        this.redraw();
      });
    new ResizeObserver(() => {
      this.redraw();
    }).observe(this.#tree);
    this.#tree.addEventListener('contextmenu', (e) => {
      e.preventDefault();
      const line = (e.target as Element).closest<HTMLElement>('[data-row]');
      if (line) events.menu(Number(line.dataset['row']), e.clientX, e.clientY);
    });
    this.#tree.addEventListener('click', (e) => {
      this.#click(e);
    });
  }

  /** The focusable element. */
  get target(): HTMLElement {
    return this.#tree;
  }

  show(model: Model, unit: string): void {
    if (model !== this.#model) {
      this.#opened = this.#model ? carryOver(this.#model, model, this.#opened) : new Set();
      this.#model = model;
      if (this.#opened.size === 0) open(model, 0, this.#opened);
      this.#rows = visibleRows(model, this.#opened);
    }
    this.#unit = unit;
    this.#grandTotal = model.tree.grandTotal;
    this.redraw();
  }

  /** Opens the ancestors of `row`, marks it and, with `reveal`, brings it into view. */
  focus(row: number, reveal: boolean): void {
    const m = this.#model;
    if (!m) return;
    let added = false;
    for (let r = row; m.depth(r) > 0;) {
      r = m.parent[r]!;
      if (!this.#opened.has(r)) {
        this.#opened.add(r);
        added = true;
      }
    }
    if (added) this.#rows = visibleRows(m, this.#opened);
    this.#focused = row;
    this.#size();
    if (reveal) {
      const top = indexOf(this.#rows, row) * LINE;
      const { scrollTop, clientHeight } = this.#tree;
      if (top < scrollTop) this.#tree.scrollTop = top;
      else if (top + LINE > scrollTop + clientHeight) this.#tree.scrollTop = top + LINE - clientHeight;
    }
    this.redraw();
  }

  /** Where the menu of a row opens: below its line, in window coordinates. */
  placeOf(row: number): { readonly x: number; readonly y: number } {
    const box = this.#tree.getBoundingClientRect();
    return { x: box.left + 280, y: box.top + (indexOf(this.#rows, row) + 1) * LINE - this.#tree.scrollTop };
  }

  /** The row that a key leads to (WAI-ARIA's tree view pattern); undefined when the tree doesn't use the key. */
  key(key: string): number | undefined {
    const m = this.#model;
    if (!m) return undefined;
    const row = this.#focused;
    const at = indexOf(this.#rows, row);
    const page = Math.max(1, Math.floor(this.#tree.clientHeight / LINE) - 1);
    const go = (i: number): number => this.#rows[Math.max(0, Math.min(this.#rows.length - 1, i))] ?? row;
    switch (key) {
      case 'ArrowDown':
        return go(at + 1);
      case 'ArrowUp':
        return go(at - 1);
      case 'PageDown':
        return go(at + page);
      case 'PageUp':
        return go(at - page);
      case 'Home':
        return 0;
      case 'End':
        return go(this.#rows.length - 1);
      case 'ArrowRight':
        if (!m.hasChildren(row)) return row;
        if (this.#opened.has(row)) return row + 1;
        this.#toggle(row);
        return row;
      case 'ArrowLeft':
        if (this.#opened.has(row)) {
          this.#toggle(row);
          return row;
        }
        return m.depth(row) > 0 ? m.parent[row]! : row;
      case '*':
        for (const c of m.children(m.parent[row]!)) if (m.hasChildren(c)) this.#opened.add(c);
        this.#rows = visibleRows(m, this.#opened);
        return row;
      default:
        return undefined;
    }
  }

  #toggle(row: number): void {
    const m = this.#model!;
    if (!this.#opened.delete(row)) open(m, row, this.#opened);
    this.#rows = visibleRows(m, this.#opened);
    this.redraw();
  }

  #click(e: MouseEvent): void {
    const line = (e.target as Element).closest<HTMLElement>('[data-row]');
    if (!line) return;
    const row = Number(line.dataset['row']);
    if ((e.target as Element).closest('.twistie') && this.#model?.hasChildren(row)) {
      // When a parent closes, it takes the focus of a row that it hides.
      if (this.#opened.has(row) && this.#model.contains(row, this.#focused)) this.events.picked(row);
      this.#toggle(row);
    } else this.events.picked(row);
  }

  #size(): void {
    this.#lines.style.height = `${this.#rows.length * LINE}px`;
  }

  redraw(): void {
    if (this.#pending === 0)
      this.#pending = requestAnimationFrame(() => {
        this.#pending = 0;
        this.#draw();
      });
  }

  #draw(): void {
    const m = this.#model;
    if (!m || this.#tree.clientHeight === 0) return;
    this.#size();
    const first = Math.max(0, Math.floor(this.#tree.scrollTop / LINE) - SPARE);
    const last = Math.min(
      this.#rows.length,
      Math.ceil((this.#tree.scrollTop + this.#tree.clientHeight) / LINE) + SPARE,
    );
    const lines: HTMLElement[] = [];
    // The focused line always has an element, because the tree's aria-activedescendant points to it.
    const at = indexOf(this.#rows, this.#focused);
    for (let i = first; i < last; i++) lines.push(this.#line(m, i));
    if (at >= 0 && (at < first || at >= last)) lines.push(this.#line(m, at));
    this.#lines.replaceChildren(...lines);
    this.#tree.setAttribute('aria-activedescendant', `tree-${this.#focused}`);
  }

  #line(m: Model, index: number): HTMLElement {
    const row = this.#rows[index]!;
    const frame = m.frame(row);
    const f = this.events.figures(row);
    const { path, rest } = splitName(frame.name);
    const { position, siblings } = among(m, row);
    const opened = this.#opened.has(row);
    const share = this.#grandTotal === 0 ? 0 : f.total / this.#grandTotal;
    const bar = h('i', { class: 'share' });
    bar.style.width = `${Math.min(100, Math.abs(share) * 100).toFixed(1)}%`;
    bar.style.backgroundColor = this.events.paint(row);
    const name = h(
      'span',
      { class: 'fn mono' },
      h('span', {
        class: `twistie codicon ${m.hasChildren(row) ? `codicon-chevron-${opened ? 'down' : 'right'}` : ''}`,
        'aria-hidden': 'true',
      }),
      h('span', { class: this.events.matches(row) ? 'hit' : undefined }, foldTypeArguments(rest).slice(0, 400)),
      path === '' ? undefined : h('span', { class: 'dim pkg' }, path.slice(0, 400)),
    );
    name.style.paddingLeft = `${Math.min(m.depth(row), MAX_INDENT) * 12}px`;
    const line = h(
      'div',
      {
        id: `tree-${row}`,
        role: 'treeitem',
        class: `line${row === this.#focused ? ' on' : ''}`,
        'data-row': row,
        'aria-level': m.depth(row) + 1,
        'aria-posinset': position,
        'aria-setsize': siblings,
        'aria-selected': row === this.#focused ? 'true' : 'false',
        'aria-expanded': m.hasChildren(row) ? String(opened) : undefined,
        'aria-label':
          `${frame.name.slice(0, 400)}, total ${value(f.total, this.#unit)}, ${percent(share)}, self ` +
          `${amount(f.self, this.#grandTotal, this.#unit)}`,
      },
      h(
        'span',
        { class: 'num total' },
        h('b', {}, percent(share)),
        h('span', {}, value(f.total, this.#unit)),
        h('span', { class: 'track' }, bar),
      ),
      h('span', { class: 'num self' }, f.self === 0 ? '' : f.self === undefined ? '–' : value(f.self, this.#unit)),
      name,
    );
    line.style.top = `${index * LINE}px`;
    return line;
  }
}
