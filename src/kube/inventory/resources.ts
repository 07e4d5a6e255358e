/** What is listed and watched, and what is kept of each object: one entry per resource. */
import { isDeepStrictEqual } from 'node:util';
import { object, text } from '../../base/json';
import { leaseRecord, monitorRecord, podRecord, serviceRecord, workloadRecord } from '../../controllers/records';
import type { LeaseRecord, MonitorRecord, PodRecord, ServiceRecord, WorkloadRecord } from '../../controllers/types';

export interface Stores {
  readonly pods: Map<string, PodRecord>;
  readonly workloads: Map<string, WorkloadRecord>;
  readonly leases: Map<string, LeaseRecord>;
  readonly services: Map<string, ServiceRecord>;
  readonly monitors: Map<string, MonitorRecord>;
}

export interface Resource {
  /** Plural, as in paths and RBAC. */
  readonly name: string;
  /** '' = core. */
  readonly group: string;
  /** Path of the list, for all namespaces or for one. */
  path(namespace: string | undefined): string;
  readonly fieldSelector: string | undefined;
  readonly labelSelector?: string;
  /** Lists as a stream of events (WatchList) where the server supports it: it then holds no whole list in memory. */
  readonly streamed?: boolean;
  /** Only names, labels and owners are requested. */
  readonly metadataOnly: boolean;
  /** What is missing without it, as the end of a sentence. */
  readonly without: string;
  /**
   * Keeps an object of a list, or of an event (`as`). Gives its key, and whether anything worth showing changed;
   * undefined when the object is of no interest.
   */
  keep(obj: unknown, as?: 'added' | 'modified'): { readonly key: string; readonly changed: boolean } | undefined;
  /** Forgets an object that was deleted; true when it was known. */
  forget(obj: unknown): boolean;
  /** Forgets all of a namespace (of all, if undefined) but these; true when there were any. */
  prune(namespace: string | undefined, but: ReadonlySet<string>): boolean;
  /** Called when a namespace (all, if undefined) may no longer be seen. Without it, its objects are forgotten. */
  lose?(namespace: string | undefined): void;
}

export function emptyStores(): Stores {
  return { pods: new Map(), workloads: new Map(), leases: new Map(), services: new Map(), monitors: new Map() };
}

/** `now` decides whether a renewed lease had expired. */
export function coreResources(stores: Stores, now: () => number = Date.now): Resource[] {
  const workload = (kind: string, name: string, without: string): Resource =>
    resource<WorkloadRecord>({
      name,
      group: 'apps',
      version: 'v1',
      store: stores.workloads,
      toRecord: (o) => workloadRecord(kind, o),
      key: (w) => w.uid,
      mine: (w) => w.kind === kind,
      metadataOnly: true,
      without,
    });
  return [
    resource<PodRecord>({
      name: 'pods',
      group: '',
      version: 'v1',
      store: stores.pods,
      toRecord: podRecord,
      key: (p) => p.uid,
      without: 'no controllers can be shown',
    }),
    workload('ReplicaSet', 'replicasets', 'pods are not shown under their Deployments'),
    workload('Deployment', 'deployments', 'labels of Deployments are not seen'),
    workload('StatefulSet', 'statefulsets', 'labels of StatefulSets are not seen'),
    workload('DaemonSet', 'daemonsets', 'labels of DaemonSets are not seen'),
    leaseResource(stores.leases, now),
    resource<ServiceRecord>({
      name: 'services',
      group: '',
      version: 'v1',
      store: stores.services,
      toRecord: serviceRecord,
      key: (s) => `${s.namespace}/${s.name}`,
      without: 'ports that only a Service names are not found',
    }),
  ];
}

function leaseResource(store: Map<string, LeaseRecord>, now: () => number): Resource {
  return resource<LeaseRecord>({
    name: 'leases',
    group: 'coordination.k8s.io',
    version: 'v1',
    store,
    toRecord: leaseRecord,
    key: (l) => `${l.namespace}/${l.name}`,
    // The nodes' heartbeats are leases, too: thousands of updates a minute that elect nobody.
    fieldSelector: 'metadata.namespace!=kube-node-lease',
    // Clocks of machines differ: the time at which we hear of a renewal is the surest sign of life.
    adopt: (old, l) =>
      old?.renewedAt === l.renewedAt
        ? { ...l, ...heard(old) }
        : { ...l, heardAt: now(), ...(old !== undefined && { renewing: true }) },
    // A leader renews every two seconds. Only a new holder is worth telling, or one that holds the lease again.
    same: (old, l) =>
      old.holder === l.holder &&
      old.durationSeconds === l.durationSeconds &&
      (old.renewing === true ? (old.heardAt ?? 0) : Math.min(old.renewedAt, old.heardAt ?? 0)) +
        old.durationSeconds * 1000 >
        now(),
    without: 'leaders are not known',
  });
}

function heard({ heardAt, renewing }: LeaseRecord): Pick<LeaseRecord, 'heardAt' | 'renewing'> {
  return { ...(heardAt !== undefined && { heardAt }), ...(renewing !== undefined && { renewing }) };
}

export const MONITORING_GROUP = 'monitoring.coreos.com';

/** ServiceMonitors and PodMonitors, which exist only where the Prometheus operator is installed. */
export function monitorResources(stores: Stores): Resource[] {
  return (['ServiceMonitor', 'PodMonitor'] as const).map((kind) =>
    resource<MonitorRecord>({
      name: `${kind.toLowerCase()}s`,
      group: MONITORING_GROUP,
      version: 'v1',
      store: stores.monitors,
      toRecord: (o) => monitorRecord(kind, o),
      key: (m) => `${m.kind}/${m.namespace}/${m.name}`,
      mine: (m) => m.kind === kind,
      without: `ports that only a ${kind} names are not found`,
    }),
  );
}

interface Plan<R extends { readonly namespace: string }> {
  name: string;
  group: string;
  version: string;
  store: Map<string, R>;
  without: string;
  toRecord: (obj: unknown) => R | undefined;
  key: (record: R) => string;
  same?: (old: R, now: R) => boolean;
  /** What to keep of a new record, given the one kept before; default: the new record. */
  adopt?: (old: R | undefined, now: R) => R;
  /** Which records of the store belong to this resource, where several share the store. */
  mine?: (record: R) => boolean;
  metadataOnly?: boolean;
  fieldSelector?: string;
}

function resource<R extends { readonly namespace: string }>(plan: Plan<R>): Resource {
  const { store, toRecord, key, group, version, name } = plan;
  const mine = plan.mine ?? (() => true);
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return {
    name,
    group,
    without: plan.without,
    fieldSelector: plan.fieldSelector,
    metadataOnly: plan.metadataOnly ?? false,
    path: (namespace) =>
      namespace === undefined ? `${root}/${name}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${name}`,
    keep(obj) {
      const came = toRecord(obj);
      if (came === undefined) return undefined;
      const k = key(came);
      const old = store.get(k);
      const record = plan.adopt ? plan.adopt(old, came) : came;
      if (old !== undefined && isDeepStrictEqual(old, record)) return { key: k, changed: false };
      store.set(k, record);
      return { key: k, changed: old === undefined || !(plan.same?.(old, record) ?? false) };
    },
    forget(obj) {
      const record = toRecord(obj);
      return record !== undefined && store.delete(key(record));
    },
    prune(namespace, but) {
      let any = false;
      for (const [k, record] of store) {
        if (!mine(record) || (namespace !== undefined && record.namespace !== namespace) || but.has(k)) continue;
        store.delete(k);
        any = true;
      }
      return any;
    },
  };
}

/** The version that a watch continues from. */
export function resourceVersion(obj: unknown): string {
  return text(object(object(obj)['metadata'])['resourceVersion']);
}
