import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PANELS } from '../../../../src/metrics/catalog';
import { csv, grafanaDashboard, prometheusRule, rulesFile, type ControllerFacts } from '../../../../src/metrics/export';
import { yaml } from '../../../../src/metrics/export/yaml';
import { parsePromql } from '../../../../src/metrics/promql';

const facts: ControllerFacts = {
  title: 'samples/Widgets: "a"',
  controller: 'widget',
  target: { job: 'samples', namespace: 'default' },
  lease: 'w.example.com',
};
interface Rules {
  groups: {
    name: string;
    rules: {
      alert: string;
      expr: string;
      for: string;
      labels: Record<string, string>;
      annotations: Record<string, string>;
    }[];
  }[];
}

describe('alerts', () => {
  it('are the same in a PrometheusRule and in a rules file, each narrowed to the controller', () => {
    const rule = parse(prometheusRule(facts, 'monitoring')) as {
      apiVersion: string;
      kind: string;
      metadata: object;
      spec: Rules;
    };
    const file = parse(rulesFile(facts)) as Rules;
    expect(rule).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'controller-samples-widgets-a', namespace: 'monitoring' },
    });
    expect(rule.spec).toEqual(file);
    const rules = file.groups[0]?.rules ?? [];
    expect(rules.map((r) => r.alert)).toEqual([
      'ControllerQueueGrows',
      'ControllerQueueWaits',
      'ControllerReconcileErrors',
      'ControllerClientThrottled',
      'ControllerWorkersSaturated',
      'ControllerApiServerRejects',
      'ControllerHasNoLeader',
    ]);
    for (const r of rules) {
      expect(r.expr).toContain('job="samples",namespace="default"');
      expect(r.for).toMatch(/^\d+m$/);
      expect(['warning', 'critical']).toContain(r.labels['severity']);
      expect(r.annotations['summary']).toMatch(/\.$/);
      expect(r.annotations['description']).toMatch(/\.$/);
    }
    expect(rules[2]?.expr).toContain('controller="widget"');
    expect(rules[0]?.expr).toContain('name="widget"');
    expect(rules[6]?.expr).toBe(
      'max by (job, name) (leader_election_master_status{name="w.example.com",job="samples",namespace="default"}) == 0',
    );
  });

  it('leave out what the process does not export', () => {
    const file = parse(
      rulesFile({ ...facts, names: new Set(['workqueue_depth', 'leader_election_master_status']) }),
    ) as Rules;
    expect(file.groups[0]?.rules.map((r) => r.alert)).toEqual(['ControllerQueueGrows', 'ControllerHasNoLeader']);
  });
});

describe('the dashboard', () => {
  interface Board {
    schemaVersion: number;
    templating: { list: { name: string; type: string }[] };
    panels: {
      id: number;
      type: string;
      gridPos: { x: number; y: number; w: number; h: number };
      targets?: { expr: string }[];
    }[];
  }
  const board = JSON.parse(JSON.stringify(grafanaDashboard(facts, PANELS))) as Board;

  it("has every panel with a query of this controller that reads, and Grafana's own range", () => {
    const exprs = board.panels.flatMap((p) => p.targets?.map((t) => t.expr) ?? []);
    expect(exprs.length).toBe(PANELS.length);
    for (const e of exprs) {
      expect(e).toContain('job="samples"');
      expect(e).not.toContain('$window');
      expect(() => parsePromql(e.replaceAll('$__rate_interval', '5m')), e).not.toThrow();
    }
  });

  it('lays panels side by side, none over another, ids once, the data source chosen on import', () => {
    expect(new Set(board.panels.map((p) => p.id)).size).toBe(board.panels.length);
    const taken = new Set<string>();
    for (const { gridPos: g } of board.panels)
      for (let y = g.y; y < g.y + g.h; y++)
        for (let x = g.x; x < g.x + g.w; x++) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
    expect(board.templating.list[0]).toMatchObject({ name: 'DS_PROMETHEUS', type: 'datasource' });
    expect(board.schemaVersion).toBeGreaterThanOrEqual(39);
  });

  it('has only what the process exports', () => {
    const few = grafanaDashboard({ ...facts, names: new Set(['workqueue_depth']) }, PANELS) as unknown as Board;
    expect(
      few.panels.filter((p) => p.type !== 'row').every((p) => /workqueue_depth/.test(p.targets?.[0]?.expr ?? '')),
    ).toBe(true);
    expect(few.panels.length).toBeGreaterThan(2);
  });
});

describe('CSV and YAML', () => {
  it('writes gaps as empty fields and keeps quotes, lines and formulas in their place', () => {
    const chart = {
      times: Float64Array.from([0, 1.5]),
      series: [
        { label: 'a,"b"\nc', values: Float64Array.from([1, NaN]) },
        { label: '=1+1', values: Float64Array.from([Infinity, 0.1]) },
      ],
    };
    expect(csv(chart)).toBe(
      'time,"a,""b""\nc",\'=1+1\r\n1970-01-01T00:00:00.000Z,1,+Inf\r\n1970-01-01T00:00:01.500Z,,0.1\r\n',
    );
  });
  it('writes data that a YAML reader gives back', () => {
    const data = {
      a: 'yes',
      b: ['1', { c: 'x: y # z', d: [], e: '' }, [['n']]],
      'k: ey': 'lines\nand "quotes" \\',
      f: 1.5,
      g: true,
      h: {},
      i: '- x',
      j: '{{ $labels.name }}',
      k: '5m',
      l: 'null',
      m: '\u2028é',
    };
    expect(parse(yaml(data))).toEqual(data);
  });
});
