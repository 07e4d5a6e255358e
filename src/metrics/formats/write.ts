/** Series over time as one OpenMetrics text with timestamps. */
import { writeComposite } from './composite';
import { floatLabel } from '../labels';
import { STALE, type Family, type Labels, type MetricType, type StoredSeries } from '../types';

/** The endings of a type's samples after the family's name. */
const ENDINGS: Readonly<Partial<Record<MetricType, RegExp>>> = {
  counter: /_(total|created)$/,
  histogram: /_(bucket|sum|count|created)$/,
  gaugehistogram: /_(bucket|gsum|gcount)$/,
  summary: /_(sum|count|created)$/,
  info: /_info$/,
};
const PLAIN = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * Families in the order of their names, each series with its points, oldest first. Stale markers are left out: a gap
 * shows as one. Native histograms are written as in OpenMetrics 2.0; without any, the text is the 1.0 that `promtool
 * tsdb create-blocks-from openmetrics` takes. A family whose name OpenMetrics would refuse (a counter without `_total`)
 * is written as `unknown`.
 */
export function writeOpenMetrics(series: readonly StoredSeries[], families: ReadonlyMap<string, Family>): string {
  const byFamily = new Map<string, { readonly family: Family; readonly series: StoredSeries[] }>();
  for (const one of series) {
    const name = one.labels['__name__'] ?? '';
    const family = familyOf(name, families);
    const entry = byFamily.get(family.name);
    if (entry) entry.series.push(one);
    else byFamily.set(family.name, { family, series: [one] });
  }
  const out: string[] = [];
  for (const [, { family, series: own }] of [...byFamily].sort(([a], [b]) => (a < b ? -1 : 1))) {
    out.push(`# TYPE ${quote(family.name)} ${family.type}`);
    if (family.help !== '')
      out.push(
        `# HELP ${quote(family.name)} ` +
          `${family.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}`,
      );
    for (const one of own) {
      const { times, values, kinds, histograms } = one.points(-Infinity, Infinity);
      const head = headOf(one.labels);
      for (let i = 0; i < times.length; i++) {
        if (kinds?.[i] === STALE) continue;
        const histogram = histograms?.[i];
        out.push(
          `${head} ${histogram ? writeComposite(histogram) : floatOf(values[i] ?? NaN)} ${(times[i] ?? 0).toFixed(3)}`,
        );
      }
    }
  }
  out.push('# EOF', '');
  return out.join('\n');
}

function familyOf(name: string, families: ReadonlyMap<string, Family>): Family {
  for (const base of [name, name.replace(/_(bucket|sum|count|total|created|info|gsum|gcount)$/, '')]) {
    const family = families.get(base) ?? families.get(`${base}_total`);
    if (!family) continue;
    // A counter's family ends in _total in the older text format, and has no ending in OpenMetrics.
    const own = family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
    const ending = ENDINGS[family.type];
    const fits =
      ending === undefined
        ? own === name
        : own === name.replace(ending, '') && (family.type !== 'counter' || ending.test(name));
    if (fits) return { ...family, name: own };
  }
  return { name, type: 'unknown', help: '', unit: '' };
}

function headOf(labels: Labels): string {
  const { __name__: name = '', ...rest } = labels;
  const pairs = Object.entries(rest).map(([l, v]) => `${PLAIN.test(l) ? l : quoted(l)}=${quoted(v)}`);
  if (PLAIN.test(name)) return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
  return `{${[quoted(name), ...pairs].join(',')}}`;
}

function quote(name: string): string {
  return PLAIN.test(name) ? name : quoted(name);
}
function quoted(v: string): string {
  return `"${v.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;
}
function floatOf(v: number): string {
  return floatLabel(v);
}
