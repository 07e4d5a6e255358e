import { statedEndpoints } from './endpoints';
import { flagsOf } from './flags';
import { identify, identifyLabels } from './identify';
import { isSidecar, mainContainer, versionOf } from './image';
import { holders } from './leaders';
import { isTop, ownerOf } from './owners';
import { judge, THRESHOLD, weigh } from './rules';
import { Wiring, type Wired } from './wiring';
import type { ClusterObjects, Endpoint, PodRecord, Reason, Replica, Workload, WorkloadRecord } from './types';

export interface DiscoverOptions {
  /** ms since the epoch; leases that ran out before it lead nobody. */
  readonly now: number;
  /** What the person marked, by `namespace/name`: true = a controller, false = none. Outweighs every rule. */
  readonly marked: Readonly<Record<string, boolean>>;
}

interface Group { readonly kind: string; readonly namespace: string; readonly name: string; record: WorkloadRecord | undefined; readonly pods: PodRecord[] }

/**
 * The workloads of a cluster with their replicas, leaders, stated endpoints, and the reasons for taking them for
 * controllers. Sorted by namespace, name and kind. Pure: the same objects give the same answer.
 */
export function discover(objects: ClusterObjects, options: DiscoverOptions): Workload[] {
  const groups = group(objects);
  const held = holders(objects.pods.values(), objects.leases, options.now);
  const wiring = new Wiring(objects);
  const out: Workload[] = [];
  for (const g of groups.values()) out.push(workload(g, held, wiring, options.marked));
  return out.sort((a, b) => order(a.namespace, b.namespace) || order(a.name, b.name) || order(a.kind, b.kind));
}

function order(a: string, b: string): number { return a < b ? -1 : a > b ? 1 : 0; }

function group(objects: ClusterObjects): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const record of objects.workloads.values()) {
    if (!isTop(record)) continue;
    const { kind, namespace, name } = record;
    groups.set(`${kind}/${namespace}/${name}`, { kind, namespace, name, record, pods: [] });
  }
  for (const pod of objects.pods.values()) {
    const owner = ownerOf(pod, objects.workloads);
    if (owner === undefined) continue;
    const id = `${owner.kind}/${pod.namespace}/${owner.name}`;
    let g = groups.get(id);
    if (g === undefined) groups.set(id, (g = { kind: owner.kind, namespace: pod.namespace, name: owner.name, record: owner.record, pods: [] }));
    g.pods.push(pod);
  }
  return groups;
}

function workload(g: Group, held: ReadonlyMap<PodRecord, readonly string[]>, wiring: Wiring, marked: Readonly<Record<string, boolean>>): Workload {
  const replicas = g.pods.map((pod) => replica(pod, held.get(pod) ?? NO_NAMES, wiring));
  replicas.sort((a, b) => Number(b.leader) - Number(a.leader) || order(a.pod.name, b.pod.name));
  const { score, reasons } = judged(g, replicas, wiring);
  const mark = marked[`${g.namespace}/${g.name}`];
  return {
    id: `${g.kind}/${g.namespace}/${g.name}`, kind: g.kind, namespace: g.namespace, name: g.name,
    isController: mark ?? score >= THRESHOLD,
    score, replicas,
    reasons: mark === undefined ? reasons : [mark ? MARKED : UNMARKED, ...reasons],
    createdAt: g.record?.createdAt ?? g.pods.reduce((first, p) => Math.min(first, p.createdAt), Infinity),
  };
}

const NO_NAMES: readonly string[] = [];
const MARKED: Reason = { rule: 'marked', weight: 1000, text: 'you marked it as a controller' };
const UNMARKED: Reason = { rule: 'marked', weight: -1000, text: 'you marked it as not a controller' };

function replica(pod: PodRecord, leases: readonly string[], wiring: Wiring): Replica {
  return { pod, leases, leader: leases.length > 0, version: versionOf(mainContainer(pod.containers)?.image ?? ''), endpoints: endpointsOf(pod, wiring.of(pod)) };
}

/** Endpoints of pods that are alike in all that states them; forgotten with the wiring that they came from. */
const alike = new WeakMap<Wired, WeakMap<object, Map<string, readonly Endpoint[]>>>();

function endpointsOf(pod: PodRecord, wired: Wired): readonly Endpoint[] {
  let byContainers = alike.get(wired);
  if (byContainers === undefined) alike.set(wired, (byContainers = new WeakMap()));
  let byAnnotations = byContainers.get(pod.containers);
  if (byAnnotations === undefined) byContainers.set(pod.containers, (byAnnotations = new Map()));
  const a = pod.annotations;
  const known = identify(pod);
  const key = `${a['prometheus.io/scrape']}\n${a['prometheus.io/port']}\n${a['prometheus.io/path']}\n${a['prometheus.io/scheme']}\n${known?.system.title}`;
  let endpoints = byAnnotations.get(key);
  if (endpoints === undefined) byAnnotations.set(key, (endpoints = statedEndpoints(pod, wired)));
  return endpoints;
}

function judged(g: Group, replicas: readonly Replica[], wiring: Wiring): { readonly score: number; readonly reasons: readonly Reason[] } {
  // During a rollout the newest pod tells what the workload is now.
  let one: Replica | undefined;
  for (const r of replicas) if (one === undefined || newer(r.pod, one.pod)) one = r;
  const labels = { ...g.record?.labels, ...one?.pod.labels };
  const containers = one?.pod.containers.filter((c) => !isSidecar(c)) ?? [];
  const wired = one === undefined ? undefined : wiring.of(one.pod);
  return judge({
    namespace: g.namespace,
    name: g.name,
    labels, containers,
    flags: containers.map(flagsOf),
    main: one === undefined ? undefined : mainContainer(one.pod.containers),
    leases: [...new Set(replicas.flatMap((r) => r.leases))],
    monitors: [...new Set(wired?.scrapes.map((s) => `${s.monitor.kind} ${s.monitor.namespace}/${s.monitor.name}`))],
    annotated: [one?.pod.annotations, ...(wired?.services ?? []).map((s) => s.annotations)].some((a) => a !== undefined && (a['prometheus.io/scrape'] === 'true' || (a['prometheus.io/port'] !== undefined && a['prometheus.io/scrape'] !== 'false'))),
    endpoints: one?.endpoints ?? [],
    known: one === undefined ? identifyLabels(labels) : (identify(one.pod) ?? identifyLabels(labels)),
  });
}

function newer(a: PodRecord, b: PodRecord): boolean {
  return a.deleting !== b.deleting ? !a.deleting : a.createdAt > b.createdAt;
}

/**
 * The same workload with what its `/metrics` told (see runtimeReason), judged anew: a marked one stays as the person
 * marked it.
 */
export function withReason(w: Workload, reason: Reason): Workload {
  const mark = w.reasons.find((r) => r.rule === 'marked');
  const { score, reasons } = weigh([...w.reasons.filter((r) => r.rule !== reason.rule && r !== mark), reason]);
  return { ...w, score, reasons: mark === undefined ? reasons : [mark, ...reasons], isController: mark === undefined ? score >= THRESHOLD : w.isController };
}

/** Reads and forgets nothing: what `families` of /metrics (names only) say about what a process is; undefined = nothing. */
export function runtimeReason(families: Iterable<string>): Reason | undefined {
  let queue = '';
  for (const name of families) {
    if (name.startsWith('controller_runtime_')) return { rule: 'runtime', weight: 100, text: `exports ${name}, which controller-runtime does` };
    if (queue === '' && name.startsWith('workqueue_')) queue = name;
  }
  return queue === '' ? undefined : { rule: 'runtime', weight: 60, text: `exports ${queue}: it works through queues` };
}
