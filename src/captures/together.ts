/** Captures that belong together, taken at once: each by itself, so that one that fails leaves the others alone. */
import { pause } from '../base/abort';
import { bytes } from '../base/format';
import { isAbort, Problem } from '../base/problem';
import type { CaptureProgress } from './take';
import type { Capture } from './types';

export interface Part {
  /** For people: "Heap of gadgets-7c9d-x2x4p". */
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
  /** The person ended it: the captures are what was complete by then. */
  readonly cancelled: boolean;
}

export interface TogetherOptions {
  /** Ends every request at once. */
  readonly signal: AbortSignal;
  /**
   * Parts under way at the same time. Default 32: more tunnels than that burden an API server, and no person compares
   * more.
   */
  readonly atOnce?: number;
  /** One part is worth nothing without the others: the first failure ends them. Default false. */
  readonly needsAll?: boolean;
  readonly onProgress?: (progress: TogetherProgress) => void;
}

export interface TogetherProgress {
  /** Parts that ended, well or not, and all of them. */
  readonly done: number;
  readonly of: number;
  /** How far those are that are under way; none before the first has said something. */
  readonly under: readonly CaptureProgress[];
}

/** Never rejects: what went wrong is in the answer. */
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

/** The longest that a part still waits or records, whole s. */
export function secondsLeft({ under }: TogetherProgress): number {
  return Math.max(0, ...under.map((u) => u.secondsLeft));
}

/** A part that begins later: it counts the seconds down until then. */
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
