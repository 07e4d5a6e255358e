/**
 * The part of the call tree that can be seen. The whole tree of a big profile has tens of millions of nodes and is never
 * built: the samples are split by their next frame from the root on, and only where the node is wide enough to be drawn.
 * Samples are moved within one array of indexes, so a node is a range of it; each sample keeps a cursor into its stack.
 */
import { Growing } from './columns';
import { ROOT, type Model } from './model';
import type { FlameQuery, FlameTree } from './types';

interface Node {
  readonly from: number;
  readonly to: number;
  readonly fn: number;
  readonly depth: number;
  readonly start: number;
  readonly width: number;
  readonly net: number;
  readonly parent: number;
}

export function flameTree(model: Model, query: FlameQuery): FlameTree {
  const split = new Splitter(model, query.sampleType);
  const rows = new Rows();
  const zoom: number[] = [];
  const ancestors = [split.measure()];
  for (const fn of query.zoom) {
    if (!split.enter(fn)) break;
    zoom.push(fn);
    ancestors.push(split.measure());
  }
  const top = ancestors[ancestors.length - 1] as Measure;
  for (let i = 0; i < zoom.length; i++) rows.add(i === 0 ? ROOT : zoom[i - 1] as number, i, 0, top.net, 0, top.width, i - 1);

  const least = Math.max(0, query.minShare) * top.width;
  let hidden = 0;
  const todo: Node[] = [{ from: 0, to: split.alive, fn: zoom.at(-1) ?? ROOT, depth: zoom.length, start: 0, width: top.width, net: top.net, parent: zoom.length - 1 }];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    const row = rows.add(node.fn, node.depth, node.start, node.net, 0, node.width, node.parent);
    const parts = split.children(node.from, node.to, least);
    rows.self.array[row] = parts.self;
    hidden += parts.hidden;
    const first = todo.length;
    let at = node.start;
    for (const p of parts.kept) {
      todo.push({ from: p.from, to: p.to, fn: p.fn, depth: node.depth + 1, start: at, width: p.width, net: p.net, parent: row });
      at += p.width;
    }
    // The leftmost child is to come off the stack first: rows are in depth-first order.
    for (let i = first, j = todo.length - 1; i < j; i++, j--) [todo[i], todo[j]] = [todo[j] as Node, todo[i] as Node];
  }
  const totals = model.totals[model.type(query.sampleType)] ?? { size: 0, net: 0 };
  const used = new Set(rows.fn.done());
  used.delete(ROOT);
  return {
    ...rows.finish(totals.size !== Math.abs(totals.net)),
    frames: [...used].sort((a, b) => a - b).map((id) => model.frame(id, query.ownModules)),
    grandTotal: totals.size,
    hidden,
    zoom,
    ancestors: ancestors.slice(0, -1).map((a) => a.net),
  };
}

interface Measure { readonly width: number; readonly net: number }
interface Part extends Measure { readonly fn: number; from: number; to: number }

/** The samples, in ranges that are split further and further. */
class Splitter {
  /** Samples in play are `order[0 .. alive)`. */
  readonly #order: Uint32Array;
  alive: number;
  /** For each sample: end of what is left of its stack (locations are eaten from the root's end), and lines eaten of the last. */
  readonly #left: Uint32Array;
  readonly #eaten: Uint32Array | undefined;
  readonly #values: Float64Array;
  /** Scratch: next function of each place in `order`, and a copy of a range of it. */
  readonly #next: Uint32Array;
  readonly #copy: Uint32Array;
  /** Scratch by function: samples, place to write to, sums. Zero outside `children`. */
  readonly #count: Uint32Array;
  readonly #place: Int32Array;
  readonly #width: Float64Array;
  readonly #net: Float64Array;

  constructor(private readonly model: Model, sampleType: number) {
    const { samples, stackAt } = model.columns;
    const values = this.#values = model.values(sampleType);
    let n = 0;
    for (let i = 0; i < samples; i++) if (values[i] !== 0) n++;
    this.#order = new Uint32Array(n);
    this.alive = n;
    for (let i = 0, k = 0; i < samples; i++) if (values[i] !== 0) this.#order[k++] = i;
    this.#left = stackAt.slice(1, samples + 1);
    this.#eaten = model.inlined ? new Uint32Array(samples) : undefined;
    this.#next = new Uint32Array(n);
    this.#copy = new Uint32Array(n);
    this.#count = new Uint32Array(model.functions);
    this.#place = new Int32Array(model.functions);
    this.#width = new Float64Array(model.functions);
    this.#net = new Float64Array(model.functions);
  }

  measure(): Measure {
    let width = 0;
    let net = 0;
    for (let i = 0; i < this.alive; i++) {
      const v = this.#values[this.#order[i] as number] as number;
      net += v;
      width += Math.abs(v);
    }
    return { width, net };
  }

  /** Keeps only the samples whose next frame is `fn`, one frame further; false, and nothing changed, if there are none. */
  enter(fn: number): boolean {
    const order = this.#order;
    let kept = 0;
    for (let i = 0; i < this.alive; i++) {
      const s = order[i] as number;
      if (this.#peek(s) !== fn) continue;
      order[i] = order[kept] as number;
      order[kept++] = s;
      this.#advance(s);
    }
    if (kept === 0) return false;
    this.alive = kept;
    // Restore the file's order, which makes the walk through memory a straight one.
    order.subarray(0, kept).sort();
    return true;
  }

  /** Function of the sample's next frame; ROOT when its stack is at an end. */
  #peek(s: number): number {
    const { stackAt, stack, lineAt } = this.model.columns;
    const left = this.#left[s] as number;
    if (left === stackAt[s]) return ROOT;
    const l = stack[left - 1] as number;
    const line = this.#eaten ? (lineAt[l + 1] as number) - 1 - (this.#eaten[s] as number) : lineAt[l] as number;
    return this.model.lineId[line] as number;
  }

  #advance(s: number): void {
    const eaten = this.#eaten;
    if (eaten) {
      const { stack, lineAt } = this.model.columns;
      const l = stack[(this.#left[s] as number) - 1] as number;
      const n = (eaten[s] as number) + 1;
      if (n < (lineAt[l + 1] as number) - (lineAt[l] as number)) { eaten[s] = n; return; }
      eaten[s] = 0;
    }
    this.#left[s] = (this.#left[s] as number) - 1;
  }

  /** Splits a range by next frame. Kept parts come widest first, then by name; their ranges lie at the range's beginning. */
  children(from: number, to: number, least: number): { kept: Part[]; self: number; hidden: number } {
    const touched: number[] = [];
    const self = this.#step(from, to, touched);
    const kept = this.#keep(touched, least);
    let at = from;
    for (const p of kept) {
      p.from = this.#place[p.fn] = at;
      p.to = at += this.#count[p.fn] as number;
    }
    // One child that takes all is the common case deep down: its samples lie right already.
    if (kept.length > 0 && !(kept.length === 1 && at === to)) this.#move(from, to);
    this.#clear(touched);
    return { kept, self, hidden: touched.length - kept.length };
  }

  /**
   * One frame further for each sample of a range: notes the next function and sums up by function. Gives the value of the
   * samples that end here, and in `touched` the functions met. A loop alone in its method, like those below: the engine
   * makes it fast while it runs the first time, and need not take that back for what follows.
   */
  #step(from: number, to: number, touched: number[]): number {
    const { stackAt, stack, lineAt } = this.model.columns;
    const { lineId } = this.model;
    const order = this.#order;
    const next = this.#next;
    const count = this.#count;
    const values = this.#values;
    const lefts = this.#left;
    const eaten = this.#eaten;
    const widths = this.#width;
    const nets = this.#net;
    let self = 0;
    // `peek` and `advance` written out: this loop is where the time goes.
    for (let i = from; i < to; i++) {
      const s = order[i] as number;
      const v = values[s] as number;
      const left = lefts[s] as number;
      if (left === stackAt[s]) {
        next[i] = ROOT;
        self += v;
        continue;
      }
      const l = stack[left - 1] as number;
      let line = lineAt[l] as number;
      if (eaten === undefined) lefts[s] = left - 1;
      else {
        const n = eaten[s] as number;
        const last = (lineAt[l + 1] as number) - 1 - n;
        if (last > line) eaten[s] = n + 1;
        else { eaten[s] = 0; lefts[s] = left - 1; }
        line = last;
      }
      const fn = lineId[line] as number;
      next[i] = fn;
      if (count[fn] === 0) touched.push(fn);
      count[fn] = (count[fn] as number) + 1;
      widths[fn] = (widths[fn] as number) + (v < 0 ? -v : v);
      nets[fn] = (nets[fn] as number) + v;
    }
    return self;
  }

  /** The functions wide enough to be drawn, in their order; the others' place is -1. */
  #keep(touched: readonly number[], least: number): Part[] {
    const kept: Part[] = [];
    for (const fn of touched) {
      const width = this.#width[fn] as number;
      if (width >= least) kept.push({ fn, width, net: this.#net[fn] as number, from: 0, to: 0 });
      this.#place[fn] = -1;
    }
    if (kept.length > 1) kept.sort((a, b) => b.width - a.width || (this.model.name(a.fn) < this.model.name(b.fn) ? -1 : 1));
    return kept;
  }

  /** Moves the samples of a range to where their function's place is, those of no place left behind. */
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
    for (const fn of touched) { this.#count[fn] = 0; this.#width[fn] = 0; this.#net[fn] = 0; }
  }
}

/** The rows of the answer as they come. */
class Rows {
  readonly fn = new Growing(new Uint32Array(1024));
  readonly #depth = new Growing(new Uint32Array(1024));
  readonly #start = new Growing(new Float64Array(1024));
  readonly #total = new Growing(new Float64Array(1024));
  readonly self = new Growing(new Float64Array(1024));
  readonly #width = new Growing(new Float64Array(1024));
  readonly #parent: number[] = [];

  add(fn: number, depth: number, start: number, total: number, self: number, width: number, parent: number): number {
    this.fn.push(fn);
    this.#depth.push(depth);
    this.#start.push(start);
    this.#total.push(total);
    this.self.push(self);
    this.#width.push(width);
    return this.#parent.push(parent) - 1;
  }

  finish(mixed: boolean) {
    const size = new Uint32Array(this.#parent.length).fill(1);
    for (let i = size.length - 1; i > 0; i--) {
      const p = this.#parent[i] as number;
      size[p] = (size[p] as number) + (size[i] as number);
    }
    // Sliced, since they go to another thread: a view would take the spare room along.
    const own = <A extends Uint32Array | Float64Array>(g: Growing<A>) => g.done().slice() as A;
    return {
      fn: own(this.fn), depth: own(this.#depth), size, start: own(this.#start), total: own(this.#total), self: own(this.self),
      ...(mixed && { width: own(this.#width) }),
    };
  }
}
