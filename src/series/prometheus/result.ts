/**
 * Prometheus' answers in our types. prometheus-query does not read them: its reader makes an object and a Date of each
 * sample, loses "+Inf" (parseFloat), and fails on series of native histograms, which have no `values`.
 */
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Family, Labels, MetricType, QueryResult, ResultSeries } from '../../metrics/types';
import type { Envelope } from './problems';

/**
 * The lines of a range query's answer. Throws Problem `prometheus.histograms` when there are only native histograms.
 */
export function readResult(body: Envelope, label: string): QueryResult {
  const data = body.data as { readonly resultType?: unknown; readonly result?: unknown } | undefined;
  if (data?.resultType !== 'matrix' || !Array.isArray(data.result)) {
    throw new Problem(
      'prometheus.notApi',
      `${label} answered a range query with ` +
        `${data?.resultType === undefined ? 'no result' : `a ${String(data.resultType).slice(0, 20)}`}.`,
      { next: 'Check the address, and what stands between.' },
    );
  }
  const series: ResultSeries[] = [];
  let histograms = 0;
  for (const one of data.result as readonly {
    readonly metric?: Labels;
    readonly values?: unknown;
    readonly histograms?: unknown;
  }[]) {
    if (Array.isArray(one.histograms) && one.histograms.length > 0) histograms++;
    if (Array.isArray(one.values) && one.values.length > 0)
      series.push(readSeries(one.metric ?? {}, one.values as readonly Pair[]));
  }
  const hint = 'histogram_quantile(0.99, …), histogram_count(…) or histogram_avg(…) make lines of them';
  if (histograms > 0 && series.length === 0) {
    throw new Problem('prometheus.histograms', 'The query answers with native histograms, which are no lines.', {
      next: `Put a function around it: ${hint}.`,
    });
  }
  const warnings = warningsOf(body);
  return {
    series,
    warnings:
      histograms === 0
        ? warnings
        : [...warnings, `Native histograms of ${count(histograms, 'series', 'series')} are left out: ${hint}.`],
  };
}

type Pair = readonly [number, string];

function readSeries(labels: Labels, pairs: readonly Pair[]): ResultSeries {
  const times = new Float64Array(pairs.length);
  const values = new Float64Array(pairs.length);
  for (let i = 0; i < pairs.length; i++) {
    times[i] = Number(pairs[i]![0]);
    values[i] = readNumber(pairs[i]![1]);
  }
  return { labels, times, values };
}

/** As Go's strconv.FormatFloat writes: "NaN", "+Inf", "-Inf", "1e+06". */
function readNumber(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

/** Prometheus' warnings (partial data…) and infos, one sentence each. */
function warningsOf({ warnings, infos }: Envelope): string[] {
  const texts = (v: unknown): string[] => (Array.isArray(v) ? v.filter((t): t is string => typeof t === 'string') : []);
  return [...texts(warnings), ...texts(infos)];
}

const TYPES = new Set<string>([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
] satisfies MetricType[]);

/**
 * Families by name: those of `/api/v1/metadata`, and names of series that are missing there (recorded ones, and all
 * where the server keeps no metadata). Where targets disagree, the first entry counts.
 */
export function readFamilies(metadata: unknown, names: unknown): Family[] {
  const out = new Map<string, Family>();
  const told = typeof metadata === 'object' && metadata !== null ? (metadata as Readonly<Record<string, unknown>>) : {};
  for (const [name, all] of Object.entries(told)) {
    const first = (Array.isArray(all) ? all[0] : undefined) as
      { readonly type?: unknown; readonly help?: unknown; readonly unit?: unknown } | undefined;
    const text = (v: unknown): string => (typeof v === 'string' ? v : '');
    const type = text(first?.type);
    out.set(name, {
      name,
      type: TYPES.has(type) ? (type as MetricType) : 'unknown',
      help: text(first?.help),
      unit: text(first?.unit),
    });
  }
  for (const name of Array.isArray(names) ? names : []) {
    if (typeof name !== 'string' || out.has(name) || belongs(name, out)) continue;
    out.set(name, { name, type: 'unknown', help: '', unit: '' });
  }
  return [...out.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** True for `x_bucket`, `x_sum`, `x_count` of a histogram or summary x, and `x_total` of a counter x (OpenMetrics). */
function belongs(name: string, families: ReadonlyMap<string, Family>): boolean {
  const m = /^(.*)_(bucket|sum|count|total|created|info)$/.exec(name);
  const type = m ? families.get(m[1]!)?.type : undefined;
  return type !== undefined && type !== 'gauge' && type !== 'unknown';
}
