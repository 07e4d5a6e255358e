import type { Flags } from '../flags';
import type { Known } from '../identify';
import type { ContainerRecord, Endpoint } from '../types';

/** What a rule looks at: a workload with one of its pods as an example (the youngest that is not terminating). */
export interface Candidate {
  readonly namespace: string;
  readonly name: string;
  /** Labels of the workload and of its pod; the pod's win. */
  readonly labels: Readonly<Record<string, string>>;
  /** Containers that are no sidecars; empty for a workload without pods. */
  readonly containers: readonly ContainerRecord[];
  /** `flags[i]` belong to `containers[i]`. */
  readonly flags: readonly Flags[];
  readonly main: ContainerRecord | undefined;
  /** Leases that its replicas hold, as `namespace/name`. */
  readonly leases: readonly string[];
  /** `ServiceMonitor ns/name` of each that reaches it. */
  readonly monitors: readonly string[];
  /** True when `prometheus.io/scrape` or `/port` is set on the pod or on a Service of it. */
  readonly annotated: boolean;
  readonly endpoints: readonly Endpoint[];
  readonly known: Known | undefined;
}

/**
 * One sign of a controller, or with a negative weight one against it. Weights add up; THRESHOLD in ../rules.ts says how
 * many are enough.
 */
export interface Rule {
  readonly name: string;
  readonly weight: number;
  /** A sentence with the fact that was found, without a full stop, for the tooltip; undefined when there is none. */
  readonly test: (s: Candidate) => string | undefined;
}
