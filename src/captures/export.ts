/** A capture in another form: a goroutine dump as a profile that `go tool pprof` reads. */
import type { Opener } from './check';

/** True for a goroutine dump, which is kept as text, by its file name. */
export function isGoroutineText(name: string): boolean {
  return name.endsWith('.goroutines.txt');
}

/**
 * The bytes as a gzipped profile.proto. Throws Problem `profile.…` when they can't be read; `maxBytes` after
 * decompression.
 */
export async function encodeCapture(bytes: Uint8Array, open: Opener, maxBytes: number): Promise<Uint8Array> {
  // A copy, because the thread takes over the bytes that it is given.
  const profile = await open(new Uint8Array(bytes), { maxBytes });
  try {
    return await profile.encode();
  } finally {
    profile.dispose();
  }
}
