/** Reads the real files of test/fixtures and what `go tool pprof` said of them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TopTable } from '../../../src/profile/types';

const folder = path.join(__dirname, '../../fixtures');

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(folder, name)));
}

export function text(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

export interface PprofRow {
  readonly flatPercent: number;
  readonly cumPercent: number;
  readonly flat: number;
  readonly cum: number;
  readonly name: string;
}

/** The rows of a stored `go tool pprof -top` and the total that it names. */
export function pprofTop(name: string): { total: number; rows: PprofRow[] } {
  const lines = text(name).split('\n');
  const total = Number(/ of ([\d.]+)/.exec(lines.find((l) => l.startsWith('Showing nodes')) ?? '')?.[1]);
  const rows: PprofRow[] = [];
  for (const line of lines) {
    const m =
      /^\s*(-?[\d.]+)[a-zA-Z]*\s+(-?[\d.]+)%\s+-?[\d.]+%\s+(-?[\d.]+)[a-zA-Z]*\s+(-?[\d.]+)%\s+(.*?)(?: \((?:partial-)?inline\))?$/.exec(
        line,
      );
    if (m)
      rows.push({
        flat: Number(m[1]),
        flatPercent: Number(m[2]),
        cum: Number(m[3]),
        cumPercent: Number(m[4]),
        name: m[5] as string,
      });
  }
  return { total, rows };
}

export interface TopRow {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly flat: number;
  readonly cum: number;
}

/** The rows of a table, for people and tests. */
export function rowsOf(t: TopTable): TopRow[] {
  return t.names.map((name, i) => ({
    name,
    file: t.files[i] ?? '',
    line: t.lines[i] ?? 0,
    flat: t.flat[i] ?? 0,
    cum: t.cum[i] ?? 0,
  }));
}
