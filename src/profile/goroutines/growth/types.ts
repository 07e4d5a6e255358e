/** What two dumps or more tell of one process: which stacks grow, which goroutines do not move. Shapes only. */
import type { GoroutineDump, StackFrame } from '../../types';

export interface DumpAt {
  readonly dump: GoroutineDump;
  /** When it was taken, ms since the epoch; 0 = unknown. */
  readonly at: number;
  /** Tells processes apart (a pod, an address); '' = unknown. */
  readonly process: string;
}

/** Goroutines of one stack and creator, over all dumps, whatever their state and labels. */
export interface GrownStack {
  /** Leaf first. */
  readonly stack: readonly StackFrame[];
  readonly createdBy: StackFrame | undefined;
  /** "chan receive", of most of them in the last dump that has any; '' where it is not told. */
  readonly state: string;
  /** How many there were in each dump. */
  readonly counts: readonly number[];
  /** From the first dump to the last. */
  readonly change: number;
  /** Indexes of its groups in the last dump, most goroutines first; empty when all are gone. */
  readonly groups: readonly number[];
  /** How many of the first dump's goroutines are not in the last any more; undefined where ids are not told. */
  readonly ended: number | undefined;
}

/** Goroutines that stood in the same place in every dump and should not have. */
export interface Stuck {
  /** Index of the group in the last dump. */
  readonly group: number;
  /** Lowest first. */
  readonly ids: readonly number[];
  /** `worker`: of a controller, not idle. `lock`: waits for a mutex. `send`: sends to a channel that nobody reads. */
  readonly why: 'worker' | 'lock' | 'send';
  /** The worker's pool, an index of the last dump's pools. */
  readonly pool: number | undefined;
  /**
   * True when their wait in the last dump covers the time since the first: they have not moved. False: seen there each
   * time.
   */
  readonly still: boolean;
}

/** The stack that most of the growth is in. */
export interface Verdict {
  /** Index of `stacks`. */
  readonly stack: number;
  /**
   * Why it is called a leak; undefined when it grows and nothing tells a leak from load. `rises`: more in each dump.
   * `none ended`: all that there were are still there.
   */
  readonly leak: 'rises' | 'none ended' | undefined;
}

export interface Growth {
  /** Of the dumps, oldest first; ms since the epoch, 0 = unknown. */
  readonly times: readonly number[];
  readonly totals: readonly number[];
  /** From the first to the last; undefined where the times don't tell. */
  readonly minutes: number | undefined;
  /** Stacks that changed, most grown first. */
  readonly stacks: readonly GrownStack[];
  /** For each group of the last dump, how many more it has than in the first. */
  readonly changes: readonly number[];
  /** Workers first, then locks; most goroutines first. */
  readonly stuck: readonly Stuck[];
  readonly verdict: Verdict | undefined;
  /** What could not be told, in sentences. */
  readonly notes: readonly string[];
}
