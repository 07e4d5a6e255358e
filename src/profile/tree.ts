/**
 * The visible part of the call tree. The whole tree of a big profile has tens of millions of nodes and is never built:
 * the samples are split by their next frame, from the root on, and only where the node is wide enough to be drawn.
 * Samples are moved within one array of indexes, so a node is a range of it; each sample keeps a cursor into its stack.
 */
import { Growing, NONE } from './columns';
import { ROOT, type Model } from './model';
import type { View } from './part/view';
import type { FlameQuery, FlameTree } from './types';

interface Node {
  readonly from: number;
  readonly to: number;
  readonly fn: number;
  readonly depth: number;
  readonly start: number;
  readonly width: number;
  readonly net: number;
  readonly before: number;
  readonly parent: number;
}

export function flameTree(model: Model, query: FlameQuery): FlameTree {
  return growTree(model, new Splitter(model, model.view(query.part), query.sampleType), query);
}

/** The tree of a splitter's samples; `first` is the function of row 0, ROOT for the whole tree. */
export function growTree(model: Model, split: Splitter, query: Omit<FlameQuery, 'part'>, first = ROOT): FlameTree {
  const rows = new Rows(model.difference !== undefined);
  const zoom: number[] = [];
  const ancestors = [split.measure()];
  for (const fn of query.zoom) {
    if (!split.enter(fn)) break;
    zoom.push(fn);
    ancestors.push(split.measure());
  }
  const top = ancestors[ancestors.length - 1] as Measure;
  for (let i = 0; i < zoom.length; i++) rows.add(i === 0 ? first : (zoom[i - 1] as number), i, 0, 0, top, i - 1);

  const least = Math.max(0, query.minShare) * top.width;
  let hidden = 0;
  const todo: Node[] = [
    {
      ...top,
      from: 0,
      to: split.alive,
      fn: zoom.at(-1) ?? first,
      depth: zoom.length,
      start: 0,
      parent: zoom.length - 1,
    },
  ];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    const row = rows.add(node.fn, node.depth, node.start, 0, node, node.parent);
    const parts = split.children(node.from, node.to, least);
    rows.self.array[row] = parts.self;
    hidden += parts.hidden;
    const firstChild = todo.length;
    let at = node.start;
    for (const p of parts.kept) {
      todo.push({
        from: p.from,
        to: p.to,
        fn: p.fn,
        depth: node.depth + 1,
        start: at,
        width: p.width,
        net: p.net,
        before: p.before,
        parent: row,
      });
      at += p.width;
    }
    // The leftmost child must come off the stack first, because rows are in depth-first order.
    for (let i = firstChild, j = todo.length - 1; i < j; i++, j--)
      [todo[i], todo[j]] = [todo[j] as Node, todo[i] as Node];
  }
  const totals = model.totals[model.type(query.sampleType)] ?? { size: 0, net: 0 };
  const used = new Set(rows.fn.done());
  used.delete(ROOT);
  return {
    ...rows.finish(totals.size !== Math.abs(totals.net)),
    frames: [...used].sort((a, b) => a - b).map((id) => model.frame(id, query.ownModules)),
    grandTotal: model.total(query.sampleType),
    hidden,
    zoom,
    ancestors: ancestors.slice(0, -1).map((a) => a.net),
  };
}

interface Measure {
  readonly width: number;
  readonly net: number;
  readonly before: number;
}
interface Part extends Measure {
  readonly fn: number;
  from: number;
  to: number;
}

/** The samples, in ranges that are split further and further. */
export class Splitter {
  /** The remaining samples are `order[0 .. alive)`. */
  readonly #order: Uint32Array;
  alive: number;
  /** For each sample: end of what is left of its stack, which is consumed from the root's end. */
  readonly #left: Uint32Array;
  readonly #values: Float64Array;
  readonly #before: Float64Array | undefined;
  /** Scratch: next function of each place in `order`, and a copy of a range of it. */
  readonly #next: Uint32Array;
  readonly #copy: Uint32Array;
  /** Scratch by function: samples, place to write to, sums. Zero outside `children`. */
  readonly #count: Uint32Array;
  readonly #place: Int32Array;
  readonly #width: Float64Array;
  readonly #net: Float64Array;
  readonly #befores: Float64Array;

  constructor(
    model: Model,
    private readonly view: View,
    sampleType: number,
  ) {
    const { samples } = view.columns;
    const values = (this.#values = model.values(sampleType));
    const before = (this.#before = model.before(sampleType));
    const order = (this.#order = new Uint32Array(view.samples?.length ?? samples));
    let n = 0;
    for (let k = 0; k < order.length; k++) {
      const i = view.samples ? (view.samples[k] as number) : k;
      if (values[i] !== 0 || (before !== undefined && before[i] !== 0)) order[n++] = i;
    }
    this.alive = n;
    this.#left = view.ends.slice(0, samples);
    this.#next = new Uint32Array(n);
    this.#copy = new Uint32Array(n);
    const { count } = view.nodes;
    this.#count = new Uint32Array(count);
    this.#place = new Int32Array(count);
    this.#width = new Float64Array(count);
    this.#net = new Float64Array(count);
    this.#befores = new Float64Array(before === undefined ? 0 : count);
  }

  measure(): Measure {
    let width = 0;
    let net = 0;
    let before = 0;
    for (let i = 0; i < this.alive; i++) {
      const s = this.#order[i] as number;
      const v = this.#values[s] as number;
      net += v;
      width += this.#widthOf(s, v);
      if (this.#before) before += this.#before[s] as number;
    }
    return { width, net, before };
  }

  /** A sample's width; before + after for a difference. */
  #widthOf(s: number, v: number): number {
    return this.#before === undefined ? Math.abs(v) : v + 2 * (this.#before[s] as number);
  }

  /**
   * Keeps only the samples whose next frame is `fn`, and moves them one frame further. Returns false and changes
   * nothing if there are none.
   */
  enter(fn: number): boolean {
    const { frames, frameAt } = this.view.columns;
    const { nodeOf } = this.view;
    const order = this.#order;
    const lefts = this.#left;
    let kept = 0;
    for (let i = 0; i < this.alive; i++) {
      const s = order[i] as number;
      const end = frameAt[s] as number;
      let left = lefts[s] as number;
      while (left > end && nodeOf[frames[left - 1] as number] === NONE) left--;
      if (left === end || nodeOf[frames[left - 1] as number] !== fn) continue;
      lefts[s] = left - 1;
      order[i] = order[kept] as number;
      order[kept++] = s;
    }
    if (kept === 0) return false;
    this.alive = kept;
    // Restores the file's order, so that memory is read sequentially.
    order.subarray(0, kept).sort();
    return true;
  }

  /**
   * Splits a range by next frame. Kept parts come widest first, then by name; their ranges are at the beginning of the
   * given range.
   */
  children(from: number, to: number, least: number): { kept: Part[]; self: number; hidden: number } {
    const touched: number[] = [];
    const self = this.#step(from, to, touched);
    const kept = this.#keep(touched, least);
    let at = from;
    for (const p of kept) {
      p.from = this.#place[p.fn] = at;
      p.to = at += this.#count[p.fn] as number;
    }
    // One child that takes all is the common case deep down; its samples are already in place.
    if (kept.length > 0 && !(kept.length === 1 && at === to)) this.#move(from, to);
    this.#clear(touched);
    return { kept, self, hidden: touched.length - kept.length };
  }

  /**
   * Moves each sample of a range one frame further: records the next function and sums up by function. Returns the
   * value of the samples that end here, and in `touched` the functions that occur. This loop, like those below, is
   * alone in its method, so that the engine optimises it during its first run and doesn't deoptimise it for the code
   * that follows.
   */
  #step(from: number, to: number, touched: number[]): number {
    const { frames, frameAt } = this.view.columns;
    const { nodeOf } = this.view;
    const order = this.#order;
    const next = this.#next;
    const count = this.#count;
    const values = this.#values;
    const lefts = this.#left;
    const widths = this.#width;
    const nets = this.#net;
    let self = 0;
    for (let i = from; i < to; i++) {
      const s = order[i] as number;
      const v = values[s] as number;
      const end = frameAt[s] as number;
      let left = lefts[s] as number;
      let fn = NONE;
      while (left > end && fn === NONE) fn = nodeOf[frames[--left] as number] as number;
      next[i] = fn;
      lefts[s] = left;
      if (fn === NONE) {
        self += v;
        continue;
      }
      if (count[fn] === 0) touched.push(fn);
      count[fn] = (count[fn] as number) + 1;
      widths[fn] = (widths[fn] as number) + (v < 0 ? -v : v);
      nets[fn] = (nets[fn] as number) + v;
    }
    if (this.#before) this.#addBefore(this.#before, from, to);
    return self;
  }

  /** For a difference: the base's values, and widths of before + after. */
  #addBefore(before: Float64Array, from: number, to: number): void {
    const next = this.#next;
    const befores = this.#befores;
    const widths = this.#width;
    for (let i = from; i < to; i++) {
      const fn = next[i] as number;
      if (fn === NONE) continue;
      const s = this.#order[i] as number;
      const b = before[s] as number;
      const v = this.#values[s] as number;
      befores[fn] = (befores[fn] as number) + b;
      widths[fn] = (widths[fn] as number) - (v < 0 ? -v : v) + v + 2 * b;
    }
  }

  /**
   * The functions wide enough to be drawn, sorted. Sets all places to -1; `children` then sets those of the kept
   * functions.
   */
  #keep(touched: readonly number[], least: number): Part[] {
    const kept: Part[] = [];
    for (const fn of touched) {
      const width = this.#width[fn] as number;
      if (width >= least)
        kept.push({ fn, width, net: this.#net[fn] as number, before: this.#befores[fn] ?? 0, from: 0, to: 0 });
      this.#place[fn] = -1;
    }
    const { names } = this.view.nodes;
    if (kept.length > 1)
      kept.sort((a, b) => b.width - a.width || ((names[a.fn] as string) < (names[b.fn] as string) ? -1 : 1));
    return kept;
  }

  /** Moves the samples of a range to their function's place; samples whose function has no place are dropped. */
  #move(from: number, to: number): void {
    const order = this.#order;
    const next = this.#next;
    const places = this.#place;
    const copy = this.#copy;
    copy.set(order.subarray(from, to), from);
    for (let i = from; i < to; i++) {
      const fn = next[i] as number;
      if (fn === ROOT) continue;
      const place = places[fn] as number;
      if (place < 0) continue;
      order[place] = copy[i] as number;
      places[fn] = place + 1;
    }
  }

  #clear(touched: readonly number[]): void {
    for (const fn of touched) {
      this.#count[fn] = 0;
      this.#width[fn] = 0;
      this.#net[fn] = 0;
    }
    if (this.#before) for (const fn of touched) this.#befores[fn] = 0;
  }
}

/** Collects the rows of the answer. */
class Rows {
  readonly fn = new Growing(new Uint32Array(1024));
  readonly #depth = new Growing(new Uint32Array(1024));
  readonly #start = new Growing(new Float64Array(1024));
  readonly #total = new Growing(new Float64Array(1024));
  readonly self = new Growing(new Float64Array(1024));
  readonly #width = new Growing(new Float64Array(1024));
  readonly #before = new Growing(new Float64Array(16));
  readonly #parent: number[] = [];

  constructor(private readonly difference: boolean) {}

  add(fn: number, depth: number, start: number, self: number, { net, width, before }: Measure, parent: number): number {
    this.fn.push(fn);
    this.#depth.push(depth);
    this.#start.push(start);
    this.#total.push(net);
    this.self.push(self);
    this.#width.push(width);
    if (this.difference) this.#before.push(before);
    return this.#parent.push(parent) - 1;
  }

  finish(mixed: boolean) {
    const size = new Uint32Array(this.#parent.length).fill(1);
    for (let i = size.length - 1; i > 0; i--) {
      const p = this.#parent[i] as number;
      size[p] = (size[p] as number) + (size[i] as number);
    }
    // Sliced, because they go to another thread: a view would take the spare capacity along.
    const own = <A extends Uint32Array | Float64Array>(g: Growing<A>) => g.done().slice() as A;
    const total = own(this.#total);
    const before = own(this.#before);
    return {
      fn: own(this.fn),
      depth: own(this.#depth),
      size,
      start: own(this.#start),
      total,
      self: own(this.self),
      ...((mixed || this.difference) && { width: own(this.#width) }),
      ...(this.difference && { change: { before, after: total.map((t, i) => t + (before[i] as number)) } }),
    };
  }
}
