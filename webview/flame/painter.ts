/** Draws one picture: the rows in view, their spans, labels, and the outlines of the focused and the hovered frame. */
import type { Paint, Palette } from './colours';
import { fit, TextWidths, wordings } from './labels';
import { spans, type Range } from './lod';
import type { Model } from './model';
import { Strip } from './strip';

/** Height of a row with the gap to the next, px. */
export const ROW = 20;
const GAP = 1;
const TEXT_INSET = 5;
/** Bars narrower than this, px, are drawn as pixels, a whole row at once. */
const THIN = 4;
/** Bars narrower than this, px, have no text. */
const MIN_LABEL = 22;

export interface Scene {
  readonly model: Model;
  readonly range: Range;
  /** Size of the picture in CSS px; `pixelRatio` is device px per CSS px. */
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  /** Scroll position and height of the whole content, CSS px. */
  readonly scrollTop: number;
  readonly contentHeight: number;
  readonly flipped: boolean;
  readonly font: string;
  readonly background: string;
  readonly palette: Palette;
  readonly paintOf: (row: number) => Paint;
  /** Counts of matches by position (see hitCounts); undefined without a search. */
  readonly hits: Uint32Array | undefined;
  readonly focused: number | undefined;
  readonly hovered: number | undefined;
  /** True when the picture has the keyboard focus: the focused frame then gets the theme's focus colour too. */
  readonly focusVisible: boolean;
}

interface Label {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly room: number;
  readonly paint: Paint;
}

/** Top of a depth's row in the picture, CSS px. */
export function rowTop(depth: number, s: Pick<Scene, 'scrollTop' | 'contentHeight' | 'flipped'>): number {
  return (s.flipped ? s.contentHeight - (depth + 1) * ROW : depth * ROW) - s.scrollTop;
}

/** Depth of the row at `y` in the picture; may be beyond the tree. */
export function depthAt(y: number, s: Pick<Scene, 'scrollTop' | 'contentHeight' | 'flipped'>): number {
  const inContent = y + s.scrollTop;
  return Math.floor((s.flipped ? s.contentHeight - inContent : inContent) / ROW);
}

export class Painter {
  readonly #context: CanvasRenderingContext2D;
  #font = '';
  #widths: TextWidths;
  /** Forms of a name, by function name. */
  #wordings = new Map<string, readonly string[]>();
  /**
   * Bars by paint, as x, y and width in turn, so that the colour changes only once for each paint. The arrays are
   * emptied after each frame and reused.
   */
  readonly #bars = new Map<Paint, number[]>();
  readonly #strip = new Strip();

  constructor(readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('This editor has no 2D canvas.');
    this.#context = context;
    this.#widths = this.#measuring();
  }

  #measuring(): TextWidths {
    return new TextWidths((c) => this.#context.measureText(c).width);
  }

  paint(s: Scene): void {
    const g = this.#context;
    const w = Math.max(1, Math.round(s.width * s.pixelRatio));
    const h = Math.max(1, Math.round(s.height * s.pixelRatio));
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    g.setTransform(s.pixelRatio, 0, 0, s.pixelRatio, 0, 0);
    g.font = s.font;
    g.textBaseline = 'middle';
    if (this.#font !== s.font) {
      this.#font = s.font;
      this.#widths = this.#measuring();
    }
    g.fillStyle = s.background;
    g.fillRect(0, 0, s.width, s.height);

    const labels: Label[] = [];
    const a = depthAt(0, s),
      b = depthAt(s.height - 0.01, s);
    const first = Math.max(0, Math.min(a, b)),
      last = Math.min(s.model.maxDepth, Math.max(a, b));
    const rows = Math.max(0, last - first + 1);
    for (const bars of this.#bars.values()) bars.length = 0;
    this.#strip.clear(w, Math.max(1, rows));
    for (let d = first; d <= last; d++) this.#collect(s, d, s.flipped ? last - d : d - first, labels);
    const top = rowTop(s.flipped ? last : first, s);
    this.#strip.draw(g, rows, top, s.width, rows * ROW);
    for (let i = 0; i < rows; i++) g.fillRect(0, top + (i + 1) * ROW - GAP, s.width, GAP);
    this.#fill();
    this.#label(s, labels);
    for (const [row, colour, line] of this.#outlines(s)) this.#outline(s, row, colour, line);
  }

  #collect(s: Scene, depth: number, line: number, labels: Label[]): void {
    const y = rowTop(depth, s);
    const ratio = s.pixelRatio;
    spans(s.model, depth, s.range, s.width, (span) => {
      const hit = s.hits !== undefined && s.hits[span.last + 1]! > s.hits[span.first]!;
      const paint = hit ? s.palette.hit : s.paintOf(span.row);
      const from = Math.max(0, Math.round(span.x * ratio));
      const to = Math.round((span.x + span.width) * ratio);
      if (span.width < THIN) {
        // Leaves a gap to the next bar if there is room; at least one pixel is always drawn.
        this.#strip.put(line, from, Math.max(from + 1, span.run ? to : to - 1), paint);
        return;
      }
      let bars = this.#bars.get(paint);
      if (!bars) this.#bars.set(paint, (bars = []));
      const left = from / ratio;
      const width = Math.min(s.width, to / ratio) - left;
      bars.push(left, y, width - GAP);
      if (width >= MIN_LABEL)
        labels.push({ row: span.row, x: left + TEXT_INSET, y, room: width - GAP - TEXT_INSET - 3, paint });
    });
  }

  #fill(): void {
    const g = this.#context;
    for (const [paint, bars] of this.#bars) {
      if (bars.length === 0) continue;
      g.fillStyle = paint.border ?? paint.fill;
      for (let i = 0; i < bars.length; i += 3) g.fillRect(bars[i]!, bars[i + 1]!, bars[i + 2]!, ROW - GAP);
      if (paint.border === undefined) continue;
      g.fillStyle = paint.fill;
      const { line } = paint;
      for (let i = 0; i < bars.length; i += 3) {
        if (bars[i + 2]! > 2 * line + 1)
          g.fillRect(bars[i]! + line, bars[i + 1]! + line, bars[i + 2]! - 2 * line, ROW - GAP - 2 * line);
      }
    }
    // Drops the paints of earlier themes and searches.
    if (this.#bars.size > 64) this.#bars.clear();
  }

  #label(s: Scene, labels: readonly Label[]): void {
    const g = this.#context;
    for (const l of labels) {
      const text = fit(this.#words(s.model.frame(l.row).name), l.room, this.#widths);
      if (text === '') continue;
      g.fillStyle = l.paint.text;
      g.fillText(text, l.x, l.y + (ROW - GAP) / 2 + 0.5);
    }
  }

  #words(name: string): readonly string[] {
    let w = this.#wordings.get(name);
    if (!w) {
      if (this.#wordings.size > 20_000) this.#wordings.clear();
      this.#wordings.set(name, (w = wordings(name)));
    }
    return w;
  }

  #outlines(s: Scene): [row: number, colour: string, line: number][] {
    const list: [number, string, number][] = [];
    if (s.hovered !== undefined && s.hovered !== s.focused) list.push([s.hovered, s.palette.hover, 1]);
    if (s.focused !== undefined) list.push([s.focused, s.palette.outline, s.focusVisible ? 2 : 1]);
    return list;
  }

  #outline(s: Scene, row: number, colour: string, line: number): void {
    const scale = s.width / (s.range.to - s.range.from);
    const left = Math.max(0, (s.model.left(row) - s.range.from) * scale);
    const right = Math.min(s.width, (s.model.right(row) - s.range.from) * scale);
    const y = rowTop(s.model.depth(row), s);
    if (right < 0 || left > s.width || y > s.height || y + ROW < 0) return;
    const g = this.#context;
    g.strokeStyle = colour;
    g.lineWidth = line;
    // A thick line takes the gap around the bar, so that it covers none of the text.
    const out = line - 1;
    const x = Math.min(Math.round(left), s.width - 4) - out;
    const width = Math.max(4, Math.round(right) - GAP - x - out) + 2 * out;
    g.strokeRect(
      Math.max(0, x) + line / 2,
      y - out + line / 2,
      width - (x < 0 ? out : 0) - line,
      ROW - GAP + 2 * out - line,
    );
  }
}
