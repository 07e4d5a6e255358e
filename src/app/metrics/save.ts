/** Saves files from a metrics page: pictures and tables that the page made, scrapes, dashboards and alerts. */
import { Problem } from '../../base/problem';
import type { SaveMetrics } from '../../protocol/metrics';
import type { Family, StoredSeries } from '../../metrics/types';
import { PANELS } from '../../metrics/catalog/index';
import { grafanaDashboard, prometheusRule, type ControllerFacts } from '../../metrics/export/index';
import { writeOpenMetrics } from '../../metrics/formats/write';
import { fileNameOf } from '../pages/panel';
import type { MetricsDeps } from './deps';
import type { Subject } from './subject';

/** What can be saved; `names` and `series` are called only when they are needed. */
export interface Saved {
  /** The file's title. */
  readonly title: string;
  readonly subject: Subject;
  readonly controllers: readonly string[];
  readonly names: () => readonly string[];
  readonly series: () => readonly StoredSeries[];
  readonly families: () => ReadonlyMap<string, Family>;
}

/** Asks where to save, and writes. Throws Problem `metrics.nothingYet` when no scrape has come in. */
export async function savePage(
  m: SaveMetrics,
  saved: Saved,
  { dialogs, editor }: Pick<MetricsDeps, 'dialogs' | 'editor'>,
): Promise<void> {
  const { name, bytes, filter, extension } = made(m, saved);
  const to = await dialogs.save({ title: `Save ${name}`, name, filter, extension }, () => Promise.resolve(bytes));
  if (to) void editor.messages.info(`Saved ${fileNameOf(to)}.`);
}

function made(
  m: SaveMetrics,
  { title, subject, controllers, ...kept }: Saved,
): { readonly name: string; readonly bytes: Uint8Array; readonly filter: string; readonly extension: string } {
  const base = `${title.replaceAll(/[^\w.-]+/g, '-').slice(0, 80)}-${m.panel === '' ? 'metrics' : m.panel}`;
  const text = (t: string): Uint8Array => new TextEncoder().encode(t);
  const [, namespace = '', workload = ''] = 'workload' in subject.id ? subject.id.workload.split('/') : [];
  const names = new Set(kept.names());
  const [only] = controllers;
  const facts: ControllerFacts = {
    title: workload === '' || title !== subject.title ? title : `${namespace}/${workload}`,
    target: namespace === '' ? {} : { namespace },
    ...(controllers.length === 1 && only !== undefined && { controller: only }),
    ...(names.size > 0 && { names }),
  };
  switch (m.what) {
    case 'csv':
      return { name: `${base}.csv`, bytes: text(m.content ?? ''), filter: 'CSV', extension: 'csv' };
    case 'png':
      return {
        name: `${base}.png`,
        bytes: Buffer.from((m.content ?? '').replace(/^data:image\/png;base64,/, ''), 'base64'),
        filter: 'PNG',
        extension: 'png',
      };
    case 'scrapes': {
      const series = kept.series();
      if (series.length === 0)
        throw new Problem('metrics.nothingYet', 'No scrape has come in yet: there is nothing to save.', {
          next: 'Wait for the first one, or see why the process does not answer.',
        });
      return {
        name: `${base}.openmetrics.txt`,
        bytes: text(writeOpenMetrics(series, kept.families())),
        filter: 'OpenMetrics',
        extension: 'openmetrics.txt',
      };
    }
    case 'grafana':
      return {
        name: `${base}.dashboard.json`,
        bytes: text(`${JSON.stringify(grafanaDashboard(facts, PANELS), null, 2)}\n`),
        filter: 'Grafana dashboard',
        extension: 'dashboard.json',
      };
    case 'rules':
      return {
        name: `${base}.rules.yaml`,
        bytes: text(prometheusRule(facts)),
        filter: 'PrometheusRule',
        extension: 'rules.yaml',
      };
  }
}
