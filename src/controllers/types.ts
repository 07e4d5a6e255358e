/**
 * Input and output of discovery: plain records, small enough for tens of thousands of pods. Times in ms since the
 * epoch.
 */

export interface OwnerRef {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface ContainerPort {
  readonly name: string;
  readonly port: number;
}

export interface ContainerRecord {
  readonly name: string;
  readonly image: string;
  /** command followed by args, as one list. */
  readonly args: readonly string[];
  /** Only literal values (no secrets, no references), and only names that may hold an address or port. */
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
}

export interface PodRecord {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Only `prometheus.io/*` and `kubernetes.io/config.mirror`. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly owner: OwnerRef | undefined;
  readonly node: string;
  readonly hostNetwork: boolean;
  readonly serviceAccount: string;
  /** `spec.hostname` or the pod's name, which `os.Hostname()` gives inside. With hostNetwork: the node's. */
  readonly hostname: string;
  readonly phase: string;
  readonly ready: boolean;
  /** True from the deletion timestamp on. */
  readonly deleting: boolean;
  readonly restarts: number;
  /** Why it is not running, if known: "CrashLoopBackOff", "ImagePullBackOff"… */
  readonly reason: string;
  readonly createdAt: number;
  readonly containers: readonly ContainerRecord[];
}

export interface WorkloadRecord {
  readonly uid: string;
  /** Deployment, StatefulSet, DaemonSet, ReplicaSet. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: OwnerRef | undefined;
  readonly createdAt: number;
}

export interface LeaseRecord {
  readonly namespace: string;
  readonly name: string;
  readonly holder: string;
  /** By the holder's clock. */
  readonly renewedAt: number;
  readonly durationSeconds: number;
  /** When this `renewedAt` arrived here, by this machine's clock; undefined if the lease is not followed. */
  readonly heardAt?: number;
  /** There was another `renewedAt` before, so the holder was alive at `heardAt`, whatever its clock says. */
  readonly renewing?: boolean;
}

export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Only `prometheus.io/*`. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: number | string }[];
}

export interface MonitorEndpoint {
  readonly port: string | number;
  readonly path: string;
  readonly scheme: 'http' | 'https';
}

export interface MonitorRecord {
  readonly kind: 'ServiceMonitor' | 'PodMonitor';
  readonly namespace: string;
  readonly name: string;
  readonly selector: LabelSelector;
  /** 'any', or the namespaces in which it looks. */
  readonly namespaces: 'any' | readonly string[];
  readonly endpoints: readonly MonitorEndpoint[];
}

export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values: readonly string[];
  }[];
}

/** Everything seen of one cluster, keyed by uid (leases, services, monitors: by `namespace/name`). */
export interface ClusterObjects {
  readonly pods: ReadonlyMap<string, PodRecord>;
  readonly workloads: ReadonlyMap<string, WorkloadRecord>;
  readonly leases: ReadonlyMap<string, LeaseRecord>;
  readonly services: ReadonlyMap<string, ServiceRecord>;
  readonly monitors: ReadonlyMap<string, MonitorRecord>;
}

/** A reason to take a workload for a controller: the rule's name, its weight, and a sentence for the tooltip. */
export interface Reason {
  readonly rule: string;
  readonly weight: number;
  readonly text: string;
}

export type EndpointKind = 'pprof' | 'metrics';

export interface Endpoint {
  readonly kind: EndpointKind;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** `/debug/pprof/` or `/metrics` unless something says otherwise. */
  readonly path: string;
  /** Its source, a short phrase: "--pprof-bind-address=127.0.0.1:6060", "port named metrics", "answered on 6060". */
  readonly how: string;
  /** stated: an object says so. confirmed: it answered. guess: a well-known port, tried only when the user acts. */
  readonly certainty: 'stated' | 'confirmed' | 'guess';
}

export interface Replica {
  readonly pod: PodRecord;
  /** The leases (`namespace/name`) that it holds and that have not expired; a leader holds at least one. */
  readonly leases: readonly string[];
  readonly leader: boolean;
  /** Tag or short digest of the main container's image; '' = none. */
  readonly version: string;
  /** Only stated ones; guesses come from `guessEndpoints`. */
  readonly endpoints: readonly Endpoint[];
}

export interface Workload {
  /** `Kind/namespace/name`, unique in a cluster. Static pods: kind `Pod`, and the name without the node's suffix. */
  readonly id: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly isController: boolean;
  readonly score: number;
  /** Heaviest first. */
  readonly reasons: readonly Reason[];
  /** Leader first, then by name. */
  readonly replicas: readonly Replica[];
  readonly createdAt: number;
}

/** A controller inside a process, as its /metrics name it. */
export interface RunningController {
  readonly name: string;
  /**
   * `controller_runtime_max_concurrent_reconciles`; undefined where the process does not export it (plain client-go).
   */
  readonly workers: number | undefined;
  readonly activeWorkers: number | undefined;
  readonly queueDepth: number | undefined;
}
