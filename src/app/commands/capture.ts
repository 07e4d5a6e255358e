/** From the command to an open capture: choose, find the endpoint, count down, open. */
import { bytes, count } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Failure, Part, Taken } from '../../captures/together';
import type { Capture, PprofKind } from '../../captures/types';
import { asksForToken } from '../../cluster/reach';
import { planLabel, planTitle, readPlan, type Plan } from '../captures/plan';
import { countDown } from '../captures/progress';
import { partsOf, takeParts } from '../captures/take';
import type { Action } from '../editor';
import type { Parts } from '../parts';
import type { Preselected, Place } from '../processes/place';
import { pickProcesses } from '../processes/pick';
import { authActions, authenticate } from './authenticate';
import { howStep, secondsStep, whatStep, type PartialPlan } from './captureSteps';
import { rememberCapture } from './lastCapture';
import { pinEndpoint } from './endpoints';
import { preselectedBy } from './argument';

/** Nothing is known: ask for everything. */
export const ASK: PartialPlan = { what: undefined, how: undefined, seconds: undefined };
/** Captures this kind once; asks only for the seconds, if the kind needs any. */
export function planOf(kind: PprofKind): PartialPlan {
  return { what: kind, how: 'once', seconds: undefined };
}

/** The whole flow of a capture command. Shows its own errors. */
export async function captureCommand(
  parts: Parts,
  preselected: Preselected,
  plan: PartialPlan,
): Promise<readonly Capture[]> {
  const what =
    plan.what === undefined
      ? 'Capture'
      : plan.what === 'cpu'
        ? 'Profile CPU'
        : plan.what === 'everything'
          ? 'Capture everything'
          : `Capture ${planLabel({ what: plan.what, how: 'once' }).toLowerCase()}`;
  let at: Place | undefined;
  try {
    const chosen = await choose(parts, what, preselected, plan, (place) => {
      at = place;
    });
    return await captureAt(parts, chosen.places, chosen.plan);
  } catch (e) {
    const again = (): unknown => captureCommand(parts, preselected, plan);
    void parts.editor.messages.problem(e, {
      what,
      actions: at ? actionsFor(parts, Problem.from(e), at, plan, again) : [],
    });
    return [];
  }
}

/**
 * Asks for what is not known yet. `asking` is called with each process before its index is requested. Rejects with
 * AbortError when the user cancels.
 */
export async function choose(
  parts: Parts,
  title: string,
  preselected: Preselected,
  partial: PartialPlan,
  asking: (place: Place) => void = () => undefined,
): Promise<{ readonly places: readonly [Place, ...Place[]]; readonly plan: Plan }> {
  const { places, extra } = await pickProcesses(
    { picker: parts.editor.picker, clusters: parts.clusters, locals: () => parts.locals.urls },
    title,
    preselected,
    partial,
    [whatStep(parts, title, asking), howStep(parts, title), secondsStep(parts, title)],
  );
  const plan = readPlan({ ...extra, how: extra.how ?? 'once' });
  if (!plan)
    throw new Problem('capture.incomplete', 'Nothing to capture was chosen.', { next: 'Choose what to capture.' });
  return { places, plan };
}

/** Captures from the chosen processes and opens the result; shows errors with a next step. */
export async function captureAt(
  parts: Parts,
  places: readonly [Place, ...Place[]],
  plan: Plan,
): Promise<readonly Capture[]> {
  const what = planTitle(plan, places);
  const [place] = places;
  await rememberCapture(parts, places, plan);
  const again = (): unknown => captureAt(parts, places, plan);
  let taken: Taken;
  try {
    taken = await attempt(parts, place, plan, partsOf(parts, plan, places), what);
  } catch (e) {
    void parts.editor.messages.problem(e, { what, actions: authActions(parts.editor, e, again) });
    return [];
  }
  const { captures, failures, cancelled } = taken;
  for (const { file, bytes: size } of captures) parts.editor.log.info(`${what}: saved ${file}, ${bytes(size)}.`);
  if (cancelled) {
    await cancelledWith(parts, captures, what);
    return captures;
  }
  try {
    await parts.captures.openTaken(captures);
  } catch (e) {
    void parts.editor.messages.problem(e, { what: `Open ${what}` });
  }
  const [failure] = failures;
  if (failure) {
    const { problem } = failure;
    const actions = captures.length === 0 ? actionsFor(parts, problem, place, plan, again) : [];
    void parts.editor.messages.problem(
      failures.length + captures.length === 1 ? problem : inWords(failures, captures.length),
      {
        what,
        actions,
      },
    );
  }
  return captures;
}

/** One Problem for the captures that failed, which also says how many were saved. */
function inWords(failures: readonly Failure[], saved: number): Problem {
  const [{ part, problem }] = failures as readonly [Failure];
  const all = failures.length + saved;
  const others = failures.length > 1 ? `, nor ${count(failures.length - 1, 'other')}` : '';
  const kept = saved === 0 ? 'None of the captures could be taken' : `${saved} of ${all} captures are saved`;
  return new Problem(problem.code, `${kept}. Not ${part.label}${others}: ${problem.message}`, {
    ...(problem.next !== undefined && { next: problem.next }),
    detail: failures
      .map((f) => [`${f.part.label}: ${f.problem.sentence}`, f.problem.detail ?? ''].filter((s) => s !== '').join('\n'))
      .join('\n\n'),
  });
}

/** After the user cancelled: offers the captures that were already complete. */
async function cancelledWith(parts: Parts, captures: readonly Capture[], what: string): Promise<void> {
  parts.editor.log.info(`${what}: cancelled, ${captures.length} kept`);
  if (captures.length === 0) return;
  const text =
    captures.length === 1
      ? `Cancelled. "${captures[0]!.info.name}" was complete and is kept.`
      : `Cancelled. ${count(captures.length, 'capture')} were complete and are kept.`;
  if ((await parts.editor.messages.info(text, 'Delete')) === 'Delete')
    for (const { file } of captures) await parts.captures.store.delete(file);
}

function actionsFor(
  parts: Parts,
  e: Problem,
  place: Place,
  plan: PartialPlan,
  again: () => unknown,
): readonly Action[] {
  const retry: Action = { title: 'Retry', run: again };
  if (place.kind === 'local') return [retry];
  const auth = authActions(parts.editor, e, again);
  if (e.code === 'kube.podGone')
    return [
      {
        title: 'Choose Replica…',
        run: () =>
          captureCommand(
            parts,
            preselectedBy({ kind: 'workload', context: place.context, workload: place.workload }, parts.clusters),
            plan,
          ),
      },
    ];
  if (auth.length > 0) return asksForToken(e) ? auth : [retry, ...auth];
  const pin: Action = {
    title: 'Pin Endpoint…',
    run: () => pinEndpoint(parts, place, 'pprof').then((done) => (done ? again() : undefined)),
  };
  return e.code === 'capture.noEndpoint' || e.code === 'captures.noPprof' || e.code === 'captures.html'
    ? [retry, pin]
    : [retry];
}

/**
 * One attempt. When a process asks for a token, lets the user choose one and retries the captures that were refused.
 * Throws what choosing the token throws.
 */
async function attempt(parts: Parts, place: Place, plan: Plan, all: readonly Part[], what: string): Promise<Taken> {
  const first = await countDown(parts.editor.progress, what, (signal, onProgress) =>
    takeParts(parts, plan, all, signal, onProgress),
  );
  const locked = first.failures.filter((f) => asksForToken(f.problem));
  if (first.cancelled || place.kind === 'local' || !locked[0]) return first;
  // Of a pair, retake both: the first one was refused, so nothing was saved.
  const rest = plan.how === 'pair' ? all : locked.map((f) => f.part);
  await authenticate(parts, place, 'pprof', locked[0].problem);
  const second = await countDown(parts.editor.progress, what, (signal, onProgress) =>
    takeParts(parts, plan, rest, signal, onProgress),
  );
  return {
    captures: [...first.captures, ...second.captures],
    failures: [...first.failures.filter((f) => !locked.includes(f)), ...second.failures],
    cancelled: second.cancelled,
  };
}
