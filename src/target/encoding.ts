import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Problem } from '../base/problem';

const WAYS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/**
 * Removes a body's `Content-Encoding`. Binary bodies stay as they came, since profiles are compressed files themselves,
 * unless a proxy compressed them once more. `limit`: bytes, beyond which `tooBig` is thrown.
 */
export async function unpack(
  body: Buffer,
  headers: Readonly<Record<string, string>>,
  limit: number,
  tooBig: () => Problem,
): Promise<Buffer> {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity' || body.length === 0) return body;
  const way = WAYS[encoding as keyof typeof WAYS] as (typeof WAYS)['gzip'] | undefined;
  if (way === undefined)
    throw new Problem('target.encoding', `The answer is packed as "${encoding}", which was not asked for.`, {
      next: 'A proxy on the way changes it; look at the endpoint with the log open.',
    });
  let inside: Buffer;
  try {
    inside = await way(body, { maxOutputLength: limit });
  } catch (e) {
    if ((e as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooBig();
    throw new Problem(
      'target.encoding',
      `The answer says that it is packed as ${encoding}, but can't be unpacked: ${(e as Error).message}.`,
      { next: 'Try again; it may have been cut off.', cause: e },
    );
  }
  return isBinary(headers) && !isGzip(inside) ? body : inside;
}

function isBinary(headers: Readonly<Record<string, string>>): boolean {
  const type = headers['content-type'] ?? '';
  // Metrics as protobuf are no compressed file: only the transport packs them.
  return /octet-stream|protobuf|\/(x-)?gzip/i.test(type) && !/io\.prometheus/i.test(type);
}

function isGzip(b: Buffer): boolean {
  return b[0] === 0x1f && b[1] === 0x8b;
}
