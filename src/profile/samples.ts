/** Reads the samples of a profile into columns. */
import { count as counted } from '../base/format';
import { Growing, type Interner, type Label } from './columns';
import { BYTES, type Cursor, VARINT } from './proto';

/** Ids up to this are looked up by value, bigger ones by their exact halves. */
export const SMALL = 8_000_000;

export class Samples {
  count = 0;
  /** Locations of sample i: `#stack[#stackAt[i] .. #stackAt[i + 1])`, leaf first. */
  readonly #stackAt: Uint32Array;
  readonly #stack: Growing<Uint32Array>;
  readonly values: Float64Array[];
  /** Byte range of each sample that has labels; created with the first one. */
  #ranges: Uint32Array | undefined;
  #wrongWidth = 0;
  readonly #keys = new Set<number>();
  #lastKey = 0;

  constructor(
    private readonly expected: number,
    sampleBytes: number,
    types: number,
    private readonly locations: Interner,
  ) {
    this.#stackAt = new Uint32Array(expected + 1);
    // Ids take one to three bytes in nearly all profiles; the array grows if that is not enough.
    this.#stack = new Growing(new Uint32Array(Math.ceil(sampleBytes / 2.5) + 16));
    this.values = Array.from({ length: types }, () => new Float64Array(expected));
  }

  /** Reads one sample; the cursor's window is the message. */
  read(c: Cursor): void {
    const { values, locations } = this;
    const stack = this.#stack;
    const i = this.count++;
    const from = c.pos;
    let column = 0;
    let labelled = false;
    while (c.more) {
      const key = c.key();
      if (key === ((1 << 3) | BYTES)) {
        const n = c.length('a stack');
        const end = c.pos + n;
        const room = stack.room(n);
        let { length } = stack;
        while (c.pos < end) {
          const id = c.unsigned();
          room[length++] = id <= SMALL ? locations.small(id) : wide(locations, c, id);
        }
        stack.length = length;
        c.pos = end;
      } else if (key === ((2 << 3) | BYTES)) {
        const end = c.length('values') + c.pos;
        while (c.pos < end) this.#value(i, column++, c.signed());
        c.pos = end;
      } else if (key === ((1 << 3) | VARINT)) {
        const id = c.unsigned();
        stack.push(id <= SMALL ? locations.small(id) : wide(locations, c, id));
      } else if (key === ((2 << 3) | VARINT)) this.#value(i, column++, c.signed());
      else {
        if (key === ((3 << 3) | BYTES)) {
          labelled = true;
          this.#labelKey(c);
        }
        c.skip(key);
      }
    }
    if (column !== values.length) this.#wrongWidth++;
    this.#stackAt[i + 1] = stack.length;
    if (labelled) {
      const ranges = (this.#ranges ??= new Uint32Array(this.expected * 2));
      ranges[2 * i] = from;
      ranges[2 * i + 1] = c.end;
    }
  }

  /** Records the key of a label, which every known writer puts first; the cursor stays where it is. */
  #labelKey(c: Cursor): void {
    const { pos } = c;
    const end = c.length('a label') + c.pos;
    while (c.pos < end) {
      const key = c.key();
      if (key !== ((1 << 3) | VARINT)) {
        c.skip(key);
        continue;
      }
      const text = c.unsigned();
      if (text !== this.#lastKey) this.#keys.add((this.#lastKey = text));
      break;
    }
    c.pos = pos;
  }

  /** By name. */
  labelKeys(text: (index: number) => string): string[] {
    return [...new Set([...this.#keys].map(text))].filter((k) => k !== '').sort();
  }

  #value(i: number, column: number, v: number): void {
    const values = this.values[column];
    if (values !== undefined) values[i] = v;
  }

  /**
   * Stacks of lines instead of locations, now that the locations are known. Call it once: it frees the stacks of
   * locations.
   */
  frames(lineAt: Uint32Array): { readonly frameAt: Uint32Array; readonly frames: Uint32Array } {
    const stackAt = this.#stackAt;
    const stack = this.#stack.done();
    // No frame was inlined, so each location is one line.
    if (lineAt[lineAt.length - 1] === lineAt.length - 1) return { frameAt: stackAt, frames: stack };
    let n = 0;
    for (let j = 0; j < stack.length; j++) {
      const l = stack[j] as number;
      n += (lineAt[l + 1] as number) - (lineAt[l] as number);
    }
    const frames = new Uint32Array(n);
    let to = 0;
    for (let i = 0, j = 0; i < this.count; i++) {
      for (const end = stackAt[i + 1] as number; j < end; j++) {
        const l = stack[j] as number;
        for (let k = lineAt[l] as number, last = lineAt[l + 1] as number; k < last; k++) frames[to++] = k;
      }
      stackAt[i + 1] = to;
    }
    this.#stack.array = new Uint32Array();
    return { frameAt: stackAt, frames };
  }

  labelsAt(i: number, read: (from: number, to: number) => Label[]): readonly Label[] {
    const to = this.#ranges?.[2 * i + 1] ?? 0;
    return to === 0 ? [] : read(this.#ranges?.[2 * i] ?? 0, to);
  }

  warn(warnings: string[]): void {
    if (this.#wrongWidth > 0)
      warnings.push(
        `${counted(this.#wrongWidth, 'sample')} ${this.#wrongWidth === 1 ? 'has' : 'have'} another number of ` +
          'values than the profile announces.',
      );
  }
}

/**
 * Interns an id too big for the table, without loss of precision: below 2^53 by arithmetic, above by the halves that
 * the cursor just read.
 */
function wide(ids: Interner, c: Cursor, id: number): number {
  return id <= Number.MAX_SAFE_INTEGER ? ids.large(Math.floor(id / 4294967296), id >>> 0) : ids.large(c.high, c.low);
}

export { wide as internWide };
