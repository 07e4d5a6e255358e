import { describe, expect, it } from 'vitest';
import { openProfile } from '../../../src/profile/open';
import { fixture, pprofTop, rowsOf } from './fixtures';

const cases = [
  ['cpu.prof', 'cpu'],
  ['cpu.prof', 'samples'],
  ['cpu-trimpath.prof', 'cpu'],
  ['mem.prof', 'alloc_space'],
  ['mem.prof', 'inuse_objects'],
  ['goroutine.pb.gz', 'goroutine'],
] as const;

describe('top agrees with go tool pprof -top', () => {
  it.each(cases)('%s, %s: every function', async (file, type) => {
    const expected = pprofTop(`${file}.${type}.top.txt`);
    const profile = openProfile(fixture(file));
    const sampleType = profile.summary.sampleTypes.findIndex((t) => t.type === type);
    const total = profile.summary.sampleTypes[sampleType]?.total ?? 0;
    const rows = rowsOf(await profile.top({ sampleType }));
    expect(total).toBe(expected.total);
    expect(expected.rows.length).toBeGreaterThan(5);
    expect(rows.map((r) => r.name).sort()).toEqual(expected.rows.map((r) => r.name).sort());
    const byName = new Map(rows.map((r) => [r.name, r]));
    const differing = expected.rows.filter((e) => {
      const r = byName.get(e.name) ?? { flat: NaN, cum: NaN };
      const close = (v: number, percent: number) => Math.abs((v / total) * 100 - percent) < 0.1;
      return r.flat !== e.flat || r.cum !== e.cum || !close(r.flat, e.flatPercent) || !close(r.cum, e.cumPercent);
    });
    expect(differing).toEqual([]);
    for (let i = 1; i < rows.length; i++)
      expect(Math.abs(rows[i - 1]?.flat ?? 0)).toBeGreaterThanOrEqual(Math.abs(rows[i]?.flat ?? 0));
  });
});
