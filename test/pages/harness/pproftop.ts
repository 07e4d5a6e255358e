/** The output of `go tool pprof -top`, the reference for the pages' tables. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * Rows of a profile, or of its difference to `base`, columns separated by a space: flat, flat%, sum%, cum, cum%, name.
 * Go builds pprof at its first use.
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
