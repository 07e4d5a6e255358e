import type { Panel } from './types';

/** What is known of the process for which a panel is drawn. */
export interface Known {
  /** Names of its metric families or of its series; both work. */
  readonly names: ReadonlySet<string>;
  /** Its controller-runtime, "v0.21.0" or "0.21.0"; undefined = unknown or none. */
  readonly controllerRuntime?: string;
}

const PARTS = /_(bucket|sum|count|total)$/;

/** The metrics that a panel needs and the process does not export. */
export function missing(panel: Pick<Panel, 'needs'>, names: ReadonlySet<string>): readonly string[] {
  // OpenMetrics names a counter's family without `_total`, and a histogram's family without the endings of its series.
  return panel.needs.filter((need) => !names.has(need) && !names.has(need.replace(PARTS, '')));
}

/** Why a panel has nothing to draw, and how to get it, in a sentence or two; undefined when everything is exported. */
export function explainMissing(panel: Pick<Panel, 'needs'>, known: Known): string | undefined {
  const gone = missing(panel, known.names);
  const first = gone[0];
  if (first === undefined) return undefined;
  const family = first.replace(/_(bucket|sum|count)$/, '');
  return `This process does not export ${family}. ${howToGet(family, known)}`;
}

/** How to get a metric, by its name and, where it matters, the version of controller-runtime. */
export function howToGet(family: string, known: Pick<Known, 'controllerRuntime'> = {}): string {
  if (family === 'rest_client_rate_limiter_duration_seconds' || family === 'rest_client_request_duration_seconds')
    return restClient(family, known.controllerRuntime);
  if (
    family === 'controller_runtime_reconcile_timeouts_total' ||
    family === 'controller_runtime_terminal_reconcile_errors_total' ||
    family === 'controller_runtime_reconcile_panics_total'
  ) {
    return 'Newer releases of controller-runtime export it for every controller.';
  }
  for (const [prefix, text] of BY_PREFIX) if (family.startsWith(prefix)) return text;
  return 'It may appear once the process has done what it counts.';
}

const BY_PREFIX: readonly (readonly [string, string])[] = [
  [
    'controller_runtime_',
    'Only controllers built on controller-runtime have it, and only in the process that leads; ' +
      'plain client-go tells of its queues alone.',
  ],
  [
    'workqueue_',
    'Its queues are not instrumented: ' +
      "client-go's need a metrics provider (k8s.io/component-base/metrics/prometheus/workqueue) imported before " +
      'they are made, and a name.',
  ],
  [
    'rest_client_',
    'A client-go process needs k8s.io/component-base/metrics/prometheus/restclient imported, ' +
      "or controller-runtime's registry served.",
  ],
  ['leader_election_', 'It appears when leader election is on.'],
  ['process_', "It takes client_golang's process collector, on Linux."],
  ['go_gc_duration', "It takes client_golang's Go collector."],
  [
    'go_',
    "It takes client_golang's Go collector, " +
      'for some metrics with collectors.WithGoCollectorRuntimeMetrics(collectors.MetricsAll).',
  ],
  [
    'apiserver_flowcontrol_',
    'Only the API server has it: choose the API server as the source, or a Prometheus that scrapes it.',
  ],
  ['argocd_', "Only Argo CD's application controller has it."],
  ['moco_', 'Only moco-controller has it, once there is a MySQLCluster.'],
  ['certmanager_', 'Only cert-manager has it, some of it once there is a Certificate.'],
  ['kubbernecker_', "Only kubbernecker's exporter has it."],
];

/**
 * Up to v0.24 controller-runtime never registered the limiter's metric, and v0.15.0 dropped the request's. From v0.25.0
 * on both can be switched on (pkg/metrics/client_go_adapter.go).
 */
function restClient(family: string, version: string | undefined): string {
  const constant =
    family === 'rest_client_rate_limiter_duration_seconds' ? 'MetricRateLimiterLatency' : 'MetricRequestLatency';
  const variable = constant === 'MetricRateLimiterLatency' ? 'RateLimiterLatency' : 'RequestLatency';
  const builtIn =
    `call metrics.RegisterRESTClientMetrics(metrics.${constant}) from sigs.k8s.io/controller-runtime/pkg/metrics ` +
    'before the manager is made';
  const own =
    `give client-go's metrics.${variable} (k8s.io/client-go/tools/metrics) a LatencyMetric of your own: ` +
    "a histogram with the labels verb and host, registered in controller-runtime's metrics.Registry";
  const minor = minorOf(version);
  if (minor === undefined)
    return (
      `With controller-runtime 0.25 or later, ${builtIn}. With an older one, ${own}. ` +
      'Plain client-go needs k8s.io/component-base/metrics/prometheus/restclient imported.'
    );
  return minor >= 25 ? `To get it, ${builtIn}.` : `controller-runtime ${bare(version)} has no switch for it: ${own}.`;
}

const bare = (version: string | undefined): string => (version ?? '').replace(/^v/, '');

/** 25 of "v0.25.2"; 1000 more for each major version above 0. */
function minorOf(version: string | undefined): number | undefined {
  const m = /^v?(\d+)\.(\d+)/.exec(version ?? '');
  return m === null ? undefined : 1000 * Number(m[1]) + Number(m[2]);
}
