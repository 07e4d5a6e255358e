/** What two or more dumps say about one process: which stacks grow, which goroutines don't move. Shapes only. */
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
  /** "chan receive": the state of most of them in the last dump that has any; '' = unknown. */
  readonly state: string;
  /** How many there were in each dump. */
  readonly counts: readonly number[];
  /** From the first dump to the last. */
  readonly change: number;
  /** Indexes of its groups in the last dump, most goroutines first; empty when all are gone. */
  readonly groups: readonly number[];
  /** How many of the first dump's goroutines are no longer in the last; undefined when the ids are unknown. */
  readonly ended: number | undefined;
}

/** Goroutines that were in the same place in every dump and should not have been. */
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
   * True when their wait in the last dump covers the time since the first: they have not moved. False: they were seen
   * in the same place each time.
   */
  readonly still: boolean;
}

/** The stack that most of the growth is in. */
export interface Verdict {
  /** Index of `stacks`. */
  readonly stack: number;
  /**
   * Why it is called a leak; undefined when it grows and nothing distinguishes a leak from load. `rises`: more in each
   * dump. `none ended`: none of the goroutines in the first dump has ended.
   */
  readonly leak: 'rises' | 'none ended' | undefined;
}

export interface Growth {
  /** Of the dumps, oldest first; ms since the epoch, 0 = unknown. */
  readonly times: readonly number[];
  readonly totals: readonly number[];
  /** From the first dump to the last; undefined when the times are unknown or the dumps are not of one process. */
  readonly minutes: number | undefined;
  /** Stacks that changed, most grown first. */
  readonly stacks: readonly GrownStack[];
  /** For each group of the last dump, how many more it has than in the first. */
  readonly changes: readonly number[];
  /** Workers first, then locks; most goroutines first. */
  readonly stuck: readonly Stuck[];
  readonly verdict: Verdict | undefined;
  /** What could not be determined, in sentences. */
  readonly notes: readonly string[];
}
