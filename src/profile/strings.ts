/** The string table of a profile: byte ranges of the file, each decoded on first use. */
const utf8 = new TextDecoder();

export class Strings {
  #cache: (string | undefined)[] = [];
  /** Requested indexes that are not in the table. */
  readonly missing = new Set<number>();

  constructor(
    readonly bytes: Uint8Array,
    readonly starts: Uint32Array,
    readonly lengths: Uint32Array,
  ) {}

  get count(): number {
    return this.starts.length;
  }

  /** The text at an index; undefined, and counted as missing, when the table has no such index. Index 0 is ''. */
  get(index: number): string | undefined {
    if (index === 0) return '';
    const known = this.#cache[index];
    if (known !== undefined) return known;
    const at = this.starts[index];
    if (at === undefined) {
      if (this.missing.size < 1000) this.missing.add(index);
      return undefined;
    }
    const text = utf8.decode(this.bytes.subarray(at, at + (this.lengths[index] as number)));
    this.#cache[index] = text;
    return text;
  }
}
