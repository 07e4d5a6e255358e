import { REASONS, THRESHOLDS } from '../pipeline/thresholds';
import type { Panel } from './types';

const FROM = 'controller-runtime pkg/internal/controller/metrics/metrics.go';
const panel = (p: Omit<Panel, 'group' | 'from'>): Panel => ({ group: 'Reconcile', from: FROM, ...p });
const errors = (id: string, title: string, metric: string, tells: string): Panel =>
  panel({
    id,
    title,
    unit: 'perSecond',
    promql: `sum by (controller) (rate(${metric}[$window]))`,
    tells,
    needs: [metric],
  });

/** What controller-runtime exports about reconciles and workers. */
export const RECONCILE_PANELS: readonly Panel[] = [
  panel({
    id: 'reconcile.p50',
    title: 'Reconcile time, p50',
    unit: 'seconds',
    promql:
      'histogram_quantile(0.5, ' +
      'sum by (controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket[$window])))',
    tells: 'The usual reconcile. Far below p99, a few objects are the slow ones.',
    needs: ['controller_runtime_reconcile_time_seconds_bucket'],
  }),
  panel({
    id: 'reconcile.mean',
    title: 'Reconcile time, mean',
    unit: 'seconds',
    promql:
      'sum by (controller) (rate(controller_runtime_reconcile_time_seconds_sum[$window])) ' +
      '/ sum by (controller) (rate(controller_runtime_reconcile_time_seconds_count[$window]))',
    tells: 'Workers divided by it is the most reconciles a second that the controller can do.',
    needs: ['controller_runtime_reconcile_time_seconds_sum', 'controller_runtime_reconcile_time_seconds_count'],
  }),
  panel({
    id: 'reconcile.active',
    title: 'Workers busy',
    unit: 'count',
    promql: 'sum by (controller) (controller_runtime_active_workers)',
    tells: 'Workers inside Reconcile at the moment of the scrape.',
    needs: ['controller_runtime_active_workers'],
  }),
  panel({
    id: 'reconcile.max',
    title: 'Workers in all',
    unit: 'count',
    promql: 'sum by (controller) (controller_runtime_max_concurrent_reconciles)',
    tells: 'MaxConcurrentReconciles: 1 unless the code says otherwise.',
    needs: ['controller_runtime_max_concurrent_reconciles'],
  }),
  panel({
    id: 'reconcile.saturation',
    title: 'Share of workers busy',
    unit: 'percent',
    promql:
      '100 * sum by (controller) (controller_runtime_active_workers) ' +
      '/ sum by (controller) (controller_runtime_max_concurrent_reconciles)',
    tells: 'At 100 % all the time, items wait. It takes more workers, or reconciles that end sooner.',
    needs: ['controller_runtime_active_workers', 'controller_runtime_max_concurrent_reconciles'],
    thresholds: [{ value: 100 * THRESHOLDS.busyShare.warm, text: REASONS.busyShare }],
  }),
  panel({
    id: 'reconcile.errorShare',
    title: 'Share of reconciles that fail',
    unit: 'percent',
    promql:
      '100 * sum by (controller) (rate(controller_runtime_reconcile_errors_total[$window])) ' +
      '/ sum by (controller) (rate(controller_runtime_reconcile_total[$window]))',
    tells: 'Each failed reconcile is done again after a growing delay, up to 1,000 s.',
    needs: ['controller_runtime_reconcile_errors_total', 'controller_runtime_reconcile_total'],
    thresholds: [{ value: 100 * THRESHOLDS.errorShare.warm, text: REASONS.errorShare }],
  }),
  errors(
    'reconcile.errors',
    'Errors',
    'controller_runtime_reconcile_errors_total',
    'Reconciles that returned an error. Each is tried again with a growing delay.',
  ),
  errors(
    'reconcile.panics',
    'Panics',
    'controller_runtime_reconcile_panics_total',
    'Reconciles that panicked and were recovered.',
  ),
  errors(
    'reconcile.terminal',
    'Terminal errors',
    'controller_runtime_terminal_reconcile_errors_total',
    'Errors that the code marked as not worth trying again.',
  ),
  errors(
    'reconcile.timeouts',
    'Timeouts',
    'controller_runtime_reconcile_timeouts_total',
    'Reconciles that ReconciliationTimeout cut off.',
  ),
];
