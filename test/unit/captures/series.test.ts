import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { runSeries, type SeriesState } from '../../../src/captures/series';
import type { Part, Taken } from '../../../src/captures/together';
import type { Capture } from '../../../src/captures/types';

const capture = (file: string): Capture => ({
  file,
  bytes: 1,
  problem: undefined,
  info: {
    version: 1,
    name: file,
    kind: 'cpu',
    at: 0,
    seconds: 1,
    context: '',
    namespace: '',
    workload: '',
    pod: '',
    url: '',
    leader: false,
    image: '',
  },
});
const part: Part = { label: 'p', take: () => Promise.reject(new Error('not asked here')) };
const taken = (...files: string[]): Taken => ({ captures: files.map(capture), failures: [], cancelled: false });

/** Runs until so many rounds were begun. */
async function series(
  rounds: number,
  keep: number,
  round: (n: number) => Promise<Taken>,
): Promise<{
  readonly kept: readonly string[];
  readonly removed: readonly string[];
  readonly told: readonly SeriesState[];
}> {
  const stop = new AbortController();
  const removed: string[] = [];
  const told: SeriesState[] = [];
  let n = 0;
  const kept = await runSeries(
    {
      everyMs: 1,
      keep,
      remove: (c) => {
        removed.push(c.file);
        return Promise.resolve();
      },
      onChange: (s) => {
        told.push(s);
      },
      round: () => {
        if (++n === rounds) stop.abort();
        return round(n);
      },
    },
    stop.signal,
  );
  return { kept: kept.map((c) => c.file), removed, told };
}

describe('captures taken again and again', () => {
  it('keep the last ones only, whole rounds at a time', async () => {
    const { kept, removed, told } = await series(4, 2, (n) => Promise.resolve(taken(`a${n}`, `b${n}`)));
    expect(removed).toEqual(['a1', 'b1', 'a2', 'b2']);
    expect(kept).toEqual(['a3', 'b3', 'a4', 'b4']);
    expect(told.at(-1)).toMatchObject({ busy: false, rounds: 4, kept: 2, problem: undefined });
  });

  it('go on when a round fails, and tell it until one is well again', async () => {
    const gone = new Problem('kube.podGone', 'The pod is gone.');
    const { kept, told } = await series(4, 10, (n) =>
      n === 2
        ? Promise.reject(gone)
        : Promise.resolve(
            n === 3
              ? { captures: [capture('3')], failures: [{ part, problem: gone }], cancelled: false }
              : taken(String(n)),
          ),
    );
    expect(kept).toEqual(['1', '3', '4']);
    expect(told.filter((s) => !s.busy).map((s) => [s.rounds, s.problem?.code])).toEqual([
      [1, undefined],
      [1, 'kube.podGone'],
      [2, 'kube.podGone'],
      [3, undefined],
    ]);
  });

  it('do not begin when the first gives nothing', async () => {
    const off = new Problem('captures.off', 'It is off.');
    await expect(
      series(9, 2, () => Promise.resolve({ captures: [], failures: [{ part, problem: off }], cancelled: false })),
    ).rejects.toBe(off);
  });

  it('end in the middle of a round, with what it had', async () => {
    const { kept } = await series(2, 5, (n) =>
      Promise.resolve(n === 1 ? taken('1') : { captures: [capture('half')], failures: [], cancelled: true }),
    );
    expect(kept).toEqual(['1', 'half']);
  });
});
