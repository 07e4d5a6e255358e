/** What stands in a panel's query for the range of its rates. */
const WINDOW = '$window';

export interface Filling {
  /** The range of every rate: seconds, or as PromQL or Grafana writes it (`5m`, `$__rate_interval`). */
  readonly window: number | string;
}

/** A panel's query as a source takes it. */
export function fill(promql: string, { window }: Filling): string {
  return promql.replaceAll(WINDOW, typeof window === 'number' ? promDuration(window) : window);
}

/** Seconds as PromQL writes a duration: 90 → "1m30s", 0.25 → "250ms". At least a millisecond, which is all it knows. */
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
 * Scrapes within the range of a rate: two are the least that give one, and four still do when two are missed (Grafana's
 * $__rate_interval has the same four).
 */
const SCRAPES = 4;
/** A rate over less is noise for a controller that does some things a second; s. */
const LEAST_SCRAPED = 10;
/**
 * Prometheus' own default of `scrape_interval`, taken where it is not known; s (config/config.go, DefaultGlobalConfig).
 */
const DEFAULT_INTERVAL = 60;

/**
 * The range of a rate, s. Of our own scrapes `spacing` apart: four of them, at least 10 s. Of Prometheus: four scrapes
 * at its interval (1 min where unknown), and at least a step of the chart, so that nothing between two points goes
 * unseen.
 */
export function rateWindow(source: {
  readonly kind: 'scrape' | 'file' | 'prometheus';
  readonly spacing?: number;
  readonly step?: number;
}): number {
  if (source.kind === 'prometheus') return Math.max(SCRAPES * (source.spacing ?? DEFAULT_INTERVAL), source.step ?? 0);
  return Math.max(LEAST_SCRAPED, SCRAPES * (source.spacing ?? 2), source.step ?? 0);
}
