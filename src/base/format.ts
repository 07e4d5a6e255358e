/**
 * The one formatter of numbers with units, for pages, trees and messages. Two or three significant digits and a unit:
 * users compare these numbers rather than copy them.
 */

const NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  nanoseconds: 1,
  nanosecond: 1,
  us: 1e3,
  microseconds: 1e3,
  microsecond: 1e3,
  ms: 1e6,
  milliseconds: 1e6,
  millisecond: 1e6,
  s: 1e9,
  seconds: 1e9,
  second: 1e9,
};
const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  byte: 1,
  bytes: 1,
  kb: 1024,
  kib: 1024,
  kilobytes: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  megabytes: 1024 ** 2,
};

/** Three significant digits below 1000, no decimals above: 0.0123, 1.23, 12.3, 123, 1234. */
export function digits(n: number): string {
  const a = Math.abs(n);
  if (a === 0) return '0';
  if (a >= 99.95) return n.toFixed(0);
  if (a >= 9.995) return n.toFixed(1).replace(/\.0$/, '');
  return n.toPrecision(3).replace(/\.?0+($|e)/, '$1');
}

/** A value in a profile's own unit: `(5.3e9, 'nanoseconds')` → "5.3 s", `(12345, 'count')` → "12,345". */
export function value(n: number, unit: string): string {
  const u = unit.toLowerCase();
  const ns = NANOS[u];
  if (ns !== undefined) return duration(n * ns);
  const b = BYTES[u];
  if (b !== undefined) return bytes(n * b);
  const counted = grouped(n);
  return u === '' || u === 'count' || u === 'samples' ? counted : `${counted} ${unit}`;
}

/**
 * Nanoseconds in the largest unit that leaves a number of at least one, in minutes from two minutes on: "5.3 s", "820
 * ms", "2 min 5 s", "3 h 12 min".
 */
export function duration(nanos: number): string {
  const a = Math.abs(nanos);
  const sign = nanos < 0 ? '-' : '';
  if (a >= 3600e9) return `${sign}${two(a / 3600e9, 'h', 60, 'min')}`;
  if (a >= 120e9) return `${sign}${two(a / 60e9, 'min', 60, 's')}`;
  if (a >= 1e9) return `${sign}${digits(a / 1e9)} s`;
  if (a >= 1e6) return `${sign}${digits(a / 1e6)} ms`;
  if (a >= 1e3) return `${sign}${digits(a / 1e3)} µs`;
  return `${sign}${digits(a)} ns`;
}

function two(n: number, big: string, per: number, small: string): string {
  // The small addition is for rounding errors: 130 s is 2.1666… min and must not come back as 129.999… s.
  const all = Math.floor(n * per + 1e-6);
  const whole = Math.floor(all / per);
  const rest = all % per;
  return rest === 0 ? `${whole} ${big}` : `${whole} ${big} ${rest} ${small}`;
}

/** Bytes in binary units: "812 B", "1.2 KiB", "34 MiB". */
export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let v = n;
  let i = 0;
  while (Math.abs(v) >= 1024 && i < units.length - 1) {
    v /= 1024;
    i++;
  }
  return `${i === 0 ? v.toFixed(0) : digits(v)} ${units[i]}`;
}

/** A number with its thousands grouped: 12,345. Fractions get two decimals: 12,345.68. */
export function grouped(n: number): string {
  const [whole, part] = (Number.isInteger(n) ? String(n) : n.toFixed(2)).split('.');
  const g = (whole ?? '').replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return part === undefined ? g : `${g}.${part}`;
}

/** A share (1 is all) as a percentage: "42.9 %", "< 0.1 %". */
export function percent(share: number): string {
  const p = share * 100;
  if (p !== 0 && Math.abs(p) < 0.1) return p < 0 ? '> -0.1 %' : '< 0.1 %';
  return `${Math.abs(p) >= 99.95 ? p.toFixed(0) : p.toFixed(1)} %`;
}

/** How long ago or how old, in the one unit that matters: "12 s", "5 min", "3 h", "12 d". */
export function age(millis: number): string {
  const s = Math.max(0, Math.floor(millis / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

/** Singular or plural with its number: `count(1, 'sample')` → "1 sample". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}
