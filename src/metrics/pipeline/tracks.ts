/** Series of results as the pipeline uses them: found by label, cut to a window, reduced to a number. */
import type { QueryResult, ResultSeries } from '../types';
import type { Spark } from './types';

export interface Track {
  readonly times: Float64Array;
  readonly values: Float64Array;
}
export const EMPTY: Track = { times: new Float64Array(0), values: new Float64Array(0) };

/** The only series (no label given), or the one with this value of the label; EMPTY if there is none. */
export function track(result: QueryResult | undefined, label?: string, value?: string): Track {
  const found = result?.series.find((s) => label === undefined || (s.labels[label] ?? '') === value);
  return found ?? EMPTY;
}

/** All series with this value of a label. */
export function tracks(result: QueryResult | undefined, label: string, value: string): readonly ResultSeries[] {
  return result?.series.filter((s) => (s.labels[label] ?? '') === value) ?? [];
}

/** The points from `from` on, without NaN. */
export function since(t: Track, from: number): Track {
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < t.times.length; i++) {
    const time = t.times[i] ?? NaN;
    const v = t.values[i] ?? NaN;
    if (time >= from && !Number.isNaN(v)) {
      times.push(time);
      values.push(v);
    }
  }
  return { times: Float64Array.from(times), values: Float64Array.from(values) };
}

/** NaN for an empty track, as for all below. */
export function mean(t: Track): number {
  let sum = 0;
  for (const v of t.values) sum += v;
  return sum / t.values.length;
}

export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[half] ?? NaN) : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2;
}

export function deviation(t: Track): number {
  const m = mean(t);
  let sum = 0;
  for (const v of t.values) sum += (v - m) ** 2;
  return Math.sqrt(sum / t.values.length);
}

export function least(t: Track): number {
  return t.values.reduce((a, b) => Math.min(a, b), Infinity);
}
export function last(t: Track): number {
  return t.values[t.values.length - 1] ?? NaN;
}

/** The first or last third of a track's points, or its second half. */
export function part(t: Track, which: 'first' | 'last' | 'half'): Track {
  const n = t.values.length;
  const size = Math.max(1, Math.floor(n / 3));
  const [a, b] = which === 'first' ? [0, size] : which === 'last' ? [n - size, n] : [n >> 1, n];
  return { times: t.times.slice(a, b), values: t.values.slice(a, b) };
}

/**
 * Kendall's tau: the share of pairs that rise minus the share that fall; −1 … 1, 0 for fewer than two points. Uses 60
 * points at most.
 */
export function trend(t: Track): number {
  const step = Math.max(1, Math.ceil(t.values.length / 60));
  const v: number[] = [];
  for (let i = 0; i < t.values.length; i += step) v.push(t.values[i] ?? 0);
  let score = 0;
  for (let i = 0; i < v.length; i++)
    for (let j = i + 1; j < v.length; j++) score += Math.sign((v[j] ?? 0) - (v[i] ?? 0));
  const pairs = (v.length * (v.length - 1)) / 2;
  return pairs === 0 ? 0 : score / pairs;
}

/** Change per second, by least squares. */
export function slope(t: Track): number {
  const mt = mean({ times: t.times, values: t.times });
  const mv = mean(t);
  let up = 0;
  let down = 0;
  for (let i = 0; i < t.values.length; i++) {
    const dt = (t.times[i] ?? 0) - mt;
    up += dt * ((t.values[i] ?? 0) - mv);
    down += dt * dt;
  }
  return down === 0 ? 0 : up / down;
}

/** Seconds from the first point to the last; 0 for fewer than two. */
export function span(t: Track): number {
  const n = t.times.length;
  return n < 2 ? 0 : (t.times[n - 1] ?? 0) - (t.times[0] ?? 0);
}

/** Point by point, at the times of `a`; `y` is NaN where `b` has no point. */
export function combine(a: Track, b: Track, f: (x: number, y: number) => number): Track {
  const at = new Map<number, number>();
  for (let i = 0; i < b.times.length; i++) at.set(b.times[i] ?? NaN, b.values[i] ?? NaN);
  return { times: a.times, values: a.values.map((x, i) => f(x, at.get(a.times[i] ?? NaN) ?? NaN)) };
}

/** Sum of several series, at all their times. */
export function total(all: readonly Track[]): Track {
  const only = all[0];
  if (only === undefined) return EMPTY;
  if (all.length === 1) return only;
  const at = new Map<number, number>();
  for (const t of all)
    for (let i = 0; i < t.times.length; i++) {
      const v = t.values[i] ?? NaN;
      if (!Number.isNaN(v)) at.set(t.times[i] ?? NaN, (at.get(t.times[i] ?? NaN) ?? 0) + v);
    }
  const times = Float64Array.from(at.keys()).sort();
  return { times, values: times.map((x) => at.get(x) ?? NaN) };
}

export function spark(t: Track): Spark {
  return { times: t.times, values: t.values };
}
