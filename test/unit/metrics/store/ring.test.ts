import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/base/problem';
import { Ring } from '../../../../src/metrics/store/ring';
import { parseScrape, type ParseOptions, type ParsedScrape } from '../../../../src/metrics/formats/scrape';
import {
  FLOAT,
  HISTOGRAM,
  STALE,
  type Matcher,
  type NativeHistogram,
  type Scrape,
  type StoredSeries,
} from '../../../../src/metrics/types';

const A = { pod: 'a' },
  B = { pod: 'b' };
const scrape = (text: string, time: number, options?: ParseOptions): ParsedScrape =>
  parseScrape(new TextEncoder().encode(text), 'text/plain', time, options);
const name = (value: string): Matcher => ({ label: '__name__', op: '=', value });
const one = (ring: Ring, metric: string, ...more: Matcher[]): StoredSeries => {
  const found = ring.select([name(metric), ...more]);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} series`);
  return found[0];
};
/** [time, value or kind] of all points in (from, to]. */
function points(series: StoredSeries, from = -Infinity, to = Infinity): (readonly [number, number | string])[] {
  const { times, values, kinds, histograms } = series.points(from, to);
  expect(values).toHaveLength(times.length);
  return [...times].map(
    (t, i) =>
      [
        t,
        (kinds?.[i] ?? FLOAT) === STALE
          ? 'stale'
          : kinds?.[i] === HISTOGRAM
            ? `count ${histograms?.[i]?.count ?? '?'}`
            : (values[i] ?? NaN),
      ] as const,
  );
}

describe('points', () => {
  it('are of a left-open window, in order, in as many blocks as it takes', () => {
    const ring = new Ring();
    for (let t = 1; t <= 500; t++) ring.add(scrape(`same 7\nup ${t}\n`, t), A);
    const series = one(ring, 'up');
    expect(series.labels).toEqual({ __name__: 'up', pod: 'a' });
    expect(points(series, 125, 131)).toEqual([126, 127, 128, 129, 130, 131].map((t) => [t, t]));
    expect(points(series)).toEqual(Array.from({ length: 500 }, (_, i) => [i + 1, i + 1]));
    expect(points(one(ring, 'same'), 380, 383)).toEqual([
      [381, 7],
      [382, 7],
      [383, 7],
    ]);
    expect(series.points(0, 500).kinds).toBeUndefined();
    expect(points(series, 500, 600)).toEqual([]);
    expect(points(series, 3, 3)).toEqual([]);
  });

  it('keep NaN, the infinities and minus zero apart', () => {
    const ring = new Ring();
    ['0', '-0', 'NaN', 'NaN', '+Inf', '-Inf', '0'].forEach((v, t) => {
      ring.add(scrape(`x ${v}\n`, t), A);
    });
    expect(points(one(ring, 'x')).map(([, v]) => v)).toEqual([0, -0, NaN, NaN, Infinity, -Infinity, 0]);
  });

  it('hold native histograms beside numbers', () => {
    const histogram = (count: number): NativeHistogram => ({
      schema: 0,
      zeroThreshold: 0,
      zeroCount: 0,
      count,
      sum: 1,
      positive: { index: new Int32Array(), count: new Float64Array() },
      negative: { index: new Int32Array(), count: new Float64Array() },
    });
    const of = (value: number | NativeHistogram, time: number): Scrape => ({
      time,
      samples: [{ name: 'h', labels: {}, value }],
      families: new Map(),
      bytes: { wire: 0, body: 0 },
      warnings: [],
    });
    const ring = new Ring();
    ring.add(of(histogram(1), 1), A);
    ring.add(of(5, 2), A);
    ring.add(of(histogram(3), 3), A);
    ring.fail(A, 4);
    const series = one(ring, 'h');
    expect(points(series)).toEqual([
      [1, 'count 1'],
      [2, 5],
      [3, 'count 3'],
      [4, 'stale'],
    ]);
    expect(series.points(0, 9).histograms).toHaveLength(4);
    expect(series.points(1, 2).histograms).toBeUndefined();
  });
});

describe('the end of a series', () => {
  it('is marked where a scrape has it no more, and it may come back', () => {
    const ring = new Ring();
    ring.add(scrape('x{i="1"} 1\nx{i="2"} 1\n', 1), A);
    ring.add(scrape('x{i="1"} 2\n', 2), A);
    ring.add(scrape('x{i="1"} 3\n', 3), A);
    ring.add(scrape('x{i="1"} 4\nx{i="2"} 9\n', 4), A);
    expect(points(one(ring, 'x', { label: 'i', op: '=', value: '2' }))).toEqual([
      [1, 1],
      [2, 'stale'],
      [4, 9],
    ]);
    expect(points(one(ring, 'x', { label: 'i', op: '=', value: '1' }))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
  });

  it('comes to all series of a target that failed, once, and to no other target', () => {
    const ring = new Ring();
    ring.add(scrape('x 1\ny 1\n', 1), A);
    ring.add(scrape('x 1\n', 1), B);
    ring.fail(A, 3);
    ring.fail(A, 5);
    ring.add(scrape('x 2\n', 7), A);
    expect(points(one(ring, 'x', { label: 'pod', op: '=', value: 'a' }))).toEqual([
      [1, 1],
      [3, 'stale'],
      [7, 2],
    ]);
    expect(points(one(ring, 'y'))).toEqual([
      [1, 1],
      [3, 'stale'],
    ]);
    expect(points(one(ring, 'x', { label: 'pod', op: '=', value: 'b' }))).toEqual([[1, 1]]);
  });

  it('is not marked for samples that bring their own time, which stands', () => {
    const ring = new Ring();
    ring.add(scrape('x 1 500\n', 1), A);
    ring.add(scrape('x 1 500\n', 2), A);
    ring.add(scrape('x 2 1500\n', 3), A);
    ring.add(scrape('x 3 700\n', 4), A);
    ring.add(scrape('y 1\n', 5), A);
    expect(points(one(ring, 'x'))).toEqual([
      [0.5, 1],
      [1.5, 2],
    ]);
    expect(points(one(ring, 'x'), 0.5, 1.5)).toEqual([[1.5, 2]]);
    expect(ring.warnings).toEqual([
      '1 sample was left out, because of a timestamp before that of the last one: __name__ x pod a.',
    ]);
  });
});

describe('order', () => {
  it('a scrape that is not later than the one before is refused and told, for its target alone', () => {
    const ring = new Ring();
    ring.add(scrape('x 1\n', 10), A);
    ring.add(scrape('x 2\n', 10), A);
    ring.add(scrape('x 3\n', 9), A);
    ring.fail(A, 8);
    ring.add(scrape('x 4\n', NaN), A);
    ring.add(scrape('x 5\n', 5), B);
    expect(points(one(ring, 'x', { label: 'pod', op: '=', value: 'a' }))).toEqual([[10, 1]]);
    expect(points(one(ring, 'x', { label: 'pod', op: '=', value: 'b' }))).toEqual([[5, 5]]);
    expect(ring.warnings).toEqual(['4 scrapes were not later than the one before and left out: 10 s after 10 s.']);
  });
});

describe('labels', () => {
  it('of the target stand, those of the sample are exported_, and one without a value is none', () => {
    const ring = new Ring();
    ring.add(scrape('x{pod="mine",exported_pod="too",empty="",b="1"} 1\n', 1), A);
    expect(one(ring, 'x').labels).toEqual({
      __name__: 'x',
      pod: 'a',
      exported_pod: 'too',
      exported_exported_pod: 'mine',
      b: '1',
    });
  });

  it('in another order, or of another format, are the same series', () => {
    const ring = new Ring();
    ring.add(scrape('x{a="1",b="2"} 1\nx{b="2",a="1"} 5\n', 1), A);
    ring.add(scrape('x{b="2",a="1",} 2\n', 2), A);
    ring.add(
      {
        time: 3,
        samples: [{ name: 'x', labels: { b: '2', a: '1' }, value: 3 }],
        families: new Map(),
        bytes: { wire: 0, body: 0 },
        warnings: [],
      },
      A,
    );
    expect(points(one(ring, 'x'))).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(ring.warnings).toEqual([
      '1 sample was left out, because the scrape had the series already: __name__ x a 1 b 2 pod a.',
    ]);
    expect(ring.size).toBe(1);
  });
});

describe('select', () => {
  const ring = new Ring();
  ring.add(
    scrape(
      'http_total{code="200",verb="GET"} 1\nhttp_total{code="404"} 2\nhttp_total{code="500\\nx",verb="PUT"} 3\nhttp_seconds 4\nconstructor 5\n',
      1,
    ),
    A,
  );
  const values = (...matchers: Matcher[]): number[] =>
    ring.select(matchers).map((s) => s.points(0, 1).values[0] ?? NaN);

  it.each<[number[], Matcher[]]>([
    [[1, 2, 3], [name('http_total')]],
    [[], [name('http')]],
    [[1], [name('http_total'), { label: 'code', op: '=', value: '200' }]],
    [
      [2, 3],
      [name('http_total'), { label: 'code', op: '!=', value: '200' }],
    ],
    [
      [1, 2],
      [name('http_total'), { label: 'code', op: '=~', value: '200|404' }],
    ],
    [[], [name('http_total'), { label: 'code', op: '=~', value: '20' }]],
    [[3], [name('http_total'), { label: 'code', op: '=~', value: '5.*' }]],
    [
      [1, 3],
      [name('http_total'), { label: 'verb', op: '=~', value: '.+' }],
    ],
    [[2], [name('http_total'), { label: 'verb', op: '=', value: '' }]],
    [[2], [name('http_total'), { label: 'verb', op: '!~', value: '.+' }]],
    [[3], [name('http_total'), { label: 'verb', op: '=~', value: '(?i)put' }]],
    [[4], [{ label: '__name__', op: '=~', value: 'http_s.*' }]],
    [[4, 5], [{ label: '__name__', op: '!=', value: 'http_total' }]],
    [[1, 2, 3, 4, 5], [{ label: 'constructor', op: '=', value: '' }]],
    [[5], [name('constructor')]],
    [[1, 2, 3, 4, 5], []],
  ])('%j: %j', (want, matchers) => {
    expect(values(...matchers)).toEqual(want);
  });

  it('says what is wrong with a pattern', () => {
    let told: unknown;
    try {
      ring.select([{ label: 'a', op: '=~', value: '(' }]);
    } catch (e) {
      told = e;
    }
    expect(told).toBeInstanceOf(Problem);
    expect(told).toMatchObject({ code: 'metrics.regex', message: 'The pattern "(" can\'t be read.' });
  });
});

describe('bounds', () => {
  it('drops what is older than it keeps, series that ended before, and targets that went', () => {
    const ring = new Ring({ seconds: 600 });
    ring.add(scrape('x 1\n', 1), B);
    for (let t = 1; t <= 3000; t++) ring.add(scrape(t <= 100 ? `x ${t}\nold 1\n` : `x ${t}\n`, t), A);
    const kept = points(one(ring, 'x'));
    expect(kept.at(-1)).toEqual([3000, 3000]);
    expect(kept[0]?.[0]).toBeLessThanOrEqual(2401);
    expect(kept[0]?.[0]).toBeGreaterThan(2401 - 130);
    expect(kept).toHaveLength(3000 - (kept[0]?.[0] ?? 0) + 1);
    expect(ring.size).toBe(1);
    expect(ring.names()).toEqual(['x']);
  });

  it('keeps only so many series, and gives their room to others when they went', () => {
    const ring = new Ring({ seconds: 100, maxSeries: 3 });
    const of = (from: number, n: number): string =>
      Array.from({ length: n }, (_, i) => `x{i="${from + i}"} 1\n`).join('');
    ring.add(scrape(of(0, 5), 1), A);
    ring.add(scrape(of(0, 5), 2), A);
    expect(ring.size).toBe(3);
    expect(ring.warnings).toEqual(['2 series were left out, because 3 are kept at most: x.']);
    for (let t = 3; t < 500; t++) ring.add(scrape(of(10, 3), t), A);
    expect(ring.select([]).map((s) => s.labels['i'])).toEqual(['10', '11', '12']);
  });

  it('keeps the wanted names as series, and the last two whole scrapes of each target', () => {
    const ring = new Ring({ wants: (n) => n === 'x' });
    for (let t = 1; t <= 4; t++) ring.add(scrape('x 1\ny 2\n', t), A);
    ring.add(scrape('x 1\ny 2\n', 5, { wants: (n) => n === 'x' }), A);
    expect(ring.names()).toEqual(['x']);
    expect(ring.whole().map(({ target, scrapes }) => [target, scrapes.map((s) => [s.time, s.samples.length])])).toEqual(
      [
        [
          A,
          [
            [3, 2],
            [4, 2],
          ],
        ],
      ],
    );
    ring.add(scrape('x 1\n', 1000), B);
    expect(ring.whole().map((w) => w.target)).toEqual([B]);
  });
});
