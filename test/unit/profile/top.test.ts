import { describe, expect, it } from 'vitest';
import { openProfile } from '../../../src/profile/open';
import { fixture, pprofTop } from './fixtures';

const cases = [
  ['cpu.prof', 'cpu'], ['cpu.prof', 'samples'], ['cpu-trimpath.prof', 'cpu'], ['mem.prof', 'alloc_space'], ['mem.prof', 'inuse_objects'],
  ['goroutine.pb.gz', 'goroutine'],
] as const;

describe('top agrees with go tool pprof -top', () => {
  it.each(cases)('%s, %s: every function', async (file, type) => {
    const expected = pprofTop(`${file}.${type}.top.txt`);
    const profile = openProfile(fixture(file));
    const sampleType = profile.summary.sampleTypes.findIndex((t) => t.type === type);
    const total = profile.summary.sampleTypes[sampleType]?.total ?? 0;
    const rows = await profile.top({ sampleType });
    expect(total).toBe(expected.total);
    expect(expected.rows.length).toBeGreaterThan(5);
    expect(rows.map((r) => r.name).sort()).toEqual(expected.rows.map((r) => r.name).sort());
    const byName = new Map(rows.map((r) => [r.name, r]));
    for (const e of expected.rows) {
      const r = byName.get(e.name);
      expect([e.name, r?.flat, r?.cum]).toEqual([e.name, e.flat, e.cum]);
      expect(Math.abs(((r?.flat ?? 0) / total) * 100 - e.flatPercent)).toBeLessThan(0.1);
      expect(Math.abs(((r?.cum ?? 0) / total) * 100 - e.cumPercent)).toBeLessThan(0.1);
    }
    for (let i = 1; i < rows.length; i++) expect(Math.abs(rows[i - 1]?.flat ?? 0)).toBeGreaterThanOrEqual(Math.abs(rows[i]?.flat ?? 0));
  });
});
