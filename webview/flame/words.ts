/** The page's sentences about a profile and its frames. Pure. */
import type { Frame, ProfileSummary, ValueType } from '../../src/profile/types';
import { count, digits, duration, percent, value } from '../../src/base/format';

/** The value type as offered in the switch: "cpu (time)", "alloc_objects (count)". */
export function typeLabel(t: ValueType): string {
  const unit = isTime(t.unit) ? 'time' : t.unit;
  return unit === '' || unit === t.type ? t.type : `${t.type} (${unit})`;
}

const SECONDS: Readonly<Record<string, number>> = {
  nanoseconds: 1e-9,
  ns: 1e-9,
  microseconds: 1e-6,
  us: 1e-6,
  milliseconds: 1e-3,
  ms: 1e-3,
  seconds: 1,
  s: 1,
};
function isTime(unit: string): boolean {
  return unit.toLowerCase() in SECONDS;
}

/** Fewer CPU samples than this are too few to judge by: a single one is 5 % or more. */
const FEW_SAMPLES = 20;

/** "18.4 s of CPU in 1,840 samples (61 % of one core)": what the percentages refer to, and the scale to read it by. */
export function totalSentence(summary: ProfileSummary, sampleType: number): string {
  const t = summary.sampleTypes[sampleType];
  if (!t) return '';
  if ((summary.combined?.bases ?? 0) > 0) {
    const each = summary.combined?.normalize === 'duration' ? ' a second' : '';
    return `change, in per cent of the base's ${value(t.total, t.unit)} of ${t.type}${each}`;
  }
  const n = sampleCount(summary);
  const samples = count(n, 'sample');
  if (summary.kind === 'goroutines') return count(t.total, 'goroutine');
  if (t.type === 'cpu' && isTime(t.unit)) {
    const busy = t.total * SECONDS[t.unit.toLowerCase()]!;
    const seconds = summary.durationNanos / 1e9;
    const load = seconds > 0 ? ` (${coreShare(busy / seconds)})` : '';
    const hint = n > 0 && n < FEW_SAMPLES ? ': few to judge by; record longer, or while it works' : '';
    return `${value(t.total, t.unit)} of CPU in ${samples}${load}${hint}`;
  }
  const amount = value(t.total, t.unit);
  return t.unit === 'count' && t.type === 'samples' ? count(t.total, 'sample') : `${amount} ${t.type} in ${samples}`;
}

/** How many samples the profiler took, if the file says so; otherwise the number of distinct samples. */
function sampleCount(summary: ProfileSummary): number {
  return summary.sampleTypes.find((t) => t.type === 'samples' && t.unit === 'count')?.total ?? summary.samples;
}

/** "61 % of one core", "3.2 cores". */
function coreShare(cores: number): string {
  return cores < 1.995 ? `${(cores * 100).toFixed(cores < 0.1 ? 1 : 0)} % of one core` : `${digits(cores)} cores`;
}

/**
 * Why there is no picture, and what to do; undefined when there is one. `drawn` = the tree has more than its root;
 * `filtered` = a part is shown.
 */
export function emptySentences(
  summary: ProfileSummary,
  sampleType: number,
  drawn: boolean,
  filtered = false,
): { readonly what: string; readonly next: string } | undefined {
  if (drawn) return undefined;
  const t = summary.sampleTypes[sampleType];
  if (filtered && (t?.total ?? 0) !== 0)
    return { what: 'No sample passes these filters.', next: 'Change or take away one of the filters above.' };
  if (summary.samples > 0 && summary.sampleTypes.some((o) => o !== t && o.total !== 0)) {
    return {
      what: `Nothing was counted as ${t?.type ?? 'this value'} in this profile.`,
      next: 'Choose another value type above.',
    };
  }
  const types = new Set(summary.sampleTypes.map((o) => o.type));
  if (types.has('cpu')) {
    const long = summary.durationNanos > 0 ? ` in ${duration(summary.durationNanos)}` : '';
    return {
      what: 'This profile has no samples.',
      next: `The process used next to no CPU${long}. Capture again for longer, or while the controller has work.`,
    };
  }
  if (types.has('contentions')) {
    return {
      what: 'This profile has no samples.',
      next:
        'Block and mutex profiles stay empty until the process calls runtime.SetBlockProfileRate or ' +
        'runtime.SetMutexProfileFraction.',
    };
  }
  return { what: 'This profile has no samples.', next: 'Capture again while the controller has work.' };
}

/** A short but recognisable path: within its module, the standard library, or its last three parts. */
export function shortFile(file: string): string {
  const mod = file.lastIndexOf('/pkg/mod/');
  if (mod >= 0) {
    const parts = file.slice(mod + 9).split('/');
    const at = parts.findIndex((p) => p.includes('@'));
    return (at > 0 ? parts.slice(at) : parts).join('/');
  }
  const src = file.search(/\/go[^/]*\/src\//);
  if (src >= 0) return file.slice(file.indexOf('/src/', src) + 5);
  const parts = file.split('/');
  return parts.length > 4 ? parts.slice(-3).join('/') : file;
}

/** "gadget.go:88" with its folders; '' when the file is not known. */
export function place(frame: Frame): string {
  return frame.file === '' ? '' : `${shortFile(frame.file)}${frame.line > 0 ? `:${frame.line}` : ''}`;
}

/** Like `place`, but shorter for code that isn't the user's own: only the file and its folder. */
export function footPlace(frame: Frame): string {
  const whole = place(frame);
  return frame.origin === 'own' ? whole : whole.split('/').slice(-2).join('/');
}

/** The values of a frame; `self` is undefined when it isn't known (above a zoom restored by a reload). */
export interface Figures {
  readonly self: number | undefined;
  readonly total: number;
  /** In a comparison: `total` is `after` − `before`. */
  readonly before?: number;
  readonly after?: number;
}

/** "before 3.2 s, after 4.1 s"; '' without a comparison. */
export function changeWords({ before, after }: Figures, unit: string): string {
  return before === undefined || after === undefined
    ? ''
    : `before ${value(before, unit)}, after ${value(after, unit)}`;
}

/** `v` as a percentage of `of`; '' when `of` is 0. */
export function shareOf(v: number, of: number): string {
  return of === 0 ? '' : percent(v / of);
}

/** "5.3 s · 28.8 %". */
export function amount(v: number | undefined, of: number, unit: string): string {
  if (v === undefined) return '–';
  if (v === 0) return '0';
  const share = shareOf(v, of);
  return `${value(v, unit)}${share === '' ? '' : ` · ${share}`}`;
}

/** The focused frame for a screen reader, one sentence. */
export function spoken(
  name: string,
  f: Figures,
  of: number,
  unit: string,
  level: number,
  position: number,
  siblings: number,
  matches: boolean,
): string {
  const total = `total ${value(f.total, unit)}, ${shareOf(f.total, of)}`;
  const self = f.self === undefined ? '' : `, self ${amount(f.self, of, unit).replace(' · ', ', ')}`;
  return `${name}${matches ? ', matches the search' : ''}, ${total}${self}, level ${level}, ${position} of ${siblings}`;
}

/** "14 frames · 31.2 %"; "no match". */
export function matchSentence(frames: number, share: number): string {
  return frames === 0 ? 'no match' : `${count(frames, 'frame')} · ${percent(share)}`;
}
