/** One process, or all processes of a workload: a replica's pod, or an address on this machine. */
import { Problem } from '../../base/problem';
import type { Replica, Workload } from '../../controllers/types';

export interface PodPlace {
  readonly kind: 'pod';
  readonly context: string;
  readonly workload: Workload;
  readonly replica: Replica;
}
export interface LocalPlace {
  readonly kind: 'local';
  readonly url: string;
}
export type Place = PodPlace | LocalPlace;

/** What a tree node answers before anything is asked. */
export interface Preselected {
  readonly context?: string;
  readonly workload?: Workload;
  readonly replica?: Replica;
  /** All replicas of the workload are meant; `replica` then represents them. */
  readonly all?: boolean;
  readonly url?: string;
}

/** The chosen processes, the representative first. Throws Problem `pick.incomplete`. */
export function placesOf({ context, workload, replica, all, url }: Preselected): readonly [Place, ...Place[]] {
  if (url !== undefined) return [{ kind: 'local', url }];
  if (context === undefined || !workload || !replica)
    throw new Problem('pick.incomplete', 'No process was chosen.', {
      next: 'Choose a context, a controller and one of its replicas, or attach to a local process.',
    });
  const place = (r: Replica): PodPlace => ({ kind: 'pod', context, workload, replica: r });
  return [
    place(replica),
    ...(all === true
      ? runningOf(workload)
          .filter((r) => r.pod.uid !== replica.pod.uid)
          .map(place)
      : []),
  ];
}

/** Replicas that can be asked; the leader comes first, as in the workload. */
export function runningOf({ replicas }: Workload): readonly Replica[] {
  return replicas.filter((r) => r.pod.phase === 'Running' && !r.pod.deleting);
}
