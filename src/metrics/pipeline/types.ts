/** The shapes that src/protocol knows as StationView, PipelineLane, Verdict and PipelineView. */
import type { QueryResult } from '../types';
import type { QueryId } from './queries';

export type StationId = 'events' | 'queue' | 'workers' | 'reconcile' | 'client' | 'limiter' | 'apiserver';
export type Heat = 'none' | 'calm' | 'warm' | 'hot';
export type Action = 'exportLimiterMetric' | 'setQps' | 'setWorkers' | 'goroutines' | 'profileCpu' | 'why';

export interface Reading {
  readonly text: string;
  readonly title?: string;
}
export interface Spark {
  readonly times: Float64Array;
  readonly values: Float64Array;
}
export interface ActionLink {
  readonly id: Action;
  readonly title: string;
}

export interface Station {
  readonly id: StationId;
  readonly title: string;
  readonly main: string;
  readonly readings: readonly Reading[];
  readonly spark: Spark;
  readonly heat: Heat;
  readonly why?: string;
  readonly action?: ActionLink;
}

export interface Lane {
  readonly controller: string;
  readonly stations: readonly Station[];
}

export interface PipelineVerdict {
  readonly controller: string;
  readonly station: StationId;
  readonly headline: string;
  readonly sentence: string;
  readonly actions: readonly ActionLink[];
  readonly evidence: readonly string[];
}

export interface RequestTile {
  readonly title: string;
  readonly main: string;
  readonly readings: readonly Reading[];
  readonly spark: Spark;
}

export interface PipelineModel {
  readonly time: number;
  readonly lanes: readonly Lane[];
  readonly requests: readonly RequestTile[];
  readonly verdict: PipelineVerdict | undefined;
  readonly noVerdict: string;
}

export interface PipelineInput {
  /** Now: the end of the queried range, s. */
  readonly time: number;
  /** The range of the queries' rates, s, as given to pipelineQueries. */
  readonly window: number;
  /** Of the pipelineQueries of one process; a missing one counts as "not exported". */
  readonly results: ReadonlyMap<QueryId, QueryResult>;
  /** QPS and Burst where known from flags, code or defaults; qps < 0 = switched off. */
  readonly limit?: { readonly qps: number; readonly burst?: number };
  /** The container's CPU limit, cores. */
  readonly cpuLimit?: number;
  /** Of the process, to say how to get a metric: "v0.21.0". */
  readonly controllerRuntime?: string;
}
