/** The rows of the tree view: the open part of the call tree, one line for each frame. Pure. */
import type { Model } from './model';

/** Opens `row`, and the rows below it as long as there is only one child. */
export function open(model: Model, row: number, opened: Set<number>): void {
  for (let r: number | undefined = row; r !== undefined && model.hasChildren(r);) {
    opened.add(r);
    let only: number | undefined;
    for (const c of model.children(r)) {
      if (only !== undefined) {
        only = undefined;
        break;
      }
      only = c;
    }
    r = only;
  }
}

/** Visible rows, top to bottom: all whose ancestors are open. */
export function visibleRows(model: Model, opened: ReadonlySet<number>): Uint32Array {
  const rows: number[] = [];
  for (let r = 0; r < model.rows; r = opened.has(r) ? r + 1 : model.end(r)) rows.push(r);
  return Uint32Array.from(rows);
}

/** Position of `row` in sorted `rows`, or -1. */
export function indexOf(rows: Uint32Array, row: number): number {
  let lo = 0,
    hi = rows.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if (rows[mid]! < row) lo = mid + 1;
    else hi = mid;
  }
  return rows[lo] === row ? lo : -1;
}

/** The same open rows in another tree of the same file, as far as it has them. */
export function carryOver(from: Model, to: Model, opened: ReadonlySet<number>): Set<number> {
  const map = new Map<number, number>([[0, 0]]);
  const out = new Set<number>();
  for (const r of [...opened].sort((a, b) => a - b)) {
    if (r > 0) {
      const parent = map.get(from.parent[r]!);
      if (parent === undefined) continue;
      for (const c of to.children(parent))
        if (to.tree.fn[c] === from.tree.fn[r]) {
          map.set(r, c);
          break;
        }
    }
    const there = map.get(r);
    if (there !== undefined && to.hasChildren(there)) out.add(there);
  }
  return out;
}

/** Position of a row among its siblings, from 1, and their number. */
export function among(model: Model, row: number): { readonly position: number; readonly siblings: number } {
  if (model.depth(row) === 0) return { position: 1, siblings: 1 };
  let position = 1,
    siblings = 0;
  for (const c of model.children(model.parent[row]!)) {
    siblings++;
    if (c === row) position = siblings;
  }
  return { position, siblings };
}
