/** The questions of "Capture…" after the process is chosen: what, how, how long. */
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import { customName, hasDelta, kindLabel, kindTells, records } from '../../captures/kinds';
import { readOffers, type Offer } from '../../captures/offers';
import { isSampled } from '../../captures/sampling';
import { localProcess } from '../../cluster/local';
import { asksForToken, podTarget } from '../../cluster/reach';
import { kindIcon } from '../captures/icons';
import type { Plan } from '../captures/plan';
import type { Parts } from '../parts';
import { placesOf, type Preselected, type Place } from '../processes/place';
import type { TailStep } from '../processes/pick';
import type { Choice, Choices } from '../editor';
import { authenticate } from './authenticate';
import { withPprofEndpoint } from '../processes/endpoints';
import { rememberedSeconds, secondsOf } from '../captures/seconds';

/** A plan that is not complete yet. */
export type PartialPlan = { readonly [K in keyof Plan]: Plan[K] | undefined };

/**
 * Offers what the process's pprof index lists, and "everything". `asking` is called with the process before the
 * request.
 */
export function whatStep(parts: Parts, title: string, asking: (place: Place) => void): TailStep<PartialPlan> {
  return async (state, frame) => {
    if (state.extra.what !== undefined) return { state, asked: false };
    const [place] = placesOf(state);
    asking(place);
    const ask = (): Promise<{ readonly value: Plan['what'] }> =>
      parts.editor.picker.pick<Plan['what']>({
        ...frame,
        title: `${title}${whom(state)}`,
        placeholder: 'What to capture',
        busyText: 'Asking the process what it offers…',
        skipSingle: false,
        choices: async (signal) => choicesOf(await offersAt(parts, place, signal)),
      });
    try {
      return { state: { ...state, extra: { ...state.extra, what: (await ask()).value } }, asked: true };
    } catch (e) {
      const problem = e instanceof Problem ? e : undefined;
      if (!problem || place.kind === 'local' || !asksForToken(problem)) throw e;
      await authenticate(parts, place, 'pprof', problem);
      return { state: { ...state, extra: { ...state.extra, what: (await ask()).value } }, asked: true };
    }
  };
}

function choicesOf(offers: readonly Offer[]): Choices<Plan['what']> {
  const item = ({ kind, count: n }: Offer): Choice<Plan['what']> => ({
    label: kindLabel(kind),
    description: described(kind, n),
    detail: kindTells(kind),
    icon: kindIcon(kind),
    value: kind,
  });
  const own = offers.filter((o) => customName(o.kind) !== undefined);
  return [
    ...(offers.some((o) => o.kind === 'cpu')
      ? [
          {
            label: 'Everything',
            description: 'one window',
            detail: 'CPU, goroutines, heap and metrics, taken together and kept as a group',
            icon: 'record',
            value: 'everything' as const,
          },
        ]
      : []),
    { separator: 'Profiles' },
    ...offers.filter((o) => !own.includes(o)).map(item),
    ...(own.length > 0 ? [{ separator: "The program's own" }, ...own.map(item)] : []),
  ];
}

/** Describes a kind by its count in the pprof index. */
function described(kind: Offer['kind'], n: number): string {
  if (kind === 'goroutine') return grouped(n, 'now');
  if (isSampled(kind))
    return n === 0 ? 'empty: off in the process, as by default, or nothing waited yet' : count(n, 'stack');
  return customName(kind) === undefined ? '' : count(n, 'entry', 'entries');
}

function grouped(n: number, rest: string): string {
  return `${n.toLocaleString('en')} ${rest}`;
}

async function offersAt(parts: Parts, place: Place, signal: AbortSignal): Promise<readonly Offer[]> {
  const { idleTimeoutMs } = parts.editor.settings;
  if (place.kind === 'local') {
    const { target, pprofPath } = localProcess(place.url);
    return readOffers({ target, basePath: pprofPath, idleTimeoutMs, signal });
  }
  const cluster = await parts.clusters.connect(place.context, signal);
  const { namespace, name } = place.replica.pod;
  return withPprofEndpoint(parts, place, signal, ({ endpoint, auth }) =>
    readOffers({
      target: podTarget(cluster.session, namespace, name, endpoint, auth),
      basePath: endpoint.path,
      idleTimeoutMs,
      signal,
    }),
  );
}

/** Now, over some time, or twice. Asks only if this is not known yet. */
export function howStep({ editor }: Parts, title: string): TailStep<PartialPlan> {
  return async (state, frame) => {
    const { what, how } = state.extra;
    if (how !== undefined || what === undefined) return { state, asked: false };
    if (what === 'everything' || records(what))
      return { state: { ...state, extra: { ...state.extra, how: 'once' } }, asked: false };
    const choices: Choice<Plan['how']>[] = [
      {
        label: 'Now',
        detail: 'As it is at this moment',
        icon: 'circle-filled',
        value: 'once',
      },
      {
        label: 'Before and after',
        detail: 'Two captures some seconds apart, opened as their difference',
        icon: 'diff',
        value: 'pair',
      },
    ];
    if (hasDelta(what))
      choices.push({
        label: 'Only what changes',
        detail: 'The process compares itself over some seconds, and sends the difference (?seconds=N)',
        icon: 'diff-added',
        value: 'delta',
      });
    const { value } = await editor.picker.pick<Plan['how']>({
      ...frame,
      title: `${title}: ${kindLabel(what)}${whom(state)}`,
      placeholder: 'Once, or compared with a moment later',
      choices: () => Promise.resolve(choices),
    });
    return { state: { ...state, extra: { ...state.extra, how: value } }, asked: true };
  };
}

export function secondsStep({ editor }: Parts, title: string): TailStep<PartialPlan> {
  return async (state, frame) => {
    const { what, how = 'once', seconds } = state.extra;
    if (what === undefined || seconds !== undefined) return { state, asked: false };
    if (how === 'once' && what !== 'everything' && !records(what))
      return { state: { ...state, extra: { ...state.extra, seconds: 0 } }, asked: false };
    const { key, first, prompt } = secondsOf({ what, how }, editor.settings.cpuSeconds);
    const text = await editor.picker.input({
      ...frame,
      title: `${title}${whom(state)}`,
      prompt,
      value: String(rememberedSeconds(editor.store.get(key), first)),
      validate: (t) =>
        /^\d+$/.test(t.trim()) && Number(t) >= 1 && Number(t) <= 600
          ? undefined
          : 'A whole number of seconds from 1 to 600.',
    });
    const chosen = Number(text);
    await editor.store.set(key, { seconds: chosen, setting: first });
    return { state: { ...state, extra: { ...state.extra, seconds: chosen } }, asked: true };
  };
}

/** " of gadgets-7c9d-x2x4p, leader": names the process in the question, since nothing before it may have been asked. */
function whom({ replica, workload, all, url }: Preselected): string {
  if (all === true && workload) return ` of all replicas of ${workload.name}`;
  if (replica) return ` of ${replica.pod.name}${replica.leader ? ', leader' : ''}`;
  return url === undefined ? '' : ` of ${url}`;
}
