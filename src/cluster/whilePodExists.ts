/** Ends work on a pod when the cluster says that the pod is gone. A tunnel may be slow to notice. */
import type { Disposable } from '../base/dispose';
import { Problem } from '../base/problem';
import type { PodRecord } from '../controllers/types';

/** What the watch knows; `objects` is as of the last change. A `Cluster` is one. */
export interface Watched {
  readonly objects: { readonly pods: { has(uid: string): boolean } };
  readonly onDidChange: (listener: () => void) => Disposable;
}

/**
 * Runs `work` with a signal that the caller's aborts. When the watch sees the pod go, it rejects with Problem
 * `kube.podGone` at once. A pod that is terminating but still there may go on: it may answer before it ends. Work that
 * calls `keep` has everything it needs of the pod and is no longer ended.
 */
export async function whilePodExists<T>(
  cluster: Watched,
  { uid, namespace, name }: Pick<PodRecord, 'uid' | 'namespace' | 'name'>,
  signal: AbortSignal,
  work: (signal: AbortSignal, keep: () => void) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let podGone: Problem | undefined;
  let kept = false;
  const check = (): void => {
    if (kept || cluster.objects.pods.has(uid)) return;
    podGone = new Problem(
      'kube.podGone',
      `The pod ${namespace}/${name} is not there any more: it was deleted, or another one took its place.`,
      { next: 'Choose a running replica.' },
    );
    stop.abort();
  };
  const listening = cluster.onDidChange(check);
  check();
  try {
    return await work(AbortSignal.any([signal, stop.signal]), () => {
      kept = true;
    });
  } catch (e) {
    throw podGone !== undefined && !signal.aborted ? podGone : e;
  } finally {
    listening.dispose();
  }
}
