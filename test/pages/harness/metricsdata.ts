/**
 * Test data for the metrics page: a pipeline as measured, a small catalog, and an exposition parsed by the product's
 * own reader.
 */
import { parseScrape } from '../../../src/metrics/formats/scrape';
import type {
  ChartData,
  ExploredFamily,
  MetricsFacts,
  PanelInfo,
  PipelineLane,
  PipelineView,
  Station,
  TimeRange,
} from '../../../src/protocol/metrics';

/** A fixed "now", so that screenshots of two runs can be compared: a Monday, 14:05:00 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 14, 5, 0) / 1000;

export const FACTS: MetricsFacts = {
  title: 'widgets-controller',
  subtitle: '2 replicas, widgets-controller-0 leads',
  sourceLabel: 'from /metrics every 2 s',
  sources: [
    { id: 'scrape', label: '/metrics every 2 s' },
    { id: 'prometheus', label: 'Prometheus monitoring/prometheus-k8s' },
  ],
  source: 'scrape',
  replicas: [
    { id: 'a', label: 'widgets-controller-0', leader: true },
    { id: 'b', label: 'widgets-controller-1', leader: false },
  ],
  controllers: ['widget', 'gadget'],
};

const wave = (from: number, to: number, n = 150, rough = 0.12): Station['spark'] => ({
  times: Float64Array.from({ length: n }, (_, i) => NOW - 300 + (i * 300) / (n - 1)),
  values: Float64Array.from(
    { length: n },
    (_, i) => (from + ((to - from) * i) / (n - 1)) * (1 + ((Math.sin(i * 2.1) + Math.sin(i * 0.7)) * rough) / 2),
  ),
});
const NONE: Station['spark'] = { times: new Float64Array(), values: new Float64Array() };
const text = (...lines: string[]): { text: string }[] => lines.map((t) => ({ text: t }));

const LANE: PipelineLane = {
  controller: 'widget',
  stations: [
    {
      id: 'events',
      title: 'Added',
      main: '2.8/s',
      readings: text('none of them retries'),
      spark: wave(2.7, 2.8),
      heat: 'calm',
    },
    {
      id: 'queue',
      title: 'Queue',
      main: '340',
      readings: text('98 s p50, 196 s p99', 'growing by 1.1/s'),
      spark: wave(12, 340),
      heat: 'warm',
      why: 'The queue has grown from 12 to 340 in 5 minutes.',
    },
    {
      id: 'workers',
      title: 'Workers',
      main: '8 of 8',
      readings: text('busy all the time'),
      spark: wave(8, 8, 150, 0),
      heat: 'warm',
      why: 'All workers were busy for 5 minutes.',
    },
    {
      id: 'reconcile',
      title: 'Reconcile',
      main: '5.6 s p99',
      readings: text('1.7/s success', '0.02/s error'),
      spark: wave(5.2, 5.6),
      heat: 'calm',
    },
    {
      id: 'client',
      title: 'Client',
      main: '5.0/s',
      readings: text('PUT 3.3, GET 1.7'),
      spark: wave(5, 5, 150, 0.03),
      heat: 'calm',
    },
    {
      id: 'limiter',
      title: 'Limiter',
      main: '1.9 s p99',
      readings: text('QPS 5, burst 10'),
      spark: wave(1.7, 1.9),
      heat: 'hot',
      why: 'A request waits 1.9 s before it is sent.',
    },
    {
      id: 'apiserver',
      title: 'API server',
      main: '9 ms p99',
      readings: text('200: 100 %'),
      spark: wave(9, 9),
      heat: 'calm',
    },
  ],
};
const HEALTHY: PipelineLane = {
  controller: 'gadget',
  stations: LANE.stations.map((s): Station => {
    if (s.id === 'limiter')
      return {
        id: 'limiter',
        title: 'Limiter',
        main: '',
        readings: [],
        spark: NONE,
        heat: 'none',
        why: "This process doesn't export rest_client_rate_limiter_duration_seconds.",
        action: { id: 'exportLimiterMetric', title: 'Export it…' },
      };
    const { why: _, ...rest } = s;
    return {
      ...rest,
      heat: 'calm',
      ...(s.id === 'queue'
        ? { main: '0', readings: text('2 ms p50, 9 ms p99'), spark: wave(0, 0) }
        : s.id === 'workers'
          ? { main: '1 of 8', readings: [], spark: wave(1, 1) }
          : s.id === 'reconcile'
            ? { main: '41 ms p99', readings: text('1.7/s success') }
            : {}),
    };
  }),
};

export const THROTTLED: PipelineView = {
  time: NOW,
  lanes: [LANE, HEALTHY],
  requests: [
    { title: 'PUT 200', main: '3.3/s', readings: text('8 ms p99 for PUT'), spark: wave(3.3, 3.3, 150, 0.05) },
    { title: 'GET 200', main: '1.7/s', readings: text('4 ms p99 for GET'), spark: wave(1.7, 1.7, 150, 0.05) },
    { title: 'PUT 409', main: '0/s', readings: [], spark: wave(0, 0) },
    { title: 'any 429', main: '0/s', readings: text('APF never rejected'), spark: wave(0, 0) },
  ],
  verdict: {
    controller: 'widget',
    station: 'limiter',
    headline: "The client's rate limiter holds this controller back.",
    sentence:
      'Requests wait 1.9 s (p99) for a limit of 5/s, while all 8 workers are busy and the queue has grown from 12 to 340 in 5 minutes; the API server answers in 9 ms.',
    actions: [
      { id: 'setQps', title: 'Set QPS in main.go…' },
      { id: 'goroutines', title: "See the workers' stacks" },
    ],
    evidence: [
      'Requests waited 1.9 s (p99) in the limiter over 5 minutes; 0.1 s is where it begins to matter.',
      "Requests went out at 5.0/s, the limiter's own rate.",
      'All 8 workers were busy in 148 of 150 scrapes.',
    ],
  },
  noVerdict: '',
};
export const QUIET: PipelineView = {
  ...THROTTLED,
  lanes: [HEALTHY],
  verdict: undefined,
  noVerdict: 'No bottleneck seen in the last 5 minutes.',
};

const panel = (
  id: string,
  group: string,
  title: string,
  unit: PanelInfo['unit'],
  promql: string,
  extra: Partial<PanelInfo> = {},
): PanelInfo => ({
  id,
  group,
  title,
  unit,
  promql,
  tells: `${title} of the controller, by the labels that its query keeps.`,
  from: 'controller-runtime',
  ...extra,
});

export const PANELS: readonly PanelInfo[] = [
  panel('depth', 'Work queue', 'Queue depth', 'count', 'sum(workqueue_depth) by (job, name)'),
  panel(
    'queueTime',
    'Work queue',
    'Time in queue, p99',
    'seconds',
    'histogram_quantile(0.99, sum(rate(workqueue_queue_duration_seconds_bucket[1m])) by (job, name, le))',
    { thresholds: [{ value: 1, text: 'Above it, people notice.' }] },
  ),
  panel(
    'reconciles',
    'Reconcile',
    'Reconciles by result',
    'perSecond',
    'sum(rate(controller_runtime_reconcile_total[1m])) by (job, controller, result)',
  ),
  panel(
    'reconcileTime',
    'Reconcile',
    'Reconcile time, p99',
    'seconds',
    'histogram_quantile(0.99, sum(rate(controller_runtime_reconcile_time_seconds_bucket[1m])) by (job, controller, le))',
  ),
  panel(
    'limiter',
    'Client',
    'Rate limiter, p99',
    'seconds',
    'histogram_quantile(0.99, sum(rate(rest_client_rate_limiter_duration_seconds_bucket[1m])) by (job, verb, le))',
    { thresholds: [{ value: 0.1, text: 'Above it, work waits for the limiter.' }] },
  ),
  panel(
    'requests',
    'Client',
    'Requests by code',
    'perSecond',
    'sum(rate(rest_client_requests_total[1m])) by (job, method, code)',
  ),
  panel('memory', 'Process', 'Resident memory', 'bytes', 'process_resident_memory_bytes'),
  panel('cpu', 'Process', 'CPU', 'cores', 'rate(process_cpu_seconds_total[1m])'),
  ...Array.from({ length: 8 }, (_, i) =>
    panel(`go${i}`, 'Go runtime', `Go figure ${i + 1}`, 'count', `go_figure_${i + 1}`),
  ),
];

/** Names and levels of the series of some panels; all other panels have two series. */
const SERIES: Readonly<Record<string, readonly (readonly [label: string, level: number])[]>> = {
  depth: [
    ['widget', 180],
    ['gadget', 3],
  ],
  queueTime: [
    ['widget', 4],
    ['gadget', 0.009],
  ],
  reconciles: [
    ['widget success', 1.7],
    ['widget error', 0.05],
    ['widget requeue', 0.6],
    ['gadget success', 2.2],
    ['gadget error', 0],
    ['gadget requeue', 0.3],
    ['gadget requeue_after', 0.9],
    ['widget requeue_after', 1.1],
  ],
  memory: [
    ['widgets-controller-0', 84e6],
    ['widgets-controller-1', 51e6],
  ],
  cpu: [
    ['widgets-controller-0', 0.31],
    ['widgets-controller-1', 0.02],
  ],
  requests: [
    ['GET 200', 1.7],
    ['PUT 200', 3.3],
    ['PUT 409', 0.1],
  ],
};

/**
 * A panel's chart over a range; the same times always have the same values. `limiter` isn't exported, `go7` fails,
 * `reconcileTime` has a gap.
 */
export function chartOf(id: string, range: { readonly start: number; readonly end: number }, points = 300): ChartData {
  const times = Float64Array.from(
    { length: points },
    (_, i) => range.start + ((range.end - range.start) * i) / (points - 1),
  );
  const none = { panel: id, times: new Float64Array(), series: [], warnings: [] };
  if (id === 'limiter')
    return { ...none, empty: 'rest_client_rate_limiter_duration_seconds is not exported by this process.' };
  if (id === 'go7')
    return {
      ...none,
      problem: {
        code: 'prometheus.timeout',
        message: 'Prometheus did not answer in 10 s.',
        next: 'Choose a shorter time range.',
      },
    };
  const series = (
    SERIES[id] ?? [
      ['widget', 1],
      ['gadget', 2],
    ]
  ).map(([label, level], k) => ({
    label,
    labels: { name: label },
    values: times.map((t) =>
      id === 'reconcileTime' && t > NOW - 180 && t < NOW - 120
        ? NaN
        : level * (1 + 0.25 * Math.sin(t / 23 + k * 2) + 0.1 * Math.sin(t / 7 + k)),
    ),
  }));
  return { panel: id, times, series, warnings: id === 'cpu' ? ['1 of 2 replicas did not answer.'] : [] };
}

export function spanOf(range: TimeRange): { start: number; end: number } {
  const end = range.end ?? NOW;
  return { start: end - range.seconds, end };
}

const EXPOSITION = `# HELP controller_runtime_reconcile_total Total number of reconciliations per controller
# TYPE controller_runtime_reconcile_total counter
controller_runtime_reconcile_total{controller="gadget",result="success"} 4402
controller_runtime_reconcile_total{controller="widget",result="error"} 12
controller_runtime_reconcile_total{controller="widget",result="requeue"} 801
controller_runtime_reconcile_total{controller="widget",result="success"} 9310
# HELP controller_runtime_active_workers Number of currently used workers per controller
# TYPE controller_runtime_active_workers gauge
controller_runtime_active_workers{controller="gadget"} 1
controller_runtime_active_workers{controller="widget"} 8
# HELP workqueue_queue_duration_seconds How long in seconds an item stays in workqueue before being requested
# TYPE workqueue_queue_duration_seconds histogram
workqueue_queue_duration_seconds_bucket{name="widget",le="0.01"} 4
workqueue_queue_duration_seconds_bucket{name="widget",le="1"} 40
workqueue_queue_duration_seconds_bucket{name="widget",le="+Inf"} 52
workqueue_queue_duration_seconds_sum{name="widget"} 71.5
workqueue_queue_duration_seconds_count{name="widget"} 52
# HELP workqueue_depth Current depth of workqueue
# TYPE workqueue_depth gauge
workqueue_depth{name="gadget",priority="0"} 0
workqueue_depth{name="widget",priority="0"} 340
# HELP process_resident_memory_bytes Resident memory size in bytes.
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 8.4e+07
# HELP odd_labels_total Values with a "quote" and a back\\slash
# TYPE odd_labels_total counter
odd_labels_total{path="C:\\\\temp",said="\\"yes\\"\\n<b>no</b>"} 1
`;

const scrape = parseScrape(new TextEncoder().encode(EXPOSITION), 'text/plain; version=0.0.4', NOW, { all: true });
const familyName = (sample: string): string =>
  scrape.families.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, '');

export const FAMILIES: readonly ExploredFamily[] = [...scrape.families.values()].map((f) => {
  const own = scrape.samples.filter((s) => familyName(s.name) === f.name);
  const labels: Record<string, string[]> = {};
  for (const s of own)
    for (const [k, v] of Object.entries(s.labels)) if (!(labels[k] ??= []).includes(v)) labels[k].push(v);
  return {
    name: f.name,
    type: f.type,
    help: f.help,
    unit: f.unit,
    series: own.length,
    labels,
    sample: own
      .slice(0, 50)
      .map((s) => ({ labels: s.labels, value: typeof s.value === 'number' ? s.value : s.value.count })),
  };
});

/** The host's completions, from the same scrape. */
export function completions(kind: 'names' | 'labels' | 'values', name: string, label: string): string[] {
  if (kind === 'names') return [...new Set(scrape.samples.map((s) => s.name))].sort();
  const own = scrape.samples.filter((s) => name === '' || s.name === name);
  return [
    ...new Set(
      own.flatMap((s) =>
        kind === 'labels' ? Object.keys(s.labels) : label in s.labels ? [s.labels[label] ?? ''] : [],
      ),
    ),
  ].sort();
}
