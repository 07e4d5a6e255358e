/**
 * Random numbers that are the same again for the same seed: mulberry32, 32 bits of state, enough to choose among bytes.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T;
  }
  /** Small ones more often than large ones: 1 to `most`. */
  length(most: number): number {
    return 1 + Math.floor(most * this.next() ** 4);
  }
}
