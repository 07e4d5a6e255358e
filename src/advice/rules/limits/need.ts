/** How many requests a second the workers would make if nothing held them back. */
import { number } from './words';
import type { Measured } from '../../types';

/** Above what was needed on average, for the load's ups and downs. */
const HEADROOM = 1.25;
/** s: below this p99 the limiter holds nobody back worth a word. */
const NOTICEABLE = 0.05;
/** A reconcile takes some time even on the fastest server, s; a measured rest below this is noise. */
const SHORTEST = 0.001;

export interface Need {
  readonly qps: number;
  readonly burst: number;
  /** "5 workers × 4 requests ÷ 0.12 s = 167/s, and 25 % of head room". */
  readonly arithmetic: string;
}

/**
 * Little's law: `workers` reconciles under way at once, each lasting as long as it would without its waits for the
 * limiter, each making as many requests as were counted. QPS is that with 25 % of head room, rounded up to tens; Burst
 * is twice as much. Undefined when something that it needs was not measured, or when the limiter holds nobody back.
 */
export function need(m: Measured): Need | undefined {
  const workers = m.workers ?? m.busyWorkers;
  if (
    workers === undefined ||
    workers <= 0 ||
    !positive(m.reconcileMean) ||
    !positive(m.reconcilesPerSecond) ||
    !positive(m.requestsPerSecond)
  )
    return undefined;
  if (m.limiterP99 !== undefined && m.limiterP99 < NOTICEABLE && !(m.inLimiter !== undefined && m.inLimiter > 0.1))
    return undefined;
  const requests = m.requestsPerSecond / m.reconcilesPerSecond;
  // The waits as they were timed; where they were not, the share of workers that a goroutine dump saw waiting.
  const waited =
    m.limiterMean !== undefined
      ? requests * m.limiterMean
      : m.inLimiter !== undefined
        ? m.reconcileMean * m.inLimiter
        : undefined;
  if (waited === undefined || waited <= 0) return undefined;
  // Never shorter than the requests themselves take, one after the other.
  const floor =
    m.requestMean === undefined ? SHORTEST : Math.max(SHORTEST, Math.min(m.reconcileMean, requests * m.requestMean));
  const own = Math.max(floor, m.reconcileMean - waited);
  const rate = (workers * requests) / own;
  if (!Number.isFinite(rate)) return undefined;
  const qps = Math.ceil((rate * HEADROOM) / 10) * 10;
  return {
    qps,
    burst: 2 * qps,
    arithmetic:
      `${number(workers)} ${workers === 1 ? 'worker' : 'workers'} × ${number(requests)} requests ÷ ` +
      `${number(own)} s = ${number(rate)}/s, and 25 % of head room`,
  };
}

const positive = (n: number | undefined): n is number => n !== undefined && Number.isFinite(n) && n > 0;

/**
 * "Measured in widgets in team-a, the last 5 minutes: limiter p99 1.9 s; 82 % of the workers wait in it." Undefined:
 * nothing that says something.
 */
export function measuredSentence(m: Measured | undefined): string | undefined {
  if (m === undefined) return undefined;
  const said = [
    ...(m.limiterP99 === undefined ? [] : [`limiter p99 ${number(m.limiterP99)} s`]),
    ...(m.inLimiter === undefined || m.inLimiter < 0.005
      ? []
      : [`${Math.round(m.inLimiter * 100)} % of the workers wait in it`]),
    ...(m.limiterP99 === undefined && m.requestsPerSecond !== undefined
      ? [`${number(m.requestsPerSecond)} requests/s`]
      : []),
  ];
  return said.length === 0 ? undefined : `Measured (${m.of}): ${said.join('; ')}.`;
}
