/**
 * The messages between a file's thread and the host. An answer has the id of its request; 0 is the request that opens
 * the file.
 */
import type { ProblemData } from '../../base/problem';
import type { OpenOptions, ProfileSummary, Questions } from '../types';

/** For a thread that was started ahead of its file. It gets no answer. */
export interface PractiseRequest {
  readonly warmUp: true;
}

export interface OpenRequest {
  readonly bytes: Uint8Array | readonly Uint8Array[];
  readonly options: OpenOptions;
}

/** One of the questions of an open profile, with its query. */
export type Request = {
  readonly [Q in keyof Questions]: {
    readonly id: number;
    readonly ask: Q;
    readonly query: Parameters<Questions[Q]>[0];
  };
}[keyof Questions];

export type Answer =
  | { readonly id: 0; readonly summary: ProfileSummary }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly problem: ProblemData };
