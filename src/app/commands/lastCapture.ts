/** What was captured last in this workspace, for capturing it once more. */
import { readPlan, type Plan } from '../captures/plan';
import type { Parts } from '../parts';
import type { Place } from '../processes/place';

const KEY = 'controllerTuner.lastCapture.v2';

export interface LastCapture {
  readonly plan: Plan;
  readonly url?: string;
  readonly context?: string;
  readonly workload?: string;
  /** '' = whoever leads. */
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

/** Undefined when nothing was captured yet, or what is kept can't be read. */
export function lastCapture({ editor }: Parts): LastCapture | undefined {
  const last = editor.workspaceStore.get(KEY) as Partial<LastCapture> | undefined;
  const plan = readPlan(last?.plan);
  return last && plan ? { ...last, plan } : undefined;
}
