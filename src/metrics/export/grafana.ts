import { fill } from '../catalog/fill';
import { missing } from '../catalog/missing';
import type { Panel } from '../catalog/types';
import type { Unit } from '../units';
import { forController, type ControllerFacts } from './facts';

/** Grafana's own names of units (packages/grafana-data, valueFormats/categories.ts). */
const UNITS: Readonly<Record<Unit, string>> = {
  none: 'none',
  seconds: 's',
  bytes: 'bytes',
  perSecond: 'ops',
  percent: 'percent',
  cores: 'none',
  count: 'short',
};
/** That of Grafana 12; later versions migrate an older dashboard when they open it. */
const SCHEMA = 41;
/** Grafana's grid is 24 wide. */
const WIDTH = 12,
  HEIGHT = 8;
const DATASOURCE = { type: 'prometheus', uid: '${DS_PROMETHEUS}' } as const;

/**
 * A dashboard for this controller with the panels that the process exports, a row for each group, two panels wide. For
 * Grafana's "Import dashboard".
 */
export function grafanaDashboard(facts: ControllerFacts, panels: readonly Panel[]): Record<string, unknown> {
  const wanted = panels.filter((p) => facts.names === undefined || missing(p, facts.names).length === 0);
  const out: Record<string, unknown>[] = [];
  let y = 0;
  let id = 1;
  for (const group of new Set(wanted.map((p) => p.group))) {
    out.push({
      id: id++,
      type: 'row',
      title: group,
      collapsed: false,
      gridPos: { h: 1, w: 24, x: 0, y: y++ },
      panels: [],
    });
    const own = wanted.filter((p) => p.group === group);
    own.forEach((p, i) =>
      out.push({
        ...chart(p, facts),
        id: id++,
        gridPos: { h: HEIGHT, w: WIDTH, x: (i % 2) * WIDTH, y: y + Math.floor(i / 2) * HEIGHT },
      }),
    );
    y += Math.ceil(own.length / 2) * HEIGHT;
  }
  return {
    id: null,
    uid: null,
    title: `Controller ${facts.title}`,
    tags: ['kubernetes', 'controller'],
    timezone: 'browser',
    editable: true,
    schemaVersion: SCHEMA,
    version: 1,
    refresh: '30s',
    graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' },
    annotations: { list: [] },
    links: [],
    templating: {
      list: [
        {
          name: 'DS_PROMETHEUS',
          label: 'Prometheus',
          type: 'datasource',
          query: 'prometheus',
          current: {},
          hide: 0,
          includeAll: false,
          multi: false,
          options: [],
          refresh: 1,
          regex: '',
        },
      ],
    },
    panels: out,
  };
}

function chart(panel: Panel, facts: ControllerFacts): Record<string, unknown> {
  const lines = panel.thresholds ?? [];
  return {
    type: 'timeseries',
    title: panel.title,
    description: [panel.tells, ...lines.map((l) => l.text), `Source: ${panel.from}.`].join('\n\n'),
    datasource: DATASOURCE,
    targets: [
      {
        refId: 'A',
        datasource: DATASOURCE,
        editorMode: 'code',
        range: true,
        instant: false,
        expr: fill(forController(panel.promql, facts), { window: '$__rate_interval' }),
        legendFormat: legend(panel.promql),
      },
    ],
    fieldConfig: {
      defaults: {
        unit: UNITS[panel.unit],
        min: 0,
        color: { mode: 'palette-classic' },
        custom: {
          drawStyle: 'line',
          lineWidth: 1,
          fillOpacity: 0,
          showPoints: 'never',
          spanNulls: false,
          thresholdsStyle: { mode: lines.length > 0 ? 'dashed' : 'off' },
        },
        thresholds: {
          mode: 'absolute',
          steps: [{ color: 'green', value: null }, ...lines.map((l) => ({ color: 'orange', value: l.value }))],
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  };
}

/** "{{controller}} {{result}}": the labels that the query keeps. `le` is gone after a quantile. */
function legend(promql: string): string {
  const by = /\bby\s*\(([^)]*)\)/.exec(promql)?.[1] ?? '';
  const labels = by
    .split(',')
    .map((l) => l.trim())
    .filter((l) => l !== '' && l !== 'le' && l !== 'job');
  return labels.length === 0 ? '__auto' : labels.map((l) => `{{${l}}}`).join(' ');
}
