/** Stands for the range of the rates in a panel's query. */
const WINDOW = '$window';

export interface Filling {
  /** The range of every rate: in seconds, or as PromQL or Grafana writes it (`5m`, `$__rate_interval`). */
  readonly window: number | string;
}

/** A panel's query, ready for a source. */
export function fill(promql: string, { window }: Filling): string {
  return promql.replaceAll(WINDOW, typeof window === 'number' ? promDuration(window) : window);
}

/**
 * Seconds as PromQL writes a duration: 90 → "1m30s", 0.25 → "250ms". At least a millisecond, PromQL's smallest unit.
 */
export function promDuration(seconds: number): string {
  let ms = Math.max(1, Math.round(seconds * 1000));
  let out = '';
  for (const [unit, size] of [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const n = Math.floor(ms / size);
    if (n > 0) out += `${n}${unit}`;
    ms -= n * size;
  }
  return out;
}

/**
 * Scrapes within the range of a rate. A rate needs two, and with four it survives two missed scrapes (Grafana's
 * $__rate_interval has the same four).
 */
const SCRAPES = 4;
/** Over less than this, s, a rate is noise for a controller that does a few things a second. */
const LEAST_SCRAPED = 10;
/**
 * Prometheus' own default of `scrape_interval`, used where the real one is unknown; s (config/config.go,
 * DefaultGlobalConfig).
 */
const DEFAULT_INTERVAL = 60;

/**
 * The range of a rate, s. For our own scrapes: four times their `spacing`, at least 10 s. For Prometheus: four times
 * its interval (1 min where unknown), and at least one step of the chart, so that nothing between two points is missed.
 */
export function rateWindow(source: {
  readonly kind: 'scrape' | 'file' | 'prometheus';
  readonly spacing?: number;
  readonly step?: number;
}): number {
  if (source.kind === 'prometheus') return Math.max(SCRAPES * (source.spacing ?? DEFAULT_INTERVAL), source.step ?? 0);
  return Math.max(LEAST_SCRAPED, SCRAPES * (source.spacing ?? 2), source.step ?? 0);
}
