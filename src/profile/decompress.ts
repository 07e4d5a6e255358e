/**
 * Unpacks a profile; the first bytes say what it is packed with. Never produces more than the limit, so that a small
 * file that unpacks without end is refused instead of filling the memory.
 */
import { gunzipSync, inflateSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import { bytes as sizeText } from '../base/format';
import { Problem } from '../base/problem';

export type Packing = 'gzip' | 'zlib' | 'zstd' | 'plain';

/** gzip: RFC 1952, 2.3.1; zlib: RFC 1950, 2.2 (method 8, header divisible by 31); zstd: RFC 8878, 3.1.1. */
export function packing(b: Uint8Array): Packing {
  const [a = 0, c = 0] = b;
  if (a === 0x1f && c === 0x8b) return 'gzip';
  if (a === 0x28 && c === 0xb5 && b[2] === 0x2f && b[3] === 0xfd) return 'zstd';
  if (b.length > 2 && (a & 0x0f) === 8 && a >> 4 <= 7 && (a * 256 + c) % 31 === 0) return 'zlib';
  return 'plain';
}

/**
 * Returns the unpacked bytes: the input itself when it is plain. Several gzip members or zstd frames in a row are
 * joined. Throws a Problem: `profile.tooBig`, `profile.truncated`, `profile.broken`.
 */
export function unpack(input: Uint8Array, maxBytes: number): Uint8Array {
  const kind = packing(input);
  if (kind === 'plain') {
    if (input.length > maxBytes) throw tooBig(maxBytes);
    return input;
  }
  try {
    if (kind === 'zstd') return zstd(input, maxBytes);
    const options = {
      maxOutputLength: Math.max(1, Math.min(maxBytes, 2 ** 52)),
      chunkSize: chunk(input, kind, maxBytes),
    };
    return kind === 'gzip' ? gunzipSync(input, options) : inflateSync(input, options);
  } catch (e) {
    throw explain(e, kind, maxBytes);
  }
}

/**
 * How much memory to allocate at once. A gzip file ends with its length (RFC 1952, ISIZE), which saves joining pieces.
 * The length may be wrong, so it is trusted only up to 64 MiB and up to deflate's best ratio (1032 to 1).
 */
function chunk(input: Uint8Array, kind: Packing, maxBytes: number): number {
  const n = input.length;
  const view = new DataView(input.buffer, input.byteOffset, n);
  const told = kind === 'gzip' && n >= 18 ? view.getUint32(n - 4, true) + 1 : n * 4;
  return Math.max(1024, Math.min(told, 64 * 2 ** 20, n * 1032, maxBytes + 1));
}

function zstd(input: Uint8Array, maxBytes: number): Uint8Array {
  const room = window(input);
  if (room > Math.max(maxBytes, 8 * 2 ** 20)) throw tooBig(maxBytes);
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.length;
    if (size > maxBytes) throw tooBig(maxBytes);
    parts.push(part.slice());
  });
  // Small steps, so that the limit is checked before much is unpacked.
  const step = 64 * 1024;
  for (let at = 0; at < input.length; at += step) {
    stream.push(input.subarray(at, at + step), at + step >= input.length);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Memory that the first zstd frame asks for, from its header: its window, or its whole size if the header gives that
 * (RFC 8878, 3.1.1.1). fzstd allocates it before it unpacks the first byte.
 */
function window(b: Uint8Array): number {
  const descriptor = b[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const bytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let size = bytes === 2 ? 256 : 0;
  for (let i = 0; i < bytes; i++) size += (b[at + i] ?? 0) * 256 ** i;
  if (single) return size;
  const w = b[5] ?? 0;
  const base = 2 ** (10 + (w >> 3));
  return Math.max(size, base + (base / 8) * (w & 7));
}

function tooBig(maxBytes: number): Problem {
  return new Problem('profile.tooBig', `The profile is larger than ${sizeText(maxBytes)} when unpacked.`, {
    next: 'Raise the setting controllerTuner.maxProfileMiB to open it.',
  });
}

function explain(e: unknown, kind: Packing, maxBytes: number): Problem {
  if (e instanceof Problem) return e;
  const { code, message } = e as { code?: unknown; message?: string };
  if (code === 'ERR_BUFFER_TOO_LARGE' || (e instanceof RangeError && kind === 'zstd')) return tooBig(maxBytes);
  const cut = code === 'Z_BUF_ERROR' || (kind === 'zstd' && code === 5);
  if (cut)
    return new Problem('profile.truncated', `The ${kind} data ends before it is complete.`, {
      next: 'The file was cut off: capture or copy it again.',
    });
  return new Problem('profile.broken', `The ${kind} data is damaged.`, {
    next: 'Capture or copy it again.',
    ...(message !== undefined && { detail: message }),
  });
}
