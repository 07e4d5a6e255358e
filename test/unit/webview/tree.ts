/** Call trees for tests, from nested lists: [function id, own value, children]. */
import type { FlameTree } from '../../../src/profile/types';

export type Node = readonly [fn: number, self: number, ...children: Node[]];

export function treeOf(root: readonly Node[], names: (id: number) => string = (id) => `p.f${id}`): FlameTree {
  const rows: { fn: number; depth: number; size: number; start: number; total: number; self: number }[] = [];
  const add = (fn: number, self: number, children: readonly Node[], depth: number, start: number): number => {
    const row = { fn, depth, size: 0, start, total: self, self };
    const at = rows.push(row) - 1;
    for (const [f, s, ...c] of children) row.total += add(f, s, c, depth + 1, start + row.total - self);
    row.size = rows.length - at;
    return row.total;
  };
  const total = add(0xffffffff, 0, root, 0, 0);
  const ids = [...new Set(rows.map((r) => r.fn))].filter((id) => id !== 0xffffffff);
  return {
    fn: Uint32Array.from(rows, (r) => r.fn),
    depth: Uint32Array.from(rows, (r) => r.depth),
    size: Uint32Array.from(rows, (r) => r.size),
    start: Float64Array.from(rows, (r) => r.start),
    total: Float64Array.from(rows, (r) => r.total),
    self: Float64Array.from(rows, (r) => r.self),
    frames: ids.map((id) => ({ id, name: names(id), pkg: 'p', file: '', line: 0, origin: 'unknown' as const })),
    grandTotal: total,
    hidden: 0,
    zoom: [],
  };
}
