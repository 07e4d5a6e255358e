import type { ProblemData } from '../base/problem';

export type CaptureKind = 'cpu' | 'goroutine' | 'heap' | 'allocs' | 'block' | 'mutex' | 'threadcreate';

/** Where a capture came from; kept beside the file as `<file>.json`. No tokens, no environment. */
export interface CaptureInfo {
  readonly version: 1;
  /** Shown in the tree; the person may change it. */
  readonly name: string;
  readonly kind: CaptureKind;
  /** Start, ms since the epoch. */
  readonly at: number;
  /** Asked for, s; 0 for the kinds that answer at once. */
  readonly seconds: number;
  /** Name of the context, or '' for a plain URL. */
  readonly context: string;
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
  readonly url: string;
  readonly leader: boolean;
  readonly image: string;
}

export interface Capture { readonly file: string; readonly bytes: number; readonly info: CaptureInfo; readonly problem: ProblemData | undefined }
