/**
 * The last state of each object, for comparing the next one. Room is bounded: the state unchanged for longest goes
 * first.
 */

/** Characters kept in all, one or two bytes each: enough for ten thousand objects of usual size. */
const MOST_CHARS = 48 << 20;
/** Of one object: an object in etcd is at most 1.5 MB. */
const MOST_OF_ONE = 2 << 20;

export class States {
  readonly #texts = new Map<string, string>();
  #chars = 0;
  /** States dropped for want of room. The next update of such an object is counted, but its fields stay unknown. */
  dropped = 0;

  constructor(private readonly mostChars = MOST_CHARS) {}

  get(key: string): string | undefined {
    return this.#texts.get(key);
  }

  set(key: string, text: string): void {
    this.delete(key);
    if (text.length > Math.min(MOST_OF_ONE, this.mostChars)) {
      this.dropped++;
      return;
    }
    this.#texts.set(key, text);
    this.#chars += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#chars <= this.mostChars) break;
      this.delete(oldest);
      this.dropped++;
    }
  }

  delete(key: string): void {
    this.#chars -= this.#texts.get(key)?.length ?? 0;
    this.#texts.delete(key);
  }
}
