/** Stacks with labels, each stored once: an open-addressing hash table over one array of frames. */
import { Growing } from '../columns';

export class Stacks {
  readonly #frames = new Growing(new Uint32Array(1 << 16));
  readonly #at: Uint32Array;
  readonly #set: Uint32Array;
  readonly #hash: Uint32Array;
  /** Sample + 1 by hash; 0 = free. At most half full. */
  readonly #table: Uint32Array;
  #count = 0;

  constructor(samples: number) {
    this.#at = new Uint32Array(samples + 1);
    this.#set = new Uint32Array(samples);
    this.#hash = new Uint32Array(samples);
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(16, samples * 2))));
  }

  /** Number of the sample with the first `n` of these frames and this set of labels. */
  intern(frames: Uint32Array, n: number, set: number): number {
    let h = Math.imul(set ^ n, 0x9e3779b1);
    for (let j = 0; j < n; j++) {
      h = Math.imul(h ^ (frames[j] as number), 0x01000193);
      h ^= h >>> 15;
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    const table = this.#table;
    const mask = table.length - 1;
    for (let at = (h ^ (h >>> 13)) & mask; ; at = (at + 1) & mask) {
      const found = table[at] as number;
      if (found === 0) {
        const s = this.#count++;
        table[at] = s + 1;
        this.#hash[s] = h;
        this.#set[s] = set;
        this.#frames.room(n).set(n === frames.length ? frames : frames.subarray(0, n), this.#frames.length);
        this.#frames.length += n;
        this.#at[s + 1] = this.#frames.length;
        return s;
      }
      if (this.#hash[found - 1] === h && this.#set[found - 1] === set && this.#same(found - 1, frames, n))
        return found - 1;
    }
  }

  #same(s: number, frames: Uint32Array, n: number): boolean {
    const from = this.#at[s] as number;
    if ((this.#at[s + 1] as number) - from !== n) return false;
    const known = this.#frames.array;
    for (let j = 0; j < n; j++) if (known[from + j] !== frames[j]) return false;
    return true;
  }

  finish(): {
    readonly count: number;
    readonly frameAt: Uint32Array;
    readonly frames: Uint32Array;
    readonly sets: Uint32Array;
  } {
    return {
      count: this.#count,
      frameAt: this.#at.subarray(0, this.#count + 1),
      frames: this.#frames.done(),
      sets: this.#set.subarray(0, this.#count),
    };
  }
}
