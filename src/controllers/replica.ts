import { statedEndpoints } from './endpoints';
import { mainContainer, versionOf } from './image';
import type { Wired, Wiring } from './wiring';
import type { ContainerRecord, Endpoint, PodRecord, Replica } from './types';

interface Kept {
  readonly wiring: Wiring;
  readonly wired: Wired;
  readonly replica: Replica;
}

/**
 * A pod's record never changes (a changed pod has a new one), so what follows from it is kept as long as the record
 * lives.
 */
const kept = new WeakMap<PodRecord, Kept>();
const versions = new WeakMap<readonly ContainerRecord[], string>();

const NO_LEASES: readonly string[] = [];

/** The replica of a pod: the same object as before if nothing about it has changed. */
export function replicaOf(pod: PodRecord, leases: readonly string[] = NO_LEASES, wiring: Wiring): Replica {
  const before = kept.get(pod);
  if (before !== undefined && before.wiring === wiring && same(before.replica.leases, leases)) return before.replica;
  const wired = wiring.of(pod);
  const replica: Replica = {
    pod,
    leases,
    leader: leases.length > 0,
    version: version(pod.containers),
    endpoints: endpoints(pod, wired),
  };
  kept.set(pod, { wiring, wired, replica });
  return replica;
}

export function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((x, i) => x === b[i]));
}

function version(containers: readonly ContainerRecord[]): string {
  let v = versions.get(containers);
  if (v === undefined) versions.set(containers, (v = versionOf(mainContainer(containers)?.image ?? '')));
  return v;
}

/** Endpoints depend on these four, which the pods of a Deployment share (records.ts keeps equal ones once). */
const alike = new WeakMap<Wired, WeakMap<object, WeakMap<object, WeakMap<object, readonly Endpoint[]>>>>();

function endpoints(pod: PodRecord, wired: Wired): readonly Endpoint[] {
  const last = below(below(below(alike, wired), pod.containers), pod.labels) as WeakMap<object, readonly Endpoint[]>;
  let found = last.get(pod.annotations);
  if (found === undefined) last.set(pod.annotations, (found = statedEndpoints(pod, wired)));
  return found;
}

function below<K extends object, V extends WeakMap<object, unknown>>(map: WeakMap<K, V>, key: K): V {
  let next = map.get(key);
  if (next === undefined) map.set(key, (next = new WeakMap() as V));
  return next;
}
