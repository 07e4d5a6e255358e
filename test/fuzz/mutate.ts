/**
 * Damages files as disks, networks, editors and other writers do, and in ways that only somebody who wants to would.
 */
import { gzipSync } from 'node:zlib';
import type { Random } from './random';

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const text = (s: string): Uint8Array => new TextEncoder().encode(s);

/** Varints at the edges of what a profile may hold: 2⁶³−1, −1, one of eleven bytes, 2³¹, 2³², a length of 4 GB. */
const VARINTS = [
  [0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  Array<number>(11).fill(0xff),
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x00],
].map((v) => Uint8Array.from(v));
/** What goroutine dumps are told apart by, and what their readers look for. */
const WORDS = [
  'goroutine 1 [running]:\n',
  'goroutine 99999999999999999999 [chan receive, 999999999999 minutes]:\n',
  'created by main.main in goroutine 1\n',
  '...additional frames elided...\n',
  'goroutine profile: total 2147483648\n',
  '1 @ 0x1 0x2\n',
  '# labels: {"a":"b\\u00',
  '# labels: {',
  '#\t0x0\t\n',
  '\t/a.go:99999999999999999999 +0x',
  '\r\n',
  '\0',
  '\ud83d\ude00',
  '[',
  ']:',
  '@',
].map(text);

/**
 * A zstd frame whose one block is stored, RFC 8878: written here, since a Node that runs the unit tests need not have
 * zstd.
 */
function zstdStored(bytes: Uint8Array): Uint8Array {
  const n = bytes.length;
  // Magic number; single segment with a content size of four bytes; the size; the last block, raw.
  return join(
    Uint8Array.of(
      0x28,
      0xb5,
      0x2f,
      0xfd,
      0xa0,
      n & 0xff,
      (n >> 8) & 0xff,
      (n >> 16) & 0xff,
      n >>> 24,
      ((n << 3) | 1) & 0xff,
      (n >> 5) & 0xff,
      (n >> 13) & 0xff,
    ),
    bytes,
  );
}

const MUTATIONS: readonly Mutation[] = [
  (b, r) => {
    const out = b.slice();
    if (out.length > 0) {
      const i = r.below(out.length);
      out[i] = (out[i] ?? 0) ^ (1 << r.below(8));
    }
    return out;
  },
  (b, r) => {
    const out = b.slice();
    for (let n = r.length(16); n > 0 && out.length > 0; n--)
      out[r.below(out.length)] = r.one([0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x22, 0x2a, r.below(256)]);
    return out;
  },
  (b, r) => b.slice(0, r.below(b.length + 1)),
  (b, r) => {
    const [at, n] = [r.below(b.length + 1), r.length(b.length + 1)];
    return join(b.subarray(0, at), b.subarray(Math.min(b.length, at + n)));
  },
  (b, r) => {
    const [at, n] = [r.below(b.length + 1), r.length(b.length + 1)];
    const part = b.subarray(at, at + n);
    return join(
      b.subarray(0, at + n),
      ...Array<Uint8Array>(r.length(32)).fill(part),
      b.subarray(Math.min(b.length, at + n)),
    );
  },
  (b, r) => {
    const at = r.below(b.length + 1);
    return join(
      b.subarray(0, at),
      Uint8Array.from({ length: r.length(64) }, () => r.below(256)),
      b.subarray(at),
    );
  },
  (b, r) => {
    const at = r.below(b.length + 1);
    return join(b.subarray(0, at), r.one(VARINTS), b.subarray(Math.min(b.length, at + r.below(3))));
  },
  (b, r) => {
    const at = r.below(b.length + 1);
    return join(b.subarray(0, at), r.one(WORDS), b.subarray(at));
  },
  (b, r, others) => {
    const other = r.one(others);
    return join(b.subarray(0, r.below(b.length + 1)), other.subarray(r.below(other.length + 1)));
  },
  (b, r) => {
    const [i, j] = [r.below(b.length + 1), r.below(b.length + 1)];
    const [lo, hi] = [Math.min(i, j), Math.max(i, j)];
    return join(b.subarray(0, lo), b.subarray(lo, hi).slice().reverse(), b.subarray(hi));
  },
];

/**
 * The same bytes for the same random numbers. `seeds` are not packed; one in eight comes out packed, and may be damaged
 * again then.
 */
export function mutated(seeds: readonly Uint8Array[], random: Random): Uint8Array {
  let bytes = random.one(seeds);
  for (let n = random.length(8); n > 0; n--) bytes = random.one(MUTATIONS)(bytes, random, seeds);
  if (random.below(8) > 0) return bytes;
  const packed = new Uint8Array(random.one([gzipSync, zstdStored])(bytes));
  return random.below(2) === 0 ? packed : random.one(MUTATIONS)(packed, random, seeds);
}
