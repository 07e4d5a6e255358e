import type { Flags } from '../flags';
import type { Known } from '../identify';
import type { ContainerRecord, Endpoint } from '../types';

/**
 * What a rule looks at: one workload, with one of its pods standing for all (the newest that is not on its way out).
 */
export interface Candidate {
  readonly namespace: string;
  readonly name: string;
  /** Labels of the workload and of its pod, the pod's winning. */
  readonly labels: Readonly<Record<string, string>>;
  /** Containers that are no sidecars; empty for a workload without pods. */
  readonly containers: readonly ContainerRecord[];
  /** `flags[i]` are those of `containers[i]`. */
  readonly flags: readonly Flags[];
  readonly main: ContainerRecord | undefined;
  /** Leases that its replicas hold, as `namespace/name`. */
  readonly leases: readonly string[];
  /** `ServiceMonitor ns/name` of those that reach it. */
  readonly monitors: readonly string[];
  /** True when `prometheus.io/scrape` or `/port` is set on the pod or a Service of it. */
  readonly annotated: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly known: Known | undefined;
}

/**
 * One sign of a controller (or of none, with a negative weight). Weights add up; see THRESHOLD in ../rules.ts for what
 * they are measured against.
 */
export interface Rule {
  readonly name: string;
  readonly weight: number;
  /**
   * A sentence with the fact that was found, without a full stop, as a tooltip shows it; undefined when there is none.
   */
  readonly test: (s: Candidate) => string | undefined;
}
