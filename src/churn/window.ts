/** Counts of the last minute, second by second, for rates and sparklines in a fixed amount of memory. */

/** s */
export const WINDOW = 60;

export class Window {
  /** The count of second s is at index s % WINDOW. 16 bits are many times what a busy object needs. */
  readonly #counts = new Uint16Array(WINDOW);
  #last = 0;
  /** When counting began, ms since the epoch. */
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

  /** Per second, over the last minute, or since `from` if that is shorter; over one second at least. */
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

  /**
   * Clears the seconds that passed without an event. When the clock was set back, events count into the last second.
   */
  #advance(at: number): void {
    const second = Math.floor(at / 1000);
    for (let s = Math.max(this.#last + 1, second - WINDOW + 1); s <= second; s++) this.#counts[s % WINDOW] = 0;
    if (second > this.#last) this.#last = second;
  }
}
