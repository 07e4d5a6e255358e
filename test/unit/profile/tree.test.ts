import { describe, expect, it } from 'vitest';
import { openModel, openProfile } from '../../../src/profile/open';
import type { FlameQuery, FlameTree } from '../../../src/profile/types';
import { profile } from './build';
import { fixture } from './fixtures';

const all: FlameQuery = { sampleType: 0, zoom: [], minShare: 0, ownModules: [] };
const ROOT = 0xffffffff;

function lines(t: FlameTree): string[] {
  const names = new Map(t.frames.map((f) => [f.id, f.name]));
  return Array.from(
    t.fn,
    (fn, i) =>
      `${'  '.repeat(t.depth[i] ?? 0)}${fn === ROOT ? 'root' : names.get(fn)} ${t.total[i]} ${t.self[i]} @${t.start[i]} #${t.size[i]}`,
  );
}
const id = (t: FlameTree, name: string) => t.frames.find((f) => f.name === name)?.id ?? -1;

/** The plain way: a map of maps, every node built. Only for comparison. */
function plainTree(file: Uint8Array, sampleType: number): Map<string, { total: number; self: number }> {
  const { model } = openModel(file, { maxBytes: 1e9 });
  const c = model.columns;
  const ids = model.nodes.of(c, 'functions');
  const nodes = new Map<string, { total: number; self: number }>([['', { total: 0, self: 0 }]]);
  for (let i = 0; i < c.samples; i++) {
    const v = c.values[sampleType]?.[i] ?? 0;
    if (v === 0) continue;
    const path: number[] = [];
    for (let j = (c.frameAt[i + 1] ?? 0) - 1; j >= (c.frameAt[i] ?? 0); j--) path.push(ids[c.frames[j] ?? 0] ?? 0);
    for (let d = 0; d <= path.length; d++) {
      const key = path.slice(0, d).join(';');
      const n = nodes.get(key) ?? { total: 0, self: 0 };
      n.total += v;
      if (d === path.length) n.self += v;
      nodes.set(key, n);
    }
  }
  return nodes;
}

function paths(t: FlameTree): Map<string, { total: number; self: number }> {
  const path: number[] = [];
  return new Map(
    Array.from(t.fn, (fn, i) => {
      path.length = Math.max(0, (t.depth[i] ?? 0) - 1);
      if (fn !== ROOT) path.push(fn);
      return [path.join(';'), { total: t.total[i] ?? 0, self: t.self[i] ?? 0 }];
    }),
  );
}

describe('flame tree', () => {
  it('comes in depth-first order, widest child first, equals by name, with starts and sizes', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['a;b', 2],
          ['a;c;d', 5],
          ['a', 1],
          ['z', 3],
          ['m', 3],
          ['a;b;e', 1],
        ],
      }),
    );
    expect(lines(await p.flame(all))).toEqual([
      'root 15 0 @0 #8',
      '  a 9 1 @0 #5',
      '    c 5 0 @0 #2',
      '      d 5 5 @0 #1',
      '    b 3 2 @5 #2',
      '      e 1 1 @5 #1',
      '  m 3 3 @9 #1',
      '  z 3 3 @12 #1',
    ]);
  });

  it('keeps recursion and inlined frames apart as rows', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['f;f;g|h;f', 4],
          ['f;g|h', 2],
        ],
      }),
    );
    expect(lines(await p.flame(all))).toEqual([
      'root 6 0 @0 #8',
      '  f 6 0 @0 #7',
      '    f 4 0 @0 #4',
      '      g 4 0 @0 #3',
      '        h 4 0 @0 #2',
      '          f 4 4 @0 #1',
      '    g 2 0 @4 #2',
      '      h 2 2 @4 #1',
    ]);
  });

  it('zooms: ancestors above, as wide as the zoomed frame, with their true totals beside', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['a;b;c', 2],
          ['a;b;d', 5],
          ['a;x', 9],
          ['b;c', 7],
        ],
      }),
    );
    const whole = await p.flame(all);
    const t = await p.flame({ ...all, zoom: [id(whole, 'a'), id(whole, 'b')] });
    expect(lines(t)).toEqual([
      'root 7 0 @0 #5',
      '  a 7 0 @0 #4',
      '    b 7 0 @0 #3',
      '      d 5 5 @0 #1',
      '      c 2 2 @5 #1',
    ]);
    expect(t.ancestors).toEqual([23, 16]);
    expect(t.grandTotal).toBe(23);
    expect(t.zoom).toEqual([id(whole, 'a'), id(whole, 'b')]);
  });

  it('goes as far as the path exists', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['a;b', 2, 0],
          ['c', 0, 3],
        ],
        types: [
          ['x', 'count'],
          ['y', 'count'],
        ],
      }),
    );
    const a = id(await p.flame(all), 'a');
    const t = await p.flame({ ...all, sampleType: 1, zoom: [a, 77] });
    expect(t.zoom).toEqual([]);
    expect(lines(t)).toEqual(['root 3 0 @0 #2', '  c 3 3 @0 #1']);
  });

  it('leaves out what is too narrow for the zoomed width and counts it', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['a;b', 900],
          ['a;c', 1],
          ['d', 99],
          ['e;f;g', 1],
        ],
      }),
    );
    const t = await p.flame({ ...all, minShare: 0.01 });
    expect(lines(t)).toEqual(['root 1001 0 @0 #4', '  a 901 0 @0 #2', '    b 900 900 @0 #1', '  d 99 99 @901 #1']);
    expect(t.hidden).toBe(2);
    const zoomed = await p.flame({ ...all, minShare: 0.01, zoom: [id(await p.flame(all), 'e')] });
    expect(lines(zoomed).at(-1)).toBe('      g 1 1 @0 #1');
  });

  it('gives widths of their own when values have both signs, so that rows nest', async () => {
    const p = openProfile(
      profile({
        stacks: [
          ['a;b', 10],
          ['a;c', -9],
          ['d', -3],
        ],
      }),
    );
    const t = await p.flame(all);
    expect(lines(t)).toEqual([
      'root -2 0 @0 #5',
      '  a 1 0 @0 #3',
      '    b 10 10 @0 #1',
      '    c -9 -9 @10 #1',
      '  d -3 -3 @19 #1',
    ]);
    expect([...(t.width ?? [])]).toEqual([22, 19, 10, 9, 3]);
    expect(t.grandTotal).toBe(22);
    expect((await openProfile(profile({ stacks: [['a', 1]] })).flame(all)).width).toBeUndefined();
  });

  it.each([
    ['cpu.prof', 1],
    ['mem.prof', 1],
    ['mem.prof', 3],
    ['goroutine.pb.gz', 0],
    ['cpu-trimpath.prof', 0],
  ])('%s #%i: equals the tree built whole', async (name, sampleType) => {
    const file = fixture(name);
    const t = await openProfile(file).flame({ ...all, sampleType });
    const expected = plainTree(file, sampleType);
    expect(t.fn.length).toBe(expected.size);
    expect(paths(t)).toEqual(expected);
    const wrong: string[] = [];
    for (let i = 0; i < t.fn.length; i++) {
      // Children lie within their parent and do not overlap.
      let at = t.start[i] ?? 0;
      let sum = t.self[i] ?? 0;
      for (let c = i + 1; c < i + (t.size[i] ?? 0); c += t.size[c] ?? 1) {
        if (t.depth[c] !== (t.depth[i] ?? 0) + 1) wrong.push(`depth of ${c}`);
        if (t.start[c] !== at) wrong.push(`start of ${c}`);
        at += t.total[c] ?? 0;
        sum += t.total[c] ?? 0;
      }
      if (sum !== t.total[i]) wrong.push(`total of ${i}`);
    }
    expect(wrong).toEqual([]);
  });

  it('draws a stack 10,000 deep', async () => {
    const p = openProfile(profile({ stacks: [[Array.from({ length: 10_000 }, (_, i) => `f${i % 3}`).join(';'), 1]] }));
    expect(p.summary.maxDepth).toBe(10_000);
    const t = await p.flame(all);
    expect(t.fn.length).toBe(10_001);
    expect(t.size[0]).toBe(10_001);
    expect(t.depth[10_000]).toBe(10_000);
  });

  it('has a root for an empty profile', async () => {
    const p = openProfile(profile({ stacks: [] }));
    expect(lines(await p.flame(all))).toEqual(['root 0 0 @0 #1']);
    expect(p.summary.samples).toBe(0);
    expect(p.summary.warnings.join()).toContain('no samples');
  });

  it('opens a function at its busiest line', async () => {
    const t = await openProfile(fixture('cpu.prof')).flame({ ...all, sampleType: 1, minShare: 0 });
    const hash = t.frames.find((f) => f.name.endsWith('busy.Hash'));
    expect(hash?.file).toBe('/src/fixtures/busy/busy.go');
    expect(hash?.line).toBeGreaterThanOrEqual(23);
    expect(hash?.line).toBeLessThanOrEqual(24);
    expect(hash?.pkg).toBe('example.com/fixtures/busy');
    expect(hash?.origin).toBe('own');
  });
});

describe('search', () => {
  const p = openProfile(
    profile({
      stacks: [
        ['main;Work;hash', 4],
        ['main;Work;hash;Work', 2],
        ['main;idle', 6],
      ],
    }),
  );

  it('counts a sample once, however often frames match', async () => {
    const r = await p.search({ text: 'work', sampleType: 0 });
    expect([r.value, r.share, r.ids.length]).toEqual([6, 0.5, 1]);
  });

  it('takes expressions between slashes, and texts as they are', async () => {
    expect((await p.search({ text: '/^(hash|idle)$/', sampleType: 0 })).value).toBe(12);
    expect((await p.search({ text: '^(hash|idle)$', sampleType: 0 })).ids.length).toBe(0);
    expect((await p.search({ text: '', sampleType: 0 })).value).toBe(0);
    await expect(p.search({ text: '/(/', sampleType: 0 })).rejects.toMatchObject({ code: 'profile.pattern' });
  });

  it('never says more than all, with negative values too', async () => {
    const d = openProfile(
      profile({
        stacks: [
          ['a', 5],
          ['a;b', -4],
          ['c', 1],
        ],
      }),
    );
    expect(await d.search({ text: 'a', sampleType: 0 })).toMatchObject({ value: 9, share: 0.9 });
  });
});
