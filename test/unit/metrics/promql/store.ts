/** Series in memory: what the evaluator reads in these tests, and what the differential test writes into a real Prometheus. */
import { matcher } from '../../../../src/metrics/promql/index';
import {
  FLOAT,
  HISTOGRAM,
  STALE,
  type Labels,
  type Matcher,
  type NativeHistogram,
  type Points,
  type SeriesStore,
  type StoredSeries,
} from '../../../../src/metrics/types';

export type Value = number | NativeHistogram | 'stale';
/** `points`: time in s and value, ascending. */
export interface TestSeries {
  readonly labels: Labels;
  readonly points: readonly (readonly [number, Value])[];
}

export class MemoryStore implements SeriesStore {
  readonly #series: readonly StoredSeries[];

  constructor(series: readonly TestSeries[]) {
    this.#series = series.map(({ labels, points }) => ({
      labels,
      points: (from, to) => columns(points.filter(([t]) => t > from && t <= to)),
    }));
  }

  select(matchers: readonly Matcher[]): readonly StoredSeries[] {
    const tests = matchers.map((m) => ({ label: m.label, is: matcher(m) }));
    return this.#series.filter((s) => tests.every(({ label, is }) => is(s.labels[label] ?? '')));
  }
}

function columns(points: TestSeries['points']): Points {
  return {
    times: Float64Array.from(points, ([t]) => t),
    values: Float64Array.from(points, ([, v]) => (typeof v === 'number' ? v : NaN)),
    kinds: Uint8Array.from(points, ([, v]) => (typeof v === 'number' ? FLOAT : v === 'stale' ? STALE : HISTOGRAM)),
    histograms: points.map(([, v]) => (typeof v === 'object' ? v : undefined)),
  };
}

/** `counts`: of buckets by index. */
export function native(
  schema: number,
  sum: number,
  positive: Readonly<Record<number, number>>,
  more: {
    readonly zero?: number;
    readonly threshold?: number;
    readonly negative?: Readonly<Record<number, number>>;
    readonly nans?: number;
  } = {},
): NativeHistogram {
  const buckets = (by: Readonly<Record<number, number>>): NativeHistogram['positive'] => {
    const index = Object.keys(by)
      .map(Number)
      .filter((i) => by[i] !== 0)
      .sort((a, b) => a - b);
    return { index: Int32Array.from(index), count: Float64Array.from(index, (i) => by[i] ?? 0) };
  };
  const [p, n] = [buckets(positive), buckets(more.negative ?? {})];
  const all = [...p.count, ...n.count, more.zero ?? 0, more.nans ?? 0].reduce((a, b) => a + b, 0);
  return {
    schema,
    zeroThreshold: more.threshold ?? 2 ** -128,
    zeroCount: more.zero ?? 0,
    count: all,
    sum,
    positive: p,
    negative: n,
  };
}
