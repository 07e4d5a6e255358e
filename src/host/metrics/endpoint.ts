/** The metrics endpoint of a process, found when it is not known yet, and found anew when it has moved. */
import { Problem } from '../../base/problem';
import { bestEndpoint } from '../../cluster/endpoints';
import { localProcess } from '../../cluster/local';
import { NO_AUTH, podTarget } from '../../cluster/reach';
import type { Target } from '../../target/types';
import { tokenProblem } from '../commands/pprof';
import type { Parts } from '../parts';
import type { PodPlace } from '../picks/process';

export interface MetricsDoor {
  readonly target: Target;
  readonly path: string;
}

/**
 * One that answered, now or when it was last asked; else, or with `again`, the process is asked. Throws what keeps the
 * process from being asked (`kube.…`), `metrics.noEndpoint`, or a Problem for which `asksForToken` is true.
 */
export async function metricsDoor(
  { clusters, processes, memory }: Pick<Parts, 'clusters' | 'processes' | 'memory'>,
  place: PodPlace,
  signal: AbortSignal,
  again: boolean,
): Promise<MetricsDoor> {
  const { context, workload, replica } = place;
  const cluster = await clusters.connect(context, signal);
  const facts = processes.facts(context, workload, replica);
  let endpoint = bestEndpoint(facts.endpoints, 'metrics');
  if (again || !(endpoint?.state === 'ok' || (endpoint?.state === 'untried' && endpoint.certainty === 'confirmed'))) {
    const { endpoints, problems } = await processes.look(context, workload, replica, {
      signal,
      again: again || facts.state === 'looked',
    });
    endpoint = bestEndpoint(endpoints, 'metrics');
    const barred = problems.find((p) => p.code.startsWith('kube.') || p.code === 'cluster.pin');
    if (endpoint === undefined && barred) throw barred;
  }
  const { namespace, name } = replica.pod;
  if (endpoint?.state === 'needsToken') {
    throw endpoint.problem
      ? tokenProblem(Problem.fromJSON(endpoint.problem))
      : new Problem('metrics.needsToken', `${name} asks for a token on port ${endpoint.port}.`, {
          status: 401,
          next: 'Choose how to authenticate.',
        });
  }
  if (endpoint === undefined || endpoint.state === 'failed') {
    throw new Problem('metrics.noEndpoint', `No metrics endpoint of ${namespace}/${name} answered.`, {
      next: 'Switch metrics on (controller-runtime: --metrics-bind-address or Metrics in ctrl.Options), or pin the endpoint if it is elsewhere.',
      ...(endpoint?.problem && { detail: endpoint.problem.message }),
    });
  }
  return {
    target: podTarget(
      cluster.session,
      namespace,
      name,
      endpoint,
      endpoint.secured ? memory.get(context, workload.id).auth : NO_AUTH,
    ),
    path: endpoint.path,
  };
}

/** Of a process that was attached by its address: `/metrics` beside its pprof. */
export function localDoor(url: string): MetricsDoor {
  return { target: localProcess(url).target, path: '/metrics' };
}
