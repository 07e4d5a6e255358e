/** The stations of a lane: the large number, the lines below it, how warm it is and why. */
import { howToGet } from '../catalog/missing';
import type { LaneSignals, ProcessSignals } from './signals';
import { ratio } from './signals';
import { REASONS, THRESHOLDS, type ThresholdName } from './thresholds';
import { combine, EMPTY, last, mean, since, spark, total, track, tracks, type Track } from './tracks';
import type { Heat, PipelineInput, Reading, Station, StationId } from './types';
import type { QueryId } from './queries';
import { amount, perSecond, seconds, share } from './words';

const EXPORT_LIMITER = { id: 'exportLimiterMetric', title: "Export the limiter's metric…" } as const;
const TITLES: Readonly<Record<StationId, string>> = {
  events: 'Added',
  queue: 'Queue',
  workers: 'Workers',
  reconcile: 'Reconcile',
  client: 'Client',
  limiter: 'Limiter',
  apiserver: 'API server',
};
const LIMITER = 'rest_client_rate_limiter_duration_seconds';
const REQUEST = 'rest_client_request_duration_seconds';

interface Judged {
  readonly heat: Heat;
  readonly why?: string;
}
const CALM: Judged = { heat: 'calm' };

/** How warm a number is by its thresholds, with the reason. NaN is calm. */
function judged(n: number, by: ThresholdName, words: string): Judged {
  const { warm, hot } = THRESHOLDS[by];
  if (!(n >= warm)) return CALM;
  return { heat: n >= hot ? 'hot' : 'warm', why: `${words}: ${REASONS[by]}.` };
}
function hotter(a: Judged, b: Judged): Judged {
  return rank(b) > rank(a) ? b : a;
}
function rank(j: Judged): number {
  return ['none', 'calm', 'warm', 'hot'].indexOf(j.heat);
}

function station(
  id: StationId,
  main: string,
  readings: readonly (Reading | '')[],
  line: Track,
  how: Judged,
  action?: Station['action'],
): Station {
  return {
    id,
    title: TITLES[id],
    main,
    readings: readings.filter((r): r is Reading => r !== '' && r.text !== ''),
    spark: spark(line),
    ...how,
    ...(action && { action }),
  };
}

function unknown(id: StationId, why: string, action?: Station['action']): Station {
  return station(id, '', [], EMPTY, { heat: 'none', why }, action);
}

/** A controller's lane, and what its stations are made from. */
interface Lane {
  readonly input: PipelineInput;
  readonly signals: LaneSignals;
  readonly process: ProcessSignals;
  /** Where the window that counts as "now" starts, s. */
  readonly from: number;
}

export function stationsOf(
  input: PipelineInput,
  signals: LaneSignals,
  process: ProcessSignals,
  from: number,
): readonly Station[] {
  const lane: Lane = { input, signals, process, from };
  return [
    eventsStation(lane),
    queueStation(lane),
    workersStation(lane),
    reconcileStation(lane),
    clientStation(lane),
    limiterStation(lane),
    serverStation(lane),
  ];
}

/** What the controller's queue exports. */
function queueTrack({ input, signals }: Lane, id: QueryId): Track {
  return track(input.results.get(id), 'name', signals.controller);
}

/** What controller-runtime exports of the controller. */
function controllerTrack({ input, signals }: Lane, id: QueryId): Track {
  return track(input.results.get(id), 'controller', signals.controller);
}

/** What is known only of the whole process. */
function processTrack({ input }: Lane, id: QueryId): Track {
  return track(input.results.get(id));
}

/** The last value in the window; NaN where there is none. */
function current({ from }: Lane, t: Track): number {
  return last(since(t, from));
}

/** How to get the metric in the process's version of controller-runtime. */
function howToGetHere({ input }: Lane, metric: string): string {
  return howToGet(metric, input.controllerRuntime === undefined ? {} : { controllerRuntime: input.controllerRuntime });
}

function eventsStation(lane: Lane): Station {
  const adds = queueTrack(lane, 'adds');
  if (adds === EMPTY)
    return unknown('events', `No workqueue of this name is exported. ${howToGet('workqueue_adds_total')}`);
  const retries = current(lane, queueTrack(lane, 'retries'));
  const now = current(lane, adds);
  const retryShare = now > 0 ? retries / now : NaN;
  return station(
    'events',
    perSecond(now),
    [
      {
        text: retries > 0 ? `${perSecond(retries)} retries` : 'none of them retries',
        title: 'Items put back with a delay: after errors, by RequeueAfter or AddAfter',
      },
    ],
    adds,
    // The metric counts periodic requeues as retries, too: they warm the station only where reconciles fail.
    lane.signals.errors > 0
      ? judged(retryShare, 'retryShare', `${share(Math.min(1, retries / now))} of the adds are retries`)
      : CALM,
  );
}

function queueStation(lane: Lane): Station {
  const line = queueTrack(lane, 'depth');
  if (line === EMPTY) return unknown('queue', `No workqueue of this name is exported. ${howToGet('workqueue_depth')}`);
  const { wait, workers } = lane.signals;
  const depth = last(line);
  const heat = hotter(
    judged(wait, 'queueWait', `Items wait ${seconds(wait)} on average`),
    judged(
      Number.isFinite(workers) ? depth / workers : NaN,
      'depthPerWorker',
      `${amount(depth)} items wait for ${amount(workers)} ${workers === 1 ? 'worker' : 'workers'}`,
    ),
  );
  return station('queue', amount(depth), [waitReading(lane), ...priorityReadings(lane)], line, heat);
}

function waitReading(lane: Lane): Reading | '' {
  const p50 = current(lane, queueTrack(lane, 'queueP50'));
  const p99 = current(lane, queueTrack(lane, 'queueP99'));
  if (!Number.isFinite(p99)) return '';
  return {
    text: `waits ${seconds(p50)} p50, ${seconds(p99)} p99`,
    title:
      `${seconds(lane.signals.wait)} on average. ` +
      'The buckets of this metric are ten times apart: p50 and p99 are rough.',
  };
}

/** Items at each priority, the highest first. */
function priorityReadings({ input, signals }: Lane): Reading[] {
  return tracks(input.results.get('priorities'), 'name', signals.controller)
    .filter((s) => (s.labels['priority'] ?? '') !== '' && last(s) > 0)
    .map((s) => ({ priority: s.labels['priority'] ?? '', depth: last(s) }))
    .sort((a, b) => Number(b.priority) - Number(a.priority))
    .map((x) => ({ text: `${amount(x.depth)} at priority ${x.priority}` }));
}

function workersStation(lane: Lane): Station {
  const active = controllerTrack(lane, 'active');
  if (!lane.signals.runtime || active === EMPTY) return workersByTheirTime(lane);
  const { workers } = lane.signals;
  const now = last(active);
  const busy = mean(since(active, lane.from)) / workers;
  const text = busy >= 0.99 ? 'busy all the time' : `${share(busy)} busy on average`;
  return station(
    'workers',
    Number.isFinite(workers) ? `${amount(now)} of ${amount(workers)}` : `${amount(now)} busy`,
    [Number.isFinite(busy) ? { text } : ''],
    active,
    judged(busy, 'busyShare', `${share(busy)} of the workers are busy on average`),
  );
}

/** The workers of a queue that doesn't export their number. */
function workersByTheirTime(lane: Lane): Station {
  const howToKnow = howToGet('controller_runtime_active_workers');
  const worked = queueTrack(lane, 'workSum');
  if (worked === EMPTY) return unknown('workers', `The number of workers is not exported. ${howToKnow}`);
  return station(
    'workers',
    `${amount(lane.signals.busy)} busy`,
    [
      {
        text: 'how many there are is not exported',
        title: 'Seconds of work each second, by workqueue_work_duration_seconds',
      },
    ],
    worked,
    { heat: 'calm', why: `How many workers there are is not exported. ${howToKnow}` },
  );
}

function reconcileStation(lane: Lane): Station {
  const { runtime, errors, reconciles } = lane.signals;
  const prefix = runtime ? 'reconcile' : 'work';
  const timeTrack = (what: 'P50' | 'P99' | 'Count'): Track =>
    runtime ? controllerTrack(lane, `${prefix}${what}`) : queueTrack(lane, `${prefix}${what}`);
  if (timeTrack('Count') === EMPTY)
    return unknown('reconcile', `Its time is not exported. ${howToGet('controller_runtime_reconcile_time_seconds')}`);
  const line = timeTrack('P99');
  const p99 = current(lane, line);
  const failed = errors / reconciles;
  const heat = hotter(
    judged(p99, 'reconcileP99', `One in a hundred takes ${seconds(p99)} or more`),
    judged(failed, 'errorShare', `${share(failed)} end in an error`),
  );
  return station(
    'reconcile',
    Number.isFinite(p99) ? `${seconds(p99)} p99` : 'none now',
    [
      Number.isFinite(p99) ? { text: `${seconds(current(lane, timeTrack('P50')))} p50` } : '',
      ...(runtime
        ? resultReadings(lane)
        : [{ text: `${perSecond(current(lane, timeTrack('Count')))} done; results are not exported` }]),
    ],
    line,
    heat,
  );
}

/** Reconciles a second by their result, the most frequent first. */
function resultReadings(lane: Lane): Reading[] {
  return tracks(lane.input.results.get('results'), 'controller', lane.signals.controller)
    .map((s) => ({ result: s.labels['result'] ?? '', rate: current(lane, s) }))
    .filter((r) => r.rate > 0)
    .sort((a, b) => b.rate - a.rate)
    .map((r) => ({ text: `${perSecond(r.rate)} ${r.result}` }));
}

function clientStation(lane: Lane): Station {
  const series = lane.input.results.get('requests')?.series ?? [];
  if (series.length === 0)
    return unknown('client', `Requests are not exported. ${howToGet('rest_client_requests_total')}`);
  const byMethod = new Map<string, number>();
  for (const s of series) {
    const rate = current(lane, s);
    const method = s.labels['method'] ?? '';
    if (rate > 0) byMethod.set(method, (byMethod.get(method) ?? 0) + rate);
  }
  const methods = [...byMethod]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 4)
    .map(([method, rate]) => `${method} ${perSecond(rate).replace(/\/s$/, '')}`)
    .join(', ');
  const sum = total(series);
  return station(
    'client',
    perSecond(current(lane, sum)),
    [{ text: methods, title: 'Requests of the whole process each second, by method' }],
    sum,
    CALM,
  );
}

function limiterStation(lane: Lane): Station {
  const limit = limitReading(lane.input.limit);
  if (processTrack(lane, 'limiterCount') === EMPTY) {
    if ((lane.input.limit?.qps ?? 0) < 0)
      return station('limiter', 'off', [{ text: 'no client-side limit' }], EMPTY, CALM);
    return {
      ...unknown('limiter', `${LIMITER} is not exported. ${howToGetHere(lane, LIMITER)}`, EXPORT_LIMITER),
      readings: limit === '' ? [] : [limit],
    };
  }
  const line = processTrack(lane, 'limiterP99');
  const p99 = current(lane, line);
  if (!Number.isFinite(p99)) return station('limiter', 'no waits', [limit], line, CALM);
  const { limiterP99 } = lane.process;
  return station(
    'limiter',
    `${seconds(p99)} p99`,
    [limit, { text: `${seconds(current(lane, processTrack(lane, 'limiterP50')))} p50` }],
    line,
    judged(limiterP99, 'limiterP99', `Requests wait ${seconds(limiterP99)} at p99 before they are sent`),
  );
}

/** "QPS 20, burst 30"; '' where the limit isn't known or is switched off. */
function limitReading(limit: PipelineInput['limit']): Reading | '' {
  if (limit === undefined || limit.qps < 0) return '';
  const burst = limit.burst === undefined ? '' : `, burst ${amount(limit.burst)}`;
  return { text: `QPS ${amount(limit.qps)}${burst}` };
}

function serverStation(lane: Lane): Station {
  const { rejected, requests, serverMean, limiterBusy, requestBusy } = lane.process;
  const codes = codeReadings(lane);
  const rejectedShare = rejected / requests;
  const rejects = judged(rejectedShare, 'rejectedShare', `${share(rejectedShare)} of the requests are answered 429`);
  if (processTrack(lane, 'requestCount') === EMPTY) return untimedServer(lane, codes, rejects);
  // client-go counts the limiter's wait into a request's time (rest/request.go): only without it is p99 the server's.
  if (Number.isFinite(serverMean) && limiterBusy > 0.1 * requestBusy) return serverByMean(lane, codes, rejects);
  return serverByP99(lane, codes, rejects);
}

/** The times of requests are not exported: their codes are all that is known. */
function untimedServer(lane: Lane, codes: readonly Reading[], rejects: Judged): Station {
  const why = `${REQUEST} is not exported. ${howToGetHere(lane, REQUEST)}`;
  return station(
    'apiserver',
    '',
    codes,
    EMPTY,
    rejects.heat === 'calm' ? { heat: 'none', why } : { heat: rejects.heat, why: `${rejects.why ?? ''} ${why}` },
  );
}

/** Requests wait in the limiter: sums can be subtracted, quantiles can't. */
function serverByMean(lane: Lane, codes: readonly Reading[], rejects: Judged): Station {
  const { serverMean } = lane.process;
  const line = ratio(
    combine(processTrack(lane, 'requestSum'), processTrack(lane, 'limiterSum'), (request, limiter) =>
      Math.max(0, request - (Number.isNaN(limiter) ? 0 : limiter)),
    ),
    processTrack(lane, 'requestCount'),
  );
  return station(
    'apiserver',
    `${seconds(current(lane, line))} mean`,
    [
      {
        text: "without the limiter's wait",
        title:
          'client-go measures a request from the call on, the wait in its limiter included: ' +
          'this is the difference of both sums',
      },
      ...codes,
    ],
    line,
    hotter(judged(serverMean, 'serverMean', `A request takes ${seconds(serverMean)} on average`), rejects),
  );
}

function serverByP99(lane: Lane, codes: readonly Reading[], rejects: Judged): Station {
  const line = processTrack(lane, 'requestP99');
  const p99 = current(lane, line);
  const maybeLimited = Number.isNaN(lane.process.limiterBusy);
  return station(
    'apiserver',
    Number.isFinite(p99) ? `${seconds(p99)} p99` : 'none now',
    [
      maybeLimited
        ? {
            text: "the limiter's wait included",
            title: "client-go measures a request from the call on; the limiter's own metric is not exported",
          }
        : '',
      ...codes,
    ],
    line,
    hotter(
      maybeLimited ? CALM : judged(p99, 'serverP99', `One request in a hundred takes ${seconds(p99)} or more`),
      rejects,
    ),
  );
}

/** "200: 98 %, 404: 2 %": the three most frequent, and 429 whenever there was one. */
function codeReadings({ input, from }: Lane): Reading[] {
  const by = new Map<string, number>();
  for (const s of input.results.get('requests')?.series ?? []) {
    const n = mean(since(s, from));
    if (n > 0) by.set(s.labels['code'] ?? '', (by.get(s.labels['code'] ?? '') ?? 0) + n);
  }
  const sum = [...by.values()].reduce((a, b) => a + b, 0);
  const sorted = [...by].sort((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, 3);
  const rejected = sorted.find(([code]) => code === '429');
  if (rejected !== undefined && !shown.includes(rejected)) shown.push(rejected);
  return shown.length === 0 ? [] : [{ text: shown.map(([code, n]) => `${code}: ${share(n / sum)}`).join(', ') }];
}
