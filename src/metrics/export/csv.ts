/** A chart as the CSV writer needs it: the shape of src/protocol's ChartData. */
export interface CsvChart {
  readonly times: Float64Array;
  readonly series: readonly { readonly label: string; readonly values: Float64Array }[];
}

/**
 * A chart as CSV (RFC 4180): a column per series, a row per time in ISO 8601. A gap is an empty field; values keep all
 * their digits.
 */
export function csv(chart: CsvChart): string {
  const rows = [['time', ...chart.series.map((s) => s.label)].map(field).join(',')];
  for (let i = 0; i < chart.times.length; i++) {
    const values = chart.series.map((s) => {
      const v = s.values[i];
      return v === undefined || Number.isNaN(v) ? '' : v === Infinity ? '+Inf' : v === -Infinity ? '-Inf' : String(v);
    });
    rows.push([new Date(1000 * (chart.times[i] ?? 0)).toISOString(), ...values].join(','));
  }
  return `${rows.join('\r\n')}\r\n`;
}

/** Quotes where necessary. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
