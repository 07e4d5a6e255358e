/**
 * The same panel for several subjects: each answer from its own source, as one chart whose series name their subject.
 */
import type { ChartData, ChartGap } from '../protocol/metrics';

/** One subject's answer, on the times that all share. */
export interface Part {
  readonly subject: string;
  readonly chart: ChartData;
}

/**
 * Series in the order of the parts, with `subject` among their labels. A subject that failed or has nothing becomes a
 * gap and takes nothing from the others; the chart says so as a whole only when nobody has a series.
 */
export function mergeCharts(panel: string, parts: readonly Part[]): ChartData {
  const times = parts.map((p) => p.chart.times).reduce((a, b) => (b.length > a.length ? b : a), new Float64Array(0));
  const series = parts.flatMap(({ subject, chart }) =>
    chart.series.map((s) => ({ ...s, subject, labels: { ...s.labels, subject } })),
  );
  const gaps = parts.flatMap(({ subject, chart: { series: own, problem, empty } }): ChartGap[] =>
    own.length > 0 ? [] : [{ subject, ...(problem && { problem }), ...(empty !== undefined && { empty }) }],
  );
  const warnings = parts.flatMap(({ subject, chart }) => chart.warnings.map((w) => `${subject}: ${w}`));
  return { panel, times, series, warnings, gaps, ...(series.length === 0 && { empty: saidOnce(gaps) }) };
}

/** What all have in common is said once; otherwise each says its own. */
function saidOnce(gaps: readonly ChartGap[]): string {
  const said = gaps.map((g) => g.problem?.message ?? g.empty ?? '');
  const [first = ''] = said;
  return said.every((s) => s === first) ? first : gaps.map((g, i) => `${g.subject}: ${said[i] ?? ''}`).join(' ');
}
