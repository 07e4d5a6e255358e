/** Numbers of the pipeline in words. */
import { digits, duration } from '../../base/format';

/** "2.8/s"; '' for what isn't known. */
export function perSecond(n: number): string {
  return Number.isFinite(n) ? `${digits(round(n))}/s` : '';
}

/** "1.9 s", "> 60 s" where a quantile lies above the last bucket; '' for what isn't known. */
export function seconds(n: number): string {
  return Number.isFinite(n) ? duration(round(n) * 1e9) : '';
}

/** Items, workers: whole, or with a digit where it is a mean. */
export function amount(n: number): string {
  return digits(Math.abs(n) >= 10 ? Math.round(n) : Number(n.toFixed(1)));
}

/** Two significant digits below 10, three above: more is noise in a rate over some seconds. */
function round(n: number): number {
  return n === 0 ? 0 : Number(n.toPrecision(Math.abs(n) >= 10 ? 3 : 2));
}

/** "20 s", "5 minutes". */
export function spell(s: number): string {
  return s < 120 ? `${Math.round(s)} s` : `${Math.round(s / 60)} minutes`;
}

/** "35 %" of a share of one. */
export function share(n: number): string {
  return `${Math.round(100 * n)} %`;
}
