import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseOf, place } from '../../../src/lines/place';
import { filesOf, valuesOf } from '../../../src/lines/values';
import { heatOf, hotLines, valueText } from '../../../src/lines/words';
import { openProfile } from '../../../src/profile/open';
import { fixture, pprofTop } from '../profile/fixtures';

const BUSY = '/src/fixtures/busy/busy.go';

async function answers() {
  const profile = openProfile(fixture('cpu.prof'));
  const sampleType = profile.summary.defaultSampleType;
  return { top: await profile.top({ sampleType }), lines: await profile.lines({ sampleType }) };
}

describe('values of a real profile', () => {
  it('are those of go tool pprof by function, on the lines where these are declared', async () => {
    const { top, lines } = await answers();
    const values = valuesOf(top, lines).get(BUSY);
    const source = readFileSync(path.join(__dirname, '../../fixtures/make/busy/busy.go'), 'utf8');
    const placed = place(values ? [values] : [], baseOf(source), source);
    expect(placed).toMatchObject({ moved: 0, gone: [] });
    const told = pprofTop('cpu.prof.cpu.top.txt').rows;
    for (const { values: f, at } of placed.functions) {
      const row = told.find((r) => r.name === f.name);
      expect([f.flat, f.cum], f.name).toEqual([row?.flat, row?.cum]);
      expect(source.split('\n')[at.line - 1], f.name).toContain(`${at.key.split('.').at(-1)}`);
    }
    expect(placed.functions.map((f) => f.at.key)).toEqual(
      expect.arrayContaining(['Hash', 'mix', 'rotate', 'Grow', 'Sum', 'List.Push', 'Sorted']),
    );
    // Every line lies in a function that is on it.
    for (const l of placed.lines)
      expect(source.split('\n')[l.line - 1]?.trim(), String(l.line)).not.toMatch(/^(\/\/.*)?$/);
  });

  it('know where each function began, and all files with their functions', async () => {
    const { lines } = await answers();
    const source = readFileSync(path.join(__dirname, '../../fixtures/make/busy/busy.go'), 'utf8').split('\n');
    const at = lines.names.findIndex((n) => n.endsWith('busy.Hash'));
    expect(source[(lines.start[lines.name.indexOf(at)] ?? 0) - 1]).toBe('func Hash(n int) uint64 {');
    const files = filesOf(lines);
    expect(files.find((f) => f.file === BUSY)?.names).toContain('example.com/fixtures/busy.Hash');
    expect(files.every((f) => f.names.length === f.lines.length && new Set(f.names).size === f.names.length)).toBe(
      true,
    );
  });
});

describe('words', () => {
  const whole = { total: 10e9, unit: 'nanoseconds' };
  it.each([
    [{ flat: 0.2e9, cum: 3.4e9 }, 'cum 3.4 s · 34.0 %, flat 200 ms', 3],
    [{ flat: 0, cum: 0.6e9 }, 'cum 600 ms · 6.0 %', 2],
    [{ flat: 0.2e9, cum: 0.2e9 }, 'flat 200 ms · 2.0 %', 1],
    [{ flat: 1e6, cum: 1e6 }, 'flat 1 ms · < 0.1 %', 0],
    [{ flat: 0, cum: -3e9 }, 'cum -3 s · -30.0 %', 3],
  ])('%o', (v, words, heat) => {
    expect(valueText(v, whole)).toBe(words);
    expect(heatOf(v, whole)).toBe(heat);
  });

  it('of no total have no share', () => {
    expect(valueText({ flat: 1, cum: 2 }, { total: 0, unit: 'count' })).toBe('cum 2, flat 1');
  });

  it('hot lines are those with heat, else those with values of their own', () => {
    const lines = [
      { flat: 0, cum: 5e9 },
      { flat: 1, cum: 1 },
    ];
    expect(hotLines(lines, whole)).toEqual([lines[0]]);
    expect(hotLines(lines.slice(1), whole)).toEqual([lines[1]]);
  });
});
