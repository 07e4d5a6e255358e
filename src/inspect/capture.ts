/** The job `capture`: captures a profile to a file, or one from every replica to a folder. */
import * as path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { bytes, count } from '../base/format';
import { isAbort, Problem } from '../base/problem';
import { writeProblem, writeWhole } from '../captures/atomic';
import { customName } from '../captures/kinds';
import { fileName } from '../captures/names';
import { readOffers } from '../captures/offers';
import { fetchCapture } from '../captures/take';
import { takeTogether, type Part } from '../captures/together';
import type { CaptureInfo } from '../captures/types';
import type { Cluster } from '../cluster/cluster';
import { bestEndpoint } from '../cluster/endpoints';
import { findEndpoints } from '../cluster/find';
import { localProcess } from '../cluster/local';
import { formatEndpointUrl, parseEndpointUrl } from '../cluster/pins';
import { NO_AUTH, podTarget } from '../cluster/reach';
import type { Replica, Workload } from '../controllers/types';
import { openProfile } from '../profile/open';
import type { Target } from '../target/types';
import type { CaptureJob } from './jobs';
import { authOf, knowledge, withCluster } from './session';
import { findWorkload } from './workload';

const MIB = 1024 * 1024;

type Tell = (line: string) => void;
/** What the JSON says about where it came from. */
type Where = Partial<Pick<CaptureInfo, 'url' | 'context' | 'namespace' | 'workload' | 'pod' | 'leader'>>;

/** The text for standard output; nothing without --json. Progress and the readable result go to `tell`. */
export async function capture(job: CaptureJob, signal: AbortSignal, tell: Tell): Promise<string> {
  const { from } = job;
  if ('url' in from) {
    const { target, pprofPath } = localProcess(from.url);
    return json(job, await save(job, target, pprofPath, job.out, { url: from.url }, signal, tell));
  }
  return withCluster({ ...job, namespace: from.namespace }, signal, async ({ cluster, context }) => {
    const workload = findWorkload(cluster, from);
    const one = async (replica: Replica, file: (at: number) => string, end: AbortSignal): Promise<Saved> => {
      const { target, pprofPath } = await findPprof(cluster, workload, replica, job, end);
      const where = {
        context: context.name,
        namespace: workload.namespace,
        workload: workload.name,
        pod: replica.pod.name,
        leader: replica.leader,
      };
      return save(job, target, pprofPath, file(Date.now()), where, end, tell);
    };
    if (from.all) return all(job, workload, one, signal, tell);
    return json(job, await one(findReplica(workload, from.replica), () => job.out, signal));
  });
}

/** Every replica at once. Throws only when no replica could be captured; otherwise it reports each failure. */
async function all(
  job: CaptureJob,
  workload: Workload,
  one: (replica: Replica, file: (at: number) => string, signal: AbortSignal) => Promise<Saved>,
  signal: AbortSignal,
  tell: Tell,
): Promise<string> {
  if (workload.replicas.length === 0) throw none(workload);
  try {
    await mkdir(job.out, { recursive: true });
  } catch (e) {
    throw writeProblem(e, path.resolve(job.out, 'capture'));
  }
  const saved = new Map<Part, Saved>();
  const parts = workload.replicas.map((replica): Part => {
    const part: Part = {
      label: replica.pod.name,
      take: async (end) => {
        const info: Omit<CaptureInfo, 'at'> = {
          version: 1,
          name: '',
          kind: job.kind,
          seconds: job.seconds,
          context: '',
          namespace: '',
          workload: workload.name,
          pod: replica.pod.name,
          url: '',
          leader: replica.leader,
          image: '',
        };
        const done = await one(replica, (at) => path.join(job.out, fileName({ ...info, at })), end);
        saved.set(part, done);
        return { file: done.file, bytes: done.bytes, info: { ...info, at: done.at }, problem: undefined };
      },
    };
    return part;
  });
  const { captures, failures } = await takeTogether(parts, { signal });
  signal.throwIfAborted();
  for (const { part, problem } of failures) tell(`${part.label}: ${problem.sentence}`);
  if (captures.length === 0 && failures[0]) throw failures[0].problem;
  tell(`Saved ${captures.length} of ${count(parts.length, 'replica')} to ${job.out}`);
  return job.json
    ? JSON.stringify([
        ...saved.values(),
        ...failures.map(({ part, problem }) => ({ pod: part.label, problem: problem.toJSON() })),
      ])
    : '';
}

type Saved = Where & {
  readonly file: string;
  readonly bytes: number;
  readonly kind: string;
  readonly at: number;
  readonly seconds: number;
};

async function save(
  job: CaptureJob,
  target: Target,
  basePath: string,
  to: string,
  where: Where,
  signal: AbortSignal,
  tell: Tell,
): Promise<Saved> {
  const at = Date.now();
  const file = path.resolve(to);
  const kind = customName(job.kind) ?? job.kind;
  tell(`Capturing ${kind} of ${target.label}${job.seconds > 0 ? `, ${job.seconds} s` : ''}`);
  const request = { target, basePath, idleTimeoutMs: job.idleTimeoutMs, signal };
  let body: Buffer;
  try {
    body = await fetchCapture({
      ...request,
      kind: job.kind,
      seconds: job.seconds,
      maxBytes: job.maxMiB * MIB,
      open: openProfile,
    });
  } catch (e) {
    if (isAbort(e) || !(e instanceof Problem) || e.code !== 'captures.noKind') throw e;
    const offers = await readOffers(request);
    throw new Problem(e.code, e.message, {
      ...e.options,
      next: `It offers: ${offers.map((o) => customName(o.kind) ?? o.kind).join(', ')}.`,
    });
  }
  signal.throwIfAborted();
  await writeWhole(file, body);
  tell(`Saved ${bytes(body.byteLength)} to ${to}`);
  return { file, bytes: body.byteLength, kind, at, seconds: job.seconds, ...where };
}

function json(job: CaptureJob, saved: Saved): string {
  return job.json ? JSON.stringify(saved) : '';
}

/** The named replica; otherwise the leader, otherwise a replica that is ready. */
function findReplica(workload: Workload, pod: string | undefined): Replica {
  const { replicas } = workload;
  const names = replicas.map((r) => r.pod.name).join(', ');
  if (pod !== undefined) {
    const named = replicas.find((r) => r.pod.name === pod);
    if (named) return named;
    throw new Problem('inspect.noReplica', `${workload.namespace}/${workload.name} has no replica ${pod}.`, {
      next: names === '' ? 'It has none at all: is it scaled to 0?' : `It has: ${names}.`,
    });
  }
  const chosen = replicas.find((r) => r.leader && r.pod.ready) ?? replicas.find((r) => r.pod.ready) ?? replicas[0];
  if (chosen) return chosen;
  throw none(workload);
}

function none({ namespace, name }: Workload): Problem {
  return new Problem('inspect.noReplica', `${namespace}/${name} has no replicas.`, {
    next: 'Scale it up, then capture.',
  });
}

async function findPprof(
  cluster: Cluster,
  workload: Workload,
  replica: Replica,
  job: CaptureJob,
  signal: AbortSignal,
): Promise<{ target: Target; pprofPath: string }> {
  const auth = authOf(job.token);
  const { namespace } = replica.pod;
  const endpoint = 'endpoint' in job.from ? job.from.endpoint : undefined;
  if (endpoint !== undefined) {
    const at = parseEndpointUrl(endpoint, 'pprof');
    if (!at)
      throw new Problem('inspect.usage', `"${endpoint}" is not an endpoint.`, {
        next: `Write it as ${formatEndpointUrl({ kind: 'pprof', port: 6060, scheme: 'http', path: '/debug/pprof/' })}.`,
      });
    return { target: podTarget(cluster.session, namespace, replica.pod.name, at, auth), pprofPath: at.path };
  }
  const known = knowledge();
  known.memory.keepAuth(cluster.session.context.name, workload.id, auth);
  const found = await findEndpoints({ session: cluster.session, workload, replica }, known, { signal, guess: true });
  const best =
    bestEndpoint(found.endpoints, 'pprof') ??
    found.endpoints.find((e) => e.kind === 'pprof' && e.state === 'needsToken');
  if (best && best.state !== 'needsToken') {
    return {
      target: podTarget(cluster.session, namespace, replica.pod.name, best, best.secured ? found.auth : NO_AUTH),
      pprofPath: best.path,
    };
  }
  if (best?.problem) {
    throw Problem.fromJSON(
      auth.kind !== 'none'
        ? best.problem
        : {
            ...best.problem,
            next: 'Name a service account with --service-account NS/NAME, or send your own token with --token own.',
          },
    );
  }
  const [first] = found.problems;
  if (first) throw first;
  throw new Problem('inspect.noPprof', `No pprof endpoint answered in ${namespace}/${replica.pod.name}.`, {
    next:
      'Switch it on (PprofBindAddress in ctrl.Options, --profiling for Kubernetes components), or name it with ' +
      '--endpoint http://:PORT/debug/pprof/.',
    detail: found.endpoints.map((e) => `${e.kind} ${e.scheme} ${e.port}: ${e.sentence}`).join('\n'),
  });
}
