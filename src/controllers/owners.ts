import type { PodRecord, WorkloadRecord } from './types';

/** What a pod belongs to, as the tree shows it. */
export interface Belongs {
  readonly kind: string;
  readonly name: string;
  readonly record: WorkloadRecord | undefined;
}

/** Kinds whose pods run to completion: no workloads to tune. */
const ENDING = new Set(['Job', 'CronJob']);

/**
 * The workload of a pod: for a ReplicaSet its owner, else the pod's own owner. Static pods lose the node's suffix, and
 * a bare pod stands for itself. Undefined for pods of Jobs.
 */
export function ownerOf(pod: PodRecord, workloads: ReadonlyMap<string, WorkloadRecord>): Belongs | undefined {
  const { owner } = pod;
  if (owner === undefined || owner.kind === 'Node' || pod.annotations['kubernetes.io/config.mirror'] !== undefined) {
    return { kind: 'Pod', name: isStatic(pod) ? staticName(pod) : pod.name, record: undefined };
  }
  if (ENDING.has(owner.kind)) return undefined;
  if (owner.kind !== 'ReplicaSet') return { kind: owner.kind, name: owner.name, record: workloads.get(owner.uid) };
  const set = workloads.get(owner.uid);
  if (set?.owner !== undefined)
    return { kind: set.owner.kind, name: set.owner.name, record: workloads.get(set.owner.uid) };
  if (set !== undefined) return { kind: 'ReplicaSet', name: set.name, record: set };
  // ReplicaSets may be forbidden, or arrive after their pods. A Deployment's end in the hash that also labels the pods.
  const hash = pod.labels['pod-template-hash'];
  if (hash !== undefined && owner.name.endsWith(`-${hash}`))
    return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1), record: undefined };
  return { kind: 'ReplicaSet', name: owner.name, record: undefined };
}

function isStatic(pod: PodRecord): boolean {
  return pod.owner?.kind === 'Node' || pod.annotations['kubernetes.io/config.mirror'] !== undefined;
}

function staticName(pod: PodRecord): string {
  const node = pod.owner?.kind === 'Node' ? pod.owner.name : pod.node;
  return node !== '' && pod.name.endsWith(`-${node}`) && pod.name.length > node.length + 1
    ? pod.name.slice(0, -node.length - 1)
    : pod.name;
}

/** True for records that have a place of their own in the tree: a Deployment's ReplicaSets have none. */
export function isTop(record: WorkloadRecord): boolean {
  return record.kind !== 'ReplicaSet' || record.owner === undefined;
}
