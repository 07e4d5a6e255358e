/** What a command was invoked on: a tree node, the tree's selection, or nothing. */
import type { Workload } from '../../controllers/types';
import type { Clusters } from '../clusters';
import type { Preselected } from '../processes/place';
import type { Item } from '../tree/rows';
import { isNode } from '../tree/tree';

/** The tree item that a command's argument stands for; a message line stands for the item it is about. */
export function itemOf(arg: unknown): Item | undefined {
  if (!isNode(arg)) return undefined;
  const { item } = arg.row;
  return item.kind === 'message' ? item.about : item;
}

/** What the node already answers. Workload and replica are the current ones, not those that the node was drawn with. */
export function preselectedBy(item: Item | undefined, clusters: Clusters): Preselected {
  if (!item) return {};
  switch (item.kind) {
    case 'local':
      return { url: item.url };
    case 'context':
    case 'namespace':
    case 'hidden':
      return { context: item.context };
    case 'workload': {
      const workload = now(clusters, item.context, item.workload);
      // For a workload with exactly one leader, preselect the leader.
      const leaders = workload.replicas.filter((r) => r.leader);
      const [leader] = leaders;
      return { context: item.context, workload, ...(leader && leaders.length === 1 && { replica: leader }) };
    }
    case 'replica':
    case 'endpoint':
    case 'running': {
      const workload = now(clusters, item.context, item.workload);
      const replica = workload.replicas.find((r) => r.pod.uid === item.replica.pod.uid);
      return { context: item.context, workload, ...(replica && { replica }) };
    }
    default:
      return {};
  }
}

function now(clusters: Clusters, context: string, workload: Workload): Workload {
  return clusters.entry(context)?.cluster?.workload(workload.id) ?? workload;
}
