/** Series with everything that goes wrong with series. */
import type { Labels } from '../../src/metrics/types';
import { native, type TestSeries, type Value } from '../unit/metrics/promql/store';

/** s; all series live in the ten minutes from here on. */
export const T0 = 1_700_000_000;
export const EVERY = 5;
export const COUNT = 120;

/** The same numbers in every run (mulberry32). */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Shape {
  readonly from?: number;
  readonly to?: number;
  /** Scrapes that are missing. */
  readonly missing?: (i: number) => boolean;
  /** The counter begins anew. */
  readonly reset?: (i: number) => boolean;
  /** Up to so many s late. */
  readonly jitter?: number;
  /** Values of their own at some scrapes. */
  readonly at?: Readonly<Record<number, Value>>;
}

function points(
  seed: number,
  shape: Shape,
  next: (r: () => number, i: number, reset: boolean) => Value,
): TestSeries['points'] {
  const r = random(seed);
  const out: [number, Value][] = [];
  for (let i = shape.from ?? 0; i < (shape.to ?? COUNT); i++) {
    const v = next(r, i, shape.reset?.(i) === true);
    const late = Math.round((shape.jitter ?? 0) * r() * 1000) / 1000;
    if (shape.missing?.(i) !== true) out.push([T0 + i * EVERY + late, shape.at?.[i] ?? v]);
  }
  return out;
}

export function counter(labels: Labels, seed: number, shape: Shape = {}, rate = 10): TestSeries {
  let n = 0;
  return {
    labels,
    points: points(seed, shape, (r, _, reset) => (n = reset ? Math.floor(r() * 3) : n + Math.floor(r() * rate))),
  };
}

export function gauge(labels: Labels, seed: number, shape: Shape = {}): TestSeries {
  return { labels, points: points(seed, shape, (r) => Math.round((r() - 0.3) * 1e6) / 1e3) };
}

/** A classic histogram: its buckets, sum and count. */
export function classic(
  name: string,
  labels: Labels,
  seed: number,
  bounds: readonly (number | '+Inf')[],
  shape: Shape = {},
): TestSeries[] {
  const counts = bounds.map(() => 0);
  let sum = 0;
  const r = random(seed);
  const rows = Array.from({ length: COUNT }, (_, i) => {
    if (shape.reset?.(i) === true) {
      counts.fill(0);
      sum = 0;
    }
    for (let k = 0; k < 7; k++) {
      const v = -Math.log(1 - r()) * 0.4;
      sum += v;
      bounds.forEach((b, j) => {
        if (b === '+Inf' || v <= b) counts[j] = (counts[j] ?? 0) + 1;
      });
    }
    return { counts: [...counts], sum };
  });
  const series = (more: Labels, of: (row: { counts: number[]; sum: number }) => number): TestSeries => ({
    labels: { ...labels, ...more },
    points: points(seed, shape, (_, i) => of(rows[i] ?? { counts: [], sum: 0 })),
  });
  return [
    ...bounds.map((b, j) => series({ __name__: `${name}_bucket`, le: String(b) }, (row) => row.counts[j] ?? 0)),
    series({ __name__: `${name}_sum` }, (row) => row.sum),
    series({ __name__: `${name}_count` }, (row) => row.counts[row.counts.length - 1] ?? 0),
  ];
}

interface NativeShape extends Shape {
  readonly schema: (i: number) => number;
  readonly threshold?: (i: number) => number;
  readonly negative?: boolean;
  readonly nanSum?: boolean;
}

/** A native histogram that observes every scrape some values, and says them at the schema of that moment. */
function nativeSeries(labels: Labels, seed: number, shape: NativeShape): TestSeries {
  let seen: number[] = [];
  return {
    labels,
    points: points(seed, shape, (r, i, reset) => {
      if (reset) seen = [];
      for (let k = 0; k < 6; k++) {
        const v = Math.exp((r() - 0.7) * 6);
        seen.push(r() < 0.1 ? 0 : shape.negative === true && r() < 0.4 ? -v : v);
      }
      const schema = shape.schema(i);
      const threshold = shape.threshold?.(i) ?? 2 ** -128;
      const [positive, negative]: [Record<number, number>, Record<number, number>] = [{}, {}];
      let zero = 0;
      for (const v of seen) {
        if (Math.abs(v) <= threshold) {
          zero++;
          continue;
        }
        const index = Math.ceil(Math.log2(Math.abs(v)) * 2 ** schema - 1e-12);
        const into = v > 0 ? positive : negative;
        into[index] = (into[index] ?? 0) + 1;
      }
      const sum = shape.nanSum === true ? NaN : seen.reduce((a, b) => a + b, 0);
      return native(schema, sum, positive, { zero, threshold, negative, nans: shape.nanSum === true ? 2 * i : 0 });
    }),
  };
}

const BOUNDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, '+Inf'] as const;

export function everything(): TestSeries[] {
  const req = (labels: Labels): Labels => ({ __name__: 'requests_total', job: 'a', ...labels });
  const depth = (name: string): Labels => ({ __name__: 'depth', name });
  const natives = (pod: string): Labels => ({ __name__: 'native_seconds', job: 'a', pod });
  return [
    counter(req({ pod: 'a', code: '200' }), 1),
    counter(req({ pod: 'a', code: '500' }), 2, { jitter: 1.3 }, 2),
    counter(req({ pod: 'b', code: '200' }), 3, { reset: (i) => i === 40 || i === 41 || i === 90 }),
    counter(req({ pod: 'b', code: '500' }), 4, { missing: (i) => i % 7 === 3 || (i > 50 && i < 62), jitter: 0.7 }),
    counter(req({ pod: 'c', code: '200' }), 5, { from: 30, to: 71, at: { 70: 'stale' } }),
    counter(req({ pod: 'c', code: '500' }), 6, { at: { 20: NaN, 21: NaN, 60: Infinity, 80: -Infinity } }),
    counter(req({ pod: 'd', code: '200' }), 7, { from: 10, to: 12 }, 1e9),
    counter(
      req({ pod: 'd', code: '429', job: 'b' }),
      8,
      { missing: (i) => i % 3 !== 0, reset: (i) => i % 13 === 0 },
      1e12,
    ),
    counter({ __name__: 'errors_total', job: 'a', pod: 'a' }, 9),
    counter({ __name__: 'errors_total', job: 'a', pod: 'b' }, 10, { at: { 33: 'stale', 34: 'stale' } }),
    {
      labels: { __name__: 'limit', pod: 'a', team: 'x' },
      points: [
        [T0, 5],
        [T0 + 200, 7.5],
      ],
    },
    { labels: { __name__: 'limit', pod: 'b', team: 'y' }, points: [[T0 + 100, 9]] },
    {
      labels: { __name__: 'limit', pod: 'e', team: 'z' },
      points: [
        [T0 + 100, -9],
        [T0 + 150, 'stale'],
      ],
    },
    gauge(depth('one'), 11),
    gauge(depth('two'), 12, { jitter: 2 }),
    gauge(depth('three'), 13, { at: { 10: NaN, 30: Infinity, 50: -Infinity, 51: Infinity, 70: 'stale', 100: 0 } }),
    gauge(depth('four'), 14, { from: 50, to: 60 }),
    { labels: depth('flat'), points: points(1, {}, () => 4) },
    { labels: depth('huge'), points: points(15, {}, (r, i) => (i % 3 === 0 ? 1e308 : (r() - 0.5) * 1e300)) },
    { labels: depth('mix'), points: points(16, {}, (r, i) => (i % 2 === 0 ? 1e16 : -1e16) + r()) },
    ...classic('latency_seconds', { job: 'a', pod: 'a' }, 20, BOUNDS),
    ...classic('latency_seconds', { job: 'a', pod: 'b' }, 21, BOUNDS, { reset: (i) => i === 33 || i === 80 }),
    // Other buckets from the middle on: the old ones end by a stale marker.
    ...classic('latency_seconds', { job: 'a', pod: 'c' }, 22, [0.1, 0.5, 1, '+Inf'], { to: 61, at: { 60: 'stale' } }),
    ...classic('latency_seconds', { job: 'a', pod: 'd' }, 23, [0.1, 0.2, 0.4, 5, '+Inf'], {
      from: 60,
      missing: (i) => i % 5 === 0,
    }),
    // Without +Inf; with a bound that is none; counts that fall from one bound to the next; the same bound twice;
    // bounds below 0.
    ...classic('odd_seconds', { kind: 'open' }, 24, [0.1, 1]),
    { labels: { __name__: 'odd_seconds_bucket', kind: 'word', le: 'abc' }, points: points(1, {}, (_, i) => i) },
    ...[
      [0.1, 8],
      [0.5, 5],
      [1, 9],
      [Infinity, 9.0000000000001],
    ].map(([le, by]): TestSeries => ({
      labels: { __name__: 'odd_seconds_bucket', kind: 'falling', le: le === Infinity ? '+Inf' : String(le) },
      points: points(1, {}, (_, i) => i * (by ?? 0)),
    })),
    ...['1', '1.0', '+Inf', 'Inf'].map((le, k): TestSeries => ({
      labels: { __name__: 'odd_seconds_bucket', kind: 'twice', le },
      points: points(1, {}, (_, i) => i * (k + 1)),
    })),
    ...['-2', '-1', '0.5', '+Inf'].map((le, k): TestSeries => ({
      labels: { __name__: 'odd_seconds_bucket', kind: 'below', le },
      points: points(1, {}, (_, i) => i * (k + 3)),
    })),
    nativeSeries(natives('a'), 30, { schema: () => 3 }),
    nativeSeries(natives('b'), 31, { schema: () => 3, reset: (i) => i === 44 || i === 90 }),
    nativeSeries(natives('c'), 32, { schema: (i) => (i < 40 ? 4 : i < 80 ? 1 : 3) }),
    nativeSeries(natives('d'), 33, {
      schema: () => 2,
      negative: true,
      threshold: (i) => (i < 50 ? 2 ** -128 : 0.03125),
    }),
    nativeSeries(natives('e'), 34, {
      schema: () => 0,
      threshold: (i) => (i < 30 ? 0.01 : i < 70 ? 0.3 : 0.01),
      missing: (i) => i % 4 === 1,
      jitter: 1,
    }),
    nativeSeries(natives('f'), 35, { schema: () => 3, from: 20, to: 51, at: { 50: 'stale' } }),
    nativeSeries(natives('g'), 36, { schema: () => -1, nanSum: true }),
    nativeSeries(natives('h'), 37, { schema: (i) => (i === 60 ? 5 : 5), reset: (i) => i % 10 === 9, negative: true }),
    // Floats first, histograms later.
    {
      labels: { __name__: 'mixed_seconds' },
      points: nativeSeries({}, 38, { schema: () => 1 }).points.map(([t, v], i): [number, Value] => [t, i < 50 ? i : v]),
    },
    counter({ __name__: 'a.b', 'x.y': 'ü"\n\\' }, 40),
    counter({ __name__: 'a.b', 'x.y': 'plain' }, 41),
  ];
}
