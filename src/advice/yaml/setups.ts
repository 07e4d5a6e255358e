/** The settings in force at a place, in one line for the lens and as a table. */
import type { SetUp, Setting } from '../types';
import { limitsOf } from './effective';
import type { InForce, Place } from './place';
import { versionName } from './versions';

/** More kinds of workers than this aren't listed unless they are set. */
const LISTED = 4;

/** Undefined when nothing is known of the place. */
export function setUpOf(place: Place, file: string): SetUp | undefined {
  const all = place.component.knobs.flatMap((knob) => place.inForce(knob) ?? []);
  if (!all.some((n) => n.from !== 'unknown')) return undefined;
  const parts: string[] = [];
  for (const { limit, qps, burst, qpsNumber, burstNumber } of limitsOf(place)) {
    if (qps.from === 'unknown' && (burst === undefined || burst.from === 'unknown')) continue;
    if (qpsNumber !== undefined && qpsNumber < 0) {
      parts.push('no client-side limit');
      continue;
    }
    if (limit.unless !== undefined && qps.from === 'default') {
      parts.push(`QPS ${qpsNumber ?? 'unknown'} only without API Priority and Fairness`);
      continue;
    }
    parts.push(
      `QPS ${qpsNumber ?? 'unknown'}${limit.of === '' ? '' : ` ${limit.of}`}`,
      `burst ${burstNumber ?? 'unknown'}`,
    );
  }
  const workers = all.filter((n) => n.knob.kind === 'concurrency');
  for (const n of workers)
    if (n.from !== 'unknown' && (n.from === 'set' || workers.length <= LISTED))
      parts.push(`${short(n)} ${n.value ?? 'unknown'}`);
  if (workers.length > LISTED && workers.every((n) => n.from === 'default')) parts.push('workers by default');
  for (const n of all)
    if (n.knob.kind === 'pprof' && n.value !== undefined)
      parts.push(
        n.value === '' || n.value === 'false' ? 'pprof off' : n.value === 'true' ? 'pprof on' : `pprof ${n.value}`,
      );
  for (const n of all) if (n.knob.kind === 'log' && n.from === 'set') parts.push(`${short(n)} ${n.value ?? ''}`);
  if (parts.length === 0) return undefined;
  return {
    ...place.mark,
    kind: 'component',
    name: place.component.name,
    line: parts.join(' · '),
    settings: all.map((n): Setting => ({
      name: n.label,
      value: n.from === 'unknown' ? 'unknown' : n.value === '' ? 'not set' : (n.value ?? 'unknown'),
      default: defaultWords(place.default(n.knob)),
      from: n.from,
      ...(n.span !== undefined && { at: { ...n.span, file } }),
      tells: `${n.knob.tells} Default of ${versionName(place.component, place.version)}: ${n.knob.source}.`,
    })),
  };
}

/** The label without what all of them share: `concurrent-deployment-syncs` → `deployment syncs`. */
function short({ label, knob }: InForce): string {
  if (knob.env === label)
    return label
      .toLowerCase()
      .replace(/^argocd_application_controller_|^argocd_|^keda_/, '')
      .replaceAll('_', ' ');
  return label
    .replace(/^--/, '')
    .replace(/^controller\./, '')
    .replace(/^concurrent-(?=.*syncs)/, '')
    .replaceAll(/[-.]/g, ' ');
}

function defaultWords(byDefault: string | undefined): string {
  return byDefault === undefined ? 'unknown' : byDefault === '' ? 'not set' : byDefault;
}
