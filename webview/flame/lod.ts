/**
 * Level of detail: what to draw of one depth, for a range of values and a number of pixels. A binary search finds the
 * first frame in view and, after each run of frames thinner than a pixel, the first one beyond it. So the work is
 * proportional to the pixels, not to the frames.
 */
import type { Model } from './model';

/** The range of values that fills the width. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * A frame, or a run of thin ones, in pixels from the left of the picture. The object is reused between calls: copy what
 * you keep.
 */
export interface Span {
  /** The frame, or the widest one of a run. */
  row: number;
  x: number;
  /** At least 1. */
  width: number;
  /** True when it stands for several frames or for one thinner than a pixel. */
  run: boolean;
  /** Positions [first, last] in the model's `order` that it stands for. */
  first: number;
  last: number;
}

/** Frames thinner than this many pixels are drawn in runs. */
const THIN = 1;

/** Calls `draw` for each span of `depth` in `range`, from left to right; `width` is the picture's, in pixels. */
export function spans(model: Model, depth: number, range: Range, width: number, draw: (span: Span) => void): void {
  if (depth > model.maxDepth || range.to <= range.from) return;
  const scale = width / (range.to - range.from);
  const end = model.depthStart[depth + 1]!;
  const { order } = model;
  const { start } = model.tree;
  const { widths } = model;
  const span: Span = { row: 0, x: 0, width: 0, run: false, first: 0, last: 0 };
  let at = firstEndingAfter(model, model.depthStart[depth]!, end, range.from);
  while (at < end) {
    const row = order[at]!;
    if (start[row]! >= range.to) return;
    const x = (start[row]! - range.from) * scale;
    const w = widths[row]! * scale;
    span.first = at;
    if (w >= THIN) {
      span.row = row;
      span.x = x;
      span.width = w;
      span.run = false;
      span.last = at;
      draw(span);
      at++;
      continue;
    }
    // Everything that ends within this pixel becomes one mark; a wide frame after it is drawn on its own.
    const pixel = Math.floor(x);
    const next = Math.max(at + 1, nearEndingAfter(model, at, end, range.from + (pixel + 1) / scale));
    span.row = next - at <= 64 ? widest(model, at, next) : row;
    span.x = pixel;
    span.width = 1;
    span.run = true;
    span.last = next - 1;
    draw(span);
    at = next;
  }
}

/** First position in [lo, hi) of `order` whose frame ends beyond `value`; hi when there is none. */
export function firstEndingAfter(model: Model, lo: number, hi: number, value: number): number {
  const { order, widths } = model;
  const { start } = model.tree;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    const row = order[mid]!;
    if (start[row]! + widths[row]! > value) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

/**
 * Like firstEndingAfter, but fast when the answer is near `lo`: it doubles its steps before it halves them (galloping
 * search).
 */
function nearEndingAfter(model: Model, lo: number, hi: number, value: number): number {
  const { order, widths } = model;
  const { start } = model.tree;
  let step = 1;
  let from = lo;
  while (from + step < hi) {
    const row = order[from + step]!;
    if (start[row]! + widths[row]! > value) return firstEndingAfter(model, from, from + step, value);
    from += step;
    step *= 2;
  }
  return firstEndingAfter(model, from, hi, value);
}

function widest(model: Model, from: number, to: number): number {
  let best = model.order[from]!;
  for (let i = from + 1; i < to; i++) if (model.width(model.order[i]!) > model.width(best)) best = model.order[i]!;
  return best;
}

/**
 * The frame at `value` in `depth`; undefined in a gap. `slack` (values) lets a pointer hit a frame thinner than a
 * pixel.
 */
export function frameAt(model: Model, depth: number, value: number, slack: number): number | undefined {
  if (depth < 0 || depth > model.maxDepth) return undefined;
  const at = firstEndingAfter(model, model.depthStart[depth]!, model.depthStart[depth + 1]!, value - slack);
  if (at >= model.depthStart[depth + 1]!) return undefined;
  const row = model.order[at]!;
  return model.left(row) <= value + slack ? row : undefined;
}

/**
 * Prefix counts: how many of the first n positions of `order` match. A run has a hit when the counts at its two ends
 * differ.
 */
export function hitCounts(model: Model, functions: ReadonlySet<number>): Uint32Array {
  const counts = new Uint32Array(model.rows + 1);
  for (let i = 0; i < model.rows; i++)
    counts[i + 1] = counts[i]! + (functions.has(model.tree.fn[model.order[i]!]!) ? 1 : 0);
  return counts;
}

/** The values that fill the width when `row` is zoomed; never empty. */
export function rangeOf(model: Model, row: number): Range {
  const from = model.left(row);
  return { from, to: Math.max(model.right(row), from + Number.MIN_VALUE, from + Math.abs(from) * Number.EPSILON * 4) };
}
