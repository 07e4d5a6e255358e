import { flagsOf } from './flags';
import { identify, identifyLabels } from './identify';
import { isSidecar, mainContainer } from './image';
import { holders } from './leaders';
import { isTop, ownerOf } from './owners';
import { replicaOf, same } from './replica';
import { judge, THRESHOLD, weigh } from './rules';
import { wiringOf, type Wiring } from './wiring';
import type { ClusterObjects, OwnerRef, PodRecord, Reason, Replica, Workload, WorkloadRecord } from './types';

export interface DiscoverOptions {
  /** ms since the epoch; leases that expired before it make nobody a leader. */
  readonly now: number;
  /** What the user marked, by `namespace/name`: true = a controller, false = none. Overrides every rule. */
  readonly marked: Readonly<Record<string, boolean>>;
}

interface Group {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  record: WorkloadRecord | undefined;
  readonly pods: PodRecord[];
}

/**
 * The workloads of a cluster with their replicas, leaders, stated endpoints, and the reasons for taking them for
 * controllers. Sorted by namespace, name and kind. The same objects give the same answer, and whatever has not changed
 * since the last call is the same object, so callers may compare with `===`.
 */
export function discover(objects: ClusterObjects, options: DiscoverOptions): Workload[] {
  const groups = group(objects);
  const held = holders(objects.pods.values(), objects.leases, options.now);
  const wiring = wiringOf(objects);
  const out: Workload[] = [];
  for (const g of groups) out.push(workload(g, held, wiring, options.marked[`${g.namespace}/${g.name}`]));
  return out.sort((a, b) => order(a.namespace, b.namespace) || order(a.name, b.name) || order(a.kind, b.kind));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function group(objects: ClusterObjects): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const record of objects.workloads.values()) {
    if (!isTop(record)) continue;
    const { kind, namespace, name } = record;
    groups.set(`${kind}/${namespace}/${name}`, { kind, namespace, name, record, pods: [] });
  }
  // Pods of one owner share one reference object (records.ts keeps equal ones once), so their owners are looked up
  // once.
  const byOwner = new Map<OwnerRef, Group | null>();
  for (const pod of objects.pods.values()) {
    const shared = pod.owner === undefined || pod.owner.kind === 'Node' ? undefined : byOwner.get(pod.owner);
    if (shared === null) continue;
    if (shared !== undefined && shared.namespace === pod.namespace) {
      shared.pods.push(pod);
      continue;
    }
    const owner = ownerOf(pod, objects.workloads);
    if (owner === undefined) {
      byOwner.set(pod.owner!, null);
      continue;
    }
    const id = `${owner.kind}/${pod.namespace}/${owner.name}`;
    let g = groups.get(id);
    if (g === undefined)
      groups.set(
        id,
        (g = { kind: owner.kind, namespace: pod.namespace, name: owner.name, record: owner.record, pods: [] }),
      );
    g.pods.push(pod);
    if (pod.owner !== undefined && pod.owner.kind !== 'Node') byOwner.set(pod.owner, g);
  }
  return groups.values();
}

interface Kept {
  readonly record: WorkloadRecord | undefined;
  readonly wiring: Wiring;
  readonly mark: boolean | undefined;
  readonly workload: Workload;
}

/** The last answer for a workload, by its first replica. */
const kept = new WeakMap<Replica, Kept>();

function workload(
  g: Group,
  held: ReadonlyMap<PodRecord, readonly string[]>,
  wiring: Wiring,
  mark: boolean | undefined,
): Workload {
  const replicas = g.pods.map((pod) => replicaOf(pod, held.get(pod), wiring));
  replicas.sort((a, b) => Number(b.leader) - Number(a.leader) || order(a.pod.name, b.pod.name));
  const first = replicas[0];
  const before = first && kept.get(first);
  if (
    before !== undefined &&
    before.record === g.record &&
    before.wiring === wiring &&
    before.mark === mark &&
    same(before.workload.replicas, replicas)
  )
    return before.workload;
  const { score, reasons } = judged(g, replicas, wiring);
  const made: Workload = {
    id: `${g.kind}/${g.namespace}/${g.name}`,
    kind: g.kind,
    namespace: g.namespace,
    name: g.name,
    isController: mark ?? score >= THRESHOLD,
    score,
    replicas,
    reasons: mark === undefined ? reasons : [mark ? MARKED : UNMARKED, ...reasons],
    createdAt: g.record?.createdAt ?? g.pods.reduce((first, p) => Math.min(first, p.createdAt), Infinity),
  };
  if (first !== undefined) kept.set(first, { record: g.record, wiring, mark, workload: made });
  return made;
}

const MARKED: Reason = { rule: 'marked', weight: 1000, text: 'you marked it as a controller' };
const UNMARKED: Reason = { rule: 'marked', weight: -1000, text: 'you marked it as not a controller' };

function judged(
  g: Group,
  replicas: readonly Replica[],
  wiring: Wiring,
): { readonly score: number; readonly reasons: readonly Reason[] } {
  // During a rollout the youngest pod shows what the workload is now.
  let one: Replica | undefined;
  for (const r of replicas) if (one === undefined || newer(r.pod, one.pod)) one = r;
  const labels = { ...g.record?.labels, ...one?.pod.labels };
  const containers = one?.pod.containers.filter((c) => !isSidecar(c)) ?? [];
  const wired = one === undefined ? undefined : wiring.of(one.pod);
  return judge({
    namespace: g.namespace,
    name: g.name,
    labels,
    containers,
    flags: containers.map(flagsOf),
    main: one === undefined ? undefined : mainContainer(one.pod.containers),
    leases: [...new Set(replicas.flatMap((r) => r.leases))],
    monitors: [...new Set(wired?.scrapes.map((s) => `${s.monitor.kind} ${s.monitor.namespace}/${s.monitor.name}`))],
    annotated: [one?.pod.annotations, ...(wired?.services ?? []).map((s) => s.annotations)].some(
      (a) =>
        a !== undefined &&
        (a['prometheus.io/scrape'] === 'true' ||
          (a['prometheus.io/port'] !== undefined && a['prometheus.io/scrape'] !== 'false')),
    ),
    endpoints: one?.endpoints ?? [],
    known: one === undefined ? identifyLabels(labels) : (identify(one.pod) ?? identifyLabels(labels)),
  });
}

function newer(a: PodRecord, b: PodRecord): boolean {
  return a.deleting !== b.deleting ? !a.deleting : a.createdAt > b.createdAt;
}

/**
 * The same workload, judged again with what its `/metrics` show (see runtimeReason). A workload that the user marked
 * stays as it is.
 */
export function withReason(w: Workload, reason: Reason): Workload {
  const mark = w.reasons.find((r) => r.rule === 'marked');
  const { score, reasons } = weigh([...w.reasons.filter((r) => r.rule !== reason.rule && r !== mark), reason]);
  return {
    ...w,
    score,
    reasons: mark === undefined ? reasons : [mark, ...reasons],
    isController: mark === undefined ? score >= THRESHOLD : w.isController,
  };
}

/** What the names of the families in a process's /metrics reveal about it; undefined = nothing. */
export function runtimeReason(families: Iterable<string>): Reason | undefined {
  let queue = '';
  for (const name of families) {
    if (name.startsWith('controller_runtime_'))
      return { rule: 'runtime', weight: 100, text: `exports ${name}, which controller-runtime does` };
    if (queue === '' && name.startsWith('workqueue_')) queue = name;
  }
  return queue === '' ? undefined : { rule: 'runtime', weight: 60, text: `exports ${queue}: it works through queues` };
}
