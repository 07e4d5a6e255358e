/** The pprof endpoint of a process, found when it is not known yet, and found anew when it has moved. */
import { isAbort, Problem } from '../../base/problem';
import { bestEndpoint, type FoundEndpoint } from '../../cluster/endpoints';
import { withRules } from '../../cluster/rbac';
import { NO_AUTH, type Auth } from '../../cluster/reach';
import type { Parts } from '../parts';
import type { PodPlace } from '../picks/process';

export interface PprofEndpoint {
  readonly endpoint: FoundEndpoint;
  readonly auth: Auth;
  /** The process was asked just now; false: this is what was known from before. */
  readonly asked: boolean;
}

type Needs = Pick<Parts, 'processes' | 'memory'>;

/** What an endpoint says that is not there any more: nothing listens, or something else does. */
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

/**
 * One that answered, now or when it was last asked; else, or with `again`, the process is asked. Throws what keeps the
 * process from being asked (`kube.…`), `capture.noEndpoint`, or a Problem for which `asksForToken` is true.
 */
export async function pprofEndpoint(
  { processes, memory }: Needs,
  place: PodPlace,
  signal: AbortSignal,
  again = false,
): Promise<PprofEndpoint> {
  const { context, workload, replica } = place;
  const authFor = (e: FoundEndpoint): Auth => (e.secured ? memory.get(context, workload.id).auth : NO_AUTH);
  const facts = processes.facts(context, workload, replica);
  const known = bestEndpoint(facts.endpoints, 'pprof');
  if (!again && (known?.state === 'ok' || (known?.state === 'untried' && known.certainty === 'confirmed')))
    return { endpoint: known, auth: authFor(known), asked: false };
  const { endpoints, problems } = await processes.look(context, workload, replica, {
    signal,
    again: again || facts.state === 'looked',
  });
  const endpoint = bestEndpoint(endpoints, 'pprof');
  if (endpoint?.state === 'ok') return { endpoint, auth: authFor(endpoint), asked: true };
  if (endpoint?.state === 'needsToken') {
    throw endpoint.problem
      ? tokenProblem(Problem.fromJSON(endpoint.problem))
      : new Problem('capture.needsToken', `${replica.pod.name} asks for a token on port ${endpoint.port}.`, {
          status: 401,
          next: 'Choose how to authenticate.',
        });
  }
  // What stands before the process, or in the settings, and not what its metrics say.
  const barred = problems.find((p) => p.code.startsWith('kube.') || p.code === 'cluster.pin');
  if (barred) throw barred;
  const tried = endpoints.filter((e) => e.kind === 'pprof' && e.problem);
  throw new Problem(
    'capture.noEndpoint',
    `No pprof endpoint of ${replica.pod.namespace}/${replica.pod.name} answered.`,
    {
      next: 'Switch pprof on (controller-runtime: --pprof-bind-address or PprofBindAddress in ctrl.Options; Kubernetes components: --profiling; ArgoCD: controller.profile.enabled), or pin the endpoint if it is elsewhere.',
      ...(tried.length > 0 && {
        detail: tried.map((e) => `${e.scheme}://:${e.port}${e.path} (${e.how}): ${e.sentence}`).join('\n'),
      }),
    },
  );
}

/**
 * Uses the pprof endpoint of a process. One that is known from before may be stale: when it is not there any more, the
 * process is asked and the use tried once more.
 */
export async function withPprofEndpoint<T>(
  parts: Needs,
  place: PodPlace,
  signal: AbortSignal,
  use: (found: PprofEndpoint) => Promise<T>,
): Promise<T> {
  const found = await pprofEndpoint(parts, place, signal);
  try {
    return await use(found);
  } catch (e) {
    if (isAbort(e) || !(e instanceof Problem)) throw e;
    if (found.asked || !MOVED.has(e.code)) throw withRules(e, found.auth, found.endpoint.path);
  }
  const anew = await pprofEndpoint(parts, place, signal, true);
  try {
    return await use(anew);
  } catch (e) {
    throw e instanceof Problem ? withRules(e, anew.auth, anew.endpoint.path) : e;
  }
}

/** When the API server would not make the token, the process still asks for one, and another account may do. */
export function tokenProblem(problem: Problem): Problem {
  if (problem.code !== 'kube.forbidden' && problem.code !== 'kube.notFound') return problem;
  const { detail } = problem;
  return new Problem('auth.noToken', problem.message, {
    next: `Choose another way to authenticate${problem.code === 'kube.forbidden' ? ', or ask for the right; the details have RBAC that gives it' : ''}.`,
    cause: problem,
    ...(detail !== undefined && { detail }),
  });
}
