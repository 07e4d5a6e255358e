/** Prepares a chart's answer for drawing: columns with gaps, distinct names of series, last values. No DOM. */
import type { ChartAppend, ChartData, ChartSeries, ChartUpdate } from '../../src/protocol/metrics';

/** A column of a chart; null is a gap. */
export type Column = Float64Array | (number | null)[];

/** The charts received so far, each in its last state. */
export class ReceivedCharts {
  readonly #received = new Map<string, { readonly revision: number; readonly chart: ChartData }>();

  /**
   * Applies updates and returns the updated charts; `misfits`: panels that missed an update, whose charts must be sent
   * whole.
   */
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
 * become gaps (a line cannot be drawn to them), and so do values without a logarithm if `log` is true. Columns without
 * gaps are returned unchanged.
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
 * True when the series belong to subjects and no subject has more than one: the series are then named after their
 * subjects.
 */
export function oneEach(series: readonly ChartSeries[]): boolean {
  return (
    series.length > 0 &&
    series.every((s) => s.subject !== undefined) &&
    new Set(series.map((s) => s.subject)).size === series.length
  );
}

/** A name for each series: its subject when several are compared, its label, and a number when two are the same. */
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

/** The newest value that is not NaN, ±Inf included; NaN = none. */
export function lastValue(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) {
    const v = values[i];
    if (v !== undefined && !Number.isNaN(v)) return v;
  }
  return NaN;
}

/** True when the series is drawn: only the isolated one if it exists, otherwise all but the muted ones. */
export function isDrawn(
  name: string,
  names: readonly string[],
  isolated: string | undefined,
  muted: readonly string[],
): boolean {
  return isolated !== undefined && names.includes(isolated) ? name === isolated : !muted.includes(name);
}

/**
 * Slots of colour for `names`: a series keeps its slot while the chart exists, whatever other series come and go; a new
 * one takes the lowest free slot.
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

/** Number of colours: slots that differ by this number have the same colour, with another pattern. */
const COLOURS = 6;

/**
 * Slots on a page that compares: a subject has the same colour in every chart, and series with the same label have the
 * same pattern.
 */
export function comparedSlots(series: readonly ChartSeries[], subjects: readonly string[]): number[] {
  const labels = [...new Set(series.map((s) => s.label))];
  const alone = oneEach(series);
  return series.map(({ label, subject = '' }) => {
    const i = Math.max(0, subjects.indexOf(subject));
    return (i % COLOURS) + COLOURS * ((alone ? 0 : labels.indexOf(label)) + Math.floor(i / COLOURS));
  });
}

/** The part of a chart of several subjects that belongs to one, or the reason why that has none. */
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
 * Lowest and highest finite value of the series for which `drawn` is true; with `log`, only values above 0. Undefined =
 * none.
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

/** A threshold is drawn, and included in the axis, only when the values reach this share of it. */
const NEAR = 0.4;

/** Ends of a linear axis: it includes 0 and any threshold that is near, and the values don't touch its top. */
export function linearRange(low: number | null, high: number | null, thresholds: readonly number[]): [number, number] {
  const lo = Math.min(0, low ?? 0);
  const hi = Math.max(high ?? 0, ...nearThresholds(high, thresholds));
  return hi === lo ? [lo, lo + 1] : [lo < 0 ? lo - (hi - lo) * 0.06 : 0, hi > 0 ? hi + (hi - lo) * 0.06 : 0];
}

export function nearThresholds(high: number | null, thresholds: readonly number[]): number[] {
  return thresholds.filter((t) => high !== null && high >= t * NEAR);
}

/** Text as a field of RFC 4180: quoted if it has a comma, a quote or a line break. */
function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A chart as CSV: time in ISO 8601 (UTC), a column for each series under its name; an empty field where there is no
 * value.
 */
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
