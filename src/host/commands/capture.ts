/** From "profile this" to an open capture: choose, find the endpoint, wait with a countdown, open. */
import * as vscode from 'vscode';
import { bytes } from '../../base/format';
import { isAbort, Problem } from '../../base/problem';
import { defaultName } from '../../captures/describe';
import { CAPTURE_KINDS, isKind, KIND_LABEL } from '../../captures/names';
import { takeCapture, type CaptureProgress } from '../../captures/take';
import type { CaptureInfo, CaptureKind, Capture } from '../../captures/types';
import { whileThere } from '../../cluster/gone';
import { localProcess } from '../../cluster/local';
import { asksForToken, podTarget } from '../../cluster/reach';
import type { Target } from '../../target/types';
import { showProblem, type Action } from '../errors';
import type { Parts } from '../parts';
import { pickProcess, type Given, type Place, type PodPlace, type TailStep } from '../picks/process';
import { input, pick, type Choice } from '../picks/wizard';
import { settings } from '../settings';
import { authActions, authenticate } from './authenticate';
import { pinEndpoint } from './endpoints';
import { givenOf } from './given';
import { withPprofEndpoint } from './pprof';
import { rememberedSeconds } from './seconds';

export interface CaptureWish { readonly kind: CaptureKind | undefined; readonly seconds: number | undefined }

const LAST = 'controllerTuner.lastCapture.v1';
const SECONDS = 'controllerTuner.lastCpuSeconds';

/** Kinds that a person chooses from beside CPU and goroutines, with what they tell. */
const DETAIL: Readonly<Record<CaptureKind, string>> = {
  cpu: 'Where the time goes, for some seconds', goroutine: 'What every goroutine does right now',
  heap: 'Memory in use now, and allocated since the start', allocs: 'All memory allocated since the start',
  block: 'Waiting on channels and locks; needs runtime.SetBlockProfileRate', mutex: 'Who holds contended locks; needs runtime.SetMutexProfileFraction',
  threadcreate: 'Stacks that made new OS threads',
};

/** The whole way, from a command. Shows its own errors. */
export async function captureCommand(parts: Parts, given: Given, wish: CaptureWish): Promise<Capture | undefined> {
  const what = wish.kind === undefined ? 'Capture a profile' : wish.kind === 'cpu' ? 'Profile CPU' : `Capture ${KIND_LABEL[wish.kind].toLowerCase()}`;
  try {
    const chosen = await pickProcess(
      { clusters: parts.clusters, locals: () => parts.locals.urls }, what, given, wish,
      [...(wish.kind === undefined ? [kindStep(what)] : []), secondsStep(parts, what)],
    );
    const { kind, seconds } = chosen.extra;
    if (kind === undefined) return undefined;
    return await captureAt(parts, chosen.place, kind, seconds ?? 0);
  } catch (e) {
    void showProblem(e, { what, log: parts.log });
    return undefined;
  }
}

function kindStep(title: string): TailStep<CaptureWish> {
  return async (state, frame) => {
    const { value, asked } = await pick<CaptureKind>({
      ...frame, title, placeholder: 'Kind of profile',
      choices: () => Promise.resolve(CAPTURE_KINDS.map((kind): Choice<CaptureKind> => ({ label: KIND_LABEL[kind], description: kind, detail: DETAIL[kind], value: kind }))),
    });
    return { state: { ...state, extra: { ...state.extra, kind: value } }, asked };
  };
}

function secondsStep({ context }: Parts, title: string): TailStep<CaptureWish> {
  return async (state, frame) => {
    if (state.extra.kind !== 'cpu') return { state: { ...state, extra: { ...state.extra, seconds: 0 } }, asked: false };
    if (state.extra.seconds !== undefined) return { state, asked: false };
    const text = await input({
      ...frame, title: `${title}${of(state)}`, prompt: 'Seconds to record, 1 to 600', value: String(rememberedSeconds(context.globalState.get(SECONDS), settings.cpuSeconds)),
      validate: (t) => (/^\d+$/.test(t.trim()) && Number(t) >= 1 && Number(t) <= 600 ? undefined : 'A whole number of seconds from 1 to 600.'),
    });
    const seconds = Number(text);
    await context.globalState.update(SECONDS, { seconds, setting: settings.cpuSeconds });
    return { state: { ...state, extra: { ...state.extra, seconds } }, asked: true };
  };
}

/** " of gadgets-7c9d-x2x4p, leader": whom the question is about, since nothing else may have been asked. */
function of({ replica, url }: Given): string {
  if (replica) return ` of ${replica.pod.name}${replica.leader ? ', leader' : ''}`;
  return url === undefined ? '' : ` of ${url}`;
}

/** Captures from a chosen process; its errors are shown with what to do about them. */
export async function captureAt(parts: Parts, place: Place, kind: CaptureKind, seconds: number): Promise<Capture | undefined> {
  const name = place.kind === 'local' ? place.url : place.replica.pod.name;
  const what = `${KIND_LABEL[kind]} of ${name}`;
  const again = (): unknown => captureAt(parts, place, kind, seconds);
  try {
    await remember(parts, place, kind, seconds);
    const capture = await attempt(parts, place, kind, seconds, what);
    parts.log.info(`${what}: saved ${capture.file}, ${bytes(capture.bytes)}.`);
    await vscode.commands.executeCommand('controllerTuner.openCapture', capture);
    return capture;
  } catch (e) {
    if (!isAbort(e)) void showProblem(e, { what, log: parts.log, actions: actionsFor(parts, e, place, { kind, seconds }, again) });
    return undefined;
  }
}

function actionsFor(parts: Parts, e: unknown, place: Place, wish: CaptureWish, again: () => unknown): readonly Action[] {
  const retry: Action = { title: 'Retry', run: again };
  if (place.kind === 'local') return [retry];
  const auth = authActions(e, again);
  if (Problem.from(e).code === 'kube.podGone') return [{ title: 'Choose Replica…', run: () => captureCommand(parts, givenOf({ kind: 'workload', context: place.context, workload: place.workload }, parts.clusters), wish) }];
  if (auth.length > 0) return asksForToken(Problem.from(e)) ? auth : [retry, ...auth];
  const pin: Action = { title: 'Pin Endpoint…', run: () => pinEndpoint(parts, place, 'pprof').then((done) => (done ? again() : undefined)) };
  const { code } = Problem.from(e);
  return code === 'capture.noEndpoint' || code === 'captures.noPprof' || code === 'captures.html' ? [retry, pin] : [retry];
}

/** One attempt; when the process asks for a token the person chooses one, and it goes on from there. */
async function attempt(parts: Parts, place: Place, kind: CaptureKind, seconds: number, what: string): Promise<Capture> {
  try {
    return await withCountdown(what, (signal, tell) => take(parts, place, kind, seconds, signal, tell));
  } catch (e) {
    const problem = isAbort(e) ? undefined : Problem.from(e);
    if (problem === undefined || place.kind === 'local' || !asksForToken(problem)) throw e;
    await authenticate(parts, place, 'pprof', problem);
    return withCountdown(what, (signal, tell) => take(parts, place, kind, seconds, signal, tell));
  }
}

async function take(parts: Parts, place: Place, kind: CaptureKind, seconds: number, signal: AbortSignal, tell: Tell): Promise<Capture> {
  parts.expectProfile();
  const from = (target: Target, basePath: string, facts: Facts, end: AbortSignal, keep: () => void): Promise<Capture> => {
    const named = { ...facts, kind };
    const info: CaptureInfo = { version: 1, name: defaultName(named), at: Date.now(), seconds: kind === 'cpu' ? seconds : 0, ...named };
    return takeCapture({
      target, basePath, kind, seconds: info.seconds, info, store: parts.captures.store, open: parts.open,
      idleTimeoutMs: settings.idleTimeoutMs, maxBytes: settings.maxProfileBytes, signal: end,
      onProgress: (p) => { if (p.phase === 'saving') { keep(); parts.expectProfile(); } tell(p); },
    });
  };
  if (place.kind === 'local') {
    const { target, pprofPath, url } = localProcess(place.url);
    return from(target, pprofPath, { context: '', namespace: '', workload: '', pod: '', url, leader: false, image: '' }, signal, () => undefined);
  }
  const { context, workload, replica: { pod, leader } } = place;
  tell('Looking for its pprof endpoint…');
  const cluster = await parts.clusters.connect(context, signal);
  return whileThere(cluster, pod, signal, (end, keep) => withPprofEndpoint(parts, place, end, ({ endpoint, auth }) => from(
    podTarget(cluster.session, pod.namespace, pod.name, endpoint, auth), endpoint.path,
    { context, namespace: pod.namespace, workload: workload.name, pod: pod.name, url: '', leader, image: pod.containers[0]?.image ?? '' }, end, keep,
  )));
}

type Facts = Omit<CaptureInfo, 'version' | 'name' | 'kind' | 'at' | 'seconds'>;

type Tell = (progress: CaptureProgress | string) => void;

/** A notification that counts down, with a cancel that ends the request at once. */
async function withCountdown<T>(title: string, work: (signal: AbortSignal, tell: Tell) => Promise<T>): Promise<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (progress, cancel) => {
    const stop = new AbortController();
    cancel.onCancellationRequested(() => { stop.abort(); });
    let total = 0;
    let done = 0;
    return work(stop.signal, (p) => {
      if (typeof p === 'string') { progress.report({ message: p }); return; }
      if (p.phase === 'recording') {
        total = Math.max(total, p.secondsLeft);
        const share = total === 0 ? 0 : ((total - p.secondsLeft) / total) * 100;
        progress.report({ message: `${p.secondsLeft} s left`, ...(share > done && { increment: share - done }) });
        done = Math.max(done, share);
      } else progress.report({ message: p.phase === 'saving' ? `saving ${bytes(p.bytes)}…` : p.bytes > 0 ? `${bytes(p.bytes)} received` : 'waiting for the answer…' });
    });
  });
}

interface Last { readonly kind: CaptureKind; readonly seconds: number; readonly url?: string; readonly context?: string; readonly workload?: string; /** '' = whoever leads. */ readonly pod?: string }

async function remember({ context }: Parts, place: Place, kind: CaptureKind, seconds: number): Promise<void> {
  const last: Last = place.kind === 'local' ? { kind, seconds, url: place.url }
    : { kind, seconds, context: place.context, workload: place.workload.id, pod: place.replica.leader ? '' : place.replica.pod.name };
  await context.workspaceState.update(LAST, last);
}

/** The last capture once more: the same workload, and its leader if that is what it was. */
export async function repeatCapture(parts: Parts): Promise<Capture | undefined> {
  const last = parts.context.workspaceState.get<Partial<Last>>(LAST);
  const wish = { kind: last?.kind, seconds: last?.seconds };
  if (!last || !isKind(last.kind)) return captureCommand(parts, {}, { kind: 'cpu', seconds: undefined });
  if (last.url !== undefined) return captureAt(parts, { kind: 'local', url: last.url }, last.kind, last.seconds ?? 0);
  return again(parts, last.context ?? '', (id) => id === last.workload, last.pod ?? '', wish);
}

/** What a capture's page offers: the same process once more. Any capture of ours; undefined: the last one. */
export async function captureAgain(parts: Parts, capture: Capture | undefined): Promise<void> {
  if (!capture) { await repeatCapture(parts); return; }
  const { kind, seconds, url, context, namespace, workload, pod, leader } = capture.info;
  if (url !== '') await captureAt(parts, { kind: 'local', url }, kind, seconds);
  else await again(parts, context, (id) => id.endsWith(`/${namespace}/${workload}`), leader ? '' : pod, { kind, seconds });
}

async function again(parts: Parts, context: string, isIt: (id: string) => boolean, pod: string, wish: CaptureWish): Promise<Capture | undefined> {
  try {
    const cluster = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `Connecting to ${context}` }, () => parts.clusters.connect(context));
    const workload = cluster.workloads().find((w) => isIt(w.id));
    const replica = workload?.replicas.find((r) => (pod === '' ? r.leader : r.pod.name === pod)) ?? (workload?.replicas.length === 1 ? workload.replicas[0] : undefined);
    const place: PodPlace | undefined = workload && replica && { kind: 'pod', context, workload, replica };
    if (place && wish.kind !== undefined) return await captureAt(parts, place, wish.kind, wish.seconds ?? 0);
    // Its pod or its leader is gone: what is left is chosen again.
    return await captureCommand(parts, { context, ...(workload && { workload }) }, wish);
  } catch (e) {
    void showProblem(e, { what: 'Repeat the last capture', log: parts.log, actions: [{ title: 'Choose…', run: () => captureCommand(parts, {}, wish) }] });
    return undefined;
  }
}
