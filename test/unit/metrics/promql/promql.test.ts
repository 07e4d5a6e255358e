import { describe, expect, it } from 'vitest';
import { SLOWNESS } from '../../../lib/until';
import { Problem } from '../../../../src/base/problem';
import { evaluate, metricNames, parsePromql } from '../../../../src/metrics/promql/index';
import { MemoryStore, native, type TestSeries } from './store';

const at = (promql: string, series: readonly TestSeries[], time: number): Record<string, number> =>
  Object.fromEntries(
    evaluate(parsePromql(promql), new MemoryStore(series), { start: time, end: time, step: 1 }).series.map((s) => [
      JSON.stringify(s.labels),
      s.values[0] ?? NaN,
    ]),
  );
const problem = (promql: string): Problem => {
  try {
    parsePromql(promql);
  } catch (e) {
    if (e instanceof Problem) return e;
  }
  throw new Error('accepted');
};
const x = (points: TestSeries['points'], labels: Record<string, string> = {}): TestSeries => ({
  labels: { __name__: 'x', ...labels },
  points,
});

describe('rate', () => {
  it('adds what a reset hid and stretches to the borders', () => {
    // 10 → 20, anew at 5, → 15: 10 + 5 + 10 = 25 in 30 s of 40; 5 s before and 5 s behind are less than 1.1 · 10 s.
    expect(
      at(
        'increase(x[40s])',
        [
          x([
            [5, 10],
            [15, 20],
            [25, 5],
            [35, 15],
          ]),
        ],
        40,
      )['{}'],
    ).toBeCloseTo((25 * 40) / 30, 12);
  });
  it('never goes below zero', () => {
    // From 1 by 10 each 10 s: zero lay 1 s before, not 5 s.
    expect(
      at(
        'increase(x[30s])',
        [
          x([
            [5, 1],
            [15, 11],
            [25, 21],
          ]),
        ],
        30,
      )['{}'],
    ).toBeCloseTo((20 * (20 + 1 + 5)) / 20, 12);
  });
  it('leaves the older border of the window out', () => {
    expect(
      at(
        'count_over_time(x[10s])',
        [
          x([
            [10, 1],
            [15, 1],
            [20, 1],
          ]),
        ],
        20,
      ),
    ).toEqual({ '{}': 2 });
  });
});

describe('selectors', () => {
  it('take a value up to five minutes old, and none behind a stale marker', () => {
    const series = [
      x([[0, 1]], { a: 'old' }),
      x(
        [
          [0, 1],
          [10, 'stale'],
        ],
        { a: 'ended' },
      ),
    ];
    expect(Object.keys(at('x', series, 9))).toHaveLength(2);
    expect(at('x', series, 299.999)).toEqual({ '{"__name__":"x","a":"old"}': 1 });
    expect(at('x', series, 300)).toEqual({});
  });
});

describe('histogram_quantile', () => {
  const bucket = (le: string, v: number): TestSeries => ({ labels: { __name__: 'h_bucket', le }, points: [[0, v]] });
  it('is linear in classic buckets and stops at the last bound', () => {
    const h = [bucket('1', 10), bucket('2', 30), bucket('+Inf', 40)];
    expect(at('histogram_quantile(0.5, h_bucket)', h, 0)).toEqual({ '{}': 1.5 });
    expect(at('histogram_quantile(0.99, h_bucket)', h, 0)).toEqual({ '{}': 2 });
    expect(at('histogram_quantile(0.5, h_bucket)', h.slice(0, 2), 0)).toEqual({ '{}': NaN });
  });
  it('is exponential in native buckets', () => {
    expect(at('histogram_quantile(0.5, x)', [x([[0, native(0, 6, { 1: 4 })]])], 0)['{}']).toBeCloseTo(Math.SQRT2, 12);
  });
  it('takes a native histogram at a coarser schema for no reset', () => {
    const series = [
      x([
        [0, native(1, 1, { 1: 1, 2: 1 })],
        [10, native(0, 9, { 1: 5 })],
      ]),
    ];
    expect(at('histogram_count(increase(x[10s] offset -1s))', series, 10)).toEqual({});
    expect(at('resets(x[20s])', series, 10)).toEqual({ '{}': 0 });
    expect(at('histogram_count(irate(x[20s]))', series, 10)).toEqual({ '{}': 0.3 });
  });
});

describe('what is told', () => {
  it('names what was expected and where', () => {
    expect(problem('sum(rate(x[5m])').message).toBe(
      'The query stops making sense at column 16: expected ")" or "," behind an argument, it ends.',
    );
    expect(problem('sum(x)\n  by (a').message).toContain('line 2, column 8');
    expect(problem('rate(x)').message).toContain('takes a range such as x[5m] there, not a vector');
    expect(problem('x[5m:1m]').message).toContain('no subqueries');
    for (const q of ['rate(x)', 'x @ 5', 'foo(x)'])
      expect(problem(q)).toMatchObject({
        code: 'metrics.promql',
        next: expect.stringContaining('histogram_quantile') as string,
      });
  });
  it('refuses what would nest without end', () => {
    expect(problem(`${'('.repeat(5000)}1${')'.repeat(5000)}`).message).toContain('nested');
    expect(problem(Array.from({ length: 5000 }, () => 'x').join(' + ')).message).toContain('nested');
    expect(() => parsePromql('-'.repeat(9000) + 'x')).toThrow(Problem);
  });
  it('says which series clash', () => {
    const series = [x([[0, 1]], { a: '1' }), x([[0, 2]], { a: '2' })];
    expect(() => at('x / on() x', series, 0)).toThrow(/belong to the same match: \{__name__="x", a="1"\} and/);
  });
});

describe('metricNames', () => {
  it('gives what a query reads', () => {
    expect(metricNames(parsePromql('sum(rate(a[1m])) / on() {"b.c"} > bool topk(scalar(d), e)'))?.toSorted()).toEqual([
      'a',
      'b.c',
      'd',
      'e',
    ]);
    expect(metricNames(parsePromql('{__name__=~"a|b"}'))).toEqual(['a', 'b']);
    expect(metricNames(parsePromql('a + {__name__=~"b.*"}'))).toBeUndefined();
    expect(metricNames(parsePromql('{job="a"}'))).toBeUndefined();
  });
});

it('draws a page of charts within a blink', () => {
  const n = 1000;
  const series = Array.from({ length: 20 }, (_, s) =>
    x(
      Array.from({ length: n }, (_, i): [number, number] => [i * 2, (i * (s + 1)) % 5000]),
      { s: String(s) },
    ),
  );
  const cached = new MemoryStore(series).select([]).map((s) => {
    const p = s.points(-1, 1e9);
    return { labels: s.labels, points: () => p };
  });
  const expr = parsePromql('sum by (s) (rate(x[1m]))');
  const run = (): number => {
    const began = process.cpuUsage();
    for (let k = 0; k < 12; k++) evaluate(expr, { select: () => cached }, { start: 0, end: n * 2 - 2, step: 2 });
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  };
  const best = Math.min(run(), run(), run());
  console.log(`12 panels of 20 series by 1000 steps: ${best.toFixed(1)} ms of CPU`);
  // A few tens of ms; the bound leaves room for a busy machine.
  expect(best).toBeLessThan(500 * SLOWNESS);
});
