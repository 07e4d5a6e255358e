/** What a command was called on: a node of the tree, the tree's selection, or nothing yet. */
import type { Workload } from '../../controllers/types';
import type { Clusters } from '../../app/clusters';
import type { Given } from '../../app/processes/place';
import type { Subject } from '../../app/tree/nodes';
import { isNode } from '../tree/provider';

/** The subject behind a command's argument; a message line stands for what it is about. */
export function subjectOf(arg: unknown): Subject | undefined {
  if (!isNode(arg)) return undefined;
  const { subject } = arg.spec;
  return subject.kind === 'message' ? subject.about : subject;
}

/** As far as the node tells; workload and replica as they are now, not as they were when the node was drawn. */
export function givenOf(subject: Subject | undefined, clusters: Clusters): Given {
  if (!subject) return {};
  switch (subject.kind) {
    case 'local':
      return { url: subject.url };
    case 'context':
    case 'namespace':
    case 'hidden':
      return { context: subject.context };
    case 'workload': {
      const workload = now(clusters, subject.context, subject.workload);
      // Of a workload with one leader, the leader is meant.
      const leaders = workload.replicas.filter((r) => r.leader);
      const [leader] = leaders;
      return { context: subject.context, workload, ...(leader && leaders.length === 1 && { replica: leader }) };
    }
    case 'replica':
    case 'endpoint':
    case 'running': {
      const workload = now(clusters, subject.context, subject.workload);
      const replica = workload.replicas.find((r) => r.pod.uid === subject.replica.pod.uid);
      return { context: subject.context, workload, ...(replica && { replica }) };
    }
    default:
      return {};
  }
}

function now(clusters: Clusters, context: string, workload: Workload): Workload {
  return clusters.entry(context)?.cluster?.workload(workload.id) ?? workload;
}
