/** The workload that a command names. */
import { Problem } from '../base/problem';
import type { Cluster } from '../cluster/cluster';
import type { Workload } from '../controllers/types';

/** Throws Problem `inspect.noWorkload`, with the names of the existing workloads. */
export function findWorkload(
  cluster: Cluster,
  { namespace, workload: name }: { readonly namespace: string; readonly workload: string },
): Workload {
  const there = cluster.workloads().filter((w) => w.namespace === namespace);
  const named = there.filter((w) => w.name === name);
  // A Deployment and a StatefulSet may share a name; the one that looks like a controller wins.
  const found = named.find((w) => w.isController) ?? named[0];
  if (found) return found;
  const others = there.map((w) => w.name);
  throw new Problem('inspect.noWorkload', `There is no workload ${namespace}/${name}.`, {
    next:
      others.length > 0
        ? `In ${namespace}: ${others.slice(0, 20).join(', ')}${others.length > 20 ? '…' : ''}.`
        : `No workload of ${namespace} can be seen; check the name and the rights of this user.`,
  });
}
