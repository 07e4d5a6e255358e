/**
 * The page's call tree: the columns that the host sent, with parents and, for each depth, its rows from left to right.
 * Built in two passes over the columns, without recursion: stacks are up to 10,000 frames deep.
 */
import { LAYERS } from '../../src/profile/layers/rules';
import type { FlameTree, Frame } from '../../src/profile/types';

/** Function id of row 0 in every tree (see FlameTree.fn). */
const ROOT_FN = 0xffffffff;
const UNKNOWN_LAYER = LAYERS.length - 1;
const ROOT_FRAME: Frame = {
  name: 'root',
  pkg: '',
  file: '',
  line: 0,
  origin: 'unknown',
  layer: UNKNOWN_LAYER,
  fn: ROOT_FN,
};
const UNKNOWN_FRAME: Frame = { ...ROOT_FRAME, name: '(unknown)' };

export class Model {
  readonly rows: number;
  /** Row of the parent; row 0 is its own parent. */
  readonly parent: Uint32Array;
  /** All rows, sorted by depth, then from left to right; `depthStart[d]` is where depth d begins in it. */
  readonly order: Uint32Array;
  readonly depthStart: Uint32Array;
  /** Position of each row in `order`. */
  readonly place: Uint32Array;
  readonly maxDepth: number;
  /** Width of each row, in values, never negative. */
  readonly widths: Float64Array;
  readonly #frames = new Map<number, Frame>();

  constructor(readonly tree: FlameTree) {
    const { depth } = tree;
    const n = (this.rows = depth.length);
    let max = 0;
    for (let i = 0; i < n; i++) if (depth[i]! > max) max = depth[i]!;
    this.maxDepth = max;
    const starts = (this.depthStart = new Uint32Array(max + 2));
    for (let i = 0; i < n; i++) starts[depth[i]! + 1]!++;
    for (let d = 0; d <= max; d++) starts[d + 1]! += starts[d]!;
    const next = starts.slice();
    const open = new Uint32Array(max + 1);
    this.order = new Uint32Array(n);
    this.place = new Uint32Array(n);
    this.parent = new Uint32Array(n);
    for (let i = 0; i < n; i++) {
      const d = depth[i]!;
      this.parent[i] = d === 0 ? 0 : open[d - 1]!;
      open[d] = i;
      const at = next[d]!++;
      this.order[at] = i;
      this.place[i] = at;
    }
    this.widths = tree.width ?? (tree.total.some((v) => v < 0) ? tree.total.map(Math.abs) : tree.total);
    for (const f of tree.frames) this.#frames.set(f.id, f);
  }

  frame(row: number): Frame {
    const fn = this.tree.fn[row];
    return fn === ROOT_FN ? ROOT_FRAME : (this.#frames.get(fn!) ?? UNKNOWN_FRAME);
  }

  left(row: number): number {
    return this.tree.start[row] ?? 0;
  }
  /** Width in values: what the frame and all below it took, without its sign. */
  width(row: number): number {
    return this.widths[row] ?? 0;
  }
  right(row: number): number {
    return this.left(row) + this.width(row);
  }
  depth(row: number): number {
    return this.tree.depth[row] ?? 0;
  }
  /** One past the last row of the frame's subtree. */
  end(row: number): number {
    return row + (this.tree.size[row] ?? 1);
  }
  contains(row: number, other: number): boolean {
    return other >= row && other < this.end(row);
  }
  hasChildren(row: number): boolean {
    return (this.tree.size[row] ?? 1) > 1;
  }

  *children(row: number): Generator<number> {
    for (let c = row + 1, end = this.end(row); c < end; c = this.end(c)) yield c;
  }

  /** The child with the largest width, the first one of equals; undefined for a leaf. */
  widestChild(row: number): number | undefined {
    let best: number | undefined;
    for (const c of this.children(row)) if (best === undefined || this.width(c) > this.width(best)) best = c;
    return best;
  }

  /** Function ids from below the root down to `row`: identifies a frame across trees of the same file. */
  path(row: number): number[] {
    const p: number[] = [];
    for (let r = row; this.depth(r) > 0; r = this.parent[r]!) p.push(this.tree.fn[r]!);
    return p.reverse();
  }

  /** The row that `path` leads to (`whole`), or the deepest row on the way that this tree has. */
  find(path: readonly number[]): { readonly row: number; readonly whole: boolean } {
    let row = 0;
    for (const fn of path) {
      let hit: number | undefined;
      for (const c of this.children(row))
        if (this.tree.fn[c] === fn) {
          hit = c;
          break;
        }
      if (hit === undefined) return { row, whole: false };
      row = hit;
    }
    return { row, whole: true };
  }

  /** The widest row of the functions of this name; undefined when the tree has none. */
  widestOf(name: string): number | undefined {
    const ids = new Set<number>();
    for (const [id, f] of this.#frames) if (f.name === name) ids.add(id);
    let best: number | undefined;
    if (ids.size > 0)
      for (let r = 1; r < this.rows; r++)
        if (ids.has(this.tree.fn[r]!) && (best === undefined || this.width(r) > this.width(best))) best = r;
    return best;
  }

  /** The ancestor of `row` at `depth`, or `row` itself when it isn't deeper. */
  ancestor(row: number, depth: number): number {
    let r = row;
    while (this.depth(r) > depth) r = this.parent[r]!;
    return r;
  }

  /** Depth of the deepest row below `row`. */
  deepest(row: number): number {
    if (row === 0) return this.maxDepth;
    let max = this.depth(row);
    for (let i = row, end = this.end(row); i < end; i++) if (this.tree.depth[i]! > max) max = this.tree.depth[i]!;
    return max;
  }
}
