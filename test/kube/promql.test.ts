import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/problem';
import { fill, PANELS } from '../../src/metrics/catalog/index';
import { evaluate, metricNames, parsePromql } from '../../src/metrics/promql/index';
import type { QueryResult } from '../../src/metrics/types';
import { SLOWNESS } from '../lib/until';
import { MemoryStore, type TestSeries } from '../unit/metrics/promql/store';
import { COUNT, EVERY, T0, everything } from './promqlData';
import { panelSeries } from './promqlPanels';
import { QUERIES, REFUSED } from './promqlQueries';
import { Prometheus, type Answered } from './promqlServer';

const END = T0 + COUNT * EVERY;
/** The last one goes on until everything is out of the lookback. */
const TIMES = [
  { start: T0 - 30, end: END + 60, step: 7 },
  { start: T0 + 0.5, end: T0 + 100, step: 0.3 },
  { start: T0 + 2, end: END + 400, step: 41 },
  { start: T0 + 300, end: T0 + 300, step: 1 },
];

let prometheus: Prometheus;
let store: MemoryStore;
const panels = panelSeries(PANELS.map((p) => fill(p.promql, { window: 30 })));

beforeAll(async () => {
  prometheus = await Prometheus.start();
  const all: TestSeries[] = [...everything(), ...panels.series];
  await prometheus.write(all);
  store = new MemoryStore(all);
}, 600_000 * SLOWNESS);
afterAll(async () => {
  await prometheus?.stop();
});

const key = (labels: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(labels).sort());
const number = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

/** Every difference between theirs and ours. */
function differences(theirs: Answered & { ok: true }, ours: QueryResult): string[] {
  const out: string[] = [];
  const mine = new Map(ours.series.map((s) => [key(s.labels), s]));
  for (const { metric, values } of theirs.series) {
    // A result of histograms only, or partly: numbers are what is compared.
    if (!values) continue;
    const s = mine.get(key(metric));
    if (!s) {
      out.push(`missing: ${key(metric)}`);
      continue;
    }
    mine.delete(key(metric));
    if (s.times.length !== values.length)
      out.push(
        `${key(metric)}: ${s.times.length} points instead of ${values.length} (first ${s.times[0]} and ${values[0]?.[0]})`,
      );
    else
      for (const [i, [t, text]] of values.entries()) {
        const [a, b] = [number(text), s.values[i] ?? NaN];
        const close = Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
        if (!close || Math.abs((s.times[i] ?? 0) - t) > 1e-6) {
          out.push(`${key(metric)} at ${t - T0}: ${b} (at ${(s.times[i] ?? 0) - T0}) instead of ${text}`);
          break;
        }
      }
  }
  for (const k of mine.keys()) out.push(`too many: ${k}`);
  return out;
}

describe('the same as Prometheus', () => {
  for (const promql of QUERIES) {
    it(promql.replaceAll('\n', ' '), async () => {
      const told: string[] = [];
      for (const times of TIMES) {
        const theirs = await prometheus.query(promql, times);
        let ours: QueryResult | Problem;
        try {
          ours = evaluate(parsePromql(promql), store, times);
        } catch (e) {
          if (!(e instanceof Problem)) throw e;
          ours = e;
        }
        if (!theirs.ok || ours instanceof Problem) {
          // A clash of labels at some step: refused by both, or by none.
          if (theirs.ok || !(ours instanceof Problem))
            told.push(
              `step ${times.step}: ${theirs.ok ? 'answered' : theirs.error} / ${ours instanceof Problem ? ours.message : 'answered'}`,
            );
          continue;
        }
        told.push(...differences(theirs, ours).map((d) => `step ${times.step}: ${d}`));
      }
      expect(told).toEqual([]);
    });
  }
});

describe('refused by both', () => {
  for (const promql of REFUSED) {
    it(promql === '' ? 'nothing' : promql, async () => {
      const theirs = await prometheus.query(promql, { start: T0 + 60, end: T0 + 300, step: 30 });
      expect(theirs.ok).toBe(false);
      expect(() => evaluate(parsePromql(promql), store, { start: T0 + 60, end: T0 + 300, step: 30 })).toThrow(Problem);
    });
  }
});

describe('every panel of the catalog', () => {
  for (const panel of PANELS) {
    it(panel.id, async () => {
      const promql = fill(panel.promql, { window: 30 });
      const times = { start: T0, end: END + 60, step: 5 };
      const theirs = await prometheus.query(promql, times);
      expect(theirs).toMatchObject({ ok: true });
      if (!theirs.ok) return;
      const expr = parsePromql(promql);
      expect(metricNames(expr)?.length ?? 0).toBeGreaterThan(0);
      expect(
        theirs.series.some((s) => s.values?.some(([, v]) => v !== 'NaN') === true),
        `data for ${promql}`,
      ).toBe(true);
      expect(differences(theirs, evaluate(expr, store, times))).toEqual([]);
    });
  }
});
