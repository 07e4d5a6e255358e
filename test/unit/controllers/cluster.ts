import { leaseRecord, monitorRecord, podRecord, serviceRecord, workloadRecord } from '../../../src/controllers/records';
import { discover } from '../../../src/controllers/discover';
import type {
  ClusterObjects,
  LeaseRecord,
  MonitorRecord,
  PodRecord,
  ServiceRecord,
  Workload,
  WorkloadRecord,
} from '../../../src/controllers/types';

export const NOW = Date.parse('2026-11-20T10:00:00Z');

type Labels = Record<string, string>;

/** What of a pod a test tells; the rest is as the API gives it. */
export interface PodSpec {
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid?: string };
  readonly node?: string;
  readonly hostNetwork?: boolean;
  readonly containers?: readonly object[];
  readonly [field: string]: unknown;
}

export function pod(name: string, p: PodSpec = {}): object {
  return {
    metadata: {
      name,
      namespace: p.namespace ?? 'default',
      uid: `uid-${p.namespace ?? 'default'}-${name}`,
      creationTimestamp: '2026-11-20T09:00:00Z',
      labels: p.labels,
      annotations: p.annotations,
      ...(p.owner && {
        ownerReferences: [{ apiVersion: 'apps/v1', controller: true, uid: `uid-${p.owner.name}`, ...p.owner }],
      }),
    },
    spec: {
      nodeName: p.node ?? 'node-1',
      ...(p.hostNetwork === true && { hostNetwork: true }),
      serviceAccountName: 'default',
      containers: p.containers ?? [{ name: 'app', image: 'example.com/app:1' }],
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', restartCount: 0, state: { running: {} } }],
    },
  };
}

/** Collects objects as a watch does. */
export class World implements ClusterObjects {
  readonly pods = new Map<string, PodRecord>();
  readonly workloads = new Map<string, WorkloadRecord>();
  readonly leases = new Map<string, LeaseRecord>();
  readonly services = new Map<string, ServiceRecord>();
  readonly monitors = new Map<string, MonitorRecord>();

  pod(name: string, spec: PodSpec = {}): this {
    const record = podRecord(pod(name, spec))!;
    this.pods.set(record.uid, record);
    return this;
  }

  workload(
    kind: string,
    name: string,
    more: { namespace?: string; labels?: Labels; owner?: { kind: string; name: string } } = {},
  ): this {
    const record = workloadRecord(kind, {
      metadata: {
        name,
        namespace: more.namespace ?? 'default',
        uid: `uid-${name}`,
        labels: more.labels,
        ...(more.owner && { ownerReferences: [{ controller: true, uid: `uid-${more.owner.name}`, ...more.owner }] }),
      },
    })!;
    this.workloads.set(record.uid, record);
    return this;
  }

  /** A Deployment with its ReplicaSet and pods `name-hash-a`, `-b`… */
  deployment(name: string, replicas: number, spec: PodSpec = {}): this {
    const namespace = spec.namespace ?? 'default';
    this.workload('Deployment', name, { namespace, ...(spec.labels && { labels: spec.labels }) });
    this.workload('ReplicaSet', `${name}-7c9d`, { namespace, owner: { kind: 'Deployment', name } });
    for (let i = 0; i < replicas; i++)
      this.pod(`${name}-7c9d-${'abcdefgh'[i]}`, {
        ...spec,
        labels: { ...spec.labels, 'pod-template-hash': '7c9d' },
        owner: { kind: 'ReplicaSet', name: `${name}-7c9d` },
      });
    return this;
  }

  /** A lease renewed `age` seconds ago, 15 s long. */
  lease(namespace: string, name: string, holder: string, age = 1, seconds = 15): this {
    const renewTime = new Date(NOW - age * 1000).toISOString().replace('Z', '000Z');
    const record = leaseRecord({
      metadata: { name, namespace },
      spec: { holderIdentity: holder, leaseDurationSeconds: seconds, renewTime },
    })!;
    this.leases.set(`${namespace}/${name}`, record);
    return this;
  }

  service(
    name: string,
    selector: Labels,
    ports: readonly object[],
    more: { namespace?: string; labels?: Labels; annotations?: Labels } = {},
  ): this {
    const record = serviceRecord({
      metadata: { name, namespace: more.namespace ?? 'default', labels: more.labels, annotations: more.annotations },
      spec: { selector, ports },
    })!;
    this.services.set(`${record.namespace}/${name}`, record);
    return this;
  }

  monitor(kind: 'ServiceMonitor' | 'PodMonitor', name: string, spec: object, namespace = 'default'): this {
    const record = monitorRecord(kind, { metadata: { name, namespace }, spec })!;
    this.monitors.set(`${namespace}/${name}`, record);
    return this;
  }

  discover(marked: Record<string, boolean> = {}): Workload[] {
    return discover(this, { now: NOW, marked });
  }

  /** The only workload. */
  get one(): Workload {
    const all = this.discover();
    if (all.length !== 1) throw new Error(`${all.length} workloads: ${all.map((w) => w.id).join(', ')}`);
    return all[0]!;
  }
}

export const leaders = (w: Workload): string[] => w.replicas.filter((r) => r.leader).map((r) => r.pod.name);
export const endpoints = (w: Workload): string[] =>
  w.replicas[0]!.endpoints.map((e) => `${e.kind} ${e.scheme}:${e.port}${e.path}`);
