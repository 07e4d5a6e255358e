/**
 * A controller, simulated: events, a queue, workers that compute, wait for the client's limiter, for the API server and for
 * others, retries with backoff, all with noise of a seed. It answers as a /metrics does: text, with the buckets of the real
 * ones, so that tests go the whole way through scanner, store and evaluator.
 */
import { samples } from '../../../../src/metrics/formats/scan';
import { parseLabels } from '../../../../src/metrics/formats/labelText';
import { parsePromql, evaluate, matcher } from '../../../../src/metrics/promql';
import { pipelineOf, pipelineQueries, type PipelineView, type QueryId } from '../../../../src/metrics/pipeline';
import { rateWindow } from '../../../../src/metrics/catalog';
import type { PipelineInput } from '../../../../src/metrics/pipeline';
import type { Labels, Matcher, QueryResult, SeriesStore, StoredSeries } from '../../../../src/metrics/types';

/** xorshift32: the same numbers for the same seed. */
export function random(seed: number): () => number {
  let x = (seed * 2654435761) >>> 0 || 1;
  return () => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x / 2 ** 32;
  };
}

export interface Situation {
  readonly workers: number;
  /** Events a second at time t, s; Poisson. */
  readonly events: (t: number) => number;
  /** CPU, s; requests; wait for something that is no Kubernetes, s; of one reconcile on average. */
  readonly cpu: number;
  readonly requests: number;
  readonly sleep: number;
  readonly server: number;
  readonly qps?: number;
  readonly burst?: number;
  readonly cores: number;
  /** Share of reconciles that fail. */
  readonly failing?: number;
  /** Share of requests answered 429, each costing a second. */
  readonly rejecting?: number;
  /** Objects over which this controller and another one fight. */
  readonly fought?: number;
  /** The two pause before they paint over the other's work (RequeueAfter), s. */
  readonly pause?: number;
  /** No controller-runtime: only its queue is told. */
  readonly plain?: string;
  /** Metrics that are not exported. */
  readonly hidden?: RegExp;
  /** RequeueAfter, s: each success comes again. */
  readonly requeueAfter?: number;
  readonly objects?: number;
}

class Histogram {
  readonly counts: number[];
  sum = 0;
  n = 0;
  constructor(private readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0);
  }
  observe(v: number): void {
    this.n++;
    this.sum += v;
    this.bounds.forEach((b, i) => {
      if (v <= b) this.counts[i] = (this.counts[i] ?? 0) + 1;
    });
  }
  text(name: string, labels: string): string {
    const sep = labels === '' ? '' : `${labels},`;
    return (
      this.bounds.map((b, i) => `${name}_bucket{${sep}le="${b}"} ${this.counts[i]}\n`).join('') +
      `${name}_bucket{${sep}le="+Inf"} ${this.n}\n${name}_sum{${labels}} ${this.sum}\n${name}_count{${labels}} ${this.n}\n`
    );
  }
}

const TENS = (n: number): number[] => Array.from({ length: n }, (_, i) => 10 ** (i - 8));
const RECONCILE = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const REST = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const TICK = 0.02;

interface Phase {
  readonly kind: 'cpu' | 'limiter' | 'server' | 'sleep';
  left: number;
  total: number;
  code?: string;
  method?: string;
}
interface Work {
  readonly key: number;
  readonly started: number;
  readonly phases: Phase[];
  requestStarted: number;
  fails: boolean;
  writes: boolean;
}

/** Texts of /metrics at 0, every, 2·every … seconds. */
export function simulate(s: Situation, seed: number, seconds: number, every = 2): { time: number; text: string }[] {
  const rnd = random(seed);
  const exp = (mean: number): number => -mean * Math.log(1 - rnd());
  const queue: number[] = [];
  const addTimes = new Map<number, number>();
  const dirty = new Set<number>();
  const later: { at: number; key: number; as?: 'own' | 'rival' | 'due' }[] = [];
  /** Of a fight with a pause: what an object is queued for. */
  const role = new Map<number, 'own' | 'rival' | 'due'>();
  const failures = new Map<number, number>();
  const busy: (Work | undefined)[] = Array.from({ length: s.workers }, () => undefined);
  const h = {
    queue: new Histogram(TENS(s.plain ? 10 : 12)),
    work: new Histogram(TENS(s.plain ? 10 : 12)),
    reconcile: new Histogram(RECONCILE),
    limiter: new Histogram(REST),
    request: new Histogram(REST),
  };
  const results = new Map<string, number>([
    ['success', 0],
    ['error', 0],
    ['requeue', 0],
    ['requeue_after', 0],
  ]);
  const requests = new Map<string, number>();
  let [adds, retries, cpu, keys] = [0, 0, 0, 0];
  let bucket = s.burst ?? 10;
  const out: { time: number; text: string }[] = [];

  const add = (key: number, now: number): void => {
    if (dirty.has(key)) return;
    dirty.add(key);
    if (busy.some((w) => w?.key === key)) return;
    enqueue(key, now);
  };
  const enqueue = (key: number, now: number): void => {
    adds++;
    queue.push(key);
    addTimes.set(key, now);
  };

  const start = (key: number, now: number): Work => {
    dirty.delete(key);
    h.queue.observe(now - (addTimes.get(key) ?? now));
    addTimes.delete(key);
    const phases: Phase[] = [];
    const of = (kind: Phase['kind'], mean: number, more: Partial<Phase> = {}): void => {
      const t = kind === 'limiter' ? 0 : mean * (0.5 + rnd());
      phases.push({ kind, left: t, total: t, ...more });
    };
    if (s.cpu > 0) of('cpu', s.cpu);
    // Of two that fight, every second reconcile finds the object as it wants it.
    const writes = s.fought === undefined ? true : s.pause === undefined ? rnd() < 0.5 : role.get(key) === 'due';
    for (let i = 0; i < s.requests && writes; i++) {
      of('limiter', 0);
      const rejected = rnd() < (s.rejecting ?? 0);
      if (rejected) of('server', 1, { code: '429', method: 'GET' });
      of('server', s.server, i === s.requests - 1 ? { code: '200', method: 'PUT' } : { code: '200', method: 'GET' });
    }
    if (s.sleep > 0) of('sleep', s.sleep);
    return { key, started: now, phases, requestStarted: now, fails: rnd() < (s.failing ?? 0), writes };
  };

  const finish = (w: Work, now: number): void => {
    h.work.observe(now - w.started);
    h.reconcile.observe(now - w.started);
    const paused = s.pause !== undefined && (role.get(w.key) ?? 'rival') === 'rival';
    const result = w.fails ? 'error' : s.requeueAfter !== undefined || paused ? 'requeue_after' : 'success';
    results.set(result, (results.get(result) ?? 0) + 1);
    if (w.fails) {
      const n = (failures.get(w.key) ?? 0) + 1;
      failures.set(w.key, n);
      retries++;
      later.push({ at: now + Math.min(1000, 0.005 * 2 ** (n - 1)), key: w.key });
    } else {
      failures.delete(w.key);
      if (s.requeueAfter !== undefined) {
        retries++;
        later.push({ at: now + s.requeueAfter * (0.9 + 0.2 * rnd()), key: w.key });
      }
    }
    // Its own write comes back as an event, and the other side's answer to it a little later.
    if (s.pause !== undefined) {
      if (paused) {
        retries++;
        later.push({ at: now + s.pause, key: w.key, as: 'due' });
      }
      if (w.writes)
        later.push(
          { at: now + 0.004, key: w.key, as: 'own' },
          { at: now + 0.03 + s.pause + exp(0.004), key: w.key, as: 'rival' },
        );
    } else if (s.fought !== undefined) later.push({ at: now + 0.004 + exp(0.004), key: w.key });
    if (dirty.has(w.key)) enqueue(w.key, now);
  };

  if (s.fought !== undefined) for (let i = 0; i < s.fought; i++) add(i, 0);
  if (s.requeueAfter !== undefined)
    for (let i = 0; i < (s.objects ?? 0); i++) later.push({ at: rnd() * s.requeueAfter, key: i });

  const ticks = Math.round(seconds / TICK);
  for (let tick = 0; tick <= ticks; tick++) {
    const now = tick * TICK;
    let due = s.events(now) * TICK;
    while (due > 0) {
      if (rnd() < Math.min(1, due)) add(s.objects === undefined ? 1e6 + keys++ : Math.floor(rnd() * s.objects), now);
      due -= 1;
    }
    for (let i = later.length - 1; i >= 0; i--) {
      const l = later[i];
      if (l && l.at <= now) {
        later.splice(i, 1);
        if (l.as) role.set(l.key, l.as);
        add(l.key, now);
      }
    }
    bucket = Math.min(s.burst ?? 10, bucket + (s.qps ?? 0) * TICK);
    const computing = busy.filter((w) => w?.phases[0]?.kind === 'cpu').length;
    const speed = computing === 0 ? 0 : Math.min(1, s.cores / computing);
    cpu += 0.02 * TICK + computing * speed * TICK;
    for (let i = 0; i < busy.length; i++) {
      let w = busy[i];
      if (w === undefined) {
        const key = queue.shift();
        if (key === undefined) continue;
        busy[i] = w = start(key, now);
      }
      let time = TICK;
      while (time > 0) {
        const phase = w.phases[0];
        if (phase === undefined) break;
        if (phase.kind === 'limiter') {
          if (s.qps === undefined) {
            w.requestStarted = now;
            w.phases.shift();
            continue;
          }
          // As golang.org/x/time/rate has it: whoever comes takes a token, and waits until the bucket has earned it.
          if (phase.total === 0) {
            bucket -= 1;
            phase.total = Math.max(1e-6, -bucket / s.qps);
            phase.left = phase.total;
            w.requestStarted = now;
          }
          phase.left -= time;
          if (phase.left > 0) break;
          time = Math.min(time, -phase.left);
          h.limiter.observe(phase.total);
          w.phases.shift();
          continue;
        }
        const done = phase.kind === 'cpu' ? speed * time : time;
        phase.left -= done;
        if (phase.left > 0) break;
        time = Math.min(time, -phase.left);
        if (phase.code !== undefined) {
          const key = `code="${phase.code}",method="${phase.method}"`;
          requests.set(key, (requests.get(key) ?? 0) + 1);
          if (phase.code !== '429') h.request.observe(Math.max(phase.total, now + TICK - time - w.requestStarted));
        }
        w.phases.shift();
      }
      if (w.phases.length === 0) {
        busy[i] = undefined;
        finish(w, now + TICK - time);
      }
    }
    if (tick % Math.round(every / TICK) === 0) {
      out.push({ time: now, text: expose(now) });
    }
  }
  return out;

  function expose(now: number): string {
    const working = busy.filter((w) => w !== undefined);
    const q = s.plain === undefined ? 'controller="widget",name="widget"' : `name="${s.plain}"`;
    const unfinished = working.reduce((a, w) => a + now - w.started, 0);
    let text =
      `workqueue_adds_total{${q}} ${adds}\nworkqueue_retries_total{${q}} ${retries}\nworkqueue_unfinished_work_seconds{${q}} ${unfinished}\n` +
      (s.plain === undefined
        ? `workqueue_depth{${q},priority="0"} ${queue.length}\n`
        : `workqueue_depth{${q}} ${queue.length}\n`) +
      h.queue.text('workqueue_queue_duration_seconds', q) +
      h.work.text('workqueue_work_duration_seconds', q) +
      [...requests].map(([l, n]) => `rest_client_requests_total{${l},host="10.0.0.1:443"} ${n}\n`).join('') +
      h.limiter.text('rest_client_rate_limiter_duration_seconds', 'host="10.0.0.1:443",verb="PUT"') +
      h.request.text('rest_client_request_duration_seconds', 'host="10.0.0.1:443",verb="PUT"') +
      `process_cpu_seconds_total ${cpu}\ngo_sched_gomaxprocs_threads ${s.cores}\n`;
    if (s.plain === undefined) {
      text +=
        `controller_runtime_active_workers{controller="widget"} ${working.length}\ncontroller_runtime_max_concurrent_reconciles{controller="widget"} ${s.workers}\n` +
        [...results]
          .map(([r, n]) => `controller_runtime_reconcile_total{controller="widget",result="${r}"} ${n}\n`)
          .join('') +
        h.reconcile.text('controller_runtime_reconcile_time_seconds', 'controller="widget"');
    }
    return s.hidden === undefined
      ? text
      : text
          .split('\n')
          .filter((line) => !s.hidden?.test(line))
          .join('\n');
  }
}

/** A store of some scrapes, kept simple: every series a list. */
export function storeOf(scrapes: readonly { time: number; text: string }[], target: Labels = {}): SeriesStore {
  const all = new Map<string, { labels: Labels; times: number[]; values: number[] }>();
  for (const { time, text } of scrapes)
    for (const s of samples(text)) {
      const key = `${s.name}{${s.labelsRaw}}`;
      let series = all.get(key);
      if (series === undefined)
        all.set(
          key,
          (series = {
            labels: { ...target, ...Object.fromEntries(parseLabels(s.labelsRaw)), __name__: s.name },
            times: [],
            values: [],
          }),
        );
      series.times.push(time);
      series.values.push(s.value);
    }
  const stored = [...all.values()].map((s): StoredSeries => ({
    labels: s.labels,
    points: (from, to) => {
      let [a, b] = [0, s.times.length];
      while (a < b && (s.times[a] ?? 0) <= from) a++;
      while (b > a && (s.times[b - 1] ?? 0) > to) b--;
      return { times: Float64Array.from(s.times.slice(a, b)), values: Float64Array.from(s.values.slice(a, b)) };
    },
  }));
  const byName = new Map<string, StoredSeries[]>();
  for (const s of stored) {
    const n = s.labels['__name__'] ?? '';
    byName.set(n, [...(byName.get(n) ?? []), s]);
  }
  return {
    select(matchers: readonly Matcher[]) {
      const name = matchers.find((m) => m.label === '__name__' && m.op === '=');
      const tests = matchers.map((m) => ({ label: m.label, test: matcher(m) }));
      return (name === undefined ? stored : (byName.get(name.value) ?? [])).filter((s) =>
        tests.every((t) => t.test(s.labels[t.label] ?? '')),
      );
    },
  };
}

const queries = new Map<number, readonly { id: QueryId; expr: ReturnType<typeof parsePromql> }[]>();
function parsed(window: number): readonly { id: QueryId; expr: ReturnType<typeof parsePromql> }[] {
  let all = queries.get(window);
  if (all === undefined)
    queries.set(
      window,
      (all = pipelineQueries({ window }).map(({ id, promql }) => ({ id, expr: parsePromql(promql) }))),
    );
  return all;
}

/** The pipeline at `time`, over the `seconds` before it, as the page asks for it. */
export function pipelineAt(
  store: SeriesStore,
  time: number,
  seconds: number,
  more: Partial<PipelineInput> = {},
  every = 2,
): PipelineView {
  const results = new Map<QueryId, QueryResult>();
  const window = rateWindow({ kind: 'scrape', spacing: every });
  for (const { id, expr } of parsed(window)) {
    results.set(id, evaluate(expr, store, { start: time - seconds, end: time, step: every }));
  }
  return pipelineOf({ time, window, results, ...more });
}
