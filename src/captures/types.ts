import type { ProblemData } from '../base/problem';

/** What Go itself offers under `/debug/pprof/`, by the names that its index has; `cpu` is `profile` there. */
export type GoKind =
  'cpu' | 'goroutine' | 'heap' | 'allocs' | 'block' | 'mutex' | 'threadcreate' | 'goroutineleak' | 'trace';
/**
 * What a pprof index can list: Go's own, or `custom:NAME` for a profile that the program registered itself
 * (pprof.NewProfile).
 */
export type PprofKind = GoKind | `custom:${string}`;
/** `metrics`: scrapes from the same time as the captures that were taken with it. */
export type CaptureKind = PprofKind | 'metrics';

/** Captures that were taken together, and are shown together. Each member's sidecar carries it. */
export interface CaptureGroup {
  /** The same in all members, unique among groups. */
  readonly id: string;
  /** Shown in the tree; the user may change it. */
  readonly name: string;
  /**
   * replicas: of several processes at once; everything: several kinds of one window; pair: before and after; series:
   * repeatedly.
   */
  readonly kind: 'replicas' | 'everything' | 'pair' | 'series';
}

/** Where a capture came from; kept beside the file as `<file>.json`. No tokens, no environment. */
export interface CaptureInfo {
  readonly version: 1;
  /** Shown in the tree; the user may change it. */
  readonly name: string;
  readonly kind: CaptureKind;
  /** Start, ms since the epoch. */
  readonly at: number;
  /**
   * Seconds asked for. 0 for a kind that answers at once, unless it was asked what changed within that many seconds.
   */
  readonly seconds: number;
  /** Name of the context, or '' for a plain URL. */
  readonly context: string;
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
  readonly url: string;
  readonly leader: boolean;
  readonly image: string;
  /** Absent for a capture that stands alone. */
  readonly group?: CaptureGroup;
}

export interface Capture {
  readonly file: string;
  readonly bytes: number;
  readonly info: CaptureInfo;
  readonly problem: ProblemData | undefined;
}
