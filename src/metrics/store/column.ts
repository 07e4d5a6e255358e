/**
 * The points of one series, in blocks that go with the blocks of its target's times. A block in which every point has
 * the same number stores it once: few of a controller's buckets and counters change between two scrapes.
 */
import { FLOAT, HISTOGRAM, STALE, type NativeHistogram } from '../types';

/** Points per block. With one every 2 s it spans about four minutes, so the past is dropped in small pieces. */
export const BLOCK = 128;

/** No point: the series had not begun, or had ended. */
export const ABSENT = 3;

export class Block {
  /** Undefined while all floats so far are `only`. */
  #values: Float64Array | undefined;
  #only: number | undefined;
  /** Undefined while every slot up to `#filled` is a float. */
  #kinds: Uint8Array | undefined;
  #histograms: (NativeHistogram | undefined)[] | undefined;
  /** Times of points that came with their own; NaN for the others. */
  #times: Float64Array | undefined;
  /** Slots from here on are ABSENT. */
  #filled = 0;

  float(slot: number, value: number): void {
    if (slot > this.#filled || this.#kinds !== undefined) this.#kind(slot, FLOAT);
    else this.#filled = slot + 1;
    if (this.#values !== undefined) this.#values[slot] = value;
    else if (this.#only === undefined) this.#only = value;
    else if (!Object.is(this.#only, value)) {
      this.#values = new Float64Array(BLOCK).fill(this.#only, 0, slot);
      this.#values[slot] = value;
    }
  }

  histogram(slot: number, value: NativeHistogram): void {
    this.#kind(slot, HISTOGRAM);
    (this.#histograms ??= [])[slot] = value;
  }

  stale(slot: number): void {
    this.#kind(slot, STALE);
  }

  /** Sets the time of the point at this slot, s. */
  at(slot: number, time: number): void {
    (this.#times ??= new Float64Array(BLOCK).fill(NaN))[slot] = time;
  }

  kind(slot: number): number {
    if (slot >= this.#filled) return ABSENT;
    return this.#kinds === undefined ? FLOAT : (this.#kinds[slot] as number);
  }

  value(slot: number): number {
    return this.#values === undefined ? (this.#only ?? NaN) : (this.#values[slot] as number);
  }

  histogramAt(slot: number): NativeHistogram | undefined {
    return this.#histograms?.[slot];
  }

  /** NaN = the time of its target's scrape. */
  time(slot: number): number {
    return this.#times === undefined ? NaN : (this.#times[slot] as number);
  }

  #kind(slot: number, kind: number): void {
    if (this.#kinds === undefined) {
      this.#kinds = new Uint8Array(BLOCK).fill(ABSENT);
      this.#kinds.fill(FLOAT, 0, this.#filled);
    }
    this.#kinds[slot] = kind;
    this.#filled = Math.max(this.#filled, slot + 1);
  }
}
