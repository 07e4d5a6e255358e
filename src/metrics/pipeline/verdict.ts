/**
 * Finds what holds a controller back, where the numbers support it. First: does work wait (a queue that grows or stays
 * full, or all workers busy, now and not just for a moment)? Then: where does the busy workers' time go? Seconds waited
 * per second are goroutines waiting (Little's law), so limiter, server and CPU compare with busy workers as shares of
 * one whole. The limiter comes first, since behind it workers are busy and the queue grows as well. No verdict rests on
 * a metric that isn't exported.
 */
import { count } from '../../base/format';
import { howToGet } from '../catalog/missing';
import type { LaneSignals, ProcessSignals, Signals } from './signals';
import { EVIDENCE, THRESHOLDS } from './thresholds';
import type { PipelineInput, Verdict, StationId } from './types';
import { amount, perSecond, seconds, share, spell } from './words';

export type Judgement =
  { readonly verdict: Verdict; readonly noVerdict: '' } | { readonly verdict: undefined; readonly noVerdict: string };

const none = (noVerdict: string): Judgement => ({ verdict: undefined, noVerdict });

/** The verdict for the lane that is held back most. */
export function judge(signals: Signals, input: PipelineInput): Judgement {
  const { process, lanes } = signals;
  if (process.observed < EVIDENCE.seconds)
    return none(`Not enough yet: ${Math.floor(process.observed)} s of ${EVIDENCE.seconds} s.`);
  const ranked = [...lanes].sort((a, b) => pressure(b) - pressure(a));
  let why: string | undefined;
  for (const lane of ranked) {
    const judged = judgeLane(lane, process, input);
    if (judged.verdict !== undefined) return judged;
    if (why === undefined && judged.noVerdict !== '') why = judged.noVerdict;
  }
  if (why !== undefined) return none(why);
  return none(
    lanes.length === 0 ? 'No controller is seen: the process exports neither controllers nor queues.' : 'None seen.',
  );
}

function pressure(l: LaneSignals): number {
  return (Number.isFinite(l.depthLast) ? l.depthLast : 0) + (Number.isFinite(l.busy) ? l.busy : 0) + l.errors;
}

function judgeLane(l: LaneSignals, p: ProcessSignals, input: PipelineInput): Judgement {
  const errors = l.runtime && l.errors * p.seconds >= EVIDENCE.errors && l.errors >= EVIDENCE.share * l.reconciles;
  if (l.events < EVIDENCE.events && !errors) return none('');
  if (l.emptyIn !== undefined && l.emptyIn < EVIDENCE.drained && !errors) {
    return (
      loop(l, p) ??
      none(l.emptyIn > 0 ? `None seen: ${l.controller}'s queue drains, empty in about ${spell(l.emptyIn)}.` : '')
    );
  }
  const queued = l.growing || l.waiting;
  const held = l.depth.values.length >= EVIDENCE.points && (queued || l.busyNow >= THRESHOLDS.busyShare.warm);
  if (held) {
    const cause = limiter(l, p, input) ?? server(l, p);
    if (cause !== undefined) return cause;
  }
  if (errors) return failing(l, p);
  if (held) {
    // A loop, too, keeps a worker busy for moments and a few items in its queue.
    return cpu(l, p) ?? (l.waiting ? undefined : loop(l, p)) ?? (queued ? starved(l, p, input) : none(''));
  }
  return loop(l, p) ?? none('');
}

/** Most of the workers' time is spent in client-go's limiter. */
function limiter(l: LaneSignals, p: ProcessSignals, input: PipelineInput): Judgement | undefined {
  if (!(
    p.limiterMean >= EVIDENCE.limiterMean &&
    p.limiterBusy >= EVIDENCE.share * p.busy &&
    p.limiterCount * p.seconds >= EVIDENCE.events
  ))
    return undefined;
  const limit =
    input.limit !== undefined && input.limit.qps > 0
      ? `for a limit of ${perSecond(input.limit.qps)}`
      : `at ${perSecond(p.requests)}`;
  const [parked, busy] = [amount(p.limiterBusy), amount(p.busy)];
  const answers = Number.isFinite(p.serverMean) ? `; the API server answers in ${seconds(p.serverMean)}` : '';
  return verdict(
    l,
    'limiter',
    "The client's rate limiter holds this controller back.",
    `Requests wait ${seconds(p.limiterP99)} (p99) ${limit}, while ${working(l)}${queueWords(l, p)}${answers}.`,
    [
      `${parked} ${parked === '1' ? 'goroutine' : 'goroutines'} stood in the limiter on average, ` +
        `of ${busy} busy ${busy === '1' ? 'worker' : 'workers'}: ` +
        `${share(Math.min(1, p.limiterBusy / p.busy))} of their time.`,
      `A request waited ${seconds(p.limiterMean)} on average before it was sent, ` +
        `${count(Math.round(p.limiterCount * p.seconds), 'request')} in ${spell(p.seconds)}.`,
      ...(Number.isFinite(p.serverMean)
        ? [`Without that wait a request took ${seconds(p.serverMean)} on average.`]
        : []),
    ],
    ['setQps', 'goroutines'],
  );
}

/** The API server is slow or rejects requests: most of the workers' time goes into requests, after the limiter. */
function server(l: LaneSignals, p: ProcessSignals): Judgement | undefined {
  const rejectedShare = p.rejected / p.requests;
  const rejecting = rejectedShare >= THRESHOLDS.rejectedShare.hot && p.rejected * p.seconds >= EVIDENCE.errors;
  const inRequests = Number.isFinite(p.serverBusy) ? p.serverBusy : rejecting ? p.requestBusy : NaN;
  const slow =
    p.serverMean >= EVIDENCE.serverMean &&
    inRequests >= EVIDENCE.share * p.busy &&
    p.requests * p.seconds >= EVIDENCE.events;
  if (!slow && !(rejecting && (Number.isNaN(inRequests) || inRequests >= EVIDENCE.share * p.busy))) return undefined;
  const notLimited = p.limiterMean < EVIDENCE.limiterMean ? ", nearly nothing of it in the client's limiter" : '';
  const took = Number.isFinite(p.serverMean)
    ? `A request takes ${seconds(p.serverMean)} on average${notLimited}`
    : 'Requests are tried again and again';
  const rejects = rejecting ? `, and ${share(rejectedShare)} of the answers are 429` : '';
  return verdict(
    l,
    'apiserver',
    rejecting
      ? 'The API server rejects requests of this controller.'
      : "The API server's answers hold this controller back.",
    `${took}${rejects}, while ${working(l)}${queueWords(l, p)}.`,
    [
      ...(Number.isFinite(inRequests)
        ? [
            `${amount(inRequests)} requests were under way on average, of ${amount(p.busy)} busy workers: ` +
              `${share(Math.min(1, inRequests / p.busy))} of their time.`,
          ]
        : []),
      ...(rejecting
        ? [
            `${perSecond(p.rejected)} of ${perSecond(p.requests)} were answered 429: ` +
              'client-go waits as long as the answer says, then tries again.',
          ]
        : []),
    ],
    ['goroutines'],
  );
}

/** Reconcile mostly fails; its items wait out their delays outside the queue. */
function failing(l: LaneSignals, p: ProcessSignals): Judgement {
  const failed = l.errors / l.reconciles;
  const conflicts =
    p.conflicts >= EVIDENCE.share * l.errors
      ? ` Most are conflicts (409: ${perSecond(p.conflicts)}): somebody else writes the same objects.`
      : '';
  return verdict(
    l,
    'reconcile',
    'Reconcile fails, and its items wait to be tried again.',
    `${share(failed)} of the reconciles end in an error (${perSecond(l.errors)} of ${perSecond(l.reconciles)}), ` +
      `with ${perSecond(l.retries)} retries; each failure doubles an item's delay, up to 1,000 s.${conflicts}`,
    [
      `${count(Math.round(l.errors * p.seconds), 'reconcile')} failed in ${spell(p.seconds)}.`,
      `Items that wait for a retry are not in the queue's depth (${amount(l.depthLast)}): ` +
        'the work is late although the queue looks calm.',
    ],
    ['goroutines'],
  );
}

/** The workers compute: they use all cores, or each worker one of its own. */
function cpu(l: LaneSignals, p: ProcessSignals): Judgement | undefined {
  const full = Number.isFinite(p.cores) && p.cpu >= THRESHOLDS.cpuOfCores.warm * p.cores;
  const computing = p.cpu >= EVIDENCE.share * p.busy;
  if (!full && !computing) return undefined;
  const of = Number.isFinite(p.cores) ? ` of ${amount(p.cores)} ${p.cores === 1 ? 'core' : 'cores'}` : ' cores';
  const more = full ? 'more workers would not help' : 'it computes, and waits for nothing';
  return verdict(
    l,
    'reconcile',
    'Reconcile is bound by CPU.',
    `A reconcile takes ${seconds(l.reconcileMean)} on average and the process uses ${amount(p.cpu)}${of}, ` +
      `while ${working(l)}${queueWords(l, p)}; ${more}.`,
    [
      `CPU took ${share(Math.min(1, p.cpu / p.busy))} of the time of ${amount(p.busy)} busy workers, ` +
        "the garbage collector's part among it.",
      ...otherwise(p),
    ],
    ['profileCpu', 'goroutines'],
  );
}

/** Work waits for a worker, and the workers' time goes to nothing that a setting or a server could change. */
function starved(l: LaneSignals, p: ProcessSignals, input: PipelineInput): Judgement {
  const notLimited =
    (Number.isFinite(p.limiterBusy) && p.limiterBusy < EVIDENCE.small * p.busy) ||
    p.requestBusy < EVIDENCE.small * p.busy;
  if (!notLimited) {
    if (Number.isFinite(p.limiterBusy))
      return none(`None clear: ${working(l)}${queueWords(l, p)}, and their time goes to several causes.`);
    return none(
      `Not known: ${working(l)}${queueWords(l, p)}, but rest_client_rate_limiter_duration_seconds is not ` +
        "exported, so nobody can tell whether the client's limiter is what they wait for. " +
        `${howToGet('rest_client_rate_limiter_duration_seconds', known(input))}`,
    );
  }
  if (Number.isFinite(p.serverBusy) && p.serverBusy >= EVIDENCE.share * p.busy) {
    return verdict(
      l,
      'workers',
      'Too few workers for the requests that each reconcile makes.',
      `${capital(working(l))}${queueWords(l, p)}; a request takes only ${seconds(p.serverMean)}, ` +
        `but a reconcile makes ${amount(p.requests / l.reconciles)} of them, one after the other.`,
      capacity(l),
      ['setWorkers', 'goroutines'],
    );
  }
  return verdict(
    l,
    'workers',
    'Too few workers for the events that come in.',
    `${capital(working(l))}${queueWords(l, p)}: ${perSecond(l.adds)} come in, ` +
      `and a reconcile takes ${seconds(l.reconcileMean)}, little of it in the client or on the CPU.`,
    [...capacity(l), ...otherwise(p)],
    ['setWorkers', 'goroutines'],
  );
}

/**
 * Reconciles that cause themselves: many, evenly, with a write in at least every fourth, and nothing waits. A process
 * that polls (RequeueAfter) reconciles a lot, too: retries prove nothing unless each write also brings an event from
 * somebody else.
 */
function loop(l: LaneSignals, p: ProcessSignals): Judgement | undefined {
  if (!(
    l.reconciles >= EVIDENCE.loopRate &&
    l.slowest >= EVIDENCE.loopRate / 4 &&
    l.variation <= EVIDENCE.loopVariation
  ))
    return undefined;
  if (
    l.depthLast > Math.max(EVIDENCE.growth, EVIDENCE.loopQueue * l.reconciles) ||
    l.errors > THRESHOLDS.errorShare.warm * l.reconciles
  )
    return undefined;
  const writes = p.writes / l.reconciles;
  if (!(
    l.reconciles >= EVIDENCE.loopLane * p.reconciles &&
    writes >= EVIDENCE.loopWrites &&
    writes <= 1 / EVIDENCE.loopLane
  ))
    return undefined;
  const answers = (l.adds - l.retries - p.writes) / p.writes;
  const paused = l.retries > EVIDENCE.loopRetries * l.adds;
  if (paused && answers < EVIDENCE.loopAnswers) return undefined;
  const retries = paused ? `${perSecond(l.retries)} of them after a pause of its own` : 'hardly a retry';
  return verdict(
    l,
    'events',
    "This looks like a hot loop: the controller's own writes bring its next events.",
    `${perSecond(l.reconciles)} reconciles (${retries}) and ${perSecond(p.writes)} writes, ` +
      `evenly for ${spell(p.seconds)}, with ${amount(l.depthLast)} in the queue; ` +
      "if nothing else changes so many objects, two writers undo each other's work.",
    [
      `${perSecond(l.adds - l.retries)} events came in, ${amount((l.adds - l.retries) / p.writes)} for each of ` +
        "this process's own writes: " +
        `its own comes back to it${answers >= EVIDENCE.loopAnswers ? ', and another follows' : ''}.`,
      `The rate varied by ${share(l.variation)}.`,
    ],
    ['profileCpu'],
  );
}

function capacity(l: LaneSignals): string[] {
  if (!Number.isFinite(l.workers))
    return [
      `A queue with items in it has no idle worker; ${amount(l.busy)} were busy on average. ` +
        'How many there are is not exported.',
    ];
  return [
    `${count(Math.round(l.workers), 'worker')} finished ${perSecond(l.reconciles)}; ${perSecond(l.adds)} came in.`,
  ];
}

/** What else was checked and is not the cause. */
function otherwise(p: ProcessSignals): string[] {
  return [
    ...(Number.isFinite(p.limiterMean)
      ? [`The client's limiter held a request ${seconds(p.limiterMean)} on average.`]
      : []),
    ...(Number.isFinite(p.serverMean) ? [`Without it a request took ${seconds(p.serverMean)}.`] : []),
    ...(Number.isFinite(p.cpu)
      ? [`CPU: ${amount(p.cpu)} cores${Number.isFinite(p.cores) ? ` of ${amount(p.cores)}` : ''}.`]
      : []),
  ];
}

/** "all 8 workers are busy". */
function working(l: LaneSignals): string {
  if (!Number.isFinite(l.workers)) return `${amount(l.busy)} workers are busy on average`;
  if (l.workers === 1) return 'the only worker is busy';
  return l.busyNow >= 0.99
    ? `all ${amount(l.workers)} workers are busy`
    : `${amount(l.busyNow * l.workers)} of ${amount(l.workers)} workers are busy`;
}

/** " and the queue has grown from 12 to 340 in 60 s". */
function queueWords(l: LaneSignals, p: ProcessSignals): string {
  if (l.growing)
    return ` and the queue has grown from ${amount(l.depthFirst)} to ${amount(l.depthLast)} in ${spell(p.seconds)}`;
  return l.waiting ? ` and ${amount(l.depthLast)} items wait ${seconds(l.wait)} on average` : '';
}

function capital(s: string): string {
  return s.slice(0, 1).toUpperCase() + s.slice(1);
}

function known(input: PipelineInput): { controllerRuntime?: string } {
  return input.controllerRuntime === undefined ? {} : { controllerRuntime: input.controllerRuntime };
}

const TITLES = {
  setQps: 'Set QPS and Burst…',
  setWorkers: 'Set the number of workers…',
  goroutines: "See the workers' stacks",
  profileCpu: 'Profile the CPU now',
  why: 'Why?',
} as const;

function verdict(
  l: LaneSignals,
  station: StationId,
  headline: string,
  sentence: string,
  evidence: readonly string[],
  actions: readonly ('setQps' | 'setWorkers' | 'goroutines' | 'profileCpu')[],
): Judgement {
  return {
    verdict: {
      controller: l.controller,
      station,
      headline,
      sentence,
      evidence,
      actions: [...actions, 'why' as const].map((id) => ({ id, title: TITLES[id] })),
    },
    noVerdict: '',
  };
}
