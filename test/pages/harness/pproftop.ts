/** What `go tool pprof -top` prints, which tables of pages are held to. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * Rows of a profile, of `base` against it when there is one, a space between their parts: flat, flat%, sum%, cum, cum%,
 * name. Go builds pprof when it is first used.
 */
export async function pprofTop(
  bytes: Uint8Array,
  { base, flags = [] }: { readonly base?: Uint8Array; readonly flags?: readonly string[] } = {},
): Promise<string[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'top-'));
  try {
    const [file, before] = [path.join(dir, 'p.pb.gz'), path.join(dir, 'base.pb.gz')];
    await writeFile(file, bytes);
    if (base) await writeFile(before, base);
    const { stdout } = await promisify(execFile)('go', [
      'tool',
      'pprof',
      '-top',
      '-symbolize=none',
      '-nodefraction=0',
      '-nodecount=100000',
      ...flags,
      ...(base ? [`-diff_base=${before}`] : []),
      file,
    ]);
    return stdout
      .split('\n')
      .filter((l) => /^\s*-?[\d.]+\S*\s+[\d.e-]+%/.test(l))
      .map((l) => l.trim().split(/\s+/).join(' '));
  } finally {
    await rm(dir, { recursive: true });
  }
}
