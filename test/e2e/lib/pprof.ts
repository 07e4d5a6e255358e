/** `go tool pprof`, the reference that pages are held against. */
import { execFileSync } from 'node:child_process';
import { SLOWNESS } from '../../lib/until';

export interface TopRow {
  readonly name: string;
  readonly flat: number;
  readonly cum: number;
}

/** Rows of `go tool pprof -top` on a file by function; flat and cum in per cent, with two digits after the point. */
export function goTop(file: string): { readonly rows: ReadonlyMap<string, TopRow>; readonly text: string } {
  const text = execFileSync('go', ['tool', 'pprof', '-top', '-nodecount=100000', '-nodefraction=0', file], {
    encoding: 'utf8',
    timeout: 180_000 * SLOWNESS,
    env: { ...process.env, PPROF_TMPDIR: process.env['TMPDIR'] ?? '/tmp' },
  });
  const rows = new Map<string, TopRow>();
  for (const line of text.split('\n')) {
    const m = /^\s*\S+\s+(-?[\d.]+)%\s+\S+\s+\S+\s+(-?[\d.]+)%\s+(.+?)(?: \(inline\)| \(partial-inline\))?$/.exec(line);
    if (m) rows.set(m[3] ?? '', { name: m[3] ?? '', flat: Number(m[1]), cum: Number(m[2]) });
  }
  return { rows, text };
}
