/**
 * Sums of native histograms without loss of digits (FloatHistogram.KahanAdd, and the aggregations of engine.go that use
 * it).
 */
import type { Buckets, NativeHistogram } from '../types';
import { alike, compact, coarser, scaled, zeroFor } from './buckets';
import { KahanMean, KahanSum } from './kahan';

/**
 * The sum of several. Prometheus adds one after the other and gets coarser on the way. Here the coarsest schema and the
 * widest zero bucket are found first, which gives the same buckets.
 */
export class HistogramSum {
  static of(all: readonly NativeHistogram[]): HistogramSum {
    return new HistogramSum(all);
  }

  readonly #all: readonly NativeHistogram[];

  private constructor(all: readonly NativeHistogram[]) {
    this.#all = level(all);
  }

  total(): NativeHistogram {
    return this.#fold(
      () => new KahanSum(),
      (s) => s.sum + s.rest,
    );
  }

  mean(): NativeHistogram {
    const n = this.#all.length;
    // Where the plain sum would overflow a float, use means.
    const overflow = ![this.#sumOf((h) => h.count), this.#sumOf((h) => Math.abs(h.sum))].every((v) => v < Infinity);
    if (overflow)
      return this.#fold(
        () => new KahanMean(),
        (m) => m.mean,
        n,
      );
    return this.#fold(
      () => new KahanSum(),
      (s) => s.sum / n + s.rest / n,
    );
  }

  #sumOf(of: (h: NativeHistogram) => number): number {
    return this.#all.reduce((sum, h) => sum + of(h), 0);
  }

  /** `pad`: how many values each number must get; missing ones are zeros. */
  #fold<T extends { add(v: number): void }>(make: () => T, end: (t: T) => number, pad = 0): NativeHistogram {
    const [first] = this.#all;
    if (!first) throw new Error('a sum of no histograms');
    const one = (of: (h: NativeHistogram) => number): number => {
      const t = make();
      for (const h of this.#all) t.add(of(h));
      return end(t);
    };
    const buckets = (of: (h: NativeHistogram) => Buckets): Buckets => {
      const sums = new Map<number, { t: T; n: number }>();
      for (const h of this.#all) {
        const { index, count } = of(h);
        for (let i = 0; i < index.length; i++) {
          const at = index[i] ?? 0;
          let s = sums.get(at);
          if (!s) sums.set(at, (s = { t: make(), n: 0 }));
          s.t.add(count[i] ?? 0);
          s.n++;
        }
      }
      const index = Int32Array.from(sums.keys()).sort();
      return {
        index,
        count: Float64Array.from(index, (at) => {
          const s = sums.get(at);
          if (!s) return 0;
          for (; s.n < pad; s.n++) s.t.add(0);
          return end(s.t);
        }),
      };
    };
    return compact({
      schema: first.schema,
      zeroThreshold: first.zeroThreshold,
      zeroCount: one((h) => h.zeroCount),
      count: one((h) => h.count),
      sum: one((h) => h.sum),
      positive: buckets((h) => h.positive),
      negative: buckets((h) => h.negative),
    });
  }
}

/** All at the coarsest schema and with one zero bucket. */
function level(all: readonly NativeHistogram[]): readonly NativeHistogram[] {
  const [first] = all;
  if (!first || all.every((h) => h.schema === first.schema && h.zeroThreshold === first.zeroThreshold)) return all;
  const schema = Math.min(...all.map((h) => h.schema));
  let threshold = Math.max(...all.map((h) => h.zeroThreshold));
  // A filled bucket around the threshold widens it, which may reach into a bucket of another one: repeat until nothing
  // changes.
  for (let before = -1; before !== threshold;) {
    before = threshold;
    for (const h of all) threshold = zeroFor(h, threshold).threshold;
  }
  const empty = { ...scaled(first, () => 0), zeroThreshold: threshold };
  const none = compact(empty);
  return all.map((h) => {
    const [, wide] = alike({ ...none, schema: h.schema }, h);
    return {
      ...wide,
      schema,
      positive: coarser(wide.positive, wide.schema, schema),
      negative: coarser(wide.negative, wide.schema, schema),
    };
  });
}
