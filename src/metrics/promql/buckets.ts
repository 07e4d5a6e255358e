/**
 * Buckets of native histograms (model/histogram/float_histogram.go, generic.go): bounds, coarser schemas, sums and
 * differences.
 */
import type { Buckets, NativeHistogram } from '../types';
import { KahanSum } from './kahan';

export const NO_BUCKETS: Buckets = { index: new Int32Array(0), count: new Float64Array(0) };

/**
 * Upper bound of a bucket, without its sign; that of the last one is capped at the largest float (getBoundExponential).
 */
export function bound(index: number, schema: number): number {
  const exponent = schema >= 0 ? Math.floor(index / 2 ** schema) : index * 2 ** -schema;
  const part = schema >= 0 ? index - exponent * 2 ** schema : 0;
  if (exponent === 1024 && part === 0) return Number.MAX_VALUE;
  const low = part === 0 ? 1 : 2 ** (part / 2 ** schema);
  // In two factors: 2^1024 is no float, and below 2^-1022 a single factor loses digits.
  return exponent > 1023
    ? low * 2 ** 1023 * 2 ** (exponent - 1023)
    : exponent < -1022
      ? low * 2 ** -1022 * 2 ** (exponent + 1022)
      : low * 2 ** exponent;
}

/** The buckets at a coarser schema (targetIdx, reduceResolution). */
export function coarser(b: Buckets, from: number, to: number): Buckets {
  if (from === to || b.index.length === 0) return b;
  const by = 2 ** (from - to);
  const index: number[] = [];
  const count: number[] = [];
  for (let i = 0; i < b.index.length; i++) {
    const at = Math.floor(((b.index[i] ?? 0) - 1) / by) + 1;
    const last = index.length - 1;
    if (last >= 0 && index[last] === at) count[last] = (count[last] ?? 0) + (b.count[i] ?? 0);
    else {
      index.push(at);
      count.push(b.count[i] ?? 0);
    }
  }
  return { index: Int32Array.from(index), count: Float64Array.from(count) };
}

/** h at a schema no finer than its own (CopyToSchema). */
export function toSchema(h: NativeHistogram, schema: number): NativeHistogram {
  return h.schema <= schema
    ? h
    : {
        ...h,
        schema,
        positive: coarser(h.positive, h.schema, schema),
        negative: coarser(h.negative, h.schema, schema),
      };
}

/**
 * The zero bucket of h with a larger threshold. If that falls into a filled bucket, it grows to the bucket's end
 * (zeroCountForLargerThreshold).
 */
export function zeroFor(h: NativeHistogram, wanted: number): { count: number; threshold: number } {
  let threshold = wanted;
  if (threshold <= h.zeroThreshold) return { count: h.zeroCount, threshold: h.zeroThreshold };
  for (;;) {
    let again = false;
    const sum = new KahanSum();
    sum.add(h.zeroCount);
    for (const b of [h.positive, h.negative]) {
      for (let i = 0; i < b.index.length; i++) {
        const at = b.index[i] ?? 0;
        if (bound(at - 1, h.schema) >= threshold) break;
        const count = b.count[i] ?? 0;
        sum.add(count);
        const upper = bound(at, h.schema);
        if (upper > threshold) {
          if (count !== 0) {
            again ||= b === h.negative;
            threshold = upper;
          }
          break;
        }
      }
      if (again) break;
    }
    if (!again) return { count: sum.sum, threshold };
  }
}

/** h with the larger zero bucket of `threshold`, which lies on a bucket border (trimBucketsInZeroBucket). */
function widened(h: NativeHistogram, { count, threshold }: { count: number; threshold: number }): NativeHistogram {
  if (threshold === h.zeroThreshold) return h;
  const trim = (b: Buckets): Buckets => {
    let from = 0;
    while (from < b.index.length && bound((b.index[from] ?? 0) - 1, h.schema) < threshold) from++;
    return from === 0 ? b : { index: b.index.subarray(from), count: b.count.subarray(from) };
  };
  return { ...h, zeroThreshold: threshold, zeroCount: count, positive: trim(h.positive), negative: trim(h.negative) };
}

/** Both with one schema and one zero bucket (reconcileZeroBuckets). */
export function alike(a: NativeHistogram, b: NativeHistogram): [NativeHistogram, NativeHistogram] {
  let [x, y] = [a, b];
  while (x.zeroThreshold !== y.zeroThreshold) {
    if (x.zeroThreshold > y.zeroThreshold) y = widened(y, zeroFor(y, x.zeroThreshold));
    else x = widened(x, zeroFor(x, y.zeroThreshold));
  }
  const schema = Math.min(x.schema, y.schema);
  return [toSchema(x, schema), toSchema(y, schema)];
}

/** a + sign·b for buckets of one schema, without those that become empty. */
function joined(a: Buckets, b: Buckets, sign: 1 | -1): Buckets {
  const index = new Int32Array(a.index.length + b.index.length);
  const count = new Float64Array(index.length);
  let n = 0;
  for (let i = 0, j = 0; i < a.index.length || j < b.index.length;) {
    const x = i < a.index.length ? (a.index[i] ?? 0) : Infinity;
    const y = j < b.index.length ? (b.index[j] ?? 0) : Infinity;
    const at = Math.min(x, y);
    const c = (x === at ? (a.count[i++] ?? 0) : 0) + (y === at ? sign * (b.count[j++] ?? 0) : 0);
    if (c === 0) continue;
    index[n] = at;
    count[n++] = c;
  }
  return { index: index.subarray(0, n), count: count.subarray(0, n) };
}

/** a + b, or a - b (Add, Sub). */
export function plus(a: NativeHistogram, b: NativeHistogram, sign: 1 | -1 = 1): NativeHistogram {
  const [x, y] = alike(a, b);
  return {
    schema: x.schema,
    zeroThreshold: x.zeroThreshold,
    zeroCount: x.zeroCount + sign * y.zeroCount,
    count: x.count + sign * y.count,
    sum: x.sum + sign * y.sum,
    positive: joined(x.positive, y.positive, sign),
    negative: joined(x.negative, y.negative, sign),
  };
}

/** Applies a function that keeps 0 to all numbers of h (Mul, Div). */
export function scaled(h: NativeHistogram, by: (n: number) => number): NativeHistogram {
  const each = (b: Buckets): Buckets => ({ index: b.index, count: b.count.map(by) });
  return {
    schema: h.schema,
    zeroThreshold: h.zeroThreshold,
    zeroCount: by(h.zeroCount),
    count: by(h.count),
    sum: by(h.sum),
    positive: each(h.positive),
    negative: each(h.negative),
  };
}

/** Without empty buckets (Compact). */
export function compact(h: NativeHistogram): NativeHistogram {
  const empty = { ...h, positive: NO_BUCKETS, negative: NO_BUCKETS };
  return h.positive.count.includes(0) || h.negative.count.includes(0)
    ? { ...h, positive: joined(h.positive, NO_BUCKETS, 1), negative: joined(h.negative, empty.negative, 1) }
    : h;
}

export function equal(a: NativeHistogram, b: NativeHistogram): boolean {
  const same = (x: Buckets, y: Buckets): boolean =>
    x.index.length === y.index.length &&
    x.index.every((v, i) => v === y.index[i]) &&
    x.count.every((v, i) => Object.is(v, y.count[i]));
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    Object.is(a.zeroCount, b.zeroCount) &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    same(a.positive, b.positive) &&
    same(a.negative, b.negative)
  );
}

/** Whether a counter started over between `before` and h (DetectReset, detectReset). */
export function isReset(h: NativeHistogram, before: NativeHistogram): boolean {
  if (h.reset === true || h.count < before.count || h.schema > before.schema || h.zeroThreshold < before.zeroThreshold)
    return true;
  const zero = zeroFor(before, h.zeroThreshold);
  if (zero.threshold !== h.zeroThreshold || h.zeroCount < zero.count) return true;
  const old = toSchema(widened(before, zero), h.schema);
  return fell(h.positive, old.positive) || fell(h.negative, old.negative);
}

/** Whether a bucket of `old` is higher than the same one in `now`. */
function fell(now: Buckets, old: Buckets): boolean {
  for (let i = 0, j = 0; i < old.index.length; i++) {
    const at = old.index[i] ?? 0;
    while (j < now.index.length && (now.index[j] ?? 0) < at) j++;
    const count = j < now.index.length && now.index[j] === at ? (now.count[j] ?? 0) : 0;
    if (count < (old.count[i] ?? 0)) return true;
  }
  return false;
}
