/** The last capture of this workspace, so that it can be repeated. */
import { readPlan, type Plan } from '../captures/plan';
import type { Parts } from '../parts';
import type { Place } from '../processes/place';

const KEY = 'controllerTuner.lastCapture.v2';

export interface LastCapture {
  readonly plan: Plan;
  readonly url?: string;
  readonly context?: string;
  readonly workload?: string;
  /** '' = the current leader. */
  readonly pod?: string;
  readonly all?: boolean;
}

export async function rememberCapture(
  { editor }: Parts,
  places: readonly [Place, ...Place[]],
  plan: Plan,
): Promise<void> {
  const [place] = places;
  const last: LastCapture =
    place.kind === 'local'
      ? { plan, url: place.url }
      : {
          plan,
          context: place.context,
          workload: place.workload.id,
          pod: place.replica.leader ? '' : place.replica.pod.name,
          all: places.length > 1,
        };
  await editor.workspaceStore.set(KEY, last);
}

/** Undefined when nothing was captured yet, or the stored value is invalid. */
export function lastCapture({ editor }: Parts): LastCapture | undefined {
  const last = editor.workspaceStore.get(KEY) as Partial<LastCapture> | undefined;
  const plan = readPlan(last?.plan);
  return last && plan ? { ...last, plan } : undefined;
}
