/**
 * The protobuf wire format, as much of it as profile.proto needs, read in place. A cursor is a window on the file's
 * bytes; nothing is copied, and every step checks the window, so that broken input ends in a `Problem` and never in a
 * wrong read. https://protobuf.dev/programming-guides/encoding/
 */
import { Problem } from '../base/problem';

export const VARINT = 0;
const FIXED64 = 1;
export const BYTES = 2;
const START_GROUP = 3;
const FIXED32 = 5;

const TWO32 = 4294967296;

/** The file ends before something that it announces. */
function truncated(what: string): Problem {
  return new Problem('profile.truncated', `The profile ends in the middle of ${what}.`, {
    next: 'The file was cut off: capture or copy it again.',
  });
}

/** The bytes contradict the format. */
export function broken(what: string): Problem {
  return new Problem('profile.broken', `The profile is damaged: ${what}.`, { next: 'Capture or copy it again.' });
}

export class Cursor {
  constructor(
    readonly bytes: Uint8Array,
    public pos: number,
    public end: number,
  ) {}

  /**
   * Lower and upper 32 bits of the last number that `wide` read. A typed array, so that all cursors keep the same
   * hidden class whatever the values.
   */
  readonly #halves = new Uint32Array(2);
  get low(): number {
    return this.#halves[0] as number;
  }
  get high(): number {
    return this.#halves[1] as number;
  }

  get more(): boolean {
    return this.pos < this.end;
  }

  /** Reads the next field's key; its number is `key >>> 3`, its wire type `key & 7`. */
  key(): number {
    const key = this.unsigned();
    if (key > 0xffffffff || key < 8) throw broken(`a field has the number ${Math.floor(key / 8)}`);
    return key;
  }

  /** An int64 as a number: exact up to 2^53 either side of zero, rounded beyond. */
  signed(): number {
    const short = this.#short();
    if (short >= 0) return short;
    this.wide();
    return (this.high | 0) * TWO32 + this.low;
  }

  /** A uint64 as a number: exact up to 2^53, rounded beyond. */
  unsigned(): number {
    const short = this.#short();
    if (short >= 0) return short;
    this.wide();
    return this.high * TWO32 + this.low;
  }

  /**
   * Reads a number of up to four bytes, which nearly all are. Returns -1 and reads nothing for a longer one or where
   * the window ends.
   */
  #short(): number {
    const { bytes } = this;
    const p = this.pos;
    const a = bytes[p] as number;
    if (p < this.end && a < 0x80) {
      this.pos = p + 1;
      return a;
    }
    if (p + 3 < this.end) {
      const b = bytes[p + 1] as number;
      if (b < 0x80) {
        this.pos = p + 2;
        return (a & 0x7f) | (b << 7);
      }
      const c = bytes[p + 2] as number;
      if (c < 0x80) {
        this.pos = p + 3;
        return (a & 0x7f) | ((b & 0x7f) << 7) | (c << 14);
      }
      const d = bytes[p + 3] as number;
      if (d < 0x80) {
        this.pos = p + 4;
        return (a & 0x7f) | ((b & 0x7f) << 7) | ((c & 0x7f) << 14) | (d << 21);
      }
    }
    return -1;
  }

  /** Reads a varint of up to ten bytes into `high` and `low`. */
  wide(): void {
    const { bytes, end } = this;
    let p = this.pos;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (p >= end) throw truncated('a number');
      const b = bytes[p++] as number;
      const part = b & 0x7f;
      // The tenth byte has more bits than are left of the 64; like every reader, it drops the rest.
      if (i < 4) low |= part << (7 * i);
      else if (i === 4) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (7 * i - 32);
      if (b < 0x80) {
        this.pos = p;
        this.#halves[0] = low;
        this.#halves[1] = high;
        return;
      }
    }
    throw broken('a number is longer than ten bytes');
  }

  /** A uint64 exactly. */
  big(): bigint {
    this.wide();
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  /**
   * Reads the length of a length-delimited field and checks it against the window; afterwards `pos` is at its first
   * byte.
   */
  length(what: string): number {
    const n = this.unsigned();
    if (n > this.end - this.pos) throw truncated(what);
    return n;
  }

  /** Skips the value of a field of any wire type, including groups, whose nesting it counts. */
  skip(key: number): void {
    let open = 0;
    let type = key & 7;
    for (;;) {
      if (type === VARINT) this.wide();
      else if (type === FIXED64) this.pos += 8;
      else if (type === FIXED32) this.pos += 4;
      else if (type === BYTES) {
        const n = this.length('a field');
        this.pos += n;
      } else if (type === START_GROUP) open++;
      else if (type === 4 && open > 0) open--;
      else throw broken(`a field has the wire type ${type}`);
      if (this.pos > this.end) throw truncated('a field');
      if (open === 0) return;
      if (!this.more) throw truncated('a group');
      type = this.key() & 7;
    }
  }
}
