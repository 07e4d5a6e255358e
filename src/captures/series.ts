/** Takes captures repeatedly until stopped, and keeps the last ones. */
import { pause } from '../base/abort';
import { isAbort, Problem } from '../base/problem';
import type { Taken } from './together';
import type { Capture } from './types';

export interface SeriesOptions {
  /** From the start of one round to the start of the next, ms; a round that takes longer delays the next one. */
  readonly everyMs: number;
  /** How many rounds' captures are kept; older ones are deleted. */
  readonly keep: number;
  /** Takes the captures of one round. May reject with a Problem, for example when the process is gone for now. */
  readonly round: (signal: AbortSignal) => Promise<Taken>;
  readonly remove: (capture: Capture) => Promise<void>;
  readonly onChange: (state: SeriesState) => void;
}

export interface SeriesState {
  /** A round is under way. */
  readonly busy: boolean;
  /** Rounds that gave captures since the start; `kept` counts those whose captures are kept. */
  readonly rounds: number;
  readonly kept: number;
  /** Start of the next round, ms since the epoch; 0 while one is under way. */
  readonly nextAt: number;
  /** Why the last round failed, wholly or in part. */
  readonly problem: Problem | undefined;
}

/**
 * Continues after failed rounds until `signal` is aborted, then resolves with the kept captures, oldest first. Rejects
 * with the first round's Problem when that round gave no captures: there is nothing to repeat.
 */
export async function runSeries(
  { everyMs, keep, round, remove, onChange }: SeriesOptions,
  signal: AbortSignal,
): Promise<readonly Capture[]> {
  const kept: (readonly Capture[])[] = [];
  let rounds = 0;
  let problem: Problem | undefined;
  const tell = (busy: boolean, nextAt: number): void => {
    onChange({ busy, rounds, kept: kept.length, nextAt, problem });
  };
  for (let first = true; !signal.aborted; first = false) {
    const began = Date.now();
    tell(true, 0);
    try {
      const { captures, failures } = await round(signal);
      problem = failures[0]?.problem;
      if (captures.length > 0) {
        kept.push(captures);
        rounds++;
      }
    } catch (e) {
      if (isAbort(e) && signal.aborted) break;
      problem = Problem.from(e, 'captures.series');
    }
    if (first && rounds === 0 && problem && !signal.aborted) throw problem;
    while (kept.length > keep) {
      for (const capture of kept.shift()!) {
        // A capture that can't be deleted now stays in the list, where the user may delete it.
        try {
          await remove(capture);
        } catch (e) {
          problem = Problem.from(e);
        }
      }
    }
    const nextAt = Math.max(began + everyMs, Date.now());
    tell(false, nextAt);
    try {
      await pause(nextAt - Date.now(), signal);
    } catch {
      break;
    }
  }
  return kept.flat();
}
