import { describe, expect, it } from 'vitest';
import { plan, runStages } from '../../../scripts/lib/schedule.mjs';
import { atOnce, budget, limitOf, stages } from '../../../scripts/lib/stages.mjs';

interface Stage {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly uses?: readonly string[];
  readonly alone?: boolean;
}

/** Stages that end when they are told to; what runs and what was told meanwhile. */
function started(stages: readonly Stage[], atOnce = 2) {
  const ends = new Map<string, (error?: Error) => void>();
  const told: string[] = [];
  const whole = runStages(stages, {
    atOnce,
    run: ({ name }) =>
      new Promise<string>((resolve, reject) => {
        ends.set(name, (error) => {
          ends.delete(name);
          if (error) reject(error);
          else resolve(`${name} ran`);
        });
      }),
    tell: (_stage, result) => {
      told.push(result);
    },
  });
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
  return {
    told,
    whole,
    settle,
    runs: (): string[] => [...ends.keys()],
    end: async (name: string, error?: Error): Promise<void> => {
      ends.get(name)?.(error);
      await settle();
    },
  };
}

describe('stages', () => {
  it('run two at a time and are told of when they end', async () => {
    const s = started([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    expect(s.runs()).toEqual(['a', 'b']);
    await s.end('b');
    expect([s.runs(), s.told]).toEqual([['a', 'c'], ['b ran']]);
    await s.end('a');
    expect(s.told).toEqual(['b ran', 'a ran']);
    await s.end('c');
    await s.whole;
    expect(s.told).toEqual(['b ran', 'a ran', 'c ran']);
  });

  it('wait for those that they need, while later ones begin', async () => {
    const s = started([{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }]);
    expect(s.runs()).toEqual(['a', 'c']);
    await s.end('a');
    expect(s.runs()).toEqual(['c', 'b']);
  });

  it('need what was not asked for no longer', () => {
    expect(started([{ name: 'b', needs: ['a'] }]).runs()).toEqual(['b']);
  });

  it('that use the same run one after the other', async () => {
    const s = started([
      { name: 'a', uses: ['x', 'y'] },
      { name: 'b', uses: ['y'] },
      { name: 'c', uses: ['z'] },
    ]);
    expect(s.runs()).toEqual(['a', 'c']);
    await s.end('a');
    expect(s.runs()).toEqual(['c', 'b']);
  });

  it('that stand alone have nothing beside them, and nothing gets ahead of them', async () => {
    const s = started([{ name: 'a' }, { name: 'b', alone: true }, { name: 'c' }]);
    expect(s.runs()).toEqual(['a']);
    await s.end('a');
    expect(s.runs()).toEqual(['b']);
    await s.end('b');
    expect(s.runs()).toEqual(['c']);
  });

  it('end with the first error', async () => {
    const s = started([{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    const failed = expect(s.whole).rejects.toThrow('broken');
    await s.end('a', new Error('broken'));
    await failed;
    expect(s.runs()).toEqual(['b']);
  });
});

/** Seconds that fit on all places from the begin to the last end of these, and in which nothing ran there. */
function idle(
  times: Record<string, { begins: number; ends: number }>,
  names: readonly string[],
): { of: number; idle: number } {
  const of = atOnce * Math.max(...names.map((n) => times[n]!.ends));
  return { of, idle: of - names.reduce((sum, n) => sum + times[n]!.ends - times[n]!.begins, 0) };
}

describe('a plan', () => {
  it('is when each stage begins and ends', () => {
    const some = [{ name: 'a' }, { name: 'b', needs: ['a'] }, { name: 'c' }, { name: 'd', alone: true }];
    expect(plan(some, { atOnce: 2, seconds: ({ name }) => ({ a: 5, b: 10, c: 7, d: 1 })[name] ?? 0 })).toEqual({
      total: 16,
      times: {
        a: { begins: 0, ends: 5 },
        c: { begins: 0, ends: 7 },
        b: { begins: 5, ends: 15 },
        d: { begins: 15, ends: 16 },
      },
    });
  });

  it('that is what runs', async () => {
    const began: string[] = [];
    await runStages(stages, {
      atOnce,
      run: async ({ name }) => {
        began.push(name);
        return Promise.resolve();
      },
      tell: () => undefined,
    });
    expect([...began].sort()).toEqual(stages.map((s) => s.name).sort());
  });
});

describe('the stages of npm test', () => {
  const warm = plan(stages, { atOnce, seconds: (s) => s.warm });
  const cold = plan(stages, { atOnce, seconds: (s) => s.cold ?? s.warm });
  const together = stages.filter((s) => !s.alone).map((s) => s.name);

  it('are within the budget of a whole run if each is within its own share', () => {
    expect([budget.warm, budget.cold]).toEqual([25 * 60, 45 * 60]);
    expect(warm.total).toBeLessThanOrEqual(budget.warm);
    expect(cold.total).toBeLessThanOrEqual(budget.cold);
  });

  it('have no place empty for a tenth of the time before those that are alone', () => {
    const found = idle(warm.times, together);
    expect(found.idle).toBeLessThan(found.of / 10);
  });

  it('that need no cluster run while it is built', () => {
    const { begins, ends } = cold.times['cluster']!;
    expect(begins).toBe(0);
    for (const name of ['unit', 'package', 'check', 'pages', 'source'])
      expect(cold.times[name]!.begins).toBeLessThan(ends);
    // Nothing waits while there is something to do: the other place is taken all the time.
    const beside = together
      .filter((n) => n !== 'cluster')
      .map((n) => Math.max(0, Math.min(cold.times[n]!.ends, ends) - cold.times[n]!.begins))
      .reduce((a, b) => a + b);
    expect(beside).toBe(ends);
  });

  it('are ended only when they take four times as long as they may', () => {
    for (const s of stages) expect(limitOf(s)).toBeGreaterThanOrEqual(4 * (s.cold ?? s.warm));
  });

  it('need what comes before them', () => {
    stages.forEach((s, i) => {
      for (const n of s.needs ?? []) expect(stages.findIndex((o) => o.name === n)).toBeLessThan(i);
    });
  });
});
