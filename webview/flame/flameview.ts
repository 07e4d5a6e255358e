/** The picture: a canvas as large as its visible part, in a scroll area as tall as the stack is deep. */
import { h } from '../shared/dom';
import type { Paint, Palette } from './colours';
import { frameAt, rangeOf, type Range } from './lod';
import type { Model } from './model';
import { depthAt, Painter, ROW, rowTop, type Scene } from './painter';
import { reducedMotion } from './theme';

/** How long a zoom takes, ms. */
const ZOOM_MS = 120;
/** Margin above or below a frame that is scrolled into view, in rows. */
const MARGIN_ROWS = 2;

export interface FlameEvents {
  /** A click on a frame; `open` is true with Ctrl or Cmd. */
  picked(row: number, open: boolean): void;
  /** The pointer is over a frame, or over none. */
  hovered(row: number | undefined, x: number, y: number): void;
  /** The user asked for a frame's menu, at this position in the window, px. */
  menu(row: number, x: number, y: number): void;
  resized(): void;
}

export class FlameView {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Represents the focused frame for screen readers. */
  readonly #item: HTMLElement;
  readonly #spacer: HTMLElement;
  readonly #painter: Painter;
  #model: Model | undefined;
  #zoomRow = 0;
  #range: Range = { from: 0, to: 1 };
  #animation:
    { readonly from: Range; readonly to: Range; readonly began: number; readonly done: () => void } | undefined;
  #contentHeight = 0;
  #pending = 0;
  #focused: number | undefined;
  #hovered: number | undefined;
  #hits: Uint32Array | undefined;
  #flipped = false;
  #look: { palette: Palette; background: string; font: string; paintOf: (row: number) => Paint } | undefined;

  /** `id` of the canvas, because a page can have two pictures. */
  constructor(
    private readonly events: FlameEvents,
    id = 'flame',
  ) {
    this.#item = h('div', { id: `${id}-item`, role: 'treeitem' });
    this.canvas = h(
      'canvas',
      {
        id,
        class: 'picture',
        tabindex: 0,
        role: 'tree',
        'aria-label': 'Flame graph',
        'aria-activedescendant': `${id}-item`,
      },
      this.#item,
    );
    this.#spacer = h('div', { class: 'spacer' }, this.canvas);
    this.#painter = new Painter(this.canvas);
    this.element = h('div', { class: 'scroll', tabindex: -1 }, this.#spacer);
    this.element.addEventListener('scroll', () => {
      this.#leave();
      this.redraw();
    });
    new ResizeObserver(() => {
      this.#measure();
      this.paint();
      events.resized();
    }).observe(this.element);
    for (const type of ['focus', 'blur'])
      this.canvas.addEventListener(type, () => {
        this.redraw();
      });
    this.canvas.addEventListener('pointermove', (e) => {
      this.#hover(e);
    });
    this.canvas.addEventListener('pointerleave', () => {
      this.#leave();
    });
    this.canvas.addEventListener('contextmenu', (e) => {
      e.preventDefault();
      const row = this.#rowAt(e);
      if (row !== undefined) events.menu(row, e.clientX, e.clientY);
    });
    this.canvas.addEventListener('click', (e) => {
      const row = this.#rowAt(e);
      if (row !== undefined) events.picked(row, e.ctrlKey || e.metaKey);
    });
  }

  /** Width of the picture, CSS px; 0 while it isn't shown. */
  get width(): number {
    return this.canvas.clientWidth;
  }
  get range(): Range {
    return this.#animation?.to ?? this.#range;
  }

  setLook(look: { palette: Palette; background: string; paintOf: (row: number) => Paint }): void {
    const style = getComputedStyle(this.canvas);
    this.#look = { ...look, font: `${style.fontSize} ${style.fontFamily}` };
    this.redraw();
  }

  setHits(hits: Uint32Array | undefined): void {
    this.#hits = hits;
    this.redraw();
  }
  setLabel(label: string): void {
    this.canvas.setAttribute('aria-label', label);
  }

  setFlipped(flipped: boolean): void {
    if (this.#flipped === flipped) return;
    this.#flipped = flipped;
    const below = this.#contentHeight - this.element.clientHeight - this.element.scrollTop;
    this.element.scrollTop = Math.max(0, below);
    this.redraw();
  }

  /**
   * Shows the tree with `zoomRow` filling the width. With `from` (values of this tree) it animates from there, then
   * calls `done`.
   */
  show(model: Model, zoomRow: number, from: Range | undefined, done: () => void = () => {}): void {
    const to = rangeOf(model, zoomRow);
    const atRoot = this.#model === undefined;
    this.#model = model;
    this.#zoomRow = zoomRow;
    this.#hovered = undefined;
    this.#animation = undefined;
    this.#range = to;
    this.#measure();
    if (atRoot && this.#flipped) this.element.scrollTop = this.#contentHeight;
    if (from && !reducedMotion() && document.visibilityState === 'visible') {
      this.#range = from;
      this.#animation = { from, to, began: performance.now(), done };
    } else done();
    this.redraw();
  }

  /** True while a zoom is animated. */
  get moving(): boolean {
    return this.#animation !== undefined;
  }

  focus(
    row: number | undefined,
    description: { name: string; level: number; position: number; siblings: number } | undefined,
    reveal: boolean,
  ): void {
    this.#focused = row;
    if (description) {
      this.#item.setAttribute('aria-label', description.name);
      this.#item.setAttribute('aria-level', String(description.level));
      this.#item.setAttribute('aria-posinset', String(description.position));
      this.#item.setAttribute('aria-setsize', String(description.siblings));
    }
    if (reveal && row !== undefined && this.#model) this.#reveal(this.#model.depth(row));
    this.redraw();
  }

  /** Where the menu of a row opens: at its lower left corner, in window coordinates. */
  placeOf(row: number): { readonly x: number; readonly y: number } {
    const box = this.canvas.getBoundingClientRect();
    const model = this.#model!;
    const scale = box.width / (this.#range.to - this.#range.from);
    const x = Math.max(0, Math.min(box.width, (model.left(row) - this.#range.from) * scale));
    return { x: box.left + x, y: box.top + rowTop(model.depth(row), this.#frame()) + ROW };
  }

  #reveal(depth: number): void {
    const top = rowTop(depth, { scrollTop: 0, contentHeight: this.#contentHeight, flipped: this.#flipped });
    const { scrollTop, clientHeight } = this.element;
    const margin = Math.min(MARGIN_ROWS * ROW, Math.max(0, (clientHeight - ROW) / 2));
    if (top - margin < scrollTop) this.element.scrollTop = top - margin;
    else if (top + ROW + margin > scrollTop + clientHeight) this.element.scrollTop = top + ROW + margin - clientHeight;
  }

  #frame(): Pick<Scene, 'scrollTop' | 'contentHeight' | 'flipped'> {
    return { scrollTop: this.element.scrollTop, contentHeight: this.#contentHeight, flipped: this.#flipped };
  }

  /**
   * Sets the height of the content: one row for each depth of the zoomed frame, and at least the scroll area's height,
   * so that a flipped flame graph stands at the bottom.
   */
  #measure(): void {
    const { clientHeight } = this.element;
    const rows = this.#model ? this.#model.deepest(this.#zoomRow) + 1 : 0;
    const below = this.#contentHeight - this.element.scrollTop - clientHeight;
    const next = Math.max(clientHeight, rows * ROW);
    if (next !== this.#contentHeight) {
      this.#contentHeight = next;
      this.#spacer.style.height = `${next}px`;
      // The root stays where it is: at the bottom when flipped.
      if (this.#flipped) this.element.scrollTop = next - clientHeight - Math.max(0, below);
    }
    this.canvas.style.height = `${clientHeight}px`;
  }

  /** Paints in the next animation frame. */
  redraw(): void {
    if (this.#pending === 0)
      this.#pending = requestAnimationFrame(() => {
        this.paint();
      });
  }

  /** Paints now, and cancels a pending paint. */
  paint(): void {
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
    const look = this.#look;
    const model = this.#model;
    if (!look || !model || this.width === 0) return;
    this.#move();
    this.#painter.paint({
      model,
      range: this.#range,
      width: this.width,
      height: this.element.clientHeight,
      pixelRatio: window.devicePixelRatio || 1,
      ...this.#frame(),
      ...look,
      hits: this.#hits,
      focused: this.#focused,
      hovered: this.#hovered,
      focusVisible: document.activeElement === this.canvas && this.canvas.matches(':focus-visible'),
    });
  }

  #move(): void {
    const a = this.#animation;
    if (!a) return;
    const t = Math.min(1, (performance.now() - a.began) / ZOOM_MS);
    if (t >= 1) {
      this.#animation = undefined;
      this.#range = a.to;
      queueMicrotask(a.done);
      return;
    }
    const eased = 1 - (1 - t) ** 3;
    // The width changes exponentially, so that the zoom looks equally fast all the way.
    const w0 = a.from.to - a.from.from,
      w1 = a.to.to - a.to.from;
    const width = w0 * (w1 / w0) ** eased;
    const part = w0 === w1 ? eased : (w0 - width) / (w0 - w1);
    const from = a.from.from + (a.to.from - a.from.from) * part;
    this.#range = { from, to: from + width };
    this.redraw();
  }

  #rowAt(e: MouseEvent): number | undefined {
    const m = this.#model;
    if (!m || this.#animation) return undefined;
    const box = this.canvas.getBoundingClientRect();
    const perPixel = (this.#range.to - this.#range.from) / Math.max(1, box.width);
    const row = frameAt(
      m,
      depthAt(e.clientY - box.top, this.#frame()),
      this.#range.from + (e.clientX - box.left) * perPixel,
      perPixel / 2,
    );
    return row !== undefined && m.left(row) < this.#range.to && m.right(row) > this.#range.from ? row : undefined;
  }

  #hover(e: PointerEvent): void {
    const row = this.#rowAt(e);
    this.canvas.style.cursor = row === undefined ? 'default' : 'pointer';
    if (row !== this.#hovered) {
      this.#hovered = row;
      this.redraw();
    }
    this.events.hovered(row, e.clientX, e.clientY);
  }

  #leave(): void {
    if (this.#hovered !== undefined) {
      this.#hovered = undefined;
      this.redraw();
    }
    this.events.hovered(undefined, 0, 0);
  }
}
