/**
 * What a chart's answer becomes before it is drawn: columns with gaps, names that tell series apart, last values. No
 * DOM.
 */
import type { ChartAppend, ChartData, ChartSeries, ChartUpdate } from '../../src/protocol/metrics';

/** A column of a chart; null is a gap. */
export type Column = Float64Array | (number | null)[];

/** The charts that came, each as it was last. */
export class ReceivedCharts {
  readonly #received = new Map<string, { readonly revision: number; readonly chart: ChartData }>();

  /** The charts as they are with these updates; `misfits`: panels of which something was missed, to be sent whole. */
  take(updates: readonly ChartUpdate[]): {
    readonly charts: readonly ChartData[];
    readonly misfits: readonly string[];
  } {
    const charts: ChartData[] = [];
    const misfits: string[] = [];
    for (const update of updates) {
      const chart = 'chart' in update ? update.chart : this.#appended(update.append);
      if (chart) {
        this.#received.set(chart.panel, { revision: update.revision, chart });
        charts.push(chart);
      } else if ('append' in update) {
        this.#received.delete(update.append.panel);
        misfits.push(update.append.panel);
      }
    }
    return { charts, misfits };
  }

  #appended({ panel, after, drop, keep, times, values }: ChartAppend): ChartData | undefined {
    const before = this.#received.get(panel);
    if (before?.revision !== after) return undefined;
    const { chart } = before;
    const joined = (old: Float64Array, news: Float64Array): Float64Array => {
      const all = new Float64Array(keep + news.length);
      all.set(old.subarray(drop, drop + keep));
      all.set(news, keep);
      return all;
    };
    return {
      ...chart,
      times: joined(chart.times, times),
      series: chart.series.map((s, i) => ({ ...s, values: joined(s.values, values[i] ?? new Float64Array(0)) })),
    };
  }
}

/**
 * The shared times and a column for each of `names`, in that order; a name without a series is all gaps. NaN and ±Inf
 * become gaps (a line cannot be drawn to them), and so does what a logarithm doesn't have. Columns without gaps are
 * given on as they are.
 */
export function columns(chart: ChartData, names: readonly string[], log: boolean): Column[] {
  const byName = new Map(seriesNames(chart.series).map((name, i) => [name, chart.series[i]]));
  return [chart.times, ...names.map((name) => column(byName.get(name)?.values, chart.times.length, log))];
}

function column(values: Float64Array | undefined, length: number, log: boolean): Column {
  if (!values) return new Array<null>(length).fill(null);
  const drawn = (v: number): boolean => Number.isFinite(v) && (!log || v > 0);
  let whole = values.length === length;
  for (let i = 0; whole && i < length; i++) whole = drawn(values[i] ?? NaN);
  return whole
    ? values
    : Array.from({ length }, (_, i) => {
        const v = values[i] ?? NaN;
        return drawn(v) ? v : null;
      });
}

/**
 * True where series of several subjects are beside each other and each has one at most: its name is the subject's then.
 */
export function oneEach(series: readonly ChartSeries[]): boolean {
  return (
    series.length > 0 &&
    series.every((s) => s.subject !== undefined) &&
    new Set(series.map((s) => s.subject)).size === series.length
  );
}

/** A name for each series: whose it is where several are compared, its label, and a number where two are the same. */
export function seriesNames(series: readonly ChartSeries[]): string[] {
  const seen = new Map<string, number>();
  const alone = oneEach(series);
  return series.map(({ label, subject }) => {
    const own = label === '' ? 'value' : label;
    const name = subject === undefined ? own : alone ? subject : `${subject} ${own}`;
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name} (${n})`;
  });
}

/** The newest value that is one, ±Inf included; NaN = none. */
export function lastValue(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) {
    const v = values[i];
    if (v !== undefined && !Number.isNaN(v)) return v;
  }
  return NaN;
}

/** What of the series is drawn: the isolated one alone where it exists, else all but the muted. */
export function isDrawn(
  name: string,
  names: readonly string[],
  isolated: string | undefined,
  muted: readonly string[],
): boolean {
  return isolated !== undefined && names.includes(isolated) ? name === isolated : !muted.includes(name);
}

/**
 * Slots of colour for `names`: a series keeps its own while the chart lives, whatever comes and goes around it; a new
 * one takes the lowest that is free.
 */
export function giveSlots(names: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  const slots = new Map<string, number>();
  for (const name of names) {
    const slot = before.get(name);
    if (slot !== undefined) slots.set(name, slot);
  }
  const taken = new Set(slots.values());
  let next = 0;
  for (const name of names) {
    if (slots.has(name)) continue;
    while (taken.has(next)) next++;
    taken.add(next);
    slots.set(name, next);
  }
  return slots;
}

/** Colours that there are for slots: a slot that is so much higher has the same one with the next pattern. */
const COLOURS = 6;

/**
 * Of those that are compared: a subject has one colour in every chart, and series with the same label have the same
 * pattern.
 */
export function comparedSlots(series: readonly ChartSeries[], subjects: readonly string[]): number[] {
  const labels = [...new Set(series.map((s) => s.label))];
  const alone = oneEach(series);
  return series.map(({ label, subject = '' }) => {
    const i = Math.max(0, subjects.indexOf(subject));
    return (i % COLOURS) + COLOURS * ((alone ? 0 : labels.indexOf(label)) + Math.floor(i / COLOURS));
  });
}

/** Of a chart of several, what one of them has; what it has not says why. */
export function partOf(chart: ChartData, subject: string): ChartData {
  const gap = chart.gaps?.find((g) => g.subject === subject);
  const { problem, empty, gaps: _, ...rest } = chart;
  return {
    ...rest,
    series: chart.series.flatMap(({ subject: whose, ...s }) => (whose === subject ? [s] : [])),
    warnings: chart.warnings.flatMap((w) => (w.startsWith(`${subject}: `) ? [w.slice(subject.length + 2)] : [])),
    ...((gap?.problem ?? (gap ? undefined : problem)) && { problem: gap?.problem ?? problem }),
    ...((gap?.empty ?? empty) !== undefined && { empty: gap?.empty ?? empty }),
  };
}

/**
 * Lowest and highest finite value of the series that `drawn` lets by; with `log` of those above 0. Undefined = none.
 */
export function boundsOf(
  series: readonly ChartSeries[],
  drawn: (s: ChartSeries) => boolean,
  log: boolean,
): { readonly low: number; readonly high: number } | undefined {
  let low = Infinity,
    high = -Infinity;
  for (const s of series)
    if (drawn(s))
      for (const v of s.values)
        if (Number.isFinite(v) && (!log || v > 0)) {
          low = Math.min(low, v);
          high = Math.max(high, v);
        }
  return low <= high ? { low, high } : undefined;
}

/** A threshold is drawn, and the axis reaches up to it, only when the values come near: from this share of it on. */
const NEAR = 0.4;

/** Ends of a linear axis: 0 is in it, the values don't touch its top, and a threshold that is near is in it. */
export function linearRange(low: number | null, high: number | null, thresholds: readonly number[]): [number, number] {
  const lo = Math.min(0, low ?? 0);
  const hi = Math.max(high ?? 0, ...nearThresholds(high, thresholds));
  return hi === lo ? [lo, lo + 1] : [lo < 0 ? lo - (hi - lo) * 0.06 : 0, hi > 0 ? hi + (hi - lo) * 0.06 : 0];
}

export function nearThresholds(high: number | null, thresholds: readonly number[]): number[] {
  return thresholds.filter((t) => high !== null && high >= t * NEAR);
}

/** Text as a field of RFC 4180: quoted where it has a comma, a quote or a line end. */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A chart as CSV: time in ISO 8601 (UTC), a column for each series under its name; nothing where there is no value. */
export function csvOf(chart: ChartData): string {
  const lines = [['time', ...seriesNames(chart.series)].map(field).join(',')];
  chart.times.forEach((t, i) => {
    lines.push(
      [
        new Date(t * 1000).toISOString(),
        ...chart.series.map((s) => {
          const v = s.values[i] ?? NaN;
          return Number.isNaN(v) ? '' : v === Infinity ? '+Inf' : v === -Infinity ? '-Inf' : String(v);
        }),
      ].join(','),
    );
  });
  return `${lines.join('\r\n')}\r\n`;
}
