/** Points of a stored series, in the form that windows slide over. */
import { FLOAT as F, HISTOGRAM as H, STALE, type NativeHistogram, type StoredSeries } from '../types';
import type { SelectorExpr } from './ast';
import { newLine, putHistogram, FLOAT, type Line, type Steps } from './lines';

/** The greatest age at which a value still counts, ms (Prometheus' --query.lookback-delta, by default 5 minutes). */
const LOOKBACK_MS = 300_000;

/** All times in ms, as Prometheus keeps them. */
export interface Track {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** Undefined = all floats. */
  readonly kinds: Uint8Array | undefined;
  readonly histograms: readonly (NativeHistogram | undefined)[] | undefined;
}

/** Points with from < t <= to, ms. */
export function load(series: StoredSeries, from: number, to: number): Track {
  // One more millisecond at both ends: stored times are seconds, and rounding must not lose a point at the border.
  const p = series.points((from - 1) / 1000, (to + 1) / 1000);
  const n = p.times.length;
  const times = new Float64Array(n);
  for (let i = 0; i < n; i++) times[i] = Math.round((p.times[i] ?? 0) * 1000);
  const mixed = p.kinds?.some((k) => k !== F) === true;
  return { times, values: p.values, kinds: mixed ? p.kinds : undefined, histograms: mixed ? p.histograms : undefined };
}

/** Without stale markers: a range never holds them (engine.go, matrixIterSlice). */
export function withoutStale(t: Track): Track {
  const { kinds } = t;
  if (!kinds?.includes(STALE)) return t;
  const keep: number[] = [];
  for (let i = 0; i < kinds.length; i++) if (kinds[i] !== STALE) keep.push(i);
  const left = Uint8Array.from(keep, (i) => kinds[i] ?? F);
  return {
    times: Float64Array.from(keep, (i) => t.times[i] ?? 0),
    values: Float64Array.from(keep, (i) => t.values[i] ?? NaN),
    kinds: left.includes(H) ? left : undefined,
    histograms: left.includes(H) ? keep.map((i) => t.histograms?.[i]) : undefined,
  };
}

/**
 * An instant vector: at each step the newest point, unless it is stale or older than the lookback (engine.go,
 * vectorSelectorSingle).
 */
export function instant(series: StoredSeries, { offset }: SelectorExpr, steps: Steps, times?: Line): Line {
  const line = newLine(series.labels, steps);
  const first = steps.start - offset;
  const track = load(series, first - LOOKBACK_MS, first + steps.step * (steps.count - 1));
  const n = track.times.length;
  let next = 0;
  for (let i = 0; i < steps.count; i++) {
    const at = first + i * steps.step;
    while (next < n && (track.times[next] ?? 0) <= at) next++;
    const p = next - 1;
    if (p < 0 || (track.times[p] ?? 0) <= at - LOOKBACK_MS) continue;
    const kind = track.kinds ? track.kinds[p] : F;
    if (kind === F) {
      line.has[i] = FLOAT;
      line.values[i] = track.values[p] ?? NaN;
    } else if (kind === H) {
      const h = track.histograms?.[p];
      if (h) putHistogram(line, i, h);
    } else continue;
    if (times) {
      times.has[i] = FLOAT;
      times.values[i] = (track.times[p] ?? 0) / 1000;
    }
  }
  return line;
}
