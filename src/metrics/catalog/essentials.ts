import { REASONS, THRESHOLDS } from '../pipeline/thresholds';
import type { Panel } from './types';

const TALK = 'Performance tuning of Kubernetes controllers, A. Ikezoe, Kubernetes Meetup Tokyo #56';
const limiterLine = [{ value: THRESHOLDS.limiterP99.warm, text: REASONS.limiterP99 }];

/**
 * What to look at first for any controller, and the two panels that showed what held kube-controller-manager's volumes
 * back (see TALK).
 */
export const ESSENTIAL_PANELS: readonly Panel[] = [
  {
    id: 'essentials.reconcileP99',
    group: 'Essentials',
    title: 'Reconcile time, p99',
    unit: 'seconds',
    promql:
      'histogram_quantile(0.99, ' +
      'sum by (job, controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket[$window])))',
    tells:
      'How long the slowest one in a hundred reconciles takes. ' +
      "Waiting in the client's limiter and for the API server is part of it.",
    from: `${TALK}; controller-runtime pkg/internal/controller/metrics`,
    needs: ['controller_runtime_reconcile_time_seconds_bucket'],
  },
  {
    id: 'essentials.reconciles',
    group: 'Essentials',
    title: 'Reconciles by result',
    unit: 'perSecond',
    promql: 'sum by (job, controller, result) (rate(controller_runtime_reconcile_total[$window]))',
    tells: 'How much the controller does, and how it ends: success, error, requeue or requeue_after.',
    from: `${TALK}; controller-runtime pkg/internal/controller/metrics`,
    needs: ['controller_runtime_reconcile_total'],
  },
  {
    id: 'essentials.queueTimeP99',
    group: 'Essentials',
    title: 'Time in queue, p99',
    unit: 'seconds',
    promql: 'histogram_quantile(0.99, sum by (job, name, le) (rate(workqueue_queue_duration_seconds_bucket[$window])))',
    tells: 'How long items wait for a worker. The buckets are ten times apart, so read it as an order of magnitude.',
    from: `${TALK}; client-go util/workqueue/metrics.go`,
    needs: ['workqueue_queue_duration_seconds_bucket'],
    thresholds: [{ value: THRESHOLDS.queueWait.warm, text: REASONS.queueWait }],
  },
  {
    id: 'essentials.queueDepth',
    group: 'Essentials',
    title: 'Queue depth',
    unit: 'count',
    promql: 'sum by (job, name) (workqueue_depth)',
    tells: 'Items that wait for a worker. Above 0 for long, every worker is busy; growing, they do not keep up.',
    from: `${TALK}; client-go util/workqueue/metrics.go`,
    needs: ['workqueue_depth'],
  },
  {
    id: 'essentials.limiterP99',
    group: 'Essentials',
    title: "Wait in the client's rate limiter, p99",
    unit: 'seconds',
    promql:
      'histogram_quantile(0.99, ' +
      'sum by (job, verb, le) (rate(rest_client_rate_limiter_duration_seconds_bucket[$window])))',
    tells: 'How long requests wait in this process, before they are sent, because of QPS and Burst.',
    from: `${TALK}; client-go rest/request.go, tryThrottleWithInfo`,
    needs: ['rest_client_rate_limiter_duration_seconds_bucket'],
    thresholds: limiterLine,
  },
  {
    id: 'kcm.volumes',
    group: 'kube-controller-manager',
    title: 'Volumes in queue',
    unit: 'count',
    promql: 'sum by (job) (workqueue_depth{name="volumes"})',
    tells:
      'The queue of the PersistentVolume controller. It has one worker: it grows when that waits, ' +
      'for example for the rate limiter.',
    from: `${TALK}; kube-controller-manager's own /metrics`,
    needs: ['workqueue_depth'],
  },
  {
    id: 'kcm.limiterP99',
    group: 'kube-controller-manager',
    title: 'Wait in the rate limiter, p99, all controllers',
    unit: 'seconds',
    promql:
      'histogram_quantile(0.99, sum by (job, le) (rate(rest_client_rate_limiter_duration_seconds_bucket[$window])))',
    tells:
      'The limit is --kube-api-qps (20) and --kube-api-burst (30). ' +
      'When it rises together with the volumes queue, they are what to raise.',
    from: `${TALK}; component-base metrics/prometheus/restclient`,
    needs: ['rest_client_rate_limiter_duration_seconds_bucket'],
    thresholds: limiterLine,
  },
];
