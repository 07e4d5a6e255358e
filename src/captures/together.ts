/**
 * Takes captures that belong together at the same time, each independently, so that a failure doesn't stop the others.
 */
import { pause } from '../base/abort';
import { bytes } from '../base/format';
import { isAbort, Problem } from '../base/problem';
import type { CaptureProgress } from './take';
import type { Capture } from './types';

export interface Part {
  /** Shown to the user: "Heap of gadgets-7c9d-x2x4p". */
  readonly label: string;
  /**
   * Takes one capture and saves it. A failure leaves no file; an abort ends the request and rejects with AbortError.
   */
  readonly take: (signal: AbortSignal, onProgress: (progress: CaptureProgress) => void) => Promise<Capture>;
}

export interface Failure {
  readonly part: Part;
  readonly problem: Problem;
}

export interface Taken {
  /** In the order of the parts; those that failed are left out. */
  readonly captures: readonly Capture[];
  readonly failures: readonly Failure[];
  /** The user cancelled: the captures are those that were complete by then. */
  readonly cancelled: boolean;
}

export interface TogetherOptions {
  /** Ends every request at once. */
  readonly signal: AbortSignal;
  /**
   * Parts under way at the same time. Default 32: more tunnels than that burden an API server, and nobody compares more
   * captures.
   */
  readonly atOnce?: number;
  /** A part is worth nothing without the others, so the first failure ends them all. Default false. */
  readonly needsAll?: boolean;
  readonly onProgress?: (progress: TogetherProgress) => void;
}

export interface TogetherProgress {
  /** Parts that succeeded or failed; `of` counts all parts. */
  readonly done: number;
  readonly of: number;
  /** Progress of the parts under way; empty until the first of them reports. */
  readonly under: readonly CaptureProgress[];
}

/** Never rejects: failures are in the result. */
export async function takeTogether(
  parts: readonly Part[],
  { signal, atOnce = 32, needsAll = false, onProgress }: TogetherOptions,
): Promise<Taken> {
  const stop = new AbortController();
  const ends = AbortSignal.any([signal, stop.signal]);
  const progress = new Map<Part, CaptureProgress>();
  const captures = new Map<Part, Capture>();
  const failures: Failure[] = [];
  const tell = (): void => {
    onProgress?.({ done: captures.size + failures.length, of: parts.length, under: [...progress.values()] });
  };
  const run = async (part: Part): Promise<void> => {
    if (ends.aborted) return;
    try {
      captures.set(
        part,
        await part.take(ends, (p) => {
          progress.set(part, p);
          tell();
        }),
      );
    } catch (e) {
      if (isAbort(e) && ends.aborted) return;
      failures.push({ part, problem: Problem.from(e, 'captures.failed') });
      if (needsAll) stop.abort();
    } finally {
      progress.delete(part);
      tell();
    }
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let part = parts[next++]; part; part = parts[next++]) await run(part);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, parts.length) }, worker));
  const rank = (p: Part): number => parts.indexOf(p);
  return {
    captures: [...captures].sort(([a], [b]) => rank(a) - rank(b)).map(([, c]) => c),
    failures: failures.sort((a, b) => rank(a.part) - rank(b.part)),
    cancelled: signal.aborted,
  };
}

/** "23 s left", "23 s left, 2 of 4 done", "saving 1.2 MiB…". */
export function progressText(p: TogetherProgress): string {
  const left = secondsLeft(p);
  const size = p.under.reduce((sum, u) => sum + u.bytes, 0);
  const now =
    left > 0
      ? `${left} s left`
      : p.under.some((u) => u.phase === 'saving')
        ? `saving ${bytes(size)}…`
        : size > 0
          ? `${bytes(size)} received`
          : 'waiting for the answer…';
  return p.of > 1 ? `${now}, ${p.done} of ${p.of} done` : now;
}

/** The longest time that any part still waits or records, whole s. */
export function secondsLeft({ under }: TogetherProgress): number {
  return Math.max(0, ...under.map((u) => u.secondsLeft));
}

/** The same part, started after so many seconds; until then it reports a countdown. */
export function after(seconds: number, part: Part): Part {
  return {
    label: part.label,
    take: async (signal, onProgress) => {
      const ends = Date.now() + seconds * 1000;
      for (let left = ends - Date.now(); left > 0; left = ends - Date.now()) {
        onProgress({ phase: 'waiting', secondsLeft: Math.ceil(left / 1000), bytes: 0 });
        await pause(Math.min(left, 500), signal);
      }
      return part.take(signal, onProgress);
    },
  };
}
