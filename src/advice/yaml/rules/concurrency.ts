import type { Finding, Fix } from '../../types';
import type { InForce } from '../place';
import { versionName } from '../versions';
import { fixOf, numberOf, type YamlContext, type YamlRule } from './rule';

/** At most so many settings are listed in one message; the fixes have them all. */
const LISTED = 6;

/** Workers at a low default. */
export const CONCURRENCY: YamlRule = {
  id: 'yaml-concurrency',
  title: 'Few workers',
  explains:
    "The number of objects that are worked on at the same time is at upstream's default, which is low for a " +
    'large cluster. When `workqueue_depth` grows and all workers are busy, more workers help, as long as the ' +
    "client's limit and the API server let their requests through: raise QPS with them. ArgoCD: upstream runs 50 " +
    'status and 25 operation processors for 1,000 applications.',
  *check(context) {
    const { place } = context;
    const unstated: InForce[] = [];
    for (const knob of place.component.knobs) {
      if (knob.kind !== 'concurrency' || knob.raise === undefined) continue;
      const now = place.inForce(knob);
      if (now === undefined || now.from === 'unknown' || higher(now).length === 0) continue;
      if (now.from === 'default') unstated.push(now);
      else if ((numberOf(now.value) ?? Infinity) <= (numberOf(place.default(knob)) ?? 0)) yield one(context, now);
    }
    if (unstated.length > 0) yield all(context, unstated);
  },
};

function one(context: YamlContext, now: InForce): Finding {
  const { place } = context;
  const { knob } = now;
  return {
    ...(now.span ?? place.mark),
    rule: CONCURRENCY.id,
    severity: 'information',
    message:
      `${now.label} is ${now.value ?? ''}; upstream's default is ${place.default(knob) ?? 'unknown'} ` +
      `(${versionName(place.component, place.version)}). ${knob.tells}${ending(context)}`,
    fixes: [...values(context, now), ...own(context, now)],
  };
}

function all(context: YamlContext, unstated: readonly InForce[]): Finding {
  const { place } = context;
  const listed = unstated
    .slice(0, LISTED)
    .map((n) => `${n.label} ${n.value ?? ''}`)
    .join(', ');
  const more = unstated.length > LISTED ? ` and ${unstated.length - LISTED} more` : '';
  const together =
    unstated.length > 1 && unstated.length <= 3
      ? [0, 1].flatMap((i) => {
          const wanted = unstated.map((n) => ({ knob: n.knob, value: higher(n)[i] ?? higher(n)[0] ?? n.knob.default }));
          return fixOf(
            context,
            `workers-${i + 1}`,
            `Set ${wanted.map((w, k) => `${unstated[k]?.label ?? ''} to ${w.value}`).join(' and ')}`,
            wanted,
            i === 0,
          );
        })
      : [];
  return {
    ...place.mark,
    rule: CONCURRENCY.id,
    severity: 'information',
    message:
      `${place.component.name} runs with default numbers of workers: ${listed}${more} ` +
      `(${versionName(place.component, place.version)}).${ending(context)}`,
    fixes: [
      ...together,
      ...unstated.flatMap((n, i) =>
        unstated.length > 1
          ? values(context, n)
              .slice(0, 1)
              .map((f) =>
                i === 0 && together.length === 0
                  ? { ...f, preferred: true }
                  : { id: f.id, title: f.title, edits: f.edits },
              )
          : values(context, n),
      ),
      ...(unstated.length === 1 ? unstated.flatMap((n) => own(context, n)) : []),
    ],
  };
}

/** The values to offer that are above the one in force. */
function higher({ knob, value }: InForce): string[] {
  return (knob.raise ?? []).filter((v) => Number(v) > (numberOf(value) ?? Infinity));
}

function values(context: YamlContext, now: InForce): Fix[] {
  const { knob, label } = now;
  return higher(now).flatMap((v, i) =>
    fixOf(context, `${label.replace(/^--/, '')}-${v}`, `Set ${label} to ${v}`, [{ knob, value: v }], i === 0),
  );
}

function own(context: YamlContext, now: InForce): Fix[] {
  const { knob, label } = now;
  return fixOf(context, `${label.replace(/^--/, '')}-own`, `Set ${label} to a value of your own`, [
    { knob, value: higher(now)[0] ?? knob.default, stop: true },
  ]);
}

function ending({ place }: YamlContext): string {
  return `${place.component.advice === undefined ? '' : ` ${place.component.advice}`} ${place.component.restart}`;
}
