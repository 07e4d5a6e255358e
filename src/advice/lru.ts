/** A map that keeps what was used last. */

export class Lru<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly size: number }>();
  #size = 0;

  /**
   * `limit`: of the sum of what `sizeOf` gives. `dropped` is told of each that goes for want of room, by `delete` or by
   * `set` of another.
   */
  constructor(
    private readonly limit: number,
    private readonly sizeOf: (value: V) => number,
    private readonly dropped: (value: V) => void = () => undefined,
  ) {}

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    // The order of a Map is that of insertion: the oldest comes first.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Keeps it, even when it alone is above the limit: whoever set it is about to use it. */
  set(key: string, value: V): void {
    const before = this.#entries.get(key);
    if (before !== undefined) this.#remove(key, before, before.value !== value);
    const size = this.sizeOf(value);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const [old, entry] of this.#entries) {
      if (this.#size <= this.limit || old === key) break;
      this.#remove(old, entry, true);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#remove(key, entry, true);
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }

  get keys(): string[] {
    return [...this.#entries.keys()];
  }
  get size(): number {
    return this.#size;
  }

  #remove(key: string, entry: { readonly value: V; readonly size: number }, tell: boolean): void {
    this.#entries.delete(key);
    this.#size -= entry.size;
    if (tell) this.dropped(entry.value);
  }
}
