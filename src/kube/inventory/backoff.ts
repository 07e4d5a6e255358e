/**
 * Waiting times between attempts: doubled each time, half of it random, so that a dozen watches don't return at once.
 */

export interface BackoffRange {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** A connection that dropped. */
export const CONNECTION: BackoffRange = { firstMs: 500, mostMs: 30_000 };
/** Credentials were refused or could not be had: a login that opens a browser must not do so every few seconds. */
export const LOGIN: BackoffRange = { firstMs: 30_000, mostMs: 600_000 };

/**
 * Forbidden, or not installed. Rights may be granted and operators installed while the user looks on, so ask again
 * every one to five minutes.
 */
export const REFUSED: BackoffRange = { firstMs: 120_000, mostMs: 300_000 };

export class Backoff {
  #attempt = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** The next waiting time, ms: between a half and the whole of min(first × 2^attempts, most). */
  next(range: BackoffRange = CONNECTION): number {
    const full = Math.min(range.firstMs * 2 ** Math.min(this.#attempt++, 30), range.mostMs);
    return full / 2 + (full / 2) * this.random();
  }

  reset(): void {
    this.#attempt = 0;
  }
}
