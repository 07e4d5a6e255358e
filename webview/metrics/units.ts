/**
 * Numbers of charts with their units: applies the common formatter to a panel's unit, and makes matching axis marks.
 */
import { bytes, digits, duration, grouped } from '../../src/base/format';
import type { Unit } from '../../src/protocol/metrics';

/** A value for a legend, a tooltip or a table: "41 ms", "3.3/s", "12,345"; NaN is "none". */
export function shown(v: number, unit: Unit): string {
  if (Number.isNaN(v)) return 'none';
  if (!Number.isFinite(v)) return v > 0 ? '+Inf' : '-Inf';
  switch (unit) {
    case 'seconds':
      return v === 0 ? '0 s' : duration(v * 1e9);
    case 'bytes':
      return bytes(v);
    case 'perSecond':
      return `${short(v)}/s`;
    case 'percent':
      return `${short(v)} %`;
    case 'cores':
      return `${short(v)} ${v === 1 ? 'core' : 'cores'}`;
    case 'count':
    case 'none':
      return Number.isInteger(v) && Math.abs(v) < 1e7 ? grouped(v) : short(v);
  }
}

/** Up to three digits with k, M, G, T from 10,000 on; below 1e-6 in scientific notation. */
export function short(v: number): string {
  const a = Math.abs(v);
  if (a < 10_000) return a >= 1000 ? grouped(Math.round(v)) : digits(v);
  const power = Math.min(4, Math.floor(Math.log10(a) / 3));
  return `${digits(v / 1000 ** power)}${['', 'k', 'M', 'G', 'T'][power] ?? ''}`;
}

/**
 * Steps between an axis's marks that suit the unit: 1, 2, 5 and their multiples of ten; for seconds, whole minutes,
 * hours and days from a minute on; for bytes, powers of 2.
 */
export function incrementsOf(unit: Unit): number[] {
  if (unit === 'bytes') return Array.from({ length: 50 }, (_, i) => 2 ** i);
  const tens = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i).flatMap((e) => [1, 2, 5].map((m) => Number(`${m}e${e}`)));
  if (unit === 'seconds')
    return [
      ...tens(-9, 0),
      10,
      20,
      30,
      60,
      120,
      300,
      600,
      1200,
      1800,
      3600,
      7200,
      18_000,
      36_000,
      86_400,
      172_800,
      432_000,
      864_000,
      ...tens(6, 9),
    ];
  return tens(-9, 15);
}

const SECONDS = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const MINUTES = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

/** "14:02:10"; with its day if that is not today. */
export function clock(seconds: number, now = Date.now()): string {
  const at = new Date(seconds * 1000);
  const time = SECONDS.format(at);
  return at.toDateString() === new Date(now).toDateString() ? time : `${DAY.format(at)}, ${time}`;
}

/** Marks of a time axis: seconds only where marks are less than a minute apart, days where they are a day apart. */
export function clockMarks(splits: readonly number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0);
  const format = step > 0 && step < 60 ? SECONDS : step >= 86_400 ? DAY : MINUTES;
  return splits.map((s) => format.format(new Date(s * 1000)));
}

/** A length of time as shown in choices: "30 s", "5 min", "1 h", "2 d". */
export function span(seconds: number): string {
  const s = Math.round(seconds);
  if (s >= 86_400 && s % 86_400 === 0) return `${s / 86_400} d`;
  return s === 0 ? '0 s' : s < 60 ? `${s} s` : s < 120 ? `${s} s` : duration(s * 1e9);
}
