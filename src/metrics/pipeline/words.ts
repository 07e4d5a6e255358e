/** The pipeline's numbers as text. */
import { digits, duration } from '../../base/format';

/** "2.8/s"; '' if unknown. */
export function perSecond(n: number): string {
  return Number.isFinite(n) ? `${digits(round(n))}/s` : '';
}

/** "1.9 s"; '' if unknown. */
export function seconds(n: number): string {
  return Number.isFinite(n) ? duration(round(n) * 1e9) : '';
}

/** Items or workers: a whole number, or one decimal for a mean. */
export function amount(n: number): string {
  return digits(Math.abs(n) >= 10 ? Math.round(n) : Number(n.toFixed(1)));
}

/** Two significant digits below 10, three above: more is noise in a rate over a few seconds. */
function round(n: number): number {
  return n === 0 ? 0 : Number(n.toPrecision(Math.abs(n) >= 10 ? 3 : 2));
}

/** "20 s", "5 minutes". */
export function spell(s: number): string {
  return s < 120 ? `${Math.round(s)} s` : `${Math.round(s / 60)} minutes`;
}

/** "35 %" for 0.35. */
export function share(n: number): string {
  return `${Math.round(100 * n)} %`;
}
