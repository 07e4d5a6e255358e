/** Quantiles of samples, of classic buckets and of native histograms (promql/quantile.go). */
import type { NativeHistogram } from '../types';
import { bound } from './buckets';

/** Quantile of samples: weighted between two neighbours; NaN counts as the smallest. Sorts `values`. */
export function quantileOf(q: number, values: number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  values.sort((a, b) => (Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : Number.isNaN(b) ? 1 : a - b));
  const n = values.length;
  const rank = q * (n - 1);
  const low = Math.max(0, Math.floor(rank));
  const weight = rank - Math.floor(rank);
  const lower = values[low] ?? NaN;
  return weight === 0 ? lower : lower * (1 - weight) + (values[Math.min(n - 1, low + 1)] ?? NaN) * weight;
}

/**
 * Classic histograms: ascending upper bounds, and the count of all observations up to each. Only the first n of both
 * count.
 */
export interface ClassicBuckets {
  readonly bounds: Float64Array;
  readonly counts: Float64Array;
  n: number;
}

/** Relative differences up to this are floating-point noise (quantile.go, smallDeltaTolerance). */
const SMALL = 1e-12;
const MIN_NORMAL = 2 ** -1022;

/** util/almost, Equal, for numbers that are not stale markers. */
function almost(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const diff = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < MIN_NORMAL) return diff < SMALL * MIN_NORMAL;
  return diff / Math.min(sum, Number.MAX_VALUE) < SMALL;
}

/**
 * quantile.go, BucketQuantile: linear within a bucket. Changes the buckets. `forced` is called when counts had to be
 * raised so that they never fall.
 */
export function bucketQuantile(q: number, b: ClassicBuckets, forced?: () => void): number {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  if (b.n === 0 || b.bounds[b.n - 1] !== Infinity) return NaN;
  coalesce(b);
  if (raise(b)) forced?.();
  const { bounds, counts, n } = b;
  if (n < 2) return NaN;
  const observations = counts[n - 1] ?? NaN;
  if (observations === 0) return NaN;
  let rank = q * observations;
  const at = firstAtLeast(counts, n - 1, rank);
  if (at === n - 1) return bounds[n - 2] ?? NaN;
  const end = bounds[at] ?? NaN;
  if (at === 0 && end <= 0) return end;
  let start = 0;
  let count = counts[at] ?? NaN;
  if (at > 0) {
    start = bounds[at - 1] ?? NaN;
    count -= counts[at - 1] ?? NaN;
    rank -= counts[at - 1] ?? NaN;
  }
  return start + (end - start) * (rank / count);
}

/** sort.Search over counts[0 … n-1]: the first that is at least `rank`, else n. */
function firstAtLeast(counts: Float64Array, n: number, rank: number): number {
  let [low, high] = [0, n];
  while (low < high) {
    const mid = (low + high) >>> 1;
    if ((counts[mid] ?? NaN) >= rank) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** coalesceBuckets: adds the counts of equal bounds. */
function coalesce(b: ClassicBuckets): void {
  let last = 0;
  for (let i = 1; i < b.n; i++) {
    if (b.bounds[i] === b.bounds[last]) {
      b.counts[last] = (b.counts[last] ?? 0) + (b.counts[i] ?? 0);
      continue;
    }
    last++;
    b.bounds[last] = b.bounds[i] ?? NaN;
    b.counts[last] = b.counts[i] ?? NaN;
  }
  b.n = last + 1;
}

/** ensureMonotonicAndIgnoreSmallDeltas: a count never falls from one bound to the next. */
function raise({ counts, n }: ClassicBuckets): boolean {
  let forced = false;
  let before = counts[0] ?? NaN;
  for (let i = 1; i < n; i++) {
    const now = counts[i] ?? NaN;
    if (now === before) continue;
    if (almost(before, now)) {
      counts[i] = before;
      continue;
    }
    if (now < before) {
      counts[i] = before;
      forced = true;
      continue;
    }
    before = now;
  }
  return forced;
}

interface Bucket {
  lower: number;
  upper: number;
  count: number;
}

/** AllBucketIterator: from the lowest to the highest; bounds never reach into the zero bucket. */
function allBuckets(h: NativeHistogram): Bucket[] {
  const out: Bucket[] = [];
  const push = (at: number, count: number, sign: 1 | -1): void => {
    const near = Math.max(bound(at - 1, h.schema), h.zeroThreshold);
    const far = bound(at, h.schema);
    out.push(sign > 0 ? { lower: near, upper: far, count } : { lower: -far, upper: -near, count });
  };
  for (let i = h.negative.index.length - 1; i >= 0; i--) push(h.negative.index[i] ?? 0, h.negative.count[i] ?? 0, -1);
  if (h.zeroCount > 0) out.push({ lower: -h.zeroThreshold, upper: h.zeroThreshold, count: h.zeroCount });
  for (let i = 0; i < h.positive.index.length; i++) push(h.positive.index[i] ?? 0, h.positive.count[i] ?? 0, 1);
  return out;
}

/**
 * quantile.go, HistogramQuantile, of exponential buckets: exponential within a bucket, linear within the zero bucket.
 */
export function histogramQuantile(q: number, h: NativeHistogram): number {
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  if (h.count === 0 || Number.isNaN(q)) return NaN;
  const buckets = allBuckets(h);
  // NaN observations are in no bucket, so with them only counting from below is correct; otherwise count from the
  // nearer end.
  const forward = Number.isNaN(h.sum) || q < 0.5;
  let rank = forward ? q * h.count : (1 - q) * h.count;
  if (!forward) buckets.reverse();
  let count = 0;
  let bucket: Bucket = { lower: 0, upper: 0, count: 0 };
  for (const b of buckets) {
    bucket = b;
    if (b.count === 0) continue;
    count += b.count;
    if (count >= rank) break;
  }
  if (bucket.lower < 0 && bucket.upper > 0) {
    if (h.negative.index.length === 0 && h.positive.index.length > 0) bucket.lower = 0;
    else if (h.positive.index.length === 0 && h.negative.index.length > 0) bucket.upper = 0;
  }
  if (count > h.count) count = h.count;
  if (count < rank) return Number.isNaN(h.sum) ? NaN : bucket.upper;
  rank = forward ? rank - (count - bucket.count) : count - rank;
  const fraction = rank / bucket.count;
  if (bucket.lower <= 0 && bucket.upper >= 0) return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  const [low, high] = [Math.log2(Math.abs(bucket.lower)), Math.log2(Math.abs(bucket.upper))];
  return bucket.lower > 0 ? 2 ** (low + (high - low) * fraction) : -(2 ** (high + (low - high) * (1 - fraction)));
}

/** An `le` as strconv.ParseFloat reads it; undefined for a text that is no bound. */
export function leOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const inf = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (inf) return inf[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
