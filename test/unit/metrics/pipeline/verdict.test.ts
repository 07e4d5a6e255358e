import { describe, expect, it } from 'vitest';
import { pipelineAt, simulate, storeOf, type Situation } from './simulate';

const steady = (n: number) => (): number => n;
const base: Situation = { workers: 4, events: steady(5), cpu: 0.004, requests: 2, sleep: 0, server: 0.012, cores: 4 };

/** What each situation is, and the station that holds it back; undefined = none. `from`: when it has come about, s. */
const SITUATIONS: Record<
  string,
  { readonly s: Situation; readonly station: string | undefined; readonly word?: RegExp }
> = {
  'a limiter of 5 QPS, workers busy and the queue growing': {
    s: { ...base, workers: 8, qps: 5, burst: 10, events: steady(8) },
    station: 'limiter',
    word: /rate limiter holds .*back.*Requests wait .* \(p99\)/,
  },
  'a limiter, the queue standing': {
    s: { ...base, workers: 2, qps: 5, burst: 10, events: steady(60), objects: 60 },
    station: 'limiter',
  },
  'a limiter and reconciles that compute': {
    s: { ...base, workers: 8, cpu: 0.03, qps: 10, burst: 15, events: steady(20) },
    station: 'limiter',
  },
  'one worker for too many events': {
    s: { ...base, workers: 1, sleep: 0.3, events: steady(6) },
    station: 'workers',
    word: /The only worker is busy and the queue has grown/,
  },
  'two workers, waiting for another system': {
    s: { ...base, workers: 2, sleep: 0.6, events: steady(6), objects: 150 },
    station: 'workers',
  },
  'CPU-bound on one worker': {
    s: { ...base, workers: 1, cpu: 0.3, requests: 1, events: steady(6) },
    station: 'reconcile',
    word: /bound by CPU/,
  },
  'CPU-bound on all cores': {
    s: { ...base, workers: 8, cpu: 0.3, requests: 1, events: steady(14), cores: 2 },
    station: 'reconcile',
    word: /bound by CPU/,
  },
  'CPU-bound at a fraction of a core': {
    s: { ...base, workers: 4, cpu: 0.1, requests: 1, events: steady(8), cores: 0.5 },
    station: 'reconcile',
  },
  'errors, half of the objects all the time': {
    s: { ...base, failing: 1, events: steady(3), objects: 40 },
    station: 'reconcile',
    word: /Reconcile fails/,
  },
  'a slow API server': { s: { ...base, server: 0.7, events: steady(8) }, station: 'apiserver', word: /API server/ },
  'an API server that rejects': {
    s: { ...base, rejecting: 0.5, events: steady(9) },
    station: 'apiserver',
    word: /429/,
  },
  'a fight over one object': {
    s: { ...base, fought: 1, events: steady(0), requests: 1, server: 0.008, cpu: 0.001 },
    station: 'events',
    word: /hot loop/,
  },
  'a fight over three objects': {
    s: { ...base, fought: 3, events: steady(0), requests: 1, server: 0.02, cpu: 0.001 },
    station: 'events',
  },
  'a fight over twenty objects, each side pausing before it writes': {
    s: { ...base, fought: 20, pause: 0.3, events: steady(0), requests: 1, server: 0.003, cpu: 0.001 },
    station: 'events',
    word: /after a pause of its own/,
  },
  "kube-controller-manager's volumes under a low limit": {
    s: { ...base, plain: 'volumes', workers: 1, qps: 2, burst: 4, events: steady(4) },
    station: 'limiter',
    word: /volumes|workers are busy/,
  },
  healthy: { s: base, station: undefined },
  'healthy, busy at half': { s: { ...base, workers: 4, sleep: 0.3, events: steady(6) }, station: undefined },
  'healthy, below its limit': { s: { ...base, qps: 20, burst: 30, events: steady(6) }, station: undefined },
  'healthy, with some errors': { s: { ...base, failing: 0.08, events: steady(10) }, station: undefined },
  'healthy, RequeueAfter every 10 s': {
    s: { ...base, requeueAfter: 10, objects: 60, events: steady(1) },
    station: undefined,
  },
  'healthy, polling 300 objects with a write each': {
    s: { ...base, workers: 8, requests: 1, requeueAfter: 10, objects: 300, events: steady(0) },
    station: undefined,
  },
  'healthy, plain client-go': { s: { ...base, plain: 'deployment', qps: 20, burst: 30 }, station: undefined },
  'healthy, one worker at 60 %': { s: { ...base, workers: 1, sleep: 0.1, events: steady(4) }, station: undefined },
  idle: { s: { ...base, events: steady(0) }, station: undefined },
  'nearly idle, with one slow reconcile now and then': {
    s: { ...base, sleep: 3, events: steady(0.05) },
    station: undefined,
  },
  'a start with 150 objects': {
    s: { ...base, sleep: 0.25, events: (t) => (t >= 4 && t < 4.5 ? 300 : 0.5) },
    station: undefined,
  },
  'a start with 60 objects through a limiter': {
    s: { ...base, qps: 20, burst: 30, events: (t) => (t >= 4 && t < 4.5 ? 120 : 0.5) },
    station: undefined,
  },
  'bursts every 15 s': { s: { ...base, sleep: 0.1, events: (t) => (t % 15 < 1 ? 40 : 0) }, station: undefined },
};

describe('the verdict, through exposition, store and evaluator', () => {
  for (const [name, { s, station, word }] of Object.entries(SITUATIONS)) {
    it(`${station ?? 'none'}: ${name}`, () => {
      const said = new Map<string, number>();
      for (let seed = 1; seed <= 10; seed++) {
        // It has been so for 20 s when the look of 20 s begins, as for a person who opens the page on a busy controller.
        const store = storeOf(simulate(s, seed, 44));
        for (const [time, seconds] of seed % 4 === 0
          ? ([
              [20, 20],
              [44, 20],
            ] as const)
          : seed % 4 === 1
            ? ([[44, 40]] as const)
            : ([[44, 20]] as const)) {
          const { verdict, noVerdict } = pipelineAt(store, time, seconds);
          const key = verdict?.station ?? 'none';
          // While a state comes about there may be no verdict yet, but never a wrong one.
          if (time !== 20 || verdict !== undefined) said.set(key, (said.get(key) ?? 0) + 1);
          if (verdict !== undefined && word !== undefined)
            expect(`${verdict.headline} ${verdict.sentence}`).toMatch(word);
          if (verdict === undefined) expect(noVerdict).toMatch(/\S/);
          else expect(verdict.evidence.length).toBeGreaterThan(0);
        }
      }
      expect([...said.keys()]).toEqual([station ?? 'none']);
    });
  }

  it.each([
    [
      'whose worker is busy at each of the last looks',
      [2, 0, 4, 0, 6, 0, 3, 0, 4],
      [1, 0, 1, 1, 1, 0, 1, 1, 1],
      'events',
    ],
    [
      'of which some items stand in the queue at times',
      [1, 0, 0, 2, 0, 3, 8, 0, 14],
      [1, 0, 0, 1, 0, 1, 1, 0, 1],
      'events',
    ],
    [
      'of which the queue has come to hold some more',
      [0, 1, 0, 3, 4, 6, 8, 10, 15],
      [1, 0, 1, 1, 0, 1, 1, 1, 1],
      'events',
    ],
    [
      'no more, once items wait for longer',
      [1, 30, 35, 28, 33, 30, 36, 29, 34],
      [1, 0, 1, 1, 0, 1, 1, 0, 1],
      undefined,
    ],
  ] as const)('sees a fight %s', (_what, depths, active, station) => {
    // What two that fight over 20 objects exported on a machine with little time for them: 88 reconciles a second, a third of them writes.
    const scrapes = depths.map((depth, i) => {
      const n = 88 * 2 * i;
      const q = 'controller="red",name="red"';
      return {
        time: 2 * i,
        text: [
          `workqueue_adds_total{${q}} ${n}`,
          `workqueue_retries_total{${q}} ${n / 3}`,
          `workqueue_depth{${q}} ${depth}`,
          `workqueue_queue_duration_seconds_sum{${q}} ${n * 0.02}`,
          `workqueue_queue_duration_seconds_count{${q}} ${n}`,
          `controller_runtime_active_workers{controller="red"} ${active[i]}`,
          'controller_runtime_max_concurrent_reconciles{controller="red"} 1',
          `controller_runtime_reconcile_time_seconds_sum{controller="red"} ${n * 0.006}`,
          `controller_runtime_reconcile_time_seconds_count{controller="red"} ${n}`,
          `controller_runtime_reconcile_total{controller="red",result="success"} ${(n * 2) / 3}`,
          `controller_runtime_reconcile_total{controller="red",result="requeue_after"} ${n / 3}`,
          `rest_client_requests_total{code="200",method="PATCH"} ${n / 3}`,
          `process_cpu_seconds_total ${i * 0.4}`,
          'go_sched_gomaxprocs_threads 2',
          '',
        ].join('\n'),
      };
    });
    expect(pipelineAt(storeOf(scrapes), 16, 16).verdict?.station).toBe(station);
  });

  it('waits for enough time before it says anything', () => {
    const store = storeOf(simulate({ ...base, workers: 8, qps: 5, events: steady(8) }, 1, 8));
    const model = pipelineAt(store, 8, 8);
    expect(model.verdict).toBeUndefined();
    expect(model.noVerdict).toBe('Not enough yet: 8 s of 15 s.');
  });

  it("does not call the limiter's victims short of workers when the limiter's metric is not exported", () => {
    const limited = { ...base, workers: 8, qps: 5, events: steady(8) };
    for (const hidden of [/rate_limiter/, /rest_client_r.*duration/]) {
      const model = pipelineAt(storeOf(simulate({ ...limited, hidden }, 3, 40)), 40, 40, {
        controllerRuntime: 'v0.25.2',
      });
      expect(model.verdict).toBeUndefined();
      expect(model.noVerdict).toMatch(
        /limiter.*not exported.*RegisterRESTClientMetrics\(metrics\.MetricRateLimiterLatency\)/,
      );
      expect(model.lanes[0]?.stations.find((x) => x.id === 'limiter')).toMatchObject({
        main: '',
        heat: 'none',
        action: { id: 'exportLimiterMetric' },
      });
    }
  });

  it('calls it short of workers without that metric when the whole of a request takes too little to matter', () => {
    const model = pipelineAt(
      storeOf(simulate({ ...base, workers: 1, sleep: 0.3, events: steady(6), hidden: /rate_limiter/ }, 3, 40)),
      40,
      40,
    );
    expect(model.verdict?.station).toBe('workers');
  });

  it("knows an old limiter's trouble as past once the load is gone", () => {
    const store = storeOf(
      simulate({ ...base, workers: 8, qps: 20, burst: 30, events: (t) => (t < 20 ? 25 : 0.5) }, 5, 120),
    );
    expect(pipelineAt(store, 20, 20).verdict?.station).toBe('limiter');
    expect(pipelineAt(store, 120, 60).verdict).toBeUndefined();
  });
});
