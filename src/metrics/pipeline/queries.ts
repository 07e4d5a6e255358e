import { fill } from '../catalog/fill';
import { addMatchers } from '../catalog/rewrite';
import type { Matcher } from '../types';

const quantile = (q: number, metric: string, by: string): string =>
  `histogram_quantile(${q}, sum by (${by === '' ? 'le' : `${by}, le`}) (rate(${metric}_bucket[$window])))`;
const rate = (metric: string, by = ''): string =>
  by === '' ? `sum(rate(${metric}[$window]))` : `sum by (${by}) (rate(${metric}[$window]))`;

const QUEUE = 'workqueue_queue_duration_seconds';
const WORK = 'workqueue_work_duration_seconds';
const RECONCILE = 'controller_runtime_reconcile_time_seconds';
const REQUEST = 'rest_client_request_duration_seconds';
const LIMITER = 'rest_client_rate_limiter_duration_seconds';

/**
 * The pipeline's queries, the same for scrapes and for Prometheus: of one process, or of all that the matchers leave.
 * Queries about queues are by `name`, those about controllers by `controller`; requests and CPU are known only for the
 * whole process.
 */
export const PIPELINE_QUERIES = {
  adds: rate('workqueue_adds_total', 'name'),
  retries: rate('workqueue_retries_total', 'name'),
  depth: 'sum by (name) (workqueue_depth)',
  priorities: 'sum by (name, priority) (workqueue_depth)',
  queueP50: quantile(0.5, QUEUE, 'name'),
  queueP99: quantile(0.99, QUEUE, 'name'),
  queueSum: rate(`${QUEUE}_sum`, 'name'),
  queueCount: rate(`${QUEUE}_count`, 'name'),
  workP50: quantile(0.5, WORK, 'name'),
  workP99: quantile(0.99, WORK, 'name'),
  workSum: rate(`${WORK}_sum`, 'name'),
  workCount: rate(`${WORK}_count`, 'name'),
  unfinished: 'sum by (name) (workqueue_unfinished_work_seconds)',
  active: 'sum by (controller) (controller_runtime_active_workers)',
  workers: 'sum by (controller) (controller_runtime_max_concurrent_reconciles)',
  reconcileP50: quantile(0.5, RECONCILE, 'controller'),
  reconcileP99: quantile(0.99, RECONCILE, 'controller'),
  reconcileSum: rate(`${RECONCILE}_sum`, 'controller'),
  reconcileCount: rate(`${RECONCILE}_count`, 'controller'),
  results: rate('controller_runtime_reconcile_total', 'controller, result'),
  requests: rate('rest_client_requests_total', 'method, code'),
  requestP99: quantile(0.99, REQUEST, ''),
  requestP99ByVerb: quantile(0.99, REQUEST, 'verb'),
  requestSum: rate(`${REQUEST}_sum`),
  requestCount: rate(`${REQUEST}_count`),
  limiterP50: quantile(0.5, LIMITER, ''),
  limiterP99: quantile(0.99, LIMITER, ''),
  limiterSum: rate(`${LIMITER}_sum`),
  limiterCount: rate(`${LIMITER}_count`),
  cpu: rate('process_cpu_seconds_total'),
  cores: 'sum(go_sched_gomaxprocs_threads)',
} as const;

export type QueryId = keyof typeof PIPELINE_QUERIES;

/**
 * The queries to send. `window`: the range of their rates, s (rateWindow). `process`: matchers of the process (pod,
 * instance, job).
 */
export function pipelineQueries(options: {
  readonly window: number;
  readonly process?: readonly Matcher[];
}): readonly { readonly id: QueryId; readonly promql: string }[] {
  return (Object.keys(PIPELINE_QUERIES) as QueryId[]).map((id) => {
    const promql = fill(PIPELINE_QUERIES[id], { window: options.window });
    return { id, promql: options.process === undefined ? promql : addMatchers(promql, () => options.process ?? []) };
  });
}
