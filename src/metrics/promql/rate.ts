/** rate, increase, delta, irate and idelta as in promql/functions.go of Prometheus 3. */
import type { NativeHistogram } from '../types';
import { compact, plus, scaled, toSchema } from './buckets';
import { histogramAt, isFloat, type Over, type Window } from './windows';

/**
 * functions.go, extrapolatedRate. The change between the first and the last point, plus what counter resets hid, is
 * stretched to the window's borders where a point would be expected there, and otherwise by half the usual distance;
 * but never further back than to where the counter was zero.
 */
export function extrapolated(isCounter: boolean, perSecond: boolean): Over {
  return (w) => {
    const n = w.hi - w.lo;
    if (n < 2 || w.kind === 'mixed') return undefined;
    const { times, values } = w.track;
    const [firstT, lastT] = [times[w.lo] ?? 0, times[w.hi - 1] ?? 0];
    let change: number | NativeHistogram;
    let [first, total] = [0, 0];
    if (w.kind === 'histograms') {
      change = histogramChange(w, isCounter);
      [first, total] = [histogramAt(w, w.lo).count, change.count];
    } else {
      first = values[w.lo] ?? NaN;
      total = (values[w.hi - 1] ?? NaN) - first;
      if (isCounter) for (let d = w.dropsFrom; d < w.dropsTo; d++) total += values[(w.drops[d] ?? 0) - 1] ?? 0;
      change = total;
    }
    let toStart = (firstT - w.from) / 1000;
    let toEnd = (w.to - lastT) / 1000;
    const sampled = (lastT - firstT) / 1000;
    const between = sampled / (n - 1);
    // "Close enough" to the border: up to 10 % more than the usual distance.
    const threshold = between * 1.1;
    if (toStart >= threshold) toStart = between / 2;
    if (isCounter && total > 0 && first >= 0) {
      const toZero = sampled * (first / total);
      if (toZero < toStart) toStart = toZero;
    }
    if (toEnd >= threshold) toEnd = between / 2;
    let factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled;
    if (perSecond) factor /= w.seconds;
    return typeof change === 'number' ? change * factor : scaled(change, (v) => v * factor);
  };
}

/** functions.go, histogramRate: last - first + what each reset hid, at the coarsest schema in the window. */
function histogramChange(w: Window, isCounter: boolean): NativeHistogram {
  const last = histogramAt(w, w.hi - 1);
  const first = histogramAt(w, w.lo);
  // When the second point is a reset, the first does not count, not even its schema.
  const dropFirst = isCounter && w.reset(w.lo + 1);
  let schema = Math.min(last.schema, dropFirst ? histogramAt(w, w.lo + 1).schema : first.schema);
  if (isCounter) for (let i = w.lo + 1; i < w.hi - 1; i++) schema = Math.min(schema, histogramAt(w, i).schema);
  let sum = toSchema(last, schema);
  if (!dropFirst) sum = plus(sum, first, -1);
  if (isCounter) for (let i = w.lo + 2; i < w.hi; i++) if (w.reset(i)) sum = plus(sum, histogramAt(w, i - 1));
  // A reset mark on the last point says nothing about the change.
  const { reset: _, ...rest } = compact(sum);
  return rest;
}

/** functions.go, instantValue: between the last two points, never extrapolated. */
export function lastTwo(isRate: boolean): Over {
  return (w) => {
    const b = w.hi - 1;
    const a = b - 1;
    if (a < w.lo) return undefined;
    const seconds = ((w.track.times[b] ?? 0) - (w.track.times[a] ?? 0)) / 1000;
    if (seconds === 0 || isFloat(w, a) !== isFloat(w, b)) return undefined;
    if (isFloat(w, a)) {
      const [x, y] = [w.track.values[a] ?? NaN, w.track.values[b] ?? NaN];
      const change = isRate && y < x ? y : y - x;
      return isRate ? change / seconds : change;
    }
    const { reset: _, ...last } = histogramAt(w, b);
    const change = isRate && w.reset(b) ? last : plus(last, histogramAt(w, a), -1);
    return compact(isRate ? scaled(change, (v) => v / seconds) : change);
  };
}
