import { expect, it } from 'vitest';
import { Ring } from '../../../../src/metrics/store/ring';
import { parseScrape } from '../../../../src/metrics/formats/scrape';
import type { Family } from '../../../../src/metrics/types';
import { writeOpenMetrics } from '../../../../src/metrics/formats/write';

const text = (n: number): string =>
  [
    '# HELP work_total Work done; "quoted", with a \\\\ and a\\nline',
    '# TYPE work_total counter',
    `work_total{who="a \\"b\\"\\nc"} ${n}`,
    '# TYPE odd counter',
    `odd ${n * 2}`,
    '# TYPE took_seconds histogram',
    `took_seconds_bucket{le="0.5"} ${n}`,
    `took_seconds_bucket{le="+Inf"} ${n + 1}`,
    `took_seconds_sum ${n / 4}`,
    `took_seconds_count ${n + 1}`,
    '# TYPE level gauge',
    'level NaN',
    '',
  ].join('\n');

it('what is written is read again by the same reader: names, labels, types, values and times', () => {
  const ring = new Ring();
  const families = new Map<string, Family>();
  for (const [i, n] of [3, 5, 8].entries()) {
    const scrape = parseScrape(new TextEncoder().encode(text(n)), 'text/plain; version=0.0.4', 1_700_000_000 + 2 * i);
    for (const [name, family] of scrape.families) families.set(name, family);
    ring.add(scrape, { pod: 'p' });
  }
  const written = writeOpenMetrics(ring.select([]), families);
  expect(written.endsWith('# EOF\n')).toBe(true);
  const again = parseScrape(new TextEncoder().encode(written), 'application/openmetrics-text; version=1.0.0', 0);
  expect(again.warnings).toEqual([]);
  const points = again.samples
    .map((s) => `${s.name} ${JSON.stringify(Object.entries(s.labels).sort())} ${String(s.value)} ${s.time}`)
    .sort();
  const before = ring
    .select([])
    .flatMap((s) => {
      const { __name__: name = '', ...labels } = s.labels;
      const { times, values } = s.points(-Infinity, Infinity);
      return Array.from(
        times,
        (t, i) => `${name} ${JSON.stringify(Object.entries(labels).sort())} ${String(values[i])} ${t}`,
      );
    })
    .sort();
  expect(points).toEqual(before);
  expect(before.length).toBe(3 * 7);
  expect(again.families.get('work')?.type).toBe('counter');
  expect(again.families.get('work')?.help).toBe('Work done; "quoted", with a \\ and a\nline');
  // OpenMetrics knows no counter without _total.
  expect(again.families.get('odd')?.type).toBe('unknown');
  expect(again.families.get('took_seconds')?.type).toBe('histogram');
});
