/** The pprof or metrics endpoint of a process: found when unknown, and found again when it has moved. */
import { isAbort, Problem } from '../../base/problem';
import { bestEndpoint, type FoundEndpoint } from '../../cluster/endpoints';
import { localProcess } from '../../cluster/local';
import { withRules } from '../../cluster/rbac';
import { NO_AUTH, podTarget, type Auth } from '../../cluster/reach';
import type { EndpointKind } from '../../controllers/types';
import type { Target } from '../../target/types';
import type { Parts } from '../parts';
import type { PodPlace } from './place';

/** An endpoint, and whose token to send. */
export interface ReadyEndpoint {
  readonly endpoint: FoundEndpoint;
  readonly auth: Auth;
  /** True if the process was asked just now, false if the endpoint was already known. */
  readonly asked: boolean;
}

/** Ready for an HTTP request. */
export interface EndpointTarget {
  readonly target: Target;
  readonly path: string;
}

type Needs = Pick<Parts, 'processes' | 'memory'>;

/** Codes of errors from an endpoint that is gone: nothing listens there, or something else does. */
const MOVED = new Set([
  'kube.portRefused',
  'target.refused',
  'captures.noPprof',
  'captures.html',
  'target.html',
  'target.redirect',
  'target.scheme',
  'target.protocol',
]);

/** Prefixes of problem codes: `capture.noEndpoint`, `metrics.needsToken`. */
const CODE: Readonly<Record<EndpointKind, string>> = { pprof: 'capture', metrics: 'metrics' };
const SWITCH_ON: Readonly<Record<EndpointKind, string>> = {
  pprof:
    'Switch pprof on (controller-runtime: --pprof-bind-address or PprofBindAddress in ctrl.Options; ' +
    'Kubernetes components: --profiling; ArgoCD: controller.profile.enabled), or pin the endpoint if it is elsewhere.',
  metrics:
    'Switch metrics on (controller-runtime: --metrics-bind-address or Metrics in ctrl.Options), ' +
    'or pin the endpoint if it is elsewhere.',
};

/**
 * An endpoint known to answer; if there is none, or with `again`, the process is probed. Throws what prevents the probe
 * (`kube.…`), `capture.noEndpoint` or `metrics.noEndpoint`, or a Problem for which `asksForToken` is true.
 */
async function readyEndpoint(
  { processes, memory }: Needs,
  kind: EndpointKind,
  place: PodPlace,
  signal: AbortSignal,
  again: boolean,
): Promise<ReadyEndpoint> {
  const { context, workload, replica } = place;
  const ready = (endpoint: FoundEndpoint, asked: boolean): ReadyEndpoint => ({
    endpoint,
    auth: endpoint.secured ? memory.get(context, workload.id).auth : NO_AUTH,
    asked,
  });
  const facts = processes.facts(context, workload, replica);
  const known = bestEndpoint(facts.endpoints, kind);
  if (!again && (known?.state === 'ok' || (known?.state === 'untried' && known.certainty === 'confirmed')))
    return ready(known, false);
  const { endpoints, problems } = await processes.probe(context, workload, replica, {
    signal,
    again: again || facts.state === 'probed',
  });
  const endpoint = bestEndpoint(endpoints, kind);
  if (endpoint?.state === 'ok') return ready(endpoint, true);
  if (endpoint?.state === 'needsToken') throw needsToken(kind, replica.pod.name, endpoint);
  // Problems of access or of the settings, not those of reading the metrics.
  const barred = problems.find((p) => p.code.startsWith('kube.') || p.code === 'cluster.pin');
  if (barred) throw barred;
  throw noEndpoint(kind, `${replica.pod.namespace}/${replica.pod.name}`, endpoints);
}

function needsToken(kind: EndpointKind, pod: string, { problem, port }: FoundEndpoint): Problem {
  return problem
    ? tokenProblem(Problem.fromJSON(problem))
    : new Problem(`${CODE[kind]}.needsToken`, `${pod} asks for a token on port ${port}.`, {
        status: 401,
        next: 'Choose how to authenticate.',
      });
}

function noEndpoint(kind: EndpointKind, pod: string, endpoints: readonly FoundEndpoint[]): Problem {
  const tried = endpoints.filter((e) => e.kind === kind && e.problem);
  return new Problem(`${CODE[kind]}.noEndpoint`, `No ${kind} endpoint of ${pod} answered.`, {
    next: SWITCH_ON[kind],
    ...(tried.length > 0 && {
      detail: tried.map((e) => `${e.scheme}://:${e.port}${e.path} (${e.how}): ${e.sentence}`).join('\n'),
    }),
  });
}

export function pprofEndpoint(
  needs: Needs,
  place: PodPlace,
  signal: AbortSignal,
  again = false,
): Promise<ReadyEndpoint> {
  return readyEndpoint(needs, 'pprof', place, signal, again);
}

/**
 * Uses the pprof endpoint of a process. A known endpoint may be stale: if it is gone, probes the process and tries once
 * more.
 */
export async function withPprofEndpoint<T>(
  needs: Needs,
  place: PodPlace,
  signal: AbortSignal,
  use: (found: ReadyEndpoint) => Promise<T>,
): Promise<T> {
  const found = await pprofEndpoint(needs, place, signal);
  try {
    return await use(found);
  } catch (e) {
    if (isAbort(e) || !(e instanceof Problem)) throw e;
    if (found.asked || !MOVED.has(e.code)) throw withRules(e, found.auth, found.endpoint.path);
  }
  const anew = await pprofEndpoint(needs, place, signal, true);
  try {
    return await use(anew);
  } catch (e) {
    throw e instanceof Problem ? withRules(e, anew.auth, anew.endpoint.path) : e;
  }
}

/** Where to scrape a pod's metrics. `again`: the known endpoint is gone. */
export async function metricsTarget(
  needs: Needs & Pick<Parts, 'clusters'>,
  place: PodPlace,
  signal: AbortSignal,
  again: boolean,
): Promise<EndpointTarget> {
  const { session } = await needs.clusters.connect(place.context, signal);
  const { endpoint, auth } = await readyEndpoint(needs, 'metrics', place, signal, again);
  const { namespace, name } = place.replica.pod;
  return { target: podTarget(session, namespace, name, endpoint, auth), path: endpoint.path };
}

/** For a process attached by its address: `/metrics` beside its pprof. */
export function localMetricsTarget(url: string): EndpointTarget {
  return { target: localProcess(url).target, path: '/metrics' };
}

/** When the API server refuses to make the token, says that the process needs one and that another account may work. */
export function tokenProblem(problem: Problem): Problem {
  if (problem.code !== 'kube.forbidden' && problem.code !== 'kube.notFound') return problem;
  const { detail } = problem;
  return new Problem('auth.noToken', problem.message, {
    next: `Choose another way to authenticate${
      problem.code === 'kube.forbidden' ? ', or ask for the right; the details have RBAC that gives it' : ''
    }.`,
    cause: problem,
    ...(detail !== undefined && { detail }),
  });
}
