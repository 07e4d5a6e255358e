/** Numbers as `go tool pprof -top` prints them, so that users can compare the two. Pure. */
import { scale, scaled } from '../../src/profile/part/scale';

/** A value's share of the total, with at least two digits: "47.80%", "0.058%", "100%". Without a sign, as in pprof. */
export function percentage(value: number, total: number): string {
  const ratio = total === 0 ? 0 : Math.abs(value / total) * 100;
  if (ratio >= 99.95 && ratio <= 100.05) return '100%';
  return `${ratio >= 1 ? hundredths(ratio) : twoDigits(ratio)}%`;
}

/** Like Go's %.2f, which rounds a tie to the even digit; `toFixed` rounds it up. */
function hundredths(n: number): string {
  const twice = n * 200;
  return Number.isInteger(twice) && twice % 4 === 1 && twice / 200 === n
    ? ((twice - 1) / 200).toFixed(2)
    : n.toFixed(2);
}

/** C's %.2g. */
function twoDigits(n: number): string {
  if (n === 0) return '0';
  const exponent = Number(n.toExponential(1).split('e')[1]);
  const text =
    exponent < -4 ? n.toExponential(1).replace(/e([+-])(\d)$/, 'e$10$2') : n.toFixed(Math.max(0, 1 - exponent));
  return text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
}

/**
 * The one unit in which pprof prints a whole table: the unit of its smallest value, or a larger one if the total's is
 * larger. `flat` and `cum` by row.
 */
export function outputUnit(flat: Float64Array, cum: Float64Array, total: number, unit: string): string {
  let least = 0;
  for (let i = 0; i < flat.length; i++) {
    const v = Math.abs(flat[i]!) || Math.abs(cum[i]!);
    if (v > 0 && (least === 0 || v < least)) least = v;
  }
  if (least === 0) least = total;
  const [, small] = scale(least, unit, 'minimum');
  const [, large] = scale(total, unit, 'minimum');
  const [, chosen] = small !== large && least * 100 < total ? scale(least * 100, unit, 'minimum') : [0, small];
  return chosen === '' ? unit : chosen;
}

export { scaled };
