/** What a source knows of one program, in the few numbers that advice about its settings rests on. */
import { fill } from '../metrics/catalog/index';
import { addMatchers } from '../metrics/catalog/rewrite';
import type { Matcher, SeriesSource } from '../metrics/types';
import type { Measured } from '../advice/types';

const LIMITER = 'rest_client_rate_limiter_duration_seconds';
const REQUEST = 'rest_client_request_duration_seconds';
const RECONCILE = 'controller_runtime_reconcile_time_seconds';
const rate = (metric: string): string => `sum(rate(${metric}[$window]))`;
const mean = (metric: string): string => `${rate(`${metric}_sum`)} / ${rate(`${metric}_count`)}`;

/** Over all processes that match: they share the work, but each has a limiter of its own. */
const QUERIES = {
  requestsPerSecond: rate('rest_client_requests_total'),
  limiterP99: `histogram_quantile(0.99, sum by (le) (rate(${LIMITER}_bucket[$window])))`,
  limiterMean: mean(LIMITER),
  requestMean: mean(REQUEST),
  workers: 'sum(controller_runtime_max_concurrent_reconciles)',
  busyWorkers: 'sum(avg_over_time(controller_runtime_active_workers[$window]))',
  reconcileMean: mean(RECONCILE),
  reconcilesPerSecond: rate(`${RECONCILE}_count`),
} as const;

export const MEASURE_QUERIES: readonly string[] = Object.values(QUERIES).map((q) => fill(q, { window: 60 }));

export interface MeasureOptions {
  /** For people: "widgets in team-a". */
  readonly of: string;
  /** Length of the window, which ends at `now`, s. */
  readonly seconds: number;
  /** Matchers that tell this process's series from others at the source. */
  readonly process: readonly Matcher[];
  /** s since the epoch. */
  readonly now: number;
}

/** What isn't exported is undefined. Rejects like the source's queries: with a Problem or an AbortError. */
export async function measuredFrom(
  source: SeriesSource,
  { of, seconds, process, now }: MeasureOptions,
  signal: AbortSignal,
): Promise<Measured> {
  const value = async (query: string): Promise<number | undefined> => {
    const promql = fill(query, { window: seconds });
    const {
      series: [first],
    } = await source.query(
      { promql: process.length === 0 ? promql : addMatchers(promql, () => process), start: now, end: now, step: 1 },
      signal,
    );
    const n = first?.values.at(-1);
    return n !== undefined && Number.isFinite(n) ? n : undefined;
  };
  const entries = await Promise.all(
    Object.entries(QUERIES).map(async ([name, query]) => [name, await value(query)] as const),
  );
  const { requestMean, limiterMean, ...rest } = Object.fromEntries(entries) as {
    readonly [K in keyof typeof QUERIES]: number | undefined;
  };
  // client-go measures a request from before the limiter (client-go/rest/request.go): without the wait, it is the
  // server's time.
  const alone =
    requestMean === undefined || limiterMean === undefined ? requestMean : Math.max(0, requestMean - limiterMean);
  // Little's law: this many requests wait at a time, each for one worker, since Reconcile makes one after the other.
  const waiting =
    rest.requestsPerSecond === undefined || limiterMean === undefined
      ? undefined
      : rest.requestsPerSecond * limiterMean;
  const inLimiter =
    waiting === undefined || rest.busyWorkers === undefined || rest.busyWorkers === 0
      ? undefined
      : Math.min(1, waiting / rest.busyWorkers);
  return { of, seconds, ...rest, limiterMean, requestMean: alone, inLimiter };
}
