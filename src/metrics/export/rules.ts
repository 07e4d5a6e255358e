import { fill } from '../catalog/fill';
import { missing } from '../catalog/missing';
import { quoted } from '../catalog/rewrite';
import { EVIDENCE, REASONS, THRESHOLDS } from '../pipeline/thresholds';
import { forController, targetMatchers, type ControllerFacts } from './facts';
import { yaml, type Yaml } from './yaml';

/** Range of an alert's rates: four scrapes at Prometheus' default interval of a minute, and one to spare. */
const RANGE = '5m';

interface Alert {
  readonly alert: string;
  readonly needs: readonly string[];
  readonly expr: string;
  readonly for: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
}

/**
 * The alerts, before they are narrowed to a controller. `{{ $labels.… }}` and `{{ $value }}` are Prometheus' own
 * templates.
 */
function alerts(facts: ControllerFacts): readonly Alert[] {
  const t = THRESHOLDS;
  const ofLease = facts.lease === undefined ? '' : `{name=${quoted(facts.lease)}}`;
  return [
    {
      alert: 'ControllerQueueGrows',
      needs: ['workqueue_depth'],
      for: '15m',
      severity: 'warning',
      expr:
        `min by (job, name) (min_over_time(workqueue_depth[${RANGE}])) > ${t.depthPerWorker.hot} ` +
        'and sum by (job, name) (deriv(workqueue_depth[15m])) > 0',
      summary: 'The queue {{ $labels.name }} grows.',
      description: `Its workers have not kept up for 15 minutes. Threshold: ${REASONS.depthPerWorker}.`,
    },
    {
      alert: 'ControllerQueueWaits',
      needs: ['workqueue_queue_duration_seconds_sum', 'workqueue_queue_duration_seconds_count'],
      for: '15m',
      severity: 'warning',
      expr:
        `sum by (job, name) (rate(workqueue_queue_duration_seconds_sum[${RANGE}])) ` +
        `/ sum by (job, name) (rate(workqueue_queue_duration_seconds_count[${RANGE}])) > ${t.queueWait.hot}`,
      summary: 'Items of {{ $labels.name }} wait {{ $value | humanizeDuration }} for a worker.',
      description: `Threshold: ${REASONS.queueWait}.`,
    },
    {
      alert: 'ControllerReconcileErrors',
      needs: ['controller_runtime_reconcile_errors_total', 'controller_runtime_reconcile_total'],
      for: '15m',
      severity: 'warning',
      expr:
        `sum by (job, controller) (rate(controller_runtime_reconcile_errors_total[${RANGE}])) ` +
        `/ sum by (job, controller) (rate(controller_runtime_reconcile_total[${RANGE}])) > ${t.errorShare.hot}`,
      summary: '{{ $value | humanizePercentage }} of the reconciles of {{ $labels.controller }} fail.',
      description: `Each failure doubles the delay of its item, up to 1,000 s. Threshold: ${REASONS.errorShare}.`,
    },
    {
      alert: 'ControllerClientThrottled',
      needs: ['rest_client_rate_limiter_duration_seconds_bucket'],
      for: '15m',
      severity: 'warning',
      expr:
        'histogram_quantile(0.99, ' +
        `sum by (job, le) (rate(rest_client_rate_limiter_duration_seconds_bucket[${RANGE}]))) > ${t.limiterP99.hot}`,
      summary:
        "Requests of {{ $labels.job }} wait {{ $value | humanizeDuration }} (p99) in the client's own rate limiter.",
      description: `Raise QPS and Burst, or make fewer requests. Threshold: ${REASONS.limiterP99}.`,
    },
    {
      alert: 'ControllerWorkersSaturated',
      needs: ['controller_runtime_active_workers', 'controller_runtime_max_concurrent_reconciles'],
      for: '15m',
      severity: 'warning',
      expr:
        `sum by (job, controller) (avg_over_time(controller_runtime_active_workers[${RANGE}])) ` +
        `/ sum by (job, controller) (controller_runtime_max_concurrent_reconciles) > ${t.busyShare.hot}`,
      summary: 'All workers of {{ $labels.controller }} are busy all the time.',
      description:
        'Raise MaxConcurrentReconciles where reconciles wait, or make them faster where they compute. ' +
        `Threshold: ${REASONS.busyShare}.`,
    },
    {
      alert: 'ControllerApiServerRejects',
      needs: ['rest_client_requests_total'],
      for: '10m',
      severity: 'warning',
      expr:
        `sum by (job) (rate(rest_client_requests_total{code="429"}[${RANGE}])) ` +
        `/ sum by (job) (rate(rest_client_requests_total[${RANGE}])) > ${t.rejectedShare.hot}`,
      summary: '{{ $value | humanizePercentage }} of the requests of {{ $labels.job }} are answered 429.',
      description: `API Priority and Fairness has no seat for them. Threshold: ${REASONS.rejectedShare}.`,
    },
    {
      alert: 'ControllerHasNoLeader',
      needs: ['leader_election_master_status'],
      for: '5m',
      severity: 'critical',
      expr: `max by (job, name) (leader_election_master_status${ofLease}) == 0`,
      summary: 'Nobody leads {{ $labels.name }}.',
      description:
        'No replica has held the lease for 5 minutes: nothing is reconciled. ' +
        'A lease lasts 15 s in client-go and controller-runtime by default.',
    },
  ];
}

function group(facts: ControllerFacts): Yaml {
  const labels = Object.fromEntries(
    Object.entries(facts.target).filter(([label, v]) => v !== '' && label === 'namespace'),
  );
  return {
    name: `controller-${dns(facts.title)}`,
    rules: alerts(facts)
      .filter((a) => facts.names === undefined || missing(a, facts.names).length === 0)
      .map((a) => ({
        alert: a.alert,
        expr: fill(forController(a.expr, facts), { window: RANGE }),
        for: a.for,
        labels: { severity: a.severity, ...labels },
        annotations: { summary: a.summary, description: a.description },
      })),
  };
}

/** Alerts for this controller as a PrometheusRule of the Prometheus operator. `namespace`: where it will be created. */
export function prometheusRule(facts: ControllerFacts, namespace?: string): string {
  return (
    head(facts) +
    yaml({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: `controller-${dns(facts.title)}`, ...(namespace !== undefined && { namespace }) },
      spec: { groups: [group(facts)] },
    })
  );
}

/** The same alerts as a rules file of Prometheus itself (`rule_files`). */
export function rulesFile(facts: ControllerFacts): string {
  return head(facts) + yaml({ groups: [group(facts)] });
}

function head(facts: ControllerFacts): string {
  const target = targetMatchers(facts)
    .map((m) => `${m.label}=${quoted(m.value)}`)
    .join(', ');
  const lines = [
    `Alerts for the controller ${facts.title}, by Controller Tuner.`,
    target === ''
      ? 'No label of the target was known: add job or namespace to each expression.'
      : `Narrowed to ${target}.`,
    `A verdict of the pipeline looks at ${EVIDENCE.window} s; alerts wait longer, so that a burst wakes nobody.`,
  ];
  return lines.map((l) => `# ${l.replace(/[\r\n]+/g, ' ')}\n`).join('');
}

/** A DNS-1123 name, as Kubernetes requires for metadata.name. */
function dns(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 50)
      .replace(/-+$/, '') || 'unnamed'
  );
}
