/** What a process and its controllers did over the last window, in numbers that verdicts and stations share. */
import { EVIDENCE } from './thresholds';
import {
  combine,
  deviation,
  EMPTY,
  last,
  least,
  mean,
  median,
  part,
  since,
  slope,
  span,
  total,
  track,
  tracks,
  trend,
  type Track,
} from './tracks';
import type { PipelineInput } from './types';
import type { QueryId } from './queries';

/**
 * Signals of the process: no series says which controller made a request. Means over the window; NaN = not exported.
 */
export interface ProcessSignals {
  /** Time with data, in the queried range and (seconds) in the window; s. */
  readonly observed: number;
  readonly seconds: number;
  readonly requests: number;
  readonly rejected: number;
  readonly conflicts: number;
  readonly writes: number;
  /** Goroutines in the limiter on average: seconds waited each second (Little's law). */
  readonly limiterBusy: number;
  readonly limiterMean: number;
  readonly limiterP99: number;
  readonly limiterCount: number;
  /** Goroutines in a request on average. client-go counts the limiter's wait into it (rest/request.go, request). */
  readonly requestBusy: number;
  readonly requestMean: number;
  /** Without the limiter's wait; NaN unless both are exported or the limiter is known to be off. */
  readonly serverBusy: number;
  readonly serverMean: number;
  readonly cpu: number;
  /** Cores that it may use: GOMAXPROCS or the container's limit, whichever is less. */
  readonly cores: number;
  /** Busy workers, and reconciles a second, of all controllers. */
  readonly busy: number;
  readonly reconciles: number;
}

export interface LaneSignals {
  readonly controller: string;
  /** True with controller-runtime, which exports workers and results; plain client-go exports only its queue. */
  readonly runtime: boolean;
  readonly adds: number;
  readonly retries: number;
  readonly depth: Track;
  readonly depthFirst: number;
  readonly depthLast: number;
  readonly growing: boolean;
  /** Items waited all through the second half of the window, long enough to be noticed. */
  readonly waiting: boolean;
  /** Seconds until the queue is empty; undefined unless it clearly drains. */
  readonly emptyIn: number | undefined;
  /** Mean time in queue, s. */
  readonly wait: number;
  /** Workers in all; NaN where not exported. */
  readonly workers: number;
  readonly busy: number;
  /** Share of busy workers now, in the last third. NaN where workers are not exported. */
  readonly busyNow: number;
  readonly reconciles: number;
  readonly reconcileMean: number;
  /** How uneven the rate of reconciles is: standard deviation divided by mean. */
  readonly variation: number;
  readonly slowest: number;
  readonly errors: number;
  /** Adds and reconciles in the window. */
  readonly events: number;
}

export interface Signals {
  readonly process: ProcessSignals;
  readonly lanes: readonly LaneSignals[];
}

/** Queries for gauges, which have no rate. */
const GAUGES: ReadonlySet<QueryId> = new Set<QueryId>(['depth', 'active', 'workers', 'unfinished', 'cores']);

const or0 = (n: number): number => (Number.isFinite(n) ? n : 0);

/** Controllers of the process, sorted: by the names that controller-runtime exports, otherwise by queues. */
function controllersOf(input: PipelineInput): { readonly names: readonly string[]; readonly runtime: boolean } {
  const named = (id: QueryId, label: string): string[] =>
    (input.results.get(id)?.series ?? []).map((s) => s.labels[label] ?? '').filter((n) => n !== '');
  const controllers = new Set([
    ...named('workers', 'controller'),
    ...named('active', 'controller'),
    ...named('results', 'controller'),
  ]);
  const runtime = controllers.size > 0;
  return { names: [...(runtime ? controllers : new Set(named('depth', 'name')))].sort(), runtime };
}

/**
 * From when on rates are used, s. A rate over a range that isn't full yet is too small (PromQL divides by the whole
 * range), and comparing it with gauges would be wrong. So the first rates are left out, unless that leaves less than a
 * third.
 */
function ratesFrom(input: PipelineInput, from: number, observed: number): number {
  const begin = Math.max(from, input.time - observed);
  return Math.min(Math.max(from, input.time - observed + input.window), input.time - (input.time - begin) / 3);
}

export function signalsOf(input: PipelineInput): Signals {
  const from = input.time - EVIDENCE.window;
  const settled = ratesFrom(input, from, observedTime(input));
  const { names, runtime } = controllersOf(input);
  const lanes = names.map((name) => laneSignals(input, name, runtime, from, settled));
  return { process: processSignals(input, lanes, settled), lanes };
}

/** Time with data: from the first point of any gauge or rate to now. */
function observedTime(input: PipelineInput): number {
  let first = Infinity;
  for (const id of ['depth', 'active', 'cores', 'requests'] as const)
    for (const s of input.results.get(id)?.series ?? []) first = Math.min(first, s.times[0] ?? Infinity);
  return first === Infinity ? 0 : Math.max(0, input.time - first);
}

function processSignals(input: PipelineInput, lanes: readonly LaneSignals[], from: number): ProcessSignals {
  const at = (id: QueryId): Track => since(track(input.results.get(id)), from);
  const byCode = (wanted: (method: string, code: string) => boolean): number => {
    const all = (input.results.get('requests')?.series ?? []).filter((s) =>
      wanted(s.labels['method'] ?? '', s.labels['code'] ?? ''),
    );
    return all.reduce((sum, s) => sum + or0(mean(since(s, from))), 0);
  };
  const off = (input.limit?.qps ?? 0) < 0;
  const limiterSum = mean(at('limiterSum'));
  const limiterCount = mean(at('limiterCount'));
  const limiterBusy = off && Number.isNaN(limiterSum) ? 0 : limiterSum;
  const requestSum = mean(at('requestSum'));
  const requestCount = mean(at('requestCount'));
  const serverBusy = Math.max(0, requestSum - limiterBusy);
  const procs = mean(at('cores'));
  const known = input.results.get('requests')?.series.length ?? 0;
  const observed = observedTime(input);
  return {
    observed,
    seconds: Math.min(observed, EVIDENCE.window),
    requests: known === 0 ? NaN : byCode(() => true),
    rejected: byCode((_m, code) => code === '429'),
    conflicts: byCode((_m, code) => code === '409'),
    writes: byCode((method, code) => ['PUT', 'PATCH', 'POST', 'DELETE'].includes(method) && code.startsWith('2')),
    limiterBusy,
    limiterCount,
    limiterMean: limiterCount > 0 ? limiterSum / limiterCount : limiterCount === 0 ? 0 : NaN,
    limiterP99: median(at('limiterP99').values),
    requestBusy: requestSum,
    requestMean: requestSum / requestCount,
    serverBusy,
    serverMean: serverBusy / requestCount,
    cpu: mean(at('cpu')),
    cores: Math.min(Number.isNaN(procs) ? Infinity : procs, input.cpuLimit ?? Infinity),
    busy: lanes.reduce((sum, l) => sum + or0(l.busy), 0),
    reconciles: lanes.reduce((sum, l) => sum + l.reconciles, 0),
  };
}

function laneSignals(
  input: PipelineInput,
  controller: string,
  runtime: boolean,
  from: number,
  settled: number,
): LaneSignals {
  const start = (id: QueryId): number => (GAUGES.has(id) ? from : settled);
  const queue = (id: QueryId): Track => since(track(input.results.get(id), 'name', controller), start(id));
  const own = (id: QueryId): Track => since(track(input.results.get(id), 'controller', controller), start(id));
  const depth = queue('depth');
  const wait = mean(queue('queueSum')) / mean(queue('queueCount'));
  const workers = mean(own('workers'));
  const active = own('active');
  const unfinished = queue('unfinished');
  const worked = mean(queue('workSum')) + (span(unfinished) > 0 ? Math.max(0, slope(unfinished)) : 0);
  const count = runtime ? own('reconcileCount') : queue('workCount');
  const reconciles = or0(mean(count));
  const adds = or0(mean(queue('adds')));
  const seconds = Math.min(EVIDENCE.window, Math.max(span(depth), span(active)));
  const results = tracks(input.results.get('results'), 'controller', controller);
  return {
    controller,
    runtime,
    adds,
    retries: or0(mean(queue('retries'))),
    ...depthSignals(depth, wait),
    wait,
    workers,
    busy: active.values.length > 0 ? mean(active) : worked,
    busyNow: mean(part(active, 'last')) / workers,
    reconciles,
    reconcileMean: runtime ? mean(own('reconcileSum')) / mean(count) : mean(queue('workSum')) / mean(count),
    variation: rateVariation(count),
    slowest: least(count),
    errors: or0(mean(since(total(results.filter((r) => r.labels['result'] === 'error')), settled))),
    events: (adds + reconciles) * seconds,
  };
}

/** Whether the queue grows, drains, or keeps items waiting. */
function depthSignals(
  depth: Track,
  wait: number,
): Pick<LaneSignals, 'depth' | 'depthFirst' | 'depthLast' | 'growing' | 'waiting' | 'emptyIn'> {
  const depthFirst = median(part(depth, 'first').values);
  const depthLast = median(part(depth, 'last').values);
  const half = part(depth, 'half');
  const begin = half.values[0] ?? 0;
  const falling =
    trend(half) <= -EVIDENCE.trend &&
    begin - last(half) >= Math.max(EVIDENCE.drop * begin, Math.min(EVIDENCE.growth, begin));
  const rate = slope(half);
  const drained = depth.values.length > 0 && Math.max(...depth.values) > 0 && depthLast === 0;
  return {
    depth,
    depthFirst,
    depthLast,
    growing:
      depthLast - depthFirst >= Math.max(EVIDENCE.growth, 0.1 * depthFirst) &&
      trend(depth) >= EVIDENCE.trend &&
      trend(half) > -EVIDENCE.trend,
    waiting: half.values.length > 0 && least(half) >= 1 && wait >= 1,
    emptyIn: falling && rate < 0 ? depthLast / -rate : drained ? 0 : undefined,
  };
}

function rateVariation(t: Track): number {
  return deviation(t) / mean(t);
}

/** Mean wait or time at each step: sum divided by count, NaN where nothing came. */
export function ratio(sum: Track, count: Track): Track {
  return sum === EMPTY ? EMPTY : combine(sum, count, (a, b) => (b > 0 ? a / b : NaN));
}
