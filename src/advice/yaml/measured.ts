/** From what was measured to a QPS. */
import type { Measured } from '../types';

/** Head room over the mean rate: a queue that fills in bursts needs more than its mean. */
const HEAD_ROOM = 1.5;

/**
 * Requests a second that the workers would make without the limiter. A worker's second holds `r` requests, each of
 * which costs its own time and its wait in the limiter; without the wait the same worker makes 1 / (1 − waits) times as
 * many. By Little's law the waits are rate × mean wait = workers that stand in the limiter. Undefined when too little
 * was measured.
 */
export function needed(m: Measured): { readonly qps: number; readonly because: string } | undefined {
  const { requestsPerSecond: rate, limiterMean, workers, busyWorkers } = m;
  if (rate === undefined || rate <= 0) return undefined;
  const busy = busyWorkers ?? workers;
  if (busy === undefined || busy <= 0 || limiterMean === undefined) return undefined;
  // Never all of them: a share of 1 would say that a request takes no time at all.
  const waiting = Math.min(rate * limiterMean, busy * 0.95);
  const free = rate * (busy / (busy - waiting));
  const qps = Math.max(5, Math.ceil((free * HEAD_ROOM) / 5) * 5);
  return {
    qps,
    because:
      `${rate.toPrecision(2)} requests/s × ${limiterMean.toPrecision(2)} s = ${waiting.toPrecision(2)} of ` +
      `${busy} busy workers in the limiter, so ${free.toPrecision(2)} requests/s without it, × ${HEAD_ROOM} head ` +
      'room',
  };
}
