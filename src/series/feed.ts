/** From what a page shows to what it gets: the queries to a source, and their answers in the page's types. */
import { isAbort, Problem } from '../base/problem';
import { addMatchers, explainMissing, fill, narrow, rateWindow, type Panel } from '../metrics/catalog/index';
import { pipelineOf, pipelineQueries, type QueryId } from '../metrics/pipeline/index';
import type { Labels, Matcher, QueryResult, RangeQuery, ResultSeries, SeriesSource } from '../metrics/types';
import type { ChartData, PipelineView, TimeRange } from '../protocol/metrics';

/** What a page shows, and of which processes. */
export interface Asked {
  readonly range: TimeRange;
  /** Of a chart, px. */
  readonly width: number;
  /** One controller of the process; '' = all. */
  readonly controller: string;
  /** Matchers that tell these processes' series from others at the source. */
  readonly process: readonly Matcher[];
  /** Time between two points of the source, s; undefined = unknown. */
  readonly spacing: number | undefined;
  /** Time between the points of the answer, s, where several sources share their times. Default: `spacing`. */
  readonly grid?: number;
  /** Rewrites a query for the way this source keeps its series. Default: as it is. */
  readonly rewrite?: (promql: string) => string;
}

/** Pixels per point: closer ones can't be told apart. */
const PX = 2;
/** Points of the pipeline's sparklines. */
const SPARK_POINTS = 100;
/** Queries to a Prometheus that run at once. */
const AT_ONCE = 4;

export interface Window {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The range, aligned to its step, so that the points of a live chart stay in place as time goes on. */
export function windowOf(range: TimeRange, points: number, spacing: number, now: number): Window {
  const step = Math.max(spacing, Math.ceil(range.seconds / Math.max(10, points) / spacing) * spacing);
  const end = range.end ?? Math.floor(now / step) * step;
  return { start: end - Math.floor(range.seconds / step) * step, end, step };
}

export async function pipelineFrom(
  source: SeriesSource,
  asked: Asked,
  now: number,
  signal: AbortSignal,
): Promise<PipelineView> {
  const window = windowOf(asked.range, SPARK_POINTS, asked.spacing ?? 15, now);
  const rates = rate(source, asked, undefined);
  const queries = pipelineQueries({ window: rates, ...(asked.process.length > 0 && { process: asked.process }) });
  const results = new Map<QueryId, QueryResult>();
  await each(queries, async ({ id, promql }) => {
    results.set(id, await source.query({ promql: asked.rewrite?.(promql) ?? promql, ...window }, signal));
  });
  const view = pipelineOf({ time: window.end, window: rates, results });
  return asked.controller === ''
    ? view
    : { ...view, lanes: view.lanes.filter((l) => l.controller === asked.controller) };
}

/**
 * `exported`: names of the existing families or series; undefined = unknown. A panel that fails gives its problem
 * instead.
 */
export async function chartsFrom(
  source: SeriesSource,
  panels: readonly Panel[],
  asked: Asked,
  exported: ReadonlySet<string> | undefined,
  now: number,
  signal: AbortSignal,
): Promise<{ readonly charts: ChartData[]; readonly window: Window }> {
  const window = windowOf(asked.range, asked.width / PX, asked.grid ?? asked.spacing ?? 15, now);
  const charts: ChartData[] = [];
  await each(panels, async (panel) => {
    const promql = promqlOf(panel, source, asked, window.step);
    const chart = await chartFrom(source, panel.id, asked.rewrite?.(promql) ?? promql, window, signal);
    const why = chart.series.length === 0 && exported ? explainMissing(panel, { names: exported }) : undefined;
    charts.push(why === undefined ? chart : { ...chart, empty: why });
  });
  return { charts, window };
}

/** A panel's query as it is sent: what "Copy PromQL" gives. */
export function promqlOf(
  panel: Pick<Panel, 'promql'>,
  source: Pick<SeriesSource, 'kind'>,
  asked: Pick<Asked, 'controller' | 'process' | 'spacing'>,
  step?: number,
): string {
  const promql = fill(panel.promql, { window: rate(source, asked, step) });
  return asked.controller === ''
    ? asked.process.length === 0
      ? promql
      : addMatchers(promql, () => asked.process)
    : narrow(promql, asked.controller, asked.process);
}

/** One query as a chart; a failure becomes the chart's problem. Rejects with AbortError only. */
export async function chartFrom(
  source: SeriesSource,
  id: string,
  promql: string,
  window: Window,
  signal: AbortSignal,
): Promise<ChartData> {
  const query: RangeQuery = { promql, ...window };
  try {
    const { series, warnings } = await source.query(query, signal);
    const times = grid(window);
    return {
      panel: id,
      times,
      warnings,
      series: series.map((s) => ({
        label: legend(s.labels, series),
        labels: s.labels,
        values: onGrid(s, window, times.length),
      })),
      ...(series.length === 0 && { empty: 'No series in this span.' }),
    };
  } catch (e) {
    if (isAbort(e)) throw e;
    return {
      panel: id,
      times: new Float64Array(0),
      series: [],
      warnings: [],
      problem: Problem.from(e, 'metrics.query').toJSON(),
    };
  }
}

function rate(
  source: Pick<SeriesSource, 'kind'>,
  { spacing }: Pick<Asked, 'spacing'>,
  step: number | undefined,
): number {
  return rateWindow({
    kind: source.kind,
    ...(spacing !== undefined && { spacing }),
    ...(step !== undefined && { step }),
  });
}

function grid({ start, end, step }: Window): Float64Array {
  const n = Math.max(0, Math.floor((end - start) / step + 1e-9) + 1);
  return Float64Array.from({ length: n }, (_, i) => start + i * step);
}

function onGrid(s: ResultSeries, { start, step }: Window, n: number): Float64Array {
  const values = new Float64Array(n).fill(NaN);
  for (let i = 0; i < s.times.length; i++) {
    const at = Math.round(((s.times[i] ?? NaN) - start) / step);
    if (at >= 0 && at < n) values[at] = s.values[i] ?? NaN;
  }
  return values;
}

const PLACE = new Set(['__name__', 'job', 'instance', 'namespace', 'pod']);

/** What tells a series from the others of its chart: "widget", "PUT 200". For the only one, its name or ''. */
function legend(labels: Labels, all: readonly { readonly labels: Labels }[]): string {
  const differs = Object.keys(labels).filter((l) => l !== '__name__' && all.some((s) => s.labels[l] !== labels[l]));
  const words = differs.map((l) => labels[l] ?? '').filter((v) => v !== '');
  if (words.length > 0) return words.join(' ');
  // For a single series the page's own line already says whose it is.
  const own = Object.entries(labels)
    .filter(([l]) => !PLACE.has(l))
    .map(([, v]) => v);
  return own.length > 0 && own.length <= 2 ? own.join(' ') : (labels['__name__'] ?? '');
}

/** Runs some at once; the first failure ends it. */
async function each<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, items.length) }, async () => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) await run(item);
    }),
  );
}
