/**
 * Repeats the last capture, or the one that a page shows: of the same workload, and of its current leader if the leader
 * was captured.
 */
import type { Capture } from '../../captures/types';
import { planFor, type Plan } from '../captures/plan';
import type { Parts } from '../parts';
import { placesOf } from '../processes/place';
import { captureAt, captureCommand, planOf } from './capture';
import { lastCapture } from './lastCapture';

/** Repeats the last capture: of the same workload, and of its current leader if the leader was captured. */
export async function repeatCapture(parts: Parts): Promise<unknown> {
  const last = lastCapture(parts);
  if (!last) return captureCommand(parts, {}, planOf('cpu'));
  const { plan } = last;
  if (last.url !== undefined) return captureAt(parts, [{ kind: 'local', url: last.url }], plan);
  return again(
    parts,
    last.context ?? '',
    (id) => id === last.workload,
    { pod: last.pod ?? '', all: last.all === true },
    plan,
  );
}

/**
 * Captures the same process again, as the page of a capture offers. `capture`: any capture of ours; undefined: the last
 * one.
 */
export async function captureAgain(parts: Parts, capture: Capture | undefined): Promise<void> {
  const plan = capture && planFor(capture.info.kind, capture.info.seconds);
  if (!plan) {
    await repeatCapture(parts);
    return;
  }
  const { url, context, namespace, workload, pod, leader } = capture.info;
  if (url !== '') await captureAt(parts, [{ kind: 'local', url }], plan);
  else
    await again(
      parts,
      context,
      (id) => id.endsWith(`/${namespace}/${workload}`),
      { pod: leader ? '' : pod, all: false },
      plan,
    );
}

async function again(
  parts: Parts,
  context: string,
  isIt: (id: string) => boolean,
  { pod, all }: { readonly pod: string; readonly all: boolean },
  plan: Plan,
): Promise<readonly Capture[]> {
  try {
    const cluster = await parts.editor.progress.quietly(`Connecting to ${context}`, () =>
      parts.clusters.connect(context),
    );
    const workload = cluster.workloads().find((w) => isIt(w.id));
    const replica =
      workload?.replicas.find((r) => (pod === '' ? r.leader : r.pod.name === pod)) ??
      (workload?.replicas.length === 1 || all ? workload?.replicas[0] : undefined);
    if (workload && replica) return await captureAt(parts, placesOf({ context, workload, replica, all }), plan);
    // The pod or the leader is gone: ask for what is missing.
    return await captureCommand(parts, { context, ...(workload && { workload }) }, plan);
  } catch (e) {
    void parts.editor.messages.problem(e, {
      what: 'Repeat the last capture',
      actions: [{ title: 'Choose…', run: () => captureCommand(parts, {}, plan) }],
    });
    return [];
  }
}
