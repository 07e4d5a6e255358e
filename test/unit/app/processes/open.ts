/**
 * An open cluster whose one pod is servers of this process: the real Clusters and Processes over a session of sockets.
 */
import { EndpointMemory } from '../../../../src/cluster/memory';
import type { ContainerRecord } from '../../../../src/controllers/types';
import type { Pins } from '../../../../src/cluster/pins';
import { Clusters } from '../../../../src/app/clusters';
import type { PodPlace } from '../../../../src/app/processes/place';
import { Processes } from '../../../../src/app/processes/processes';
import { forgetful, pod, Seen, session, type SessionOptions } from '../../cluster/helpers';

const log = { info: (): void => undefined, problem: (): void => undefined };

export interface Opened {
  readonly clusters: Clusters;
  readonly processes: Processes;
  readonly memory: EndpointMemory;
  readonly seen: Seen;
  readonly place: PodPlace;
  readonly asked: readonly number[];
  dispose(): void;
}

/** `pprof` is the port that the pod's flags state; undefined: none is stated. */
export async function opened(
  options: SessionOptions & { readonly pprof?: number; readonly pins?: Pins },
): Promise<Opened> {
  const seen = new Seen();
  const args = options.pprof === undefined ? ['/manager'] : ['/manager', `--pprof-bind-address=:${options.pprof}`];
  const container: ContainerRecord = { name: 'manager', image: 'x/w:v1', args, env: {}, ports: [] };
  seen.workloads.set('wu', {
    uid: 'wu',
    kind: 'StatefulSet',
    namespace: 'ns',
    name: 'w',
    labels: {},
    owner: undefined,
    createdAt: 1,
  });
  seen.pods.set('u1', pod({ containers: [container] }));
  const s = session({ ...options, inventory: seen });
  const clusters = new Clusters({
    kubeconfigs: () =>
      Promise.resolve({
        load: () => Promise.resolve({ contexts: [s.context], problems: [] }),
        onDidChange: () => ({ dispose: () => undefined }),
        session: () => Promise.resolve(s),
        dispose: () => undefined,
      }),
    namespaces: () => [],
    marked: () => ({}),
    log,
  });
  const memory = new EndpointMemory(forgetful());
  const processes = new Processes({ clusters, memory, pins: () => options.pins ?? {}, log });
  const cluster = await clusters.connect('ctx');
  const [workload] = cluster.workloads();
  const [replica] = workload?.replicas ?? [];
  if (!workload || !replica) throw new Error('the pod is not in the tree');
  return {
    clusters,
    processes,
    memory,
    seen,
    asked: s.asked,
    place: { kind: 'pod', context: 'ctx', workload, replica },
    dispose: () => {
      processes.dispose();
      clusters.dispose();
    },
  };
}
