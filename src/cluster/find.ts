/** Asks the ports of a process what they serve: first the known ones, then, if the user wants it, well-known ones. */
import { isAbort, Problem } from '../base/problem';
import { guessEndpoints } from '../controllers/endpoints';
import type { Endpoint, EndpointKind } from '../controllers/types';
import { probe, type PathProbe, type Probe } from '../target/probe';
import { endpointKey, knownEndpoints, type FoundEndpoint, type Knowledge, type ProcessRef } from './endpoints';
import { DEFAULT_PATH } from './pins';
import { withRules } from './rbac';
import { NO_AUTH, podTarget, type Auth } from './reach';

/** Ports asked at once: quick enough, and few enough for a busy API server. */
const AT_ONCE = 4;
/** Longest silence of a port, ms. */
const SILENCE_MS = 3000;
/** Longest time for all questions to one port, ms: a port that sends byte by byte must not delay the others. */
const PORT_MS = 10_000;

export interface FindOptions {
  readonly signal?: AbortSignal;
  /** Try well-known ports when no stated endpoint of pprof answers. */
  readonly guess: boolean;
  /** Longest silence of a port, ms. Default 3000. */
  readonly silenceMs?: number;
}

export interface Found {
  readonly endpoints: readonly FoundEndpoint[];
  readonly auth: Auth;
  /** What bars the whole process: no right to open tunnels, a pod that is gone, a pin that can't be read. */
  readonly problems: readonly Problem[];
}

/** A port, and what we expect of it. */
interface Port {
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly how: string;
  readonly known: readonly FoundEndpoint[];
}

/** Throws AbortError only. Everything else is in the result, and endpoints that answered are remembered. */
export async function findEndpoints(ref: ProcessRef, knowledge: Knowledge, options: FindOptions): Promise<Found> {
  const { endpoints: known, auth, problems } = knownEndpoints(ref, knowledge);
  const out = new Map<string, FoundEndpoint>();
  const ports = portsOf(known);
  const asked = await mapLimit(ports, AT_ONCE, (at) => ask(ref, at, auth, options));
  const barred = sameObstacle(asked, BEFORE_ALL_PORTS);
  if (barred) return { endpoints: known, auth, problems: [...problems, barred] };
  for (const a of asked) for (const e of judge(a, auth)) out.set(endpointKey(e), e);
  let all = [...asked];
  const settled = (): boolean =>
    [...out.values()].some((e) => e.kind === 'pprof' && (e.state === 'ok' || e.state === 'needsToken'));
  if (options.guess && !settled()) {
    const tried = new Set(ports.map((p) => p.port));
    const guesses = guessEndpoints(ref.replica)
      .filter((g) => !tried.has(g.port) && mayGuess(ref, g))
      .map((g): Port => ({ port: g.port, scheme: g.scheme, how: `answered on ${g.port}, ${g.how}`, known: [] }));
    const more = await mapLimit(guesses, AT_ONCE, (at) => ask(ref, at, auth, options));
    all = [...all, ...more];
    const obstacle = sameObstacle(all, BEFORE_THE_PROCESS);
    if (obstacle) return { endpoints: known, auth, problems: [...problems, obstacle] };
    for (const a of more) for (const e of judge(a, auth)) out.set(endpointKey(e), e);
  }
  if (!settled()) for (const e of behindTheToken(all, auth)) out.set(endpointKey(e), e);
  const endpoints = [...out.values()].sort((a, b) => rank(a) - rank(b) || a.port - b.port);
  const good = endpoints.filter((e) => e.state === 'ok');
  if (good.length > 0) knowledge.memory.keepEndpoints(ref.session.context.name, ref.workload.id, good);
  return { endpoints, auth, problems };
}

function rank(e: FoundEndpoint): number {
  return (e.kind === 'pprof' ? 0 : 10) + { ok: 0, needsToken: 1, untried: 2, failed: 3 }[e.state];
}

function portsOf(known: readonly FoundEndpoint[]): readonly Port[] {
  const ports = new Map<number, FoundEndpoint[]>();
  for (const e of known) {
    const at = ports.get(e.port);
    if (at) at.push(e);
    else ports.set(e.port, [e]);
  }
  return [...ports].map(([port, of]) => ({ port, scheme: of[0]?.scheme ?? 'http', how: of[0]?.how ?? '', known: of }));
}

/**
 * On the node's network a well-known port may belong to another process: only ports known to be this one's are tried.
 */
function mayGuess({ replica }: ProcessRef, guess: Endpoint): boolean {
  return !replica.pod.hostNetwork || !guess.how.includes('well-known');
}

interface Asked {
  readonly at: Port;
  readonly plain: Probe | Problem;
  /** The answer with the token, where one was asked for and could be had. */
  readonly signed: Probe | Problem | undefined;
}

async function ask(ref: ProcessRef, at: Port, auth: Auth, options: FindOptions): Promise<Asked> {
  const plain = await probePort(ref, at, NO_AUTH, options);
  const wants =
    !(plain instanceof Problem) && (plain.pprof.result === 'needsToken' || plain.metrics.result === 'needsToken');
  if (!wants || auth.kind === 'none') return { at, plain, signed: undefined };
  return { at, plain, signed: await probePort(ref, { ...at, scheme: plain.scheme }, auth, options) };
}

async function probePort(
  { session, replica }: ProcessRef,
  at: Port,
  auth: Auth,
  { signal, silenceMs = SILENCE_MS }: FindOptions,
): Promise<Probe | Problem> {
  signal?.throwIfAborted();
  const { namespace, name } = replica.pod;
  const late = AbortSignal.timeout(Math.max(PORT_MS, 3 * silenceMs));
  const path = (kind: EndpointKind): string => at.known.find((e) => e.kind === kind)?.path ?? DEFAULT_PATH[kind];
  try {
    return await probe(podTarget(session, namespace, name, at, auth), signal ? AbortSignal.any([signal, late]) : late, {
      idleTimeoutMs: silenceMs,
      pprofPath: path('pprof'),
      metricsPath: path('metrics'),
    });
  } catch (e) {
    if (signal?.aborted === true) throw e;
    if (isAbort(e) || late.aborted)
      return new Problem(
        'cluster.slow',
        `${namespace}/${name} :${at.port} did not finish answering within ${PORT_MS / 1000} s.`,
        { next: 'Try again when the process is less busy.' },
      );
    return Problem.from(e, 'cluster.probe');
  }
}

function judge({ at, plain, signed }: Asked, auth: Auth): readonly FoundEndpoint[] {
  const out: FoundEndpoint[] = [];
  for (const kind of ['pprof', 'metrics'] as const) {
    const stated = at.known.find((e) => e.kind === kind);
    const path = stated?.path ?? DEFAULT_PATH[kind];
    const from = {
      kind,
      port: at.port,
      path,
      stated: stated?.stated ?? false,
      how: stated?.how ?? (at.known.length > 0 ? `answered on ${at.port}` : at.how),
    };
    const first = plain instanceof Problem ? plain : plain[kind];
    const secured = !(first instanceof Problem) && first.result === 'needsToken';
    const last = secured && signed !== undefined ? (signed instanceof Problem ? signed : signed[kind]) : first;
    const scheme = plain instanceof Problem ? at.scheme : plain.scheme;
    if (last instanceof Problem) {
      if (stated)
        out.push({
          ...from,
          scheme,
          certainty: stated.certainty,
          state: secured ? 'needsToken' : 'failed',
          secured,
          sentence: last.message,
          problem: last.toJSON(),
        });
    } else if (last.result === kind) {
      out.push({
        ...from,
        scheme,
        certainty: 'confirmed',
        state: 'ok',
        secured,
        sentence: last.sentence,
        problem: undefined,
      });
    } else if (stated && !answeredOnlyBefore(stated, last)) {
      out.push({
        ...from,
        scheme,
        certainty: stated.certainty,
        state: last.result === 'needsToken' || (secured && noToken(last)) ? 'needsToken' : 'failed',
        secured,
        sentence: last.sentence,
        problem: last.problem && withRules(last.problem, signed === undefined ? NO_AUTH : auth, path).toJSON(),
      });
    }
  }
  return out;
}

/** The token could not be had; the port is there and still locked. Failures of the process itself are `target.…`. */
function noToken({ problem }: PathProbe): boolean {
  return problem !== undefined && !problem.code.startsWith('target.');
}

/** An endpoint that once answered and now doesn't is no news, unless an object states it. */
function answeredOnlyBefore(e: FoundEndpoint, last: PathProbe): boolean {
  return !e.stated && last.result !== 'needsToken';
}

/** Ports that ask for a token before they say whether pprof is there: worth showing when nothing better was found. */
function behindTheToken(asked: readonly Asked[], auth: Auth): readonly FoundEndpoint[] {
  const out: FoundEndpoint[] = [];
  for (const { at, plain, signed } of asked) {
    if (plain instanceof Problem || plain.pprof.result !== 'needsToken') continue;
    const last = signed === undefined || signed instanceof Problem ? plain.pprof : signed.pprof;
    if (last.result !== 'needsToken') continue;
    const { port } = at;
    out.push({
      kind: 'pprof',
      port,
      scheme: plain.scheme,
      path: DEFAULT_PATH.pprof,
      how: `port ${port} asks for a token`,
      certainty: 'guess',
      state: 'needsToken',
      stated: false,
      secured: true,
      sentence: `Port ${port} asks for a token before it tells whether pprof is there.`,
      problem:
        last.problem && withRules(last.problem, signed === undefined ? NO_AUTH : auth, DEFAULT_PATH.pprof).toJSON(),
    });
  }
  return out;
}

/**
 * Something before the process bars the way: the API server, the rights, the pod. A refused connection is the process's
 * own answer.
 */
const BEFORE_THE_PROCESS = (code: string): boolean => code.startsWith('kube.') && code !== 'kube.portRefused';
/** Every port is barred alike. `kube.portForward` may be the fault of one port; if all fail by it, the pod is gone. */
const BEFORE_ALL_PORTS = (code: string): boolean => BEFORE_THE_PROCESS(code) && code !== 'kube.portForward';

/** The one obstacle at which every port failed, when it lies before the process. */
function sameObstacle(asked: readonly Asked[], counts: (code: string) => boolean): Problem | undefined {
  const codes = new Set<string>();
  let first: Problem | undefined;
  for (const { plain } of asked) {
    const problem = plain instanceof Problem ? plain : plain.pprof.problem;
    if (!problem || !counts(problem.code)) return undefined;
    first ??= problem;
    codes.add(problem.code);
  }
  return codes.size === 1 ? first : undefined;
}

/** Runs `work` on all, at most `limit` at once; answers keep the order. The first rejection ends it. */
export async function mapLimit<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const out: R[] = [];
  let next = 0;
  const run = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) {
      const item = items[i];
      if (item !== undefined) out[i] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, run));
  return out;
}
