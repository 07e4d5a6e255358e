import { REASONS, THRESHOLDS } from '../pipeline/thresholds';
import type { Panel } from './types';

const FROM =
  'client-go util/workqueue/metrics.go; names in component-base metrics/prometheus/workqueue and ' +
  'controller-runtime pkg/internal/metrics/workqueue.go';
const panel = (p: Omit<Panel, 'group' | 'from'>): Panel => ({ group: 'Workqueue', from: FROM, ...p });

/** What every workqueue exports, with controller-runtime or without. */
export const QUEUE_PANELS: readonly Panel[] = [
  panel({
    id: 'queue.adds',
    title: 'Items added',
    unit: 'perSecond',
    promql: 'sum by (name) (rate(workqueue_adds_total[$window]))',
    tells:
      'Events that came in, and requeues whose wait is over. ' +
      'Items that were in the queue already are not counted again.',
    needs: ['workqueue_adds_total'],
  }),
  panel({
    id: 'queue.depthByPriority',
    title: 'Depth by priority',
    unit: 'count',
    promql: 'sum by (name, priority) (workqueue_depth)',
    tells:
      "With controller-runtime's priority queue, what was listed at the start waits at -100, behind real changes at 0.",
    needs: ['workqueue_depth'],
  }),
  panel({
    id: 'queue.timeP50',
    title: 'Time in queue, p50',
    unit: 'seconds',
    promql: 'histogram_quantile(0.5, sum by (name, le) (rate(workqueue_queue_duration_seconds_bucket[$window])))',
    tells: 'The usual wait for a worker. The buckets are ten times apart, so read it as an order of magnitude.',
    needs: ['workqueue_queue_duration_seconds_bucket'],
  }),
  panel({
    id: 'queue.timeMean',
    title: 'Time in queue, mean',
    unit: 'seconds',
    promql:
      'sum by (name) (rate(workqueue_queue_duration_seconds_sum[$window])) ' +
      '/ sum by (name) (rate(workqueue_queue_duration_seconds_count[$window]))',
    tells: 'The wait for a worker on average, exact where quantiles of ten-fold buckets are rough.',
    needs: ['workqueue_queue_duration_seconds_sum', 'workqueue_queue_duration_seconds_count'],
    thresholds: [{ value: THRESHOLDS.queueWait.warm, text: REASONS.queueWait }],
  }),
  panel({
    id: 'queue.workP99',
    title: 'Work on an item, p99',
    unit: 'seconds',
    promql: 'histogram_quantile(0.99, sum by (name, le) (rate(workqueue_work_duration_seconds_bucket[$window])))',
    tells: "From an item's Get to its Done. Plain client-go controllers tell their reconcile time only here.",
    needs: ['workqueue_work_duration_seconds_bucket'],
  }),
  panel({
    id: 'queue.busy',
    title: 'Workers busy on average',
    unit: 'count',
    promql: 'sum by (name) (rate(workqueue_work_duration_seconds_sum[$window]))',
    tells: 'Seconds of work done each second: as many workers were busy. Work still under way is counted when it ends.',
    needs: ['workqueue_work_duration_seconds_sum'],
  }),
  panel({
    id: 'queue.retries',
    title: 'Retries',
    unit: 'perSecond',
    promql: 'sum by (name) (rate(workqueue_retries_total[$window]))',
    tells: 'Items put back with a delay: after an error, by RequeueAfter or AddAfter.',
    needs: ['workqueue_retries_total'],
  }),
  panel({
    id: 'queue.unfinished',
    title: 'Unfinished work',
    unit: 'seconds',
    promql: 'sum by (name) (workqueue_unfinished_work_seconds)',
    tells: 'Age of all work under way, added up. When it climbs by n seconds a second, n workers are stuck.',
    needs: ['workqueue_unfinished_work_seconds'],
  }),
  panel({
    id: 'queue.longest',
    title: 'Longest running worker',
    unit: 'seconds',
    promql: 'max by (name) (workqueue_longest_running_processor_seconds)',
    tells: 'Age of the oldest work under way. A steady climb is one item that does not end.',
    needs: ['workqueue_longest_running_processor_seconds'],
  }),
];
