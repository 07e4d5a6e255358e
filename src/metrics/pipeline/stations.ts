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

/** How warm a number is by its thresholds, with the reason. */
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

export function stationsOf(input: PipelineInput, l: LaneSignals, p: ProcessSignals, from: number): readonly Station[] {
  const queue = (id: QueryId): Track => track(input.results.get(id), 'name', l.controller);
  const own = (id: QueryId): Track => track(input.results.get(id), 'controller', l.controller);
  const all = (id: QueryId): Track => track(input.results.get(id));
  const at = (t: Track): number => last(since(t, from));
  return [events(), depth(), workers(), reconcile(), client(), limiter(), server()];

  function events(): Station {
    const adds = queue('adds');
    if (adds === EMPTY)
      return unknown('events', `No workqueue of this name is exported. ${howToGet('workqueue_adds_total')}`);
    const retries = at(queue('retries'));
    const now = at(adds);
    // Periodic requeues are retries to the metric too: only failing ones are told as warm, at Reconcile.
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
      l.errors > 0
        ? judged(
            now > 0 ? retries / now : NaN,
            'retryShare',
            `${share(Math.min(1, retries / now))} of the adds are retries`,
          )
        : CALM,
    );
  }

  function depth(): Station {
    const line = queue('depth');
    if (line === EMPTY)
      return unknown('queue', `No workqueue of this name is exported. ${howToGet('workqueue_depth')}`);
    const now = last(line);
    const p50 = at(queue('queueP50'));
    const p99 = at(queue('queueP99'));
    const priorities = tracks(input.results.get('priorities'), 'name', l.controller)
      .filter((s) => (s.labels['priority'] ?? '') !== '' && last(s) > 0)
      .map((s) => ({ priority: s.labels['priority'] ?? '', depth: last(s) }))
      .sort((a, b) => Number(b.priority) - Number(a.priority));
    const waits = Number.isFinite(p99)
      ? {
          text: `waits ${seconds(p50)} p50, ${seconds(p99)} p99`,
          title: `${seconds(l.wait)} on average. The buckets of this metric are ten times apart: p50 and p99 are rough.`,
        }
      : '';
    const heat = hotter(
      judged(l.wait, 'queueWait', `Items wait ${seconds(l.wait)} on average`),
      judged(
        Number.isFinite(l.workers) ? now / l.workers : NaN,
        'depthPerWorker',
        `${amount(now)} items wait for ${amount(l.workers)} ${l.workers === 1 ? 'worker' : 'workers'}`,
      ),
    );
    return station(
      'queue',
      amount(now),
      [waits, ...priorities.map((x) => ({ text: `${amount(x.depth)} at priority ${x.priority}` }))],
      line,
      heat,
    );
  }

  function workers(): Station {
    const active = own('active');
    if (!l.runtime || active === EMPTY) {
      const worked = queue('workSum');
      if (worked === EMPTY)
        return unknown(
          'workers',
          `The number of workers is not exported. ${howToGet('controller_runtime_active_workers')}`,
        );
      return station(
        'workers',
        `${amount(l.busy)} busy`,
        [
          {
            text: 'how many there are is not exported',
            title: 'Seconds of work each second, by workqueue_work_duration_seconds',
          },
        ],
        worked,
        {
          heat: 'calm',
          why: `How many workers there are is not exported. ${howToGet('controller_runtime_active_workers')}`,
        },
      );
    }
    const now = last(active);
    const full = mean(since(active, from)) / l.workers;
    const text = full >= 0.99 ? 'busy all the time' : `${share(full)} busy on average`;
    return station(
      'workers',
      Number.isFinite(l.workers) ? `${amount(now)} of ${amount(l.workers)}` : `${amount(now)} busy`,
      [Number.isFinite(full) ? { text } : ''],
      active,
      judged(full, 'busyShare', `${share(full)} of the workers are busy on average`),
    );
  }

  function reconcile(): Station {
    const prefix = l.runtime ? 'reconcile' : 'work';
    const get = (id: QueryId): Track => (l.runtime ? own(id) : queue(id));
    const p99 = get(`${prefix}P99`);
    if (get(`${prefix}Count`) === EMPTY)
      return unknown('reconcile', `Its time is not exported. ${howToGet('controller_runtime_reconcile_time_seconds')}`);
    const now = at(p99);
    const results = tracks(input.results.get('results'), 'controller', l.controller)
      .map((s) => ({ result: s.labels['result'] ?? '', rate: at(s) }))
      .filter((r) => r.rate > 0)
      .sort((a, b) => b.rate - a.rate);
    const failed = l.errors / l.reconciles;
    const heat = hotter(
      judged(now, 'reconcileP99', `One in a hundred takes ${seconds(now)} or more`),
      judged(failed, 'errorShare', `${share(failed)} end in an error`),
    );
    const words = l.runtime
      ? results.map((r) => ({ text: `${perSecond(r.rate)} ${r.result}` }))
      : [{ text: `${perSecond(at(get('workCount')))} done; results are not exported` }];
    return station(
      'reconcile',
      Number.isFinite(now) ? `${seconds(now)} p99` : 'none now',
      [Number.isFinite(now) ? { text: `${seconds(at(get(`${prefix}P50`)))} p50` } : '', ...words],
      p99,
      heat,
    );
  }

  function client(): Station {
    const series = input.results.get('requests')?.series ?? [];
    if (series.length === 0)
      return unknown('client', `Requests are not exported. ${howToGet('rest_client_requests_total')}`);
    const by = new Map<string, number>();
    for (const s of series) {
      const n = at(s);
      if (n > 0) by.set(s.labels['method'] ?? '', (by.get(s.labels['method'] ?? '') ?? 0) + n);
    }
    const verbs = [...by]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 4)
      .map(([m, n]) => `${m} ${perSecond(n).replace(/\/s$/, '')}`)
      .join(', ');
    const sum = total(series);
    return station(
      'client',
      perSecond(at(sum)),
      [{ text: verbs, title: 'Requests of the whole process each second, by method' }],
      sum,
      CALM,
    );
  }

  function limiter(): Station {
    const off = (input.limit?.qps ?? 0) < 0;
    const p99 = all('limiterP99');
    const limit =
      input.limit === undefined || off
        ? ''
        : {
            text: `QPS ${amount(input.limit.qps)}${input.limit.burst === undefined ? '' : `, burst ${amount(input.limit.burst)}`}`,
          };
    if (all('limiterCount') === EMPTY) {
      if (off) return station('limiter', 'off', [{ text: 'no client-side limit' }], EMPTY, CALM);
      const version = input.controllerRuntime === undefined ? {} : { controllerRuntime: input.controllerRuntime };
      return {
        ...unknown('limiter', `${LIMITER} is not exported. ${howToGet(LIMITER, version)}`, EXPORT_LIMITER),
        readings: limit === '' ? [] : [limit],
      };
    }
    const now = at(p99);
    if (!Number.isFinite(now)) return station('limiter', 'no waits', [limit], p99, CALM);
    return station(
      'limiter',
      `${seconds(now)} p99`,
      [limit, { text: `${seconds(at(all('limiterP50')))} p50` }],
      p99,
      judged(p.limiterP99, 'limiterP99', `Requests wait ${seconds(p.limiterP99)} at p99 before they are sent`),
    );
  }

  function server(): Station {
    const codes = codeWords(input, from);
    const rejectedShare = p.rejected / p.requests;
    const rejects = judged(rejectedShare, 'rejectedShare', `${share(rejectedShare)} of the requests are answered 429`);
    if (all('requestCount') === EMPTY) {
      const why = `${REQUEST} is not exported. ${howToGet(REQUEST, input.controllerRuntime === undefined ? {} : { controllerRuntime: input.controllerRuntime })}`;
      return station(
        'apiserver',
        '',
        codes,
        EMPTY,
        rejects.heat === 'calm' ? { heat: 'none', why } : { heat: rejects.heat, why: `${rejects.why ?? ''} ${why}` },
      );
    }
    // The request's time includes the limiter's wait (client-go rest/request.go): p99 tells of the server only without one.
    if (Number.isFinite(p.serverMean) && p.limiterBusy > 0.1 * p.requestBusy) {
      const line = ratio(
        combine(all('requestSum'), all('limiterSum'), (a, b) => Math.max(0, a - (Number.isNaN(b) ? 0 : b))),
        all('requestCount'),
      );
      return station(
        'apiserver',
        `${seconds(at(line))} mean`,
        [
          {
            text: "without the limiter's wait",
            title:
              'client-go measures a request from the call on, the wait in its limiter included: this is the difference of both sums',
          },
          ...codes,
        ],
        line,
        hotter(judged(p.serverMean, 'serverMean', `A request takes ${seconds(p.serverMean)} on average`), rejects),
      );
    }
    const p99 = all('requestP99');
    const now = at(p99);
    const unsure = Number.isNaN(p.limiterBusy);
    return station(
      'apiserver',
      Number.isFinite(now) ? `${seconds(now)} p99` : 'none now',
      [
        unsure
          ? {
              text: "the limiter's wait included",
              title: "client-go measures a request from the call on; the limiter's own metric is not exported",
            }
          : '',
        ...codes,
      ],
      p99,
      hotter(
        unsure ? CALM : judged(now, 'serverP99', `One request in a hundred takes ${seconds(now)} or more`),
        rejects,
      ),
    );
  }
}

/** "200: 98 %", 429 always when there was one. */
function codeWords(input: PipelineInput, from: number): Reading[] {
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
