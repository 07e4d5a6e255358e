/** What the tree would show, as data: for the command line, scripts and tests. */
import type { Endpoint, EndpointKind } from '../controllers/types';
import type { Cluster } from './cluster';
import { knownEndpoints, type FoundEndpoint, type Knowledge } from './endpoints';
import { mapLimit } from './find';
import { lookAt, type Findings } from './look';
import { EndpointMemory, type Memento } from './memory';
import type { Pins } from './pins';

export interface SurveyOptions {
  readonly signal?: AbortSignal;
  /** Ask the processes: which endpoints answer, which controllers run in them. Else only what the objects state is told. */
  readonly probe: boolean;
  /** Only this namespace. */
  readonly namespace?: string;
  /** Workloads that do not look like controllers as well. Default false. */
  readonly all?: boolean;
  readonly pins?: Pins;
  /** Default: nothing is remembered. */
  readonly memento?: Memento;
}

export interface SurveyedEndpoint {
  readonly kind: EndpointKind;
  readonly port: number;
  readonly scheme: Endpoint['scheme'];
  readonly path: string;
  readonly how: string;
  readonly certainty: Endpoint['certainty'];
  /** untried, ok, needsToken or failed. */
  readonly state: FoundEndpoint['state'];
  readonly sentence: string;
}

export interface SurveyedReplica {
  readonly pod: string;
  readonly ready: boolean;
  readonly leader: boolean;
  /** `namespace/name` of the leases that it holds. */
  readonly leases: readonly string[];
  readonly restarts: number;
  readonly version: string;
  readonly endpoints: readonly SurveyedEndpoint[];
  /** What kept it from being asked. */
  readonly problems: readonly string[];
}

export interface SurveyedController { readonly name: string; readonly workers: number | null; readonly activeWorkers: number | null; readonly queueDepth: number | null }

export interface SurveyedWorkload {
  readonly context: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly score: number;
  readonly reasons: readonly string[];
  /** Controllers inside the process, from the metrics of the leader or else of the first replica that tells. */
  readonly controllers: readonly SurveyedController[];
  readonly replicas: readonly SurveyedReplica[];
}

/** Processes asked at once; each asks up to four ports at once. */
const AT_ONCE = 4;

/** A memento that lasts as long as the process. */
export function forgetful(): Memento {
  const map = new Map<string, unknown>();
  return { get: (key) => map.get(key), set: (key, value) => { map.set(key, value); } };
}

/** Waits until the cluster is listed. Throws its Problem when it can't be reached, AbortError. */
export async function survey(cluster: Cluster, options: SurveyOptions): Promise<readonly SurveyedWorkload[]> {
  await cluster.whenReady(options.signal);
  const knowledge: Knowledge = { memory: new EndpointMemory(options.memento ?? forgetful()), pins: options.pins ?? {} };
  const chosen = cluster.workloads().filter((w) => (options.all === true || w.isController) && (options.namespace === undefined || w.namespace === options.namespace));
  const jobs = chosen.flatMap((workload) => workload.replicas.map((replica) => ({ session: cluster.session, workload, replica })));
  const findings = new Map<string, Findings>();
  if (options.probe) {
    await mapLimit(jobs.filter((j) => j.replica.pod.phase === 'Running'), AT_ONCE, async (job) => {
      const found = await lookAt(job, knowledge, { guess: true, ...(options.signal && { signal: options.signal }) });
      findings.set(job.replica.pod.uid, found);
      if (found.reason) cluster.learn(job.workload.id, found.reason);
    });
  }
  return chosen.map((before) => {
    const workload = cluster.workload(before.id) ?? before;
    const replicas = before.replicas.map((replica): SurveyedReplica => {
      const found = findings.get(replica.pod.uid);
      const endpoints = found?.endpoints ?? knownEndpoints({ session: cluster.session, workload, replica }, knowledge).endpoints;
      return {
        pod: replica.pod.name, ready: replica.pod.ready, leader: replica.leader, leases: replica.leases, restarts: replica.pod.restarts, version: replica.version,
        endpoints: endpoints.map(({ kind, port, scheme, path, how, certainty, state, sentence }) => ({ kind, port, scheme, path, how, certainty, state, sentence })),
        problems: (found?.problems ?? []).map((p) => p.sentence),
      };
    });
    const told = before.replicas.map((r) => findings.get(r.pod.uid)?.controllers).find((c) => c !== undefined && c.length > 0) ?? [];
    return {
      context: cluster.session.context.name, namespace: workload.namespace, kind: workload.kind, name: workload.name, score: workload.score, reasons: workload.reasons.map((r) => r.text),
      controllers: told.map((c) => ({ name: c.name, workers: c.workers ?? null, activeWorkers: c.activeWorkers ?? null, queueDepth: c.queueDepth ?? null })), replicas,
    };
  });
}
