/** What a page is sent of its charts: each once as a whole, then what is new in it. */
import type { ChartAppend, ChartData, ChartUpdate } from '../protocol/metrics';

/** What one page was sent, by panel. */
export class SentCharts {
  readonly #sent = new Map<string, { readonly revision: number; readonly chart: ChartData }>();
  #revision = 0;

  /**
   * What to send so that the page has all these charts as they are now: nothing of one that did not change. The caller
   * sends it. Panels that are not among the charts are forgotten: the page may have dropped them.
   */
  updates(charts: readonly ChartData[]): readonly ChartUpdate[] {
    const shown = new Set(charts.map((c) => c.panel));
    this.forget([...this.#sent.keys()].filter((panel) => !shown.has(panel)));
    return charts.flatMap((chart) => this.#update(chart) ?? []);
  }

  /** The page does not have these any more. */
  forget(panels: readonly string[]): void {
    for (const panel of panels) this.#sent.delete(panel);
  }

  /** A page that begins anew has none. */
  forgetAll(): void {
    this.#sent.clear();
  }

  #update(chart: ChartData): ChartUpdate | undefined {
    const before = this.#sent.get(chart.panel);
    const news = before && difference(before.chart, chart);
    if (news && news.drop === 0 && news.keep === before.chart.times.length && news.times.length === 0) return undefined;
    const revision = ++this.#revision;
    this.#sent.set(chart.panel, { revision, chart });
    return news ? { revision, append: { panel: chart.panel, after: before.revision, ...news } } : { revision, chart };
  }
}

/**
 * How `now` differs from `before`. Every value is compared, because those at the end may change later: a scrape counts from
 * the moment it was asked for, and comes in after that. Undefined where only the whole tells it: other series, warnings or
 * steps, or no point in common.
 */
function difference(before: ChartData, now: ChartData): Omit<ChartAppend, 'panel' | 'after'> | undefined {
  if (before.problem || now.problem || said(before) !== said(now)) return undefined;
  const drop = before.times.indexOf(now.times[0] ?? NaN);
  if (drop < 0) return undefined;
  let keep = same(before.times, now.times, drop, Math.min(before.times.length - drop, now.times.length));
  for (const [i, { values }] of now.series.entries()) keep = same(before.series[i]!.values, values, drop, keep);
  if (keep === 0) return undefined;
  return { drop, keep, times: now.times.slice(keep), values: now.series.map(({ values }) => values.slice(keep)) };
}

/** All of a chart but its points. */
function said({ series, warnings, empty, gaps }: ChartData): string {
  return JSON.stringify([series.map(({ label, labels, subject }) => [label, labels, subject]), warnings, empty, gaps]);
}

/** How many of the first `most` numbers of `now` are those of `before` from `drop` on. NaN equals NaN. */
function same(before: Float64Array, now: Float64Array, drop: number, most: number): number {
  for (let i = 0; i < most; i++) if (!Object.is(before[drop + i], now[i])) return i;
  return most;
}
