import type { Panel } from './types';

const FROM = 'apiserver pkg/util/flowcontrol/metrics/metrics.go';
const panel = (p: Omit<Panel, 'group' | 'from'>): Panel => ({ group: 'API Priority and Fairness', from: FROM, ...p });
const by = '(priority_level, flow_schema)';

/** API Priority and Fairness, from the API server's own /metrics. */
export const APF_PANELS: readonly Panel[] = [
  panel({
    id: 'apf.rejected',
    title: 'Requests rejected',
    unit: 'perSecond',
    promql:
      'sum by (priority_level, flow_schema, reason) (rate(apiserver_flowcontrol_rejected_requests_total[$window]))',
    tells: 'Requests answered with 429, by the reason: queue-full, concurrency-limit, time-out.',
    needs: ['apiserver_flowcontrol_rejected_requests_total'],
  }),
  panel({
    id: 'apf.dispatched',
    title: 'Requests let through',
    unit: 'perSecond',
    promql: `sum by ${by} (rate(apiserver_flowcontrol_dispatched_requests_total[$window]))`,
    tells: "Which flow schema the load comes under; a controller's own can be told by its service account.",
    needs: ['apiserver_flowcontrol_dispatched_requests_total'],
  }),
  panel({
    id: 'apf.waitP99',
    title: 'Wait for a seat, p99',
    unit: 'seconds',
    promql:
      'histogram_quantile(0.99, sum by (priority_level, flow_schema, le) ' +
      '(rate(apiserver_flowcontrol_request_wait_duration_seconds_bucket[$window])))',
    tells: "How long requests stand in the API server's queues.",
    needs: ['apiserver_flowcontrol_request_wait_duration_seconds_bucket'],
  }),
  panel({
    id: 'apf.executionP99',
    title: 'Execution, p99',
    unit: 'seconds',
    promql:
      'histogram_quantile(0.99, sum by (priority_level, flow_schema, le) ' +
      '(rate(apiserver_flowcontrol_request_execution_seconds_bucket[$window])))',
    tells: 'How long requests hold their seats.',
    needs: ['apiserver_flowcontrol_request_execution_seconds_bucket'],
  }),
  panel({
    id: 'apf.inqueue',
    title: 'Requests waiting',
    unit: 'count',
    promql: `sum by ${by} (apiserver_flowcontrol_current_inqueue_requests)`,
    tells: "Requests in the API server's queues now.",
    needs: ['apiserver_flowcontrol_current_inqueue_requests'],
  }),
  panel({
    id: 'apf.seats',
    title: "Seats taken of the level's limit",
    unit: 'percent',
    promql:
      '100 * sum by (priority_level) (apiserver_flowcontrol_current_executing_seats) ' +
      '/ sum by (priority_level) (apiserver_flowcontrol_current_limit_seats)',
    tells: "At 100 % the level's requests wait, then are rejected.",
    needs: ['apiserver_flowcontrol_current_executing_seats', 'apiserver_flowcontrol_current_limit_seats'],
  }),
];
