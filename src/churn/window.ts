/** Counts of the last minute, a second apart: rates and sparklines in a fixed room. */

/** s */
export const WINDOW = 60;

export class Window {
  /** Of the second `s` at index s % WINDOW; a sixteenth part of a busy object's most is enough. */
  readonly #counts = new Uint16Array(WINDOW);
  #last = 0;
  /** When the first was counted, ms since the epoch. */
  readonly first: number;

  constructor(at: number) {
    this.first = at;
    this.#last = Math.floor(at / 1000);
  }

  add(at: number, n = 1): void {
    this.#advance(at);
    const i = this.#last % WINDOW;
    this.#counts[i] = Math.min(0xffff, (this.#counts[i] ?? 0) + n);
  }

  /** A second, over the last minute, or since `from` where that is less; at least over a second. */
  rate(now: number, from: number): number {
    const seconds = Math.min(WINDOW, Math.max(1, (now - from) / 1000));
    return this.sum(now) / seconds;
  }

  sum(now: number): number {
    this.#advance(now);
    return this.#counts.reduce((a, b) => a + b, 0);
  }

  /** One number a second, the oldest first. */
  values(now: number): number[] {
    this.#advance(now);
    return Array.from({ length: WINDOW }, (_, i) => this.#counts[(this.#last + 1 + i) % WINDOW] ?? 0);
  }

  /** Clears the seconds that went by without anything. A clock that was set back counts into the last second. */
  #advance(at: number): void {
    const second = Math.floor(at / 1000);
    for (let s = Math.max(this.#last + 1, second - WINDOW + 1); s <= second; s++) this.#counts[s % WINDOW] = 0;
    if (second > this.#last) this.#last = second;
  }
}
