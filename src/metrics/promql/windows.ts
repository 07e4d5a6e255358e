/** Windows that slide over the points of a series. Both ends only move forward, so each point is visited once. */
import { FLOAT as F, type NativeHistogram, type StoredSeries } from '../types';
import type { SelectorExpr } from './ast';
import { isReset } from './buckets';
import { FLOAT, newLine, putHistogram, type Line, type Steps } from './lines';
import { load, withoutStale, type Track } from './series';

/** What a range function gets: the points lo … hi - 1 of `track`, which lie in (from, to], ms. Never empty. */
export interface Window {
  readonly track: Track;
  lo: number;
  hi: number;
  from: number;
  to: number;
  /** Length, s. */
  readonly seconds: number;
  /** The kinds of points in this window. */
  kind: 'floats' | 'histograms' | 'mixed';
  /** Indexes, ascending, at which a counter of floats is below the point before. */
  readonly drops: readonly number[];
  /** Those after lo: drops[dropsFrom] … drops[dropsTo - 1]. */
  dropsFrom: number;
  dropsTo: number;
  /** Whether the histogram at i started over after the one before; computed once per pair. */
  reset(i: number): boolean;
}

/** Returns a float, a histogram, or undefined for "no value here". */
export type Over = (w: Window) => number | NativeHistogram | undefined;

/** Applies a function to the windows of a series. `labels`: of the result. */
export function slide(
  series: StoredSeries,
  { offset, range = 0 }: SelectorExpr,
  steps: Steps,
  labels: Line['labels'],
  over: Over,
): Line {
  const line = newLine(labels, steps);
  const first = steps.start - offset;
  const track = withoutStale(load(series, first - range, first + steps.step * (steps.count - 1)));
  const { times } = track;
  const n = times.length;
  const w: Window = {
    track,
    lo: 0,
    hi: 0,
    from: 0,
    to: 0,
    seconds: range / 1000,
    kind: 'floats',
    drops: dropsOf(track),
    dropsFrom: 0,
    dropsTo: 0,
    reset: resetsOf(track),
  };
  const histogramsBefore = countHistograms(track);
  for (let i = 0; i < steps.count; i++) {
    w.to = first + i * steps.step;
    w.from = w.to - range;
    while (w.hi < n && (times[w.hi] ?? 0) <= w.to) w.hi++;
    while (w.lo < w.hi && (times[w.lo] ?? 0) <= w.from) w.lo++;
    if (w.lo === w.hi) continue;
    while (w.dropsTo < w.drops.length && (w.drops[w.dropsTo] ?? 0) < w.hi) w.dropsTo++;
    while (w.dropsFrom < w.dropsTo && (w.drops[w.dropsFrom] ?? 0) <= w.lo) w.dropsFrom++;
    if (histogramsBefore) {
      const histograms = (histogramsBefore[w.hi] ?? 0) - (histogramsBefore[w.lo] ?? 0);
      w.kind = histograms === 0 ? 'floats' : histograms === w.hi - w.lo ? 'histograms' : 'mixed';
    }
    const v = over(w);
    if (v === undefined) continue;
    if (typeof v === 'number') {
      line.has[i] = FLOAT;
      line.values[i] = v;
    } else putHistogram(line, i, v);
  }
  return line;
}

/** The histogram at i; only call it where there is one. */
export function histogramAt({ track }: Window, i: number): NativeHistogram {
  const h = track.histograms?.[i];
  if (!h) throw new Error(`no histogram at point ${i}`);
  return h;
}

export function isFloat({ track }: Window, i: number): boolean {
  return !track.kinds || track.kinds[i] === F;
}

function dropsOf({ values, kinds }: Track): number[] {
  const out: number[] = [];
  if (kinds) {
    // Only between two floats: a window with both kinds has no rate anyway.
    for (let i = 1; i < values.length; i++)
      if (kinds[i] === F && kinds[i - 1] === F && (values[i] ?? NaN) < (values[i - 1] ?? NaN)) out.push(i);
    return out;
  }
  for (let i = 1; i < values.length; i++) if ((values[i] ?? NaN) < (values[i - 1] ?? NaN)) out.push(i);
  return out;
}

function countHistograms({ kinds }: Track): Int32Array | undefined {
  if (!kinds) return undefined;
  const out = new Int32Array(kinds.length + 1);
  for (let i = 0; i < kinds.length; i++) out[i + 1] = (out[i] ?? 0) + (kinds[i] === F ? 0 : 1);
  return out;
}

function resetsOf({ histograms }: Track): (i: number) => boolean {
  /** 0 = unknown yet, 1 = no, 2 = yes. */
  const known = new Uint8Array(histograms?.length ?? 0);
  return (i) => {
    const before = histograms?.[i - 1];
    const h = histograms?.[i];
    if (!before || !h) return false;
    if (known[i] === 0) known[i] = isReset(h, before) ? 2 : 1;
    return known[i] === 2;
  };
}
