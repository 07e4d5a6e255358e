/** What a page gets of its charts: each chart once as a whole, then only what is new in it. */
import type { ChartAppend, ChartData, ChartUpdate } from '../protocol/metrics';

interface Sent {
  readonly revision: number;
  readonly chart: ChartData;
  /** Everything of the chart but its points, for comparison. */
  readonly frame: string;
}

/** The charts that one page was sent, by panel. */
export class SentCharts {
  readonly #sent = new Map<string, Sent>();
  #revision = 0;

  /**
   * What to send so that the page has all these charts as they are now; nothing for a chart that did not change. The
   * caller sends it. Panels without a chart here are forgotten: the page may have dropped them.
   */
  updates(charts: readonly ChartData[]): readonly ChartUpdate[] {
    const shown = new Set(charts.map((c) => c.panel));
    this.forget([...this.#sent.keys()].filter((panel) => !shown.has(panel)));
    return charts.flatMap((chart) => this.#update(chart) ?? []);
  }

  /** The page no longer has these. */
  forget(panels: readonly string[]): void {
    for (const panel of panels) this.#sent.delete(panel);
  }

  /** A page that starts over has none. */
  forgetAll(): void {
    this.#sent.clear();
  }

  #update(chart: ChartData): ChartUpdate | undefined {
    const before = this.#sent.get(chart.panel);
    const frame = frameOf(chart);
    const news = before?.frame === frame ? difference(before.chart, chart) : undefined;
    if (before && news && isNothing(news, before.chart)) return undefined;
    const revision = ++this.#revision;
    this.#sent.set(chart.panel, { revision, chart, frame });
    return before && news
      ? { revision, append: { panel: chart.panel, after: before.revision, ...news } }
      : { revision, chart };
  }
}

/**
 * How `now` differs from `before`. Every value is compared, since those at the end may change later: a scrape counts
 * from the time of its request, and arrives after that. Undefined if only the whole chart will do: a problem, other
 * steps, or no point in common. Their frames are equal.
 */
function difference(before: ChartData, now: ChartData): Omit<ChartAppend, 'panel' | 'after'> | undefined {
  if (before.problem || now.problem) return undefined;
  const drop = before.times.indexOf(now.times[0] ?? NaN);
  if (drop < 0) return undefined;
  let keep = same(before.times, now.times, drop, Math.min(before.times.length - drop, now.times.length));
  for (const [i, { values }] of now.series.entries()) keep = same(before.series[i]!.values, values, drop, keep);
  if (keep === 0) return undefined;
  return { drop, keep, times: now.times.slice(keep), values: now.series.map(({ values }) => values.slice(keep)) };
}

/** True if the page has all of it already. */
function isNothing({ drop, keep, times }: Omit<ChartAppend, 'panel' | 'after'>, before: ChartData): boolean {
  return drop === 0 && keep === before.times.length && times.length === 0;
}

/** Everything of a chart but its points. */
function frameOf({ series, warnings, empty, gaps }: ChartData): string {
  return JSON.stringify([series.map(({ label, labels, subject }) => [label, labels, subject]), warnings, empty, gaps]);
}

/** How many of the first `most` numbers of `now` equal those of `before` from `drop` on. NaN equals NaN. */
function same(before: Float64Array, now: Float64Array, drop: number, most: number): number {
  for (let i = 0; i < most; i++) if (!Object.is(before[drop + i], now[i])) return i;
  return most;
}
