/**
 * `goroutine?debug=1`: stacks with counts and pprof labels, without states. The format is that of `printCountProfile`
 * and `printStackRecord` in Go's runtime/pprof.
 *
 *     goroutine profile: total 7
 *     3 @ 0x47d0ae 0x44f4d4
 *     # labels: {"controller":"widget"}
 *     #	0x47d0ad	main.worker+0x2d	/app/main.go:12
 */
import type { Frames } from './lines';
import { Lines } from './lines';
import { labels } from './quoted';

export interface CountedStack {
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Frame numbers, leaf first. */
  readonly stack: readonly number[];
}

export interface Debug1 {
  /** Number of goroutines, from the first line. */
  readonly total: number;
  readonly stacks: readonly CountedStack[];
  readonly warnings: readonly string[];
}

export const HEADER = /^(goroutine|goroutineleak) profile: total (\d+)\s*$/;
const RECORD = /^(\d+) @(?: 0x[0-9a-f]+)*\s*$/i;
/** `name+0x1d` and the place, separated by a tab or, in columns, by spaces. */
const FRAME = /^#\s+0x[0-9a-f]+\s+(.+?)\+0x[0-9a-f]+\s+(\S.*)$/i;

export function readDebug1(text: string, frames: Frames): Debug1 {
  const lines = new Lines(text);
  const total = Number(HEADER.exec(lines.next() ?? '')?.[2] ?? 0);
  const stacks: CountedStack[] = [];
  const warnings: string[] = [];
  let current: { count: number; labels: Record<string, string>; stack: number[] } | undefined;
  let odd = 0;
  for (let line = lines.next(); line !== undefined; line = lines.next()) {
    if (line === '') {
      current = undefined;
      continue;
    }
    if (line.startsWith('#')) {
      if (!current) continue;
      if (line.startsWith('# labels: {')) {
        current.labels = labels(line, 10).value;
        continue;
      }
      const m = FRAME.exec(line.trimEnd());
      if (m) current.stack.push(frames.id(m[1] as string, m[2] as string));
      // An address without a function is written alone. It stays a frame, or the stack would look shorter than it is.
      else {
        const address = /^#\s+(0x[0-9a-f]+)\s*$/i.exec(line)?.[1];
        if (address === undefined) odd++;
        else current.stack.push(frames.id(address, ''));
      }
      continue;
    }
    const m = RECORD.exec(line);
    if (!m) {
      odd++;
      current = undefined;
      continue;
    }
    current = { count: Number(m[1]), labels: {}, stack: [] };
    stacks.push(current);
  }
  if (odd > 0) warnings.push(`${odd} ${odd === 1 ? 'line' : 'lines'} of the dump could not be read.`);
  const sum = stacks.reduce((n, s) => n + s.count, 0);
  if (sum < total) warnings.push(`The dump announces ${total} goroutines and holds ${sum}: it was cut off.`);
  return { total, stacks, warnings };
}
