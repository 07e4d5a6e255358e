import { describe, expect, it } from 'vitest';
import { firstEndingAfter, frameAt, hitCounts, rangeOf, spans, type Span } from '../../../webview/flame/lod';
import { Model } from '../../../webview/flame/model';
import { among, carryOver, indexOf, open, visibleRows } from '../../../webview/flame/treerows';
import { nextHit, step } from '../../../webview/flame/walk';
import { treeOf, type Node } from './tree';

//        root
//  1: a(60)          b(40)
//  2: c(30) d(20)    e(40)
//  3:                f(10) g(30)
const small = (): Model =>
  new Model(
    treeOf([
      [1, 10, [3, 30], [4, 20]],
      [2, 0, [5, 0, [6, 10], [7, 30]]],
    ]),
  );
const collect = (m: Model, depth: number, from: number, to: number, width: number): Span[] => {
  const out: Span[] = [];
  spans(m, depth, { from, to }, width, (s) => out.push({ ...s }));
  return out;
};

describe('model', () => {
  it('knows parents, children, paths and depths', () => {
    const m = small();
    expect([...m.parent]).toEqual([0, 0, 1, 1, 0, 4, 5, 5]);
    expect([...m.children(1)]).toEqual([2, 3]);
    expect(m.path(7)).toEqual([2, 5, 7]);
    expect(m.find([2, 5, 7])).toEqual({ row: 7, whole: true });
    expect(m.find([2, 9])).toEqual({ row: 4, whole: false });
    expect(m.ancestor(7, 1)).toBe(4);
    expect(m.deepest(0)).toBe(3);
    expect(m.deepest(1)).toBe(2);
    expect(m.frame(0).name).toBe('root');
    expect(m.frame(7).name).toBe('p.f7');
  });

  it('takes widths from |total|, or from the tree where signs are mixed', () => {
    const t = treeOf([[1, 5]]);
    expect([...new Model({ ...t, total: Float64Array.of(-5, -5) }).widths]).toEqual([5, 5]);
    expect([...new Model({ ...t, width: Float64Array.of(9, 9) }).widths]).toEqual([9, 9]);
  });

  it('walks a stack of 10,000 frames without recursion', () => {
    let node: Node = [9_999, 1];
    const depth = 10_000;
    const t = { ...treeOf([node]) };
    const n = depth + 1;
    const m = new Model({
      ...t,
      fn: Uint32Array.from({ length: n }, (_, i) => (i === 0 ? 0xffffffff : i)),
      depth: Uint32Array.from({ length: n }, (_, i) => i),
      size: Uint32Array.from({ length: n }, (_, i) => n - i),
      start: new Float64Array(n),
      total: new Float64Array(n).fill(1),
      self: new Float64Array(n),
    });
    node = [0, 0];
    expect(m.path(depth)).toHaveLength(depth);
    expect(m.find(m.path(depth)).row).toBe(depth);
    const opened = new Set<number>();
    open(m, 0, opened);
    expect(visibleRows(m, opened)).toHaveLength(n);
  });
});

describe('level of detail', () => {
  it('gives each frame in view its pixels', () => {
    const m = small();
    expect(collect(m, 1, 0, 100, 200).map((s) => [s.row, s.x, s.width, s.run])).toEqual([
      [1, 0, 120, false],
      [4, 120, 80, false],
    ]);
    expect(collect(m, 2, 60, 100, 200).map((s) => [s.row, s.x, s.width])).toEqual([[5, 0, 200]]);
    expect(collect(m, 9, 0, 100, 200)).toEqual([]);
  });

  it('draws runs thinner than a pixel once, and misses nothing', () => {
    // 10,000 frames of value 1, one of 5,000 in their middle, on 100 px: 75 values for a pixel.
    const nodes: Node[] = Array.from({ length: 10_000 }, (_, i): Node => [i + 1, 1]);
    nodes.splice(5000, 0, [77_777, 5000]);
    const m = new Model(treeOf(nodes));
    const all = collect(m, 1, 0, 15_000, 100);
    expect(all.length).toBeLessThanOrEqual(103);
    expect(all.find((s) => !s.run)).toMatchObject({ row: 5001, width: expect.closeTo(33.33, 1) });
    const covered = all.reduce((n, s) => n + s.last - s.first + 1, 0);
    expect(covered).toBe(10_001);
    for (let i = 1; i < all.length; i++) expect(all[i]!.first).toBe(all[i - 1]!.last + 1);
  });

  it('finds the frame under a pixel, with slack for thin ones', () => {
    const m = small();
    expect(frameAt(m, 2, 45, 0)).toBe(3);
    expect(frameAt(m, 2, 55, 0)).toBeUndefined();
    expect(frameAt(m, 2, 58, 3)).toBe(5);
    expect(frameAt(m, 8, 1, 0)).toBeUndefined();
    expect(firstEndingAfter(m, m.depthStart[1]!, m.depthStart[2]!, 60)).toBe(2);
    const { from, to } = rangeOf(m, 5);
    expect([from, to]).toEqual([60, 100]);
  });

  it('counts hits along the order of the rows', () => {
    const m = small();
    const counts = hitCounts(m, new Set([1, 7]));
    expect(counts[m.place[1]! + 1]! - counts[m.place[1]!]!).toBe(1);
    expect(counts[m.place[4]! + 1]! - counts[m.place[4]!]!).toBe(0);
    expect(counts[m.rows]).toBe(2);
  });
});

describe('walking', () => {
  const all = { from: 0, to: 100 };
  it('goes to parent, widest child, and along the row', () => {
    const m = small();
    expect(step(m, 7, 'parent', all, 7)).toBe(5);
    expect(step(m, 0, 'parent', all, 0)).toBeUndefined();
    expect(step(m, 5, 'child', all, 5)).toBe(7);
    expect(step(m, 3, 'right', all, 3)).toBe(5);
    expect(step(m, 3, 'left', all, 3)).toBe(2);
    expect(step(m, 2, 'left', all, 2)).toBeUndefined();
    expect(step(m, 3, 'right', { from: 0, to: 60 }, 3), 'not out of the zoom').toBeUndefined();
    expect(step(m, 5, 'child', all, 6), 'back where one came from').toBe(6);
  });

  it('goes round the matches in the zoom, both ways', () => {
    const m = small();
    const hits = new Set([3, 6, 7]);
    expect(nextHit(m, 0, false, hits, 0)).toBe(2);
    expect(nextHit(m, 7, false, hits, 0)).toBe(2);
    expect(nextHit(m, 2, true, hits, 0)).toBe(7);
    expect(nextHit(m, 0, false, hits, 4), 'within b only').toBe(6);
    expect(nextHit(m, 7, false, hits, 4)).toBe(6);
    expect(nextHit(m, 0, false, new Set([99]), 0)).toBeUndefined();
  });
});

describe('tree rows', () => {
  it('opens on through single children, and lists what is open', () => {
    const m = small();
    const opened = new Set<number>();
    open(m, 4, opened);
    expect([...opened]).toEqual([4, 5]);
    opened.add(0);
    const rows = visibleRows(m, opened);
    expect([...rows]).toEqual([0, 1, 4, 5, 6, 7]);
    expect(indexOf(rows, 5)).toBe(3);
    expect(indexOf(rows, 2)).toBe(-1);
    expect(among(m, 7)).toEqual({ position: 2, siblings: 2 });
    expect(among(m, 0)).toEqual({ position: 1, siblings: 1 });
  });

  it('keeps what is open when a finer tree comes', () => {
    const finer = new Model(
      treeOf([
        [1, 10, [3, 30], [4, 20]],
        [8, 1],
        [2, 0, [5, 0, [6, 10], [7, 30]]],
      ]),
    );
    expect([...carryOver(small(), finer, new Set([0, 4, 5, 2]))].map((r) => finer.frame(r).name)).toEqual([
      'root',
      'p.f2',
      'p.f5',
    ]);
  });
});
