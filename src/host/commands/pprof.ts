/** The pprof endpoint of a process, found when it is not known yet. */
import { Problem } from '../../base/problem';
import { bestEndpoint, type FoundEndpoint } from '../../cluster/endpoints';
import { NO_AUTH, type Auth } from '../../cluster/reach';
import type { Parts } from '../parts';
import type { PodPlace } from '../picks/process';

/**
 * One that answered, now or when it was last asked; else the process is asked. Throws `capture.noEndpoint`, or a Problem
 * with the status 401 or 403 when a token is needed.
 */
export async function pprofEndpoint({ processes, memory }: Parts, place: PodPlace, signal: AbortSignal): Promise<{ readonly endpoint: FoundEndpoint; readonly auth: Auth }> {
  const { context, workload, replica } = place;
  const authFor = (e: FoundEndpoint): Auth => (e.secured ? memory.get(context, workload.id).auth : NO_AUTH);
  const facts = processes.facts(context, workload, replica);
  const known = bestEndpoint(facts.endpoints, 'pprof');
  if (known?.state === 'ok' || (known?.state === 'untried' && known.certainty === 'confirmed')) return { endpoint: known, auth: authFor(known) };
  const { endpoints } = await processes.look(context, workload, replica, { signal, again: facts.state === 'looked' });
  const endpoint = bestEndpoint(endpoints, 'pprof');
  if (endpoint?.state === 'ok') return { endpoint, auth: authFor(endpoint) };
  if (endpoint?.state === 'needsToken') {
    throw endpoint.problem ? Problem.fromJSON(endpoint.problem) : new Problem('capture.needsToken', `${replica.pod.name} asks for a token on port ${endpoint.port}.`, { status: 401, next: 'Choose how to authenticate.' });
  }
  const tried = endpoints.filter((e) => e.kind === 'pprof' && e.problem);
  throw new Problem('capture.noEndpoint', `No pprof endpoint of ${replica.pod.namespace}/${replica.pod.name} answered.`, {
    next: 'Switch pprof on (controller-runtime: --pprof-bind-address or PprofBindAddress in ctrl.Options; Kubernetes components: --profiling; ArgoCD: controller.profile.enabled), or pin the endpoint if it is elsewhere.',
    ...(tried.length > 0 && { detail: tried.map((e) => `${e.scheme}://:${e.port}${e.path} (${e.how}): ${e.sentence}`).join('\n') }),
  });
}
