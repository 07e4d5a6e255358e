/** The job `controllers`: what the tree would show for a cluster. */
import { isAbort, Problem } from '../base/problem';
import type { Cluster } from '../cluster/cluster';
import { knownEndpoints, type FoundEndpoint } from '../cluster/endpoints';
import { mapLimit } from '../cluster/find';
import { probeProcess } from '../cluster/probe';
import { withReason } from '../controllers/discover';
import type { Reason, Replica, RunningController, Workload } from '../controllers/types';
import type { ControllersJob } from './jobs';
import { authOf, knowledge, withCluster } from './session';
import { table } from './table';

/** How many processes are asked at the same time. */
const AT_ONCE = 6;

interface Seen {
  readonly endpoints: readonly FoundEndpoint[];
  readonly controllers: readonly RunningController[];
  readonly reason: Reason | undefined;
}

/** The text for standard output. Warnings (what could not be listed or asked) go to `warn`. */
export async function controllers(
  job: ControllersJob,
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<string> {
  return withCluster(job, signal, async ({ cluster, context }) => {
    for (const p of cluster.problems) warn(Problem.fromJSON(p).sentence);
    const shown = cluster
      .workloads()
      .filter((w) => (job.all || w.isController) && (job.namespace === undefined || w.namespace === job.namespace));
    const seen = await look(cluster, shown, job, signal, warn);
    const list = shown.map((w) => ({
      context: context.name,
      namespace: w.namespace,
      kind: w.kind,
      name: w.name,
      reasons: reasonsOf(w, seen),
      controllers: merged(w, seen),
      replicas: w.replicas.map((r) => ({
        pod: r.pod.name,
        ready: r.pod.ready,
        leader: r.leader,
        endpoints: (seen.get(r)?.endpoints ?? []).map(({ kind, port, scheme, how }) => ({ kind, port, scheme, how })),
      })),
    }));
    if (job.json) return JSON.stringify(list);
    if (list.length === 0)
      return `No controllers in ${context.name}${job.namespace === undefined ? '' : `, namespace ${job.namespace}`}.`;
    return table(
      [
        { title: 'namespace' },
        { title: 'workload' },
        { title: 'pod' },
        { title: 'state' },
        { title: 'endpoints' },
        { title: 'controllers' },
      ],
      list.flatMap((w) =>
        w.replicas.map((r, i) => [
          i === 0 ? w.namespace : '',
          i === 0 ? `${w.kind} ${w.name}` : '',
          r.pod,
          [r.leader ? 'leader' : '', r.ready ? 'ready' : 'not ready'].filter((s) => s !== '').join(', '),
          r.endpoints.map((e) => `${e.kind} ${e.scheme} ${e.port}`).join(', '),
          i === 0
            ? w.controllers.map((c) => (c.workers === undefined ? c.name : `${c.name} (${c.workers})`)).join(', ')
            : '',
        ]),
      ),
    );
  });
}

async function look(
  cluster: Cluster,
  shown: readonly Workload[],
  job: ControllersJob,
  signal: AbortSignal,
  warn: (line: string) => void,
): Promise<ReadonlyMap<Replica, Seen>> {
  const seen = new Map<Replica, Seen>();
  const known = knowledge();
  const work = shown.flatMap((workload) => workload.replicas.map((replica) => ({ workload, replica })));
  for (const { workload } of work) known.memory.keepAuth(cluster.session.context.name, workload.id, authOf(job.token));
  await mapLimit(work, AT_ONCE, async ({ workload, replica }) => {
    const ref = { session: cluster.session, workload, replica };
    const before = { endpoints: knownEndpoints(ref, known).endpoints, controllers: [], reason: undefined };
    if (job.stated || !replica.pod.ready || replica.pod.deleting) {
      seen.set(replica, before);
      return;
    }
    try {
      const found = await probeProcess(ref, known, { signal, guess: true });
      for (const p of found.problems) warn(`${replica.pod.namespace}/${replica.pod.name}: ${p.sentence}`);
      // A port that was tried and didn't answer is not an endpoint.
      seen.set(replica, {
        endpoints: found.endpoints.filter((e) => e.state !== 'failed'),
        controllers: found.controllers ?? [],
        reason: found.reason,
      });
    } catch (e) {
      if (isAbort(e)) throw e;
      warn(`${replica.pod.namespace}/${replica.pod.name}: ${Problem.from(e).sentence}`);
      seen.set(replica, before);
    }
  });
  return seen;
}

/** Controllers of all replicas, each once. The leader comes first, so its numbers are used. */
function merged(w: Workload, seen: ReadonlyMap<Replica, Seen>): readonly RunningController[] {
  const byName = new Map<string, RunningController>();
  for (const r of w.replicas)
    for (const c of seen.get(r)?.controllers ?? []) if (!byName.has(c.name)) byName.set(c.name, c);
  return [...byName.values()];
}

/** Why it is a controller, heaviest first, with what its metrics said. */
function reasonsOf(w: Workload, seen: ReadonlyMap<Replica, Seen>): readonly string[] {
  const reason = w.replicas.map((r) => seen.get(r)?.reason).find((r) => r !== undefined);
  return (reason === undefined ? w : withReason(w, reason)).reasons.map((r) => r.text);
}
