import { describe, expect, it } from 'vitest';
import {
  addMatchers,
  explainMissing,
  fill,
  narrow,
  nativeForm,
  PANELS,
  promDuration,
  rateWindow,
} from '../../../../src/metrics/catalog';
import { metricNames, parsePromql } from '../../../../src/metrics/promql';
import type { PanelInfo } from '../../../../src/protocol/metrics';
import type { PipelineView } from '../../../../src/protocol/metrics';
import { pipelineOf, pipelineQueries } from '../../../../src/metrics/pipeline';

const panel = (id: string) => {
  const p = PANELS.find((x) => x.id === id);
  if (p === undefined) throw new Error(id);
  return p;
};

describe('the catalog', () => {
  it('has the shapes that the pages know', () => {
    const panels: readonly PanelInfo[] = PANELS;
    const view: PipelineView = pipelineOf({ time: 0, window: 10, results: new Map() });
    expect(panels.length).toBeGreaterThan(60);
    expect(view).toMatchObject({ lanes: [], verdict: undefined });
  });

  it('names each panel once, says what it tells in sentences, and where it is from', () => {
    expect(new Set(PANELS.map((p) => p.id)).size).toBe(PANELS.length);
    for (const p of PANELS) {
      expect(p.tells, p.id).toMatch(/[.]$/);
      expect(p.from, p.id).not.toBe('');
      for (const t of p.thresholds ?? []) expect(t.text, p.id).not.toBe('');
    }
  });

  it('has queries that the evaluator reads, and needs just the metrics that they name', () => {
    for (const p of PANELS) {
      const named = metricNames(parsePromql(fill(p.promql, { window: 10 })));
      expect([...new Set(named)].sort(), p.id).toEqual([...new Set(p.needs)].sort());
    }
    for (const q of pipelineQueries({ window: 90, process: [{ label: 'pod', op: '=', value: 'a"b' }] }))
      expect(() => parsePromql(q.promql), q.promql).not.toThrow();
  });

  it('narrows each of them to a process and a controller, still readable and with the labels on every selector', () => {
    for (const p of PANELS) {
      const text = narrow(fill(p.promql, { window: 90 }), 'widget', [{ label: 'pod', op: '=', value: 'w-0' }]);
      expect(() => parsePromql(text), text).not.toThrow();
      expect(text.match(/pod="w-0"/g)?.length, text).toBe(
        p.promql.match(
          /(workqueue|controller_runtime|rest_client|leader_election|process|go|apiserver_flowcontrol|argocd|moco_cluster|certmanager|kubbernecker)_\w+/g,
        )?.length,
      );
    }
  });
});

describe('queries as text', () => {
  it('adds matchers to selectors and to nothing else', () => {
    const pod = () => [{ label: 'pod', op: '=' as const, value: 'a' }];
    expect(
      addMatchers('sum by (name, le) (rate(x_total{a="}by",}[5m])) / 2e3 * avg without (x) (y offset 5m)', pod),
    ).toBe('sum by (name, le) (rate(x_total{a="}by",pod="a"}[5m])) / 2e3 * avg without (x) (y{pod="a"} offset 5m)');
    expect(addMatchers('{__name__="x"} + on (a) group_left (b) z', pod)).toBe(
      '{__name__="x",pod="a"} + on (a) group_left (b) z{pod="a"}',
    );
    expect(addMatchers('x', () => [{ label: 'a', op: '=~', value: 'q"\\\n' }])).toBe('x{a=~"q\\"\\\\\\n"}');
    expect(addMatchers('sum(x) by (job)', pod)).toBe('sum(x{pod="a"}) by (job)');
  });

  it('knows which label names the controller', () => {
    expect(narrow('workqueue_depth + controller_runtime_active_workers + go_goroutines', 'w')).toBe(
      'workqueue_depth{name="w"} + controller_runtime_active_workers{controller="w"} + go_goroutines',
    );
  });

  it('reads classic histograms as native ones where only those are kept', () => {
    expect(nativeForm(panel('essentials.reconcileP99').promql, () => true)).toBe(
      'histogram_quantile(0.99, sum by (job, controller) (rate(controller_runtime_reconcile_time_seconds[$window])))',
    );
    expect(nativeForm(panel('essentials.reconcileP99').promql, () => false)).toBe(
      panel('essentials.reconcileP99').promql,
    );
    expect(nativeForm('histogram_quantile(0.9, sum by (le) (rate(x_bucket[1m])))', () => true)).toBe(
      'histogram_quantile(0.9, sum  (rate(x[1m])))',
    );
  });

  it('writes durations as PromQL does and chooses ranges that hold four scrapes', () => {
    expect([90, 3600, 0.25, 61.5, 0].map(promDuration)).toEqual(['1m30s', '1h', '250ms', '1m1s500ms', '1ms']);
    expect(rateWindow({ kind: 'scrape', spacing: 2 })).toBe(10);
    expect(rateWindow({ kind: 'scrape', spacing: 15 })).toBe(60);
    expect(rateWindow({ kind: 'prometheus' })).toBe(240);
    expect(rateWindow({ kind: 'prometheus', spacing: 15, step: 120 })).toBe(120);
  });
});

describe('what is missing', () => {
  const limiter = panel('essentials.limiterP99');
  it("tells how to get the limiter's metric, by the version", () => {
    const none = new Set<string>();
    expect(explainMissing(limiter, { names: none, controllerRuntime: 'v0.25.0' })).toMatch(
      /RegisterRESTClientMetrics\(metrics\.MetricRateLimiterLatency\)/,
    );
    expect(explainMissing(limiter, { names: none, controllerRuntime: '0.24.1' })).toMatch(
      /controller-runtime 0\.24\.1 has no switch.*RateLimiterLatency/,
    );
    expect(explainMissing(limiter, { names: none })).toMatch(/0\.25 or later.*With an older one/);
  });
  it("says nothing when all is there, by family or by series, with OpenMetrics' shorter names too", () => {
    expect(explainMissing(limiter, { names: new Set(['rest_client_rate_limiter_duration_seconds']) })).toBeUndefined();
    expect(explainMissing(panel('queue.adds'), { names: new Set(['workqueue_adds']) })).toBeUndefined();
  });
  it('has a way for every panel', () => {
    for (const p of PANELS)
      expect(explainMissing(p, { names: new Set() }), p.id).toMatch(/^This process does not export \S+\. [A-Z].*\.$/);
  });
});
