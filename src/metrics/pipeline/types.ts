/** The pipeline of a process: what passes each station how fast, and which station holds it back. */
import type { QueryResult } from '../types';
import type { QueryId } from './queries';

/** The stations of a reconcile, from the event that causes it to the API server that answers its requests. */
export type StationId = 'events' | 'queue' | 'workers' | 'reconcile' | 'client' | 'limiter' | 'apiserver';
/** none: nothing measured. calm … hot: by the thresholds. */
export type Heat = 'none' | 'calm' | 'warm' | 'hot';
/** What the user can do about it. */
export type PipelineAction = 'exportLimiterMetric' | 'setQps' | 'setWorkers' | 'goroutines' | 'profileCpu' | 'why';

/** A line of a station: "8 ms p50, 41 ms p99". */
export interface Reading {
  readonly text: string;
  readonly title?: string;
}
/** The large number over the window; NaN = a gap. */
export interface Spark {
  readonly times: Float64Array;
  readonly values: Float64Array;
}
export interface ActionLink {
  readonly id: PipelineAction;
  readonly title: string;
}

export interface Station {
  readonly id: StationId;
  readonly title: string;
  /** The large number as text: "340", "8 of 8", "1.9 s p99"; '' = unknown. */
  readonly main: string;
  readonly readings: readonly Reading[];
  readonly spark: Spark;
  readonly heat: Heat;
  /** Why it is warm or hot; or why nothing is known, and how that could change. */
  readonly why?: string;
  /** What the user can do about a number that isn't exported. */
  readonly action?: ActionLink;
}

/** The stations of one controller of the process. */
export interface PipelineLane {
  readonly controller: string;
  readonly stations: readonly Station[];
}

export interface Verdict {
  readonly controller: string;
  readonly station: StationId;
  /** "The client's rate limiter holds this controller back." */
  readonly headline: string;
  /** The numbers behind it. */
  readonly sentence: string;
  readonly actions: readonly ActionLink[];
  /** The evidence, a sentence each, for "Why?". */
  readonly evidence: readonly string[];
}

/** Requests of the whole process by verb and code. */
export interface RequestTile {
  readonly title: string;
  readonly main: string;
  readonly readings: readonly Reading[];
  readonly spark: Spark;
}

export interface PipelineView {
  readonly time: number;
  readonly lanes: readonly PipelineLane[];
  /** The most frequent first. */
  readonly requests: readonly RequestTile[];
  readonly verdict: Verdict | undefined;
  /** Why there is no verdict: "none seen", "not enough yet: 8 s of 30 s". */
  readonly noVerdict: string;
}

export interface PipelineInput {
  /** Now: the end of the queried range, s. */
  readonly time: number;
  /** The range of the queries' rates, s, as given to pipelineQueries. */
  readonly window: number;
  /** Results of the pipelineQueries of one process; a missing one means "not exported". */
  readonly results: ReadonlyMap<QueryId, QueryResult>;
  /** QPS and Burst where known from flags, code or defaults; qps < 0 = switched off. */
  readonly limit?: { readonly qps: number; readonly burst?: number };
  /** The container's CPU limit, cores. */
  readonly cpuLimit?: number;
  /** Of the process, for saying how to get a metric: "v0.21.0". */
  readonly controllerRuntime?: string;
}
