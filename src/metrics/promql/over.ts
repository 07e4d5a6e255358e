/** The other functions of a range: …_over_time, resets, changes, deriv (promql/functions.go). */
import type { NativeHistogram } from '../types';
import { equal } from './buckets';
import { KahanMean, KahanSum } from './kahan';
import { quantileOf } from './quantile';
import { extrapolated, lastTwo } from './rate';
import { HistogramSum } from './sum';
import { histogramAt, isFloat, type Over, type Window } from './windows';

/** Runs over the floats of a window; undefined when there are none. */
function floats<T extends { add(v: number): void }>(w: Window, into: T): T | undefined {
  let any = false;
  for (let i = w.lo; i < w.hi; i++)
    if (isFloat(w, i)) {
      into.add(w.track.values[i] ?? NaN);
      any = true;
    }
  return any ? into : undefined;
}

function histogramsOf(w: Window): NativeHistogram[] {
  const out: NativeHistogram[] = [];
  for (let i = w.lo; i < w.hi; i++) out.push(histogramAt(w, i));
  return out;
}

/** compareOverTime: any value replaces NaN. */
function extreme(better: (v: number, than: number) => boolean): Over {
  return (w) => {
    let best: number | undefined;
    for (let i = w.lo; i < w.hi; i++) {
      if (!isFloat(w, i)) continue;
      const v = w.track.values[i] ?? NaN;
      if (best === undefined || better(v, best) || Number.isNaN(best)) best = v;
    }
    return best;
  };
}

/** varianceOverTime: Welford's algorithm, each sum with Kahan's correction. */
function variance(w: Window): number | undefined {
  let count = 0;
  const [mean, aux] = [new KahanSum(), new KahanSum()];
  for (let i = w.lo; i < w.hi; i++) {
    if (!isFloat(w, i)) continue;
    count++;
    const v = w.track.values[i] ?? NaN;
    const delta = v - (mean.sum + mean.rest);
    mean.add(delta / count);
    aux.add(delta * (v - (mean.sum + mean.rest)));
  }
  return count === 0 ? undefined : (aux.sum + aux.rest) / count;
}

/** linearRegression: least squares, with x counted from the first float. */
function slope(w: Window): number | undefined {
  const [x, y, xy, xx] = [new KahanSum(), new KahanSum(), new KahanSum(), new KahanSum()];
  let n = 0;
  let [start, initial, flat] = [0, 0, true];
  for (let i = w.lo; i < w.hi; i++) {
    if (!isFloat(w, i)) continue;
    const [t, v] = [w.track.times[i] ?? 0, w.track.values[i] ?? NaN];
    if (n === 0) {
      start = t;
      initial = v;
    } else if (v !== initial) flat = false;
    n++;
    const at = (t - start) / 1000;
    x.add(at);
    y.add(v);
    xy.add(at * v);
    xx.add(at * at);
  }
  if (n < 2) return undefined;
  if (flat) return initial === Infinity || initial === -Infinity ? NaN : 0;
  const sum = (s: KahanSum): number => s.sum + s.rest;
  return (sum(xy) - (sum(x) * sum(y)) / n) / (sum(xx) - (sum(x) * sum(x)) / n);
}

/** Counts neighbours that differ by `floatsDo` or `histogramsDo`; a change of kind always counts. */
function neighbours(
  floatsDo: (v: number, before: number) => boolean,
  histogramsDo: (w: Window, i: number) => boolean,
): Over {
  return (w) => {
    let n = 0;
    for (let i = w.lo + 1; i < w.hi; i++) {
      if (isFloat(w, i) !== isFloat(w, i - 1)) n++;
      else if (isFloat(w, i) ? floatsDo(w.track.values[i] ?? NaN, w.track.values[i - 1] ?? NaN) : histogramsDo(w, i))
        n++;
    }
    return n;
  };
}

/** By name. quantile_over_time, which also takes a number, is `quantileOver`. */
export const OVER: ReadonlyMap<string, Over> = new Map<string, Over>([
  ['rate', extrapolated(true, true)],
  ['increase', extrapolated(true, false)],
  ['delta', extrapolated(false, false)],
  ['irate', lastTwo(true)],
  ['idelta', lastTwo(false)],
  ['count_over_time', (w) => w.hi - w.lo],
  ['present_over_time', () => 1],
  [
    'sum_over_time',
    (w) =>
      w.kind === 'mixed'
        ? undefined
        : w.kind === 'histograms'
          ? HistogramSum.of(histogramsOf(w)).total()
          : floats(w, new KahanSum())?.total,
  ],
  [
    'avg_over_time',
    (w) =>
      w.kind === 'mixed'
        ? undefined
        : w.kind === 'histograms'
          ? HistogramSum.of(histogramsOf(w)).mean()
          : floats(w, new KahanMean())?.mean,
  ],
  ['min_over_time', extreme((v, than) => v < than)],
  ['max_over_time', extreme((v, than) => v > than)],
  ['last_over_time', (w) => (isFloat(w, w.hi - 1) ? w.track.values[w.hi - 1] : histogramAt(w, w.hi - 1))],
  ['stdvar_over_time', variance],
  [
    'stddev_over_time',
    (w) => {
      const v = variance(w);
      return v === undefined ? undefined : Math.sqrt(v);
    },
  ],
  ['deriv', slope],
  [
    'resets',
    neighbours(
      (v, before) => v < before,
      (w, i) => w.reset(i),
    ),
  ],
  [
    'changes',
    neighbours(
      (v, before) => v !== before && !(Number.isNaN(v) && Number.isNaN(before)),
      (w, i) => !equal(histogramAt(w, i), histogramAt(w, i - 1)),
    ),
  ],
]);

export function quantileOver(q: number, w: Window): number | undefined {
  const values: number[] = [];
  for (let i = w.lo; i < w.hi; i++) if (isFloat(w, i)) values.push(w.track.values[i] ?? NaN);
  return values.length === 0 ? undefined : quantileOf(q, values);
}
