/** From "profile this" to an open capture: choose, find the endpoint, wait with a countdown, open. */
import * as vscode from 'vscode';
import { bytes, count } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Failure, Part, Taken } from '../../captures/together';
import type { Capture, PprofKind } from '../../captures/types';
import { asksForToken } from '../../cluster/reach';
import { planFor, planLabel, planTitle, readPlan, type Plan } from '../../app/captures/plan';
import { whileShown } from '../captures/progress';
import { partsOf, takeParts } from '../../app/captures/take';
import type { Action } from '../../app/editor';
import { showProblem } from '../errors';
import type { Parts } from '../parts';
import { placesOf, type Preselected, type Place } from '../../app/processes/place';
import { pickProcesses } from '../../app/processes/pick';
import { authActions, authenticate } from './authenticate';
import { howStep, secondsStep, whatStep, type Wish } from './captureSteps';
import { pinEndpoint } from './endpoints';
import { preselectedBy } from '../../app/commands/argument';

export type { Wish } from './captureSteps';

const LAST = 'controllerTuner.lastCapture.v2';

/** All is asked for. */
export const ANY: Wish = { what: undefined, how: undefined, seconds: undefined };
/** A kind at once, or for seconds that are asked for. */
export function wishFor(kind: PprofKind): Wish {
  return { what: kind, how: 'once', seconds: undefined };
}

/** The whole way, from a command. Shows its own errors. */
export async function captureCommand(parts: Parts, preselected: Preselected, wish: Wish): Promise<readonly Capture[]> {
  const what =
    wish.what === undefined
      ? 'Capture'
      : wish.what === 'cpu'
        ? 'Profile CPU'
        : wish.what === 'everything'
          ? 'Capture everything'
          : `Capture ${planLabel({ what: wish.what, how: 'once' }).toLowerCase()}`;
  let at: Place | undefined;
  try {
    const chosen = await choose(parts, what, preselected, wish, (place) => {
      at = place;
    });
    return await captureAt(parts, chosen.places, chosen.plan);
  } catch (e) {
    const again = (): unknown => captureCommand(parts, preselected, wish);
    void showProblem(e, {
      what,
      log: parts.log,
      actions: at ? actionsFor(parts, Problem.from(e), at, wish, again) : [],
    });
    return [];
  }
}

/** Asks for what is not known yet; `asking` hears which process is asked what it offers. Rejects with AbortError when the person gave up. */
export async function choose(
  parts: Parts,
  title: string,
  preselected: Preselected,
  wish: Wish,
  asking: (place: Place) => void = () => undefined,
): Promise<{ readonly places: readonly [Place, ...Place[]]; readonly plan: Plan }> {
  const { places, extra } = await pickProcesses(
    { picker: parts.editor.picker, clusters: parts.clusters, locals: () => parts.locals.urls },
    title,
    preselected,
    wish,
    [whatStep(parts, title, asking), howStep(title), secondsStep(parts, title)],
  );
  const plan = readPlan({ ...extra, how: extra.how ?? 'once' });
  if (!plan)
    throw new Problem('capture.incomplete', 'Nothing to capture was chosen.', { next: 'Choose what to capture.' });
  return { places, plan };
}

/** Captures from chosen processes and opens what came; errors are shown with what to do about them. */
export async function captureAt(
  parts: Parts,
  places: readonly [Place, ...Place[]],
  plan: Plan,
): Promise<readonly Capture[]> {
  const what = planTitle(plan, places);
  const [place] = places;
  await remember(parts, places, plan);
  const again = (): unknown => captureAt(parts, places, plan);
  let taken: Taken;
  try {
    taken = await attempt(parts, place, plan, partsOf(parts, plan, places), what);
  } catch (e) {
    void showProblem(e, { what, log: parts.log, actions: authActions(e, again) });
    return [];
  }
  const { captures, failures, cancelled } = taken;
  for (const { file, bytes: size } of captures) parts.log.info(`${what}: saved ${file}, ${bytes(size)}.`);
  if (cancelled) {
    await cancelledWith(parts, captures, what);
    return captures;
  }
  try {
    await parts.captures.openTaken(captures);
  } catch (e) {
    void showProblem(e, { what: `Open ${what}`, log: parts.log });
  }
  const [failure] = failures;
  if (failure) {
    const { problem } = failure;
    const actions = captures.length === 0 ? actionsFor(parts, problem, place, plan, again) : [];
    void showProblem(failures.length + captures.length === 1 ? problem : inWords(failures, captures.length), {
      what,
      log: parts.log,
      actions,
    });
  }
  return captures;
}

/** What is missing of several, with the rest that was kept. */
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

/** The person ended it; what was complete by then may be worth keeping. */
async function cancelledWith(parts: Parts, captures: readonly Capture[], what: string): Promise<void> {
  parts.log.info(`${what}: cancelled, ${captures.length} kept`);
  if (captures.length === 0) return;
  const text =
    captures.length === 1
      ? `Cancelled. "${captures[0]!.info.name}" was complete and is kept.`
      : `Cancelled. ${count(captures.length, 'capture')} were complete and are kept.`;
  if ((await vscode.window.showInformationMessage(text, 'Delete')) === 'Delete')
    for (const { file } of captures) await parts.captures.store.delete(file);
}

function actionsFor(parts: Parts, e: Problem, place: Place, wish: Wish, again: () => unknown): readonly Action[] {
  const retry: Action = { title: 'Retry', run: again };
  if (place.kind === 'local') return [retry];
  const auth = authActions(e, again);
  if (e.code === 'kube.podGone')
    return [
      {
        title: 'Choose Replica…',
        run: () =>
          captureCommand(
            parts,
            preselectedBy({ kind: 'workload', context: place.context, workload: place.workload }, parts.clusters),
            wish,
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

/** One attempt; when a process asks for a token the person chooses one, and what it kept back is taken then. Throws what the choice of a token throws. */
async function attempt(parts: Parts, place: Place, plan: Plan, all: readonly Part[], what: string): Promise<Taken> {
  const first = await whileShown(what, (signal, tell) => takeParts(parts, plan, all, signal, tell));
  const locked = first.failures.filter((f) => asksForToken(f.problem));
  if (first.cancelled || place.kind === 'local' || !locked[0]) return first;
  // Of a pair both are taken anew: it is told by its first half before anything was saved.
  const rest = plan.how === 'pair' ? all : locked.map((f) => f.part);
  await authenticate(parts, place, 'pprof', locked[0].problem);
  const second = await whileShown(what, (signal, tell) => takeParts(parts, plan, rest, signal, tell));
  return {
    captures: [...first.captures, ...second.captures],
    failures: [...first.failures.filter((f) => !locked.includes(f)), ...second.failures],
    cancelled: second.cancelled,
  };
}

interface Last {
  readonly plan: Plan;
  readonly url?: string;
  readonly context?: string;
  readonly workload?: string;
  /** '' = whoever leads. */ readonly pod?: string;
  readonly all?: boolean;
}

async function remember({ context }: Parts, places: readonly [Place, ...Place[]], plan: Plan): Promise<void> {
  const [place] = places;
  const last: Last =
    place.kind === 'local'
      ? { plan, url: place.url }
      : {
          plan,
          context: place.context,
          workload: place.workload.id,
          pod: place.replica.leader ? '' : place.replica.pod.name,
          all: places.length > 1,
        };
  await context.workspaceState.update(LAST, last);
}

/** The last capture once more: the same workload, and its leader if that is what it was. */
export async function repeatCapture(parts: Parts): Promise<unknown> {
  const last = parts.context.workspaceState.get<Partial<Last>>(LAST);
  const plan = readPlan(last?.plan);
  if (!last || !plan) return captureCommand(parts, {}, wishFor('cpu'));
  if (last.url !== undefined) return captureAt(parts, [{ kind: 'local', url: last.url }], plan);
  return again(
    parts,
    last.context ?? '',
    (id) => id === last.workload,
    { pod: last.pod ?? '', all: last.all === true },
    plan,
  );
}

/** What a capture's page offers: the same process once more. Any capture of ours; undefined: the last one. */
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
    const cluster = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Connecting to ${context}` },
      () => parts.clusters.connect(context),
    );
    const workload = cluster.workloads().find((w) => isIt(w.id));
    const replica =
      workload?.replicas.find((r) => (pod === '' ? r.leader : r.pod.name === pod)) ??
      (workload?.replicas.length === 1 || all ? workload?.replicas[0] : undefined);
    if (workload && replica) return await captureAt(parts, placesOf({ context, workload, replica, all }), plan);
    // Its pod or its leader is gone: what is left is chosen again.
    return await captureCommand(parts, { context, ...(workload && { workload }) }, plan);
  } catch (e) {
    void showProblem(e, {
      what: 'Repeat the last capture',
      log: parts.log,
      actions: [{ title: 'Choose…', run: () => captureCommand(parts, {}, plan) }],
    });
    return [];
  }
}
