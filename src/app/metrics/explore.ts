/** Every family of the last scrapes, as the Explore view lists them. */
import type { Family, Labels, Scrape } from '../../metrics/types';
import type { ExploredFamily } from '../../protocol/metrics';

/** The most values of a label, and series of a family, that are sent to the page. */
const VALUES = 20;
const SERIES = 50;
/** Suffixes that samples add to the name of their family. */
const PARTS = /_(bucket|sum|count|total|created|info)$/;

interface Row {
  readonly family: Family;
  series: number;
  readonly labels: Map<string, Set<string>>;
  readonly sample: { labels: Labels; value: number }[];
}

/** `scrapes`: the last scrape of each process. Sorted by name. */
export function explored(scrapes: readonly Scrape[]): readonly ExploredFamily[] {
  const rows = new Map<string, Row>();
  for (const scrape of scrapes) {
    for (const sample of scrape.samples) {
      const base = sample.name.replace(PARTS, '');
      const family = scrape.families.get(sample.name) ??
        scrape.families.get(base) ?? { name: sample.name, type: 'unknown' as const, help: '', unit: '' };
      let row = rows.get(family.name);
      if (!row) rows.set(family.name, (row = { family, series: 0, labels: new Map(), sample: [] }));
      row.series++;
      for (const [label, value] of Object.entries(sample.labels)) {
        let values = row.labels.get(label);
        if (!values) row.labels.set(label, (values = new Set()));
        if (values.size < VALUES) values.add(value);
      }
      const ofFamily = sample.name === family.name ? sample.labels : { __name__: sample.name, ...sample.labels };
      if (row.sample.length < SERIES)
        row.sample.push({
          labels: ofFamily,
          value: typeof sample.value === 'number' ? sample.value : sample.value.count,
        });
    }
  }
  return [...rows.values()]
    .map(({ family, series, labels, sample }) => ({
      ...family,
      series,
      sample,
      labels: Object.fromEntries([...labels].map(([label, values]) => [label, [...values].sort()])),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
