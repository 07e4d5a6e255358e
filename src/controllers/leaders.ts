import { flagsOf } from './flags';
import { identify } from './identify';
import { isSidecar } from './image';
import type { LeaseRecord, PodRecord } from './types';

/**
 * How long a lease still counts after it expired, ms: this machine's clock and the cluster's differ, and news of a
 * renewal takes a while. client-go's defaults are a lease of 15 s, renewed every 2 s.
 */
export const SKEW_MS = 15_000;
/** A clock further ahead than this, ms, is wrong and not just different. */
const AHEAD_MS = 30_000;
/** Duration of leases that don't state one, s: client-go's default LeaseDuration. */
const DEFAULT_SECONDS = 15;
/** Linux' limit for host names; the kubelet cuts longer pod names to it. */
const HOST_NAME_MAX = 63;

/**
 * Which pod holds which leases, as `namespace/name`. A lease belongs to one pod at most, and to none if it has expired,
 * or if several pods may be its holder. `now`: ms since the epoch, by this machine's clock.
 */
export function holders(
  pods: Iterable<PodRecord>,
  leases: ReadonlyMap<string, LeaseRecord>,
  now: number,
): Map<PodRecord, string[]> {
  const held = new Map<PodRecord, string[]>();
  const live: LeaseRecord[] = [];
  const ahead = clusterAhead(leases, now);
  for (const lease of leases.values())
    if (lease.holder !== '' && lease.namespace !== 'kube-node-lease' && isLive(lease, now, ahead)) live.push(lease);
  if (live.length === 0) return held;
  const index = new PodIndex(pods, live);
  for (const lease of live) {
    const pod = index.holder(lease);
    if (pod === undefined) continue;
    const names = held.get(pod);
    if (names === undefined) held.set(pod, [`${lease.namespace}/${lease.name}`]);
    else names.push(`${lease.namespace}/${lease.name}`);
  }
  for (const names of held.values()) names.sort();
  return held;
}

/**
 * How far the holders' clocks are ahead of this machine's, ms; negative: behind. Renewals that were watched show it.
 * Before there are any, the times of all renewals decide by majority: one machine whose clock is ahead must not make
 * all other leases look expired, and if most are ahead, this machine is behind.
 */
function clusterAhead(leases: ReadonlyMap<string, LeaseRecord>, now: number): number {
  const watched: number[] = [];
  const ahead: number[] = [];
  let near = 0;
  for (const lease of leases.values()) {
    if (lease.renewedAt === 0) continue;
    const by = lease.renewedAt - (lease.heardAt ?? now);
    if (lease.renewing === true) watched.push(by);
    else if (by > AHEAD_MS) ahead.push(by);
    else if (by >= -AHEAD_MS) near++;
  }
  if (watched.length > 0) return median(watched);
  return ahead.length > near ? median(ahead) : 0;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/**
 * As in client-go, a followed lease is judged by the time at which we heard of it; a lease that was only listed, by its
 * own time.
 */
function isLive(lease: LeaseRecord, now: number, ahead: number): boolean {
  if (lease.renewedAt === 0) return true;
  if (lease.heardAt !== undefined && lease.heardAt + patience(lease) < now) return false;
  return lease.renewing === true || lease.renewedAt + patience(lease) >= now + ahead;
}

/** How long after a renewal a lease counts, ms. */
function patience(lease: LeaseRecord): number {
  return (lease.durationSeconds || DEFAULT_SECONDS) * 1000 + SKEW_MS;
}

/** When a lease stops counting unless it is renewed, ms since the epoch; by this machine's clock if it is followed. */
export function leaseEnd(lease: LeaseRecord): number {
  return (lease.heardAt ?? lease.renewedAt) + patience(lease);
}

/** The parts of a holder's identity that may name a pod, its uid or its host, the likeliest first. */
function identityForms(holder: string): readonly { readonly name: string; readonly namespace?: string }[] {
  const forms: { name: string; namespace?: string }[] = [];
  const add = (name: string, namespace?: string): void => {
    if (name === '' || forms.some((f) => f.name === name && f.namespace === namespace)) return;
    forms.push(namespace === undefined ? { name } : { name, namespace });
  };
  add(holder);
  // No name in Kubernetes contains "_": the part before it is the host, the rest a random id (client-go's custom).
  const host = holder.split('_', 1)[0]!;
  add(host);
  add(holder.replace(/[-_][0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, ''));
  // cert-manager appends the name of its lock.
  if (host.includes('-external-')) add(host.slice(0, host.indexOf('-external-')));
  const slash = host.indexOf('/');
  if (slash > 0) add(host.slice(slash + 1), host.slice(0, slash));
  const underscore = holder.split('_');
  if (underscore.length > 1) {
    add(underscore[1]!, underscore[0]);
    add(underscore[1]!);
  }
  // app-0.app.ns.svc.cluster.local, or a node's ip-10-0-0-1.ec2.internal.
  const labels = host.split('.');
  if (labels.length > 1) {
    if (labels[3] === 'svc' || labels[2] === 'pod') add(labels[0]!, labels[2] === 'pod' ? labels[1] : labels[2]);
    add(labels[0]!);
  }
  return forms;
}

/** The pods that the leases may mean. Leases are read first, so that of ten thousand pods only those few are kept. */
class PodIndex {
  readonly #byName = new Map<string, PodRecord[]>();
  readonly #byUid = new Map<string, PodRecord>();
  readonly #forms = new Map<LeaseRecord, ReturnType<typeof identityForms>>();

  constructor(pods: Iterable<PodRecord>, leases: readonly LeaseRecord[]) {
    const asked = new Set<string>();
    for (const lease of leases) {
      const forms = identityForms(lease.holder);
      this.#forms.set(lease, forms);
      for (const { name } of forms) asked.add(name);
    }
    const add = (name: string, pod: PodRecord): void => {
      if (!asked.has(name)) return;
      const list = this.#byName.get(name);
      if (list === undefined) this.#byName.set(name, [pod]);
      else list.push(pod);
    };
    for (const pod of pods) {
      if (asked.has(pod.uid)) this.#byUid.set(pod.uid, pod);
      add(pod.name, pod);
      // With hostNetwork the host name is the node's, with or without its domain.
      if (pod.hostname !== pod.name && pod.hostname !== '') {
        add(pod.hostname, pod);
        const dot = pod.hostNetwork ? pod.hostname.indexOf('.') : -1;
        if (dot > 0) add(pod.hostname.slice(0, dot), pod);
      }
      if (pod.name.length > HOST_NAME_MAX) add(pod.name.slice(0, HOST_NAME_MAX).replace(/[-.]+$/, ''), pod);
    }
  }

  holder(lease: LeaseRecord): PodRecord | undefined {
    for (const { name, namespace } of this.#forms.get(lease) ?? []) {
      const byUid = this.#byUid.get(name);
      if (byUid !== undefined) return byUid;
      let found = this.#byName.get(name) ?? [];
      if (namespace !== undefined) found = found.filter((p) => p.namespace === namespace);
      const pod = pick(found, lease);
      if (pod !== undefined) return pod;
    }
    return undefined;
  }
}

/** The only pod that fits among those of a name; undefined when several do. */
function pick(found: readonly PodRecord[], lease: LeaseRecord): PodRecord | undefined {
  const alive = found.filter((p) => p.phase !== 'Succeeded' && p.phase !== 'Failed');
  // A node's name stands for every pod on its network, so there the pod's name or flags must fit the lease as well.
  const own = alive.filter((p) => !p.hostNetwork || p.hostname === p.name);
  const candidates = own.length > 0 ? own : alive.filter((p) => relation(p, lease) > 0);
  return best(candidates, (p) => (p.namespace === lease.namespace ? 1 : 0) + 2 * relation(p, lease));
}

/** The item with the highest mark; undefined when two share it. */
function best<T>(items: readonly T[], mark: (item: T) => number): T | undefined {
  let top: T | undefined;
  let highest = -1;
  let shared = false;
  for (const item of items) {
    const m = mark(item);
    if (m > highest) {
      top = item;
      highest = m;
      shared = false;
    } else if (m === highest) shared = true;
  }
  return shared ? undefined : top;
}

const LEASE_FLAGS = [
  'leader-elect-resource-name',
  'leader-election-id',
  'leader-election-lease-name',
  'leader-election-lock-name',
  'leader-election-resource-name',
  'election-id',
  'lease-lock-name',
];

/**
 * How certain it is that a lease belongs to a pod's program: 3 its flags name it, 2 it has the known names or the pod's
 * own, 1 the pod takes part in some election, 0 nothing speaks for it.
 */
function relation(pod: PodRecord, lease: LeaseRecord): number {
  let elects = false;
  for (const c of pod.containers) {
    if (isSidecar(c)) continue;
    const flags = flagsOf(c);
    if (LEASE_FLAGS.some((name) => flags.get(name) === lease.name)) return 3;
    if (LEASE_FLAGS.some((name) => flags.has(name))) return 0;
    if (c.name === lease.name) return 2;
    for (const name of flags.keys()) elects ||= /^(enable-)?leader-elect(ion)?$/.test(name);
  }
  const system = identify(pod)?.system;
  if (system?.leases !== undefined) return system.leases.includes(lease.name) ? 2 : 0;
  if (pod.name === lease.name || pod.name.startsWith(`${lease.name}-`)) return 2;
  const app =
    pod.labels['app.kubernetes.io/name'] ?? pod.labels['k8s-app'] ?? pod.labels['app'] ?? pod.labels['component'];
  if (app !== undefined && app === lease.name) return 2;
  return elects ? 1 : 0;
}
