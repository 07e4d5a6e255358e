/**
 * A call tree of so many frames, always the same one, with many thin leaves: what a large profile looks like unpruned.
 */
import type { FlameTree } from '../../../src/profile/types';

export function treeOf500k(nodes: number): FlameTree {
  const fn = new Uint32Array(nodes),
    depth = new Uint32Array(nodes),
    size = new Uint32Array(nodes).fill(1);
  const start = new Float64Array(nodes),
    total = new Float64Array(nodes),
    self = new Float64Array(nodes);
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32;
  };
  const parent = new Int32Array(nodes);
  const open: number[] = [0];
  fn[0] = 0xffffffff;
  parent[0] = -1;
  for (let i = 1; i < nodes; i++) {
    // Back up a random way, then one down: depth wanders up to 60.
    const keep =
      open.length >= 60 ? 1 + Math.floor(random() * 58) : Math.max(1, open.length - Math.floor(random() * 3));
    open.length = keep;
    parent[i] = open[keep - 1]!;
    depth[i] = keep;
    fn[i] = Math.floor(random() * 2000);
    self[i] = 1 + Math.floor(random() * 5);
    open.push(i);
  }
  for (let i = nodes - 1; i >= 0; i--) {
    total[i]! += self[i]!;
    const p = parent[i]!;
    if (p >= 0) {
      total[p]! += total[i]!;
      size[p]! += size[i]!;
    }
  }
  const next = new Float64Array(nodes);
  for (let i = 1; i < nodes; i++) {
    const p = parent[i]!;
    start[i] = start[p]! + next[p]!;
    next[p]! += total[i]!;
  }
  const frames = Array.from({ length: 2000 }, (_, id) => ({
    id,
    name: `example.com/bench/pkg${id % 40}.(*Type${id}).Method${id}`,
    pkg: `example.com/bench/pkg${id % 40}`,
    file: '',
    line: 0,
    origin: id % 9 === 0 ? ('own' as const) : ('dependency' as const),
    layer: 0,
    fn: id,
  }));
  return { fn, depth, size, start, total, self, frames, grandTotal: total[0]!, hidden: 0, zoom: [] };
}
