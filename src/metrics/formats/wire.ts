/**
 * The protobuf wire format as far as io.prometheus.client needs it, read in place:
 * https://protobuf.dev/programming-guides/encoding/ Every step is checked against the current window, so bad bytes end
 * in `Cut` or `Broken`, never in a wrong read. src/profile/proto.ts reads the same format; profiles need 64-bit
 * addresses and groups, metrics doubles and zigzag.
 */

/** The bytes end earlier than they announce. */
export class Cut extends Error {}
/** The bytes contradict the format; the message says how. */
export class Broken extends Error {}

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

const TWO32 = 4294967296;
/** Slots of the string cache; a power of two. */
const CACHED = 8192;
/** Longer ones are help texts, which never repeat. */
const CACHED_LENGTH = 64;

export class Wire {
  pos = 0;
  /** End of the message that is being read. */
  end: number;
  /** Upper and lower 32 bits of the last number that had more than a byte. */
  #high = 0;
  #low = 0;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder();
  /** Label names and values repeat all the time: one slot per hash, checked byte by byte. */
  readonly #strings: (string | undefined)[] = new Array<string | undefined>(CACHED).fill(undefined);
  readonly #from = new Int32Array(CACHED);
  readonly #length = new Uint8Array(CACHED);

  constructor(readonly bytes: Uint8Array) {
    this.end = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get more(): boolean {
    return this.pos < this.end;
  }

  /** The next field's key: `key >>> 3` is its number, `key & 7` its wire type. */
  key(): number {
    const key = this.unsigned();
    if (key > 0xffffffff || key < 8) throw new Broken(`a field has the number ${Math.floor(key / 8)}`);
    return key;
  }

  /** A uint64 as a number, exact up to 2^53. */
  unsigned(): number {
    const { bytes, end } = this;
    let p = this.pos;
    let b = p < end ? (bytes[p] as number) : -1;
    if (b >= 0 && b < 0x80) {
      this.pos = p + 1;
      return b;
    }
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (p >= end) throw this.#over();
      b = bytes[p++] as number;
      const part = b & 0x7f;
      if (i < 4) low += part * 2 ** (7 * i);
      else if (i === 4) {
        low += (part & 0x0f) * 2 ** 28;
        high = part >>> 4;
      } else high += part * 2 ** (7 * i - 32);
      if (b < 0x80) {
        this.pos = p;
        this.#high = high >>> 0;
        return this.#high * TWO32 + (this.#low = low);
      }
    }
    throw new Broken('a number is longer than ten bytes');
  }

  /** An int64 or int32. */
  signed(): number {
    const n = this.unsigned();
    return n < 2 ** 53 ? n : (this.#high | 0) * TWO32 + this.#low;
  }

  /** A sint64 or sint32. */
  zigzag(): number {
    const n = this.unsigned();
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
  }

  double(): number {
    const at = this.pos;
    if (at + 8 > this.end) throw this.#over();
    this.pos = at + 8;
    return this.#view.getFloat64(at, true);
  }

  /** The length of what follows; `pos` then stands at its first byte. */
  length(): number {
    const n = this.unsigned();
    if (n > this.end - this.pos) throw this.#over();
    return n;
  }

  /** Narrows the window to the message that follows; gives the end of the outer one, for `leave`. */
  enter(): number {
    const around = this.end;
    const n = this.length();
    this.end = this.pos + n;
    return around;
  }

  leave(around: number): void {
    this.pos = this.end;
    this.end = around;
  }

  /** UTF-8; invalid bytes become U+FFFD. */
  string(): string {
    const n = this.length();
    const { bytes, pos } = this;
    this.pos = pos + n;
    if (n === 0) return '';
    if (n > CACHED_LENGTH) return this.#decoder.decode(bytes.subarray(pos, pos + n));
    let hash = n;
    for (let i = pos; i < pos + n; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    const place = (hash ^ (hash >>> 15)) & (CACHED - 1);
    const known = this.#strings[place];
    const from = this.#from[place] as number;
    if (known !== undefined && this.#length[place] === n && this.#same(from, pos, n)) return known;
    const text = this.#decoder.decode(bytes.subarray(pos, pos + n));
    this.#strings[place] = text;
    this.#from[place] = pos;
    this.#length[place] = n;
    return text;
  }

  /** True when the `n` bytes at `a` equal those at `b`. */
  #same(a: number, b: number, n: number): boolean {
    const { bytes } = this;
    for (let i = 0; i < n; i++) if (bytes[a + i] !== bytes[b + i]) return false;
    return true;
  }

  /** Skips the value of a field. */
  skip(key: number): void {
    const type = key & 7;
    if (type === VARINT) this.unsigned();
    else if (type === BYTES) {
      const n = this.length();
      this.pos += n;
    } else if (type === FIXED64 || type === FIXED32) {
      this.pos += type === FIXED64 ? 8 : 4;
      if (this.pos > this.end) throw this.#over();
    } else throw new Broken(`a field has the wire type ${type}`);
  }

  /** Throws unless the field is of this wire type. */
  expect(key: number, type: number): void {
    if ((key & 7) !== type) throw new Broken(`field ${key >>> 3} has the wire type ${key & 7} and not ${type}`);
  }

  /** Beyond the window: the end of the file, or of a message that lies about its length. */
  #over(): Error {
    return this.end === this.bytes.length ? new Cut() : new Broken('a field is longer than the message around it');
  }
}
