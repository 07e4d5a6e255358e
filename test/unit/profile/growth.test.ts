import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readDump } from '../../../src/profile/goroutines/dump';
import { growthOf } from '../../../src/profile/goroutines/growth/growth';
import type { GrownStack } from '../../../src/profile/goroutines/growth/types';

/**
 * What test/fixtures/growth/main.go did, 65 s apart: 6, 46, 86 leaked; 30, 20, 10 of the crew; 12, 14, 32 guests, each
 * time others.
 */
const dumps = [1, 2, 3].map((n) => readDump(readFileSync(`test/fixtures/growth/growth-${n}.txt`, 'utf8')));
const at = (...which: number[]) =>
  which.map((n) => ({ dump: dumps[n - 1]!, at: 1_700_000_000_000 + n * 65_000, process: 'pod' }));
const rows = (stacks: readonly GrownStack[]) => stacks.map((s) => [s.stack[0]!.name, s.counts, s.change, s.ended]);

describe('growth of three dumps of one process', () => {
  const growth = growthOf(at(1, 2, 3));
  it('names what grew and what shrank, with who is gone', () => {
    expect(rows(growth.stacks)).toEqual([
      ['main.(*Sender).wait', [6, 46, 86], 80, 0],
      ['main.(*Inn).stay', [12, 14, 32], 20, 12],
      ['main.(*Crew).work', [30, 20, 10], -20, 20],
    ]);
    expect(growth.stacks[0]!.createdBy?.name).toBe('main.(*Sender).Send');
    expect(growth.minutes).toBeCloseTo(130 / 60);
    expect(growth.totals).toEqual([53, 85, 133]);
  });

  it('calls a leak what rises each time', () => {
    expect(growth.verdict).toEqual({ stack: 0, leak: 'rises' });
  });

  it('tells who stands in the same place each time, and who has not moved', () => {
    expect(growth.stuck.map((s) => [s.why, s.ids.length])).toEqual([
      ['lock', 2],
      ['send', 1],
    ]);
    // The only sender has waited for the two whole minutes that the dumps span; of two the dump tells the longest wait
    // only.
    expect(growth.stuck.map((s) => s.still)).toEqual([false, true]);
  });

  it('gives each group of the last dump its change', () => {
    const { groups } = dumps[2]!;
    const of = (name: string) => growth.changes[groups.findIndex((g) => g.stack[0]?.name === name)];
    expect([of('main.(*Sender).wait'), of('main.(*Inn).stay'), of('main.(*Crew).work'), of('main.tell')]).toEqual([
      80, 20, -20, 0,
    ]);
  });
});

describe('growth of two dumps', () => {
  it('calls a leak what nobody of the earlier ones has left', () => {
    expect(growthOf(at(1, 2)).verdict).toEqual({ stack: 0, leak: 'none ended' });
  });

  it('calls growth what comes and goes', () => {
    const inn = (n: number, from: number) =>
      readDump(
        Array.from(
          { length: n },
          (_, i) =>
            `goroutine ${from + i} [select]:\nmain.(*Inn).stay(0x1)\n\t/x.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/x.go:2 +0x2\n`,
        ).join('\n'),
      );
    const grown = growthOf([
      { dump: inn(12, 10), at: 1, process: '' },
      { dump: inn(32, 100), at: 60_001, process: '' },
    ]);
    expect(grown.verdict).toEqual({ stack: 0, leak: undefined });
    expect(
      growthOf([
        { dump: inn(12, 10), at: 1, process: '' },
        { dump: inn(15, 100), at: 60_001, process: '' },
      ]).verdict,
    ).toBeUndefined();
  });

  it('says nothing of leaks over two processes, or one that was started anew', () => {
    const [a, , c] = at(1, 2, 3);
    const other = growthOf([a!, { ...c!, process: 'another' }]);
    expect([other.verdict, other.minutes, other.stuck]).toEqual([undefined, undefined, []]);
    expect(other.notes.join()).toContain('different processes');
    const numbered = (ids: readonly number[]) =>
      readDump(ids.map((n) => `goroutine ${n} [select]:\nmain.serve(0x1)\n\t/x.go:1 +0x1\n`).join('\n'));
    const anew = growthOf([
      { dump: numbered([901, 902, 903]), at: 1, process: 'pod' },
      { dump: numbered([4, 5, 6, 7]), at: 60_001, process: 'pod' },
    ]);
    expect(anew.notes.join()).toContain('started anew');
    const same = growthOf([
      { dump: numbered([1, 2, 3, 40]), at: 1, process: 'pod' },
      { dump: numbered([1, 2, 3, 36]), at: 60_001, process: 'pod' },
    ]);
    expect(same.notes, "ids of another processor's stock").toEqual([]);
  });

  it('without times or ids keeps to what is told', () => {
    const one = (n: number) =>
      readDump(`goroutine profile: total ${n}\n${n} @ 0x1\n#\t0x1\tmain.leak+0x1\t/x.go:1\n\n`);
    const grown = growthOf([
      { dump: one(10), at: 0, process: '' },
      { dump: one(40), at: 0, process: '' },
    ]);
    expect(grown.stacks.map((s) => [s.change, s.ended])).toEqual([[30, undefined]]);
    expect([grown.minutes, grown.verdict]).toEqual([undefined, { stack: 0, leak: undefined }]);
    expect(grown.notes.join()).toContain('not known');
  });

  it('matches a stack of debug=2 with the same one of debug=1', () => {
    const two = readDump(
      'goroutine 7 [chan receive]:\nmain.leak(0x1)\n\t/x.go:1 +0x1\ncreated by main.main in goroutine 1\n\t/x.go:2 +0x2\n',
    );
    const one = readDump(
      'goroutine profile: total 4\n4 @ 0x1\n#\t0x1\truntime.gopark+0x1\t/r.go:9\n#\t0x1\tmain.leak+0x1\t/x.go:1\n\n',
    );
    expect(
      growthOf([
        { dump: two, at: 1, process: '' },
        { dump: one, at: 60_001, process: '' },
      ]).stacks.map((s) => s.counts),
    ).toEqual([[1, 4]]);
  });
});
