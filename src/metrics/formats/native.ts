/** A native histogram as protobuf has it: spans of filled buckets, with counts as differences or as such. */
import type { Buckets, NativeHistogram } from '../types';
import { BYTES, FIXED64, VARINT, type Wire } from './wire';

/** Exponential schemas that can be read: client_model, metrics.proto, Histogram.schema. */
export const MIN_SCHEMA = -4,
  MAX_SCHEMA = 8;

/** The fields of an io.prometheus.client.Histogram, classic and native; reused from one histogram to the next. */
export class HistogramParts {
  /** Classic buckets: upper bounds, and the count up to each. */
  readonly bounds: number[] = [];
  readonly cumulative: number[] = [];
  schema = 0;
  zeroThreshold = 0;
  zeroCount = 0;
  zeroCountFloat = 0;
  count = 0;
  countFloat = 0;
  sum = 0;
  readonly positive = new Side();
  readonly negative = new Side();

  clear(): void {
    this.bounds.length = this.cumulative.length = 0;
    this.schema =
      this.zeroThreshold =
      this.zeroCount =
      this.zeroCountFloat =
      this.count =
      this.countFloat =
      this.sum =
        0;
    this.positive.clear();
    this.negative.clear();
  }

  /** Like Prometheus' isNativeHistogram: an empty span marks a native one without observations. */
  get isNative(): boolean {
    return (
      this.positive.offsets.length > 0 ||
      this.negative.offsets.length > 0 ||
      this.zeroThreshold > 0 ||
      this.zeroCount > 0
    );
  }

  /** Reads the message that follows. Without `buckets`, the counts of sparse buckets are skipped. */
  take(wire: Wire, buckets: boolean): void {
    this.clear();
    const around = wire.enter();
    while (wire.more) {
      const key = wire.key();
      switch (key) {
        case (1 << 3) | VARINT:
          this.count = wire.unsigned();
          break;
        case (2 << 3) | FIXED64:
          this.sum = wire.double();
          break;
        case (3 << 3) | BYTES:
          this.#bucket(wire);
          break;
        case (4 << 3) | FIXED64:
          this.countFloat = wire.double();
          break;
        case (5 << 3) | VARINT:
          this.schema = wire.zigzag();
          break;
        case (6 << 3) | FIXED64:
          this.zeroThreshold = wire.double();
          break;
        case (7 << 3) | VARINT:
          this.zeroCount = wire.unsigned();
          break;
        case (8 << 3) | FIXED64:
          this.zeroCountFloat = wire.double();
          break;
        case (9 << 3) | BYTES:
          this.negative.span(wire);
          break;
        case (12 << 3) | BYTES:
          this.positive.span(wire);
          break;
        // Repeated numbers come packed in one field, or each in a field of its own.
        case (10 << 3) | VARINT:
        case (10 << 3) | BYTES:
          integers(wire, key, this.negative.deltas, buckets);
          break;
        case (13 << 3) | VARINT:
        case (13 << 3) | BYTES:
          integers(wire, key, this.positive.deltas, buckets);
          break;
        case (11 << 3) | FIXED64:
        case (11 << 3) | BYTES:
          doubles(wire, key, this.negative.counts, buckets);
          break;
        case (14 << 3) | FIXED64:
        case (14 << 3) | BYTES:
          doubles(wire, key, this.positive.counts, buckets);
          break;
        default:
          wire.skip(key);
      }
    }
    wire.leave(around);
  }

  #bucket(wire: Wire): void {
    const around = wire.enter();
    let bound = 0,
      count = 0,
      float = 0;
    while (wire.more) {
      const key = wire.key();
      if (key === ((1 << 3) | VARINT)) count = wire.unsigned();
      else if (key === ((2 << 3) | FIXED64)) bound = wire.double();
      else if (key === ((4 << 3) | FIXED64)) float = wire.double();
      else wire.skip(key);
    }
    wire.leave(around);
    this.bounds.push(bound);
    this.cumulative.push(float > 0 ? float : count);
  }

  /** The number of observations: the float if there is one. */
  get observations(): number {
    return this.countFloat > 0 ? this.countFloat : this.count;
  }

  /** The histogram, or the reason why there is none. */
  read(): NativeHistogram | string {
    const { schema, positive, negative } = this;
    if (!Number.isInteger(schema) || schema < MIN_SCHEMA || schema > MAX_SCHEMA)
      return `its schema is ${schema}, and only ${MIN_SCHEMA} to ${MAX_SCHEMA} can be read`;
    const float =
      this.countFloat > 0 || this.zeroCountFloat > 0 || positive.counts.length > 0 || negative.counts.length > 0;
    const up = positive.buckets(float);
    const down = negative.buckets(float);
    if (typeof up === 'string') return up;
    if (typeof down === 'string') return down;
    return {
      schema,
      zeroThreshold: this.zeroThreshold,
      zeroCount: float ? this.zeroCountFloat : this.zeroCount,
      count: float ? this.countFloat : this.count,
      sum: this.sum,
      positive: up,
      negative: down,
    };
  }
}

/** Buckets of one sign. */
class Side {
  readonly offsets: number[] = [];
  readonly lengths: number[] = [];
  readonly deltas: number[] = [];
  readonly counts: number[] = [];

  clear(): void {
    this.offsets.length = this.lengths.length = this.deltas.length = this.counts.length = 0;
  }

  span(wire: Wire): void {
    const around = wire.enter();
    let offset = 0,
      length = 0;
    while (wire.more) {
      const key = wire.key();
      if (key === ((1 << 3) | VARINT)) offset = wire.zigzag();
      else if (key === ((2 << 3) | VARINT)) length = wire.unsigned();
      else wire.skip(key);
    }
    wire.leave(around);
    this.offsets.push(offset);
    this.lengths.push(length);
  }

  buckets(float: boolean): Buckets | string {
    const given = float ? this.counts : this.deltas;
    let spanned = 0;
    for (const n of this.lengths) spanned += n;
    if (spanned !== given.length) return `its spans are of ${spanned} buckets, and ${given.length} came`;
    const index: number[] = [];
    const count: number[] = [];
    let next = 0;
    let at = 0;
    let sum = 0;
    for (let s = 0; s < this.offsets.length; s++) {
      at += this.offsets[s] as number;
      for (let i = 0; i < (this.lengths[s] as number); i++, at++) {
        const n = given[next++] as number;
        sum = float ? n : sum + n;
        // An empty bucket, written only to join two spans.
        if (sum === 0) continue;
        index.push(at);
        count.push(sum);
      }
    }
    return { index: Int32Array.from(index), count: Float64Array.from(count) };
  }
}

function integers(wire: Wire, key: number, into: number[], wanted: boolean): void {
  if (!wanted) {
    wire.skip(key);
    return;
  }
  if ((key & 7) === VARINT) {
    into.push(wire.zigzag());
    return;
  }
  const around = wire.enter();
  while (wire.more) into.push(wire.zigzag());
  wire.leave(around);
}

function doubles(wire: Wire, key: number, into: number[], wanted: boolean): void {
  if (!wanted) {
    wire.skip(key);
    return;
  }
  if ((key & 7) === FIXED64) {
    into.push(wire.double());
    return;
  }
  const around = wire.enter();
  while (wire.more) into.push(wire.double());
  wire.leave(around);
}
