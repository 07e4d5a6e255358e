/** Captures a profile to a file: the job `capture`. */
import * as path from 'node:path';
import { bytes } from '../base/format';
import { Problem } from '../base/problem';
import { writeWhole } from '../captures/atomic';
import { fetchCapture } from '../captures/take';
import type { Cluster } from '../cluster/cluster';
import { bestEndpoint } from '../cluster/endpoints';
import { findEndpoints } from '../cluster/find';
import { localProcess } from '../cluster/local';
import { formatEndpointUrl, parseEndpointUrl } from '../cluster/pins';
import { NO_AUTH, podTarget } from '../cluster/reach';
import type { Replica, Workload } from '../controllers/types';
import { openProfile } from '../profile/open';
import type { Target } from '../target/types';
import type { CaptureJob } from './args';
import { authOf, knowledge, withCluster } from './session';
import { findWorkload } from './workload';

const MIB = 1024 * 1024;

/** The text for standard output; nothing without --json. Progress and the result for people go to `tell`. */
export async function capture(job: CaptureJob, signal: AbortSignal, tell: (line: string) => void): Promise<string> {
  const { from } = job;
  if ('url' in from) {
    const { target, pprofPath } = localProcess(from.url);
    return save(job, target, pprofPath, { url: from.url }, signal, tell);
  }
  return withCluster({ ...job, namespace: from.namespace }, signal, async ({ cluster, context }) => {
    const workload = findWorkload(cluster, from);
    const replica = findReplica(workload, from.replica);
    const { target, pprofPath } = await findPprof(cluster, workload, replica, job, signal);
    const where = { context: context.name, namespace: workload.namespace, workload: workload.name, pod: replica.pod.name, leader: replica.leader };
    return save(job, target, pprofPath, where, signal, tell);
  });
}

async function save(job: CaptureJob, target: Target, basePath: string, where: Record<string, unknown>, signal: AbortSignal, tell: (line: string) => void): Promise<string> {
  const at = Date.now();
  tell(`Capturing ${job.kind} of ${target.label}${job.seconds > 0 ? `, ${job.seconds} s` : ''}`);
  const body = await fetchCapture({
    target, basePath, kind: job.kind, seconds: job.seconds, idleTimeoutMs: job.idleTimeoutMs, signal, maxBytes: job.maxMiB * MIB, open: openProfile,
  });
  signal.throwIfAborted();
  const file = path.resolve(job.out);
  await writeWhole(file, body);
  tell(`Saved ${bytes(body.byteLength)} to ${job.out}`);
  return job.json ? JSON.stringify({ file, bytes: body.byteLength, kind: job.kind, at, seconds: job.seconds, ...where }) : '';
}

/** The named one; else the leader, else one that is ready. */
function findReplica(workload: Workload, pod: string | undefined): Replica {
  const { replicas } = workload;
  const names = replicas.map((r) => r.pod.name).join(', ');
  if (pod !== undefined) {
    const named = replicas.find((r) => r.pod.name === pod);
    if (named) return named;
    throw new Problem('inspect.noReplica', `${workload.namespace}/${workload.name} has no replica ${pod}.`, { next: names === '' ? 'It has none at all: is it scaled to 0?' : `It has: ${names}.` });
  }
  const chosen = replicas.find((r) => r.leader && r.pod.ready) ?? replicas.find((r) => r.pod.ready) ?? replicas[0];
  if (chosen) return chosen;
  throw new Problem('inspect.noReplica', `${workload.namespace}/${workload.name} has no replicas.`, { next: 'Scale it up, then capture.' });
}

async function findPprof(cluster: Cluster, workload: Workload, replica: Replica, job: CaptureJob, signal: AbortSignal): Promise<{ target: Target; pprofPath: string }> {
  const auth = authOf(job.token);
  const { namespace } = replica.pod;
  const endpoint = 'endpoint' in job.from ? job.from.endpoint : undefined;
  if (endpoint !== undefined) {
    const at = parseEndpointUrl(endpoint, 'pprof');
    if (!at) throw new Problem('inspect.usage', `"${endpoint}" is not an endpoint.`, { next: `Write it as ${formatEndpointUrl({ kind: 'pprof', port: 6060, scheme: 'http', path: '/debug/pprof/' })}.` });
    return { target: podTarget(cluster.session, namespace, replica.pod.name, at, auth), pprofPath: at.path };
  }
  const known = knowledge();
  known.memory.keepAuth(cluster.session.context.name, workload.id, auth);
  const found = await findEndpoints({ session: cluster.session, workload, replica }, known, { signal, guess: true });
  const best = bestEndpoint(found.endpoints, 'pprof') ?? found.endpoints.find((e) => e.kind === 'pprof' && e.state === 'needsToken');
  if (best && best.state !== 'needsToken') {
    return { target: podTarget(cluster.session, namespace, replica.pod.name, best, best.secured ? found.auth : NO_AUTH), pprofPath: best.path };
  }
  if (best?.problem) {
    throw Problem.fromJSON(auth.kind !== 'none' ? best.problem : { ...best.problem, next: 'Name a service account with --service-account NS/NAME, or send your own token with --token own.' });
  }
  const [first] = found.problems;
  if (first) throw first;
  throw new Problem('inspect.noPprof', `No pprof endpoint answered in ${namespace}/${replica.pod.name}.`, {
    next: 'Switch it on (PprofBindAddress in ctrl.Options, --profiling for Kubernetes components), or name it with --endpoint http://:PORT/debug/pprof/.',
    detail: found.endpoints.map((e) => `${e.kind} ${e.scheme} ${e.port}: ${e.sentence}`).join('\n'),
  });
}
