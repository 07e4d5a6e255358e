import { describe, expect, it } from 'vitest';
import type { ChartData, ChartUpdate } from '../../../src/protocol/metrics';
import { parseScrape } from '../../../src/metrics/formats/scrape';
import { Ring } from '../../../src/metrics/store/ring';
import { evaluate, parsed } from '../../../src/metrics/promql';
import { chartFrom, windowOf } from '../../../src/series/feed';
import { SentCharts } from '../../../src/series/updates';
import { random } from '../metrics/pipeline/simulate';
import { ReceivedCharts } from '../../../webview/metrics/data';

const chart = (from: number, to: number, value: (t: number) => number, rest: Partial<ChartData> = {}): ChartData => {
  const times = Float64Array.from({ length: to - from }, (_, i) => from + i);
  return {
    panel: 'p',
    times,
    warnings: [],
    series: ['a', 'b'].map((label) => ({ label, labels: { x: label }, values: times.map(value) })),
    ...rest,
  };
};
const twice = (t: number): number => 2 * t;

/** As a message is: copied, and of its own memory. */
const posted = (updates: readonly ChartUpdate[]): readonly ChartUpdate[] => structuredClone(updates);

describe('updates of a chart', () => {
  it('are the whole, then what is new', () => {
    const sent = new SentCharts();
    const [first] = sent.updates([chart(0, 10, twice)]);
    expect(first).toMatchObject({ chart: { panel: 'p' } });
    expect(sent.updates([chart(2, 12, twice)])).toEqual([
      {
        revision: first!.revision + 1,
        append: {
          panel: 'p',
          after: first!.revision,
          drop: 2,
          keep: 8,
          times: Float64Array.of(10, 11),
          values: [Float64Array.of(20, 22), Float64Array.of(20, 22)],
        },
      },
    ]);
  });

  it('are nothing where nothing changed', () => {
    const sent = new SentCharts();
    sent.updates([chart(0, 10, (t) => (t > 5 ? NaN : t))]);
    expect(sent.updates([chart(0, 10, (t) => (t > 5 ? NaN : t))])).toEqual([]);
  });

  it('bring anew what changed at the end', () => {
    const sent = new SentCharts();
    sent.updates([chart(0, 10, twice)]);
    expect(sent.updates([chart(0, 10, (t) => (t > 7 ? 1 : 2 * t))])).toMatchObject([
      { append: { drop: 0, keep: 8, times: Float64Array.of(8, 9), values: [Float64Array.of(1, 1), {}] } },
    ]);
  });

  it.each<[string, ChartData]>([
    ['other series', { ...chart(1, 11, twice), series: chart(1, 11, twice).series.slice(1) }],
    ['another label', chart(1, 11, twice, { series: [] })],
    ['another step', { ...chart(1, 11, twice), times: chart(1, 11, twice).times.map((t) => t * 1.5) }],
    ['a time that has nothing in common', chart(100, 110, twice)],
    ['a warning', chart(1, 11, twice, { warnings: ['partial'] })],
    ['another beginning', chart(1, 11, (t) => (t === 1 ? 0 : 2 * t))],
    ['a problem', chart(0, 0, twice, { series: [], problem: { code: 'x', message: 'y' } })],
    ['gaps of those that are compared', chart(1, 11, twice, { gaps: [{ subject: 's', empty: 'none' }] })],
  ])('are the whole for %s', (_, next) => {
    const sent = new SentCharts();
    sent.updates([chart(0, 10, twice)]);
    expect(sent.updates([next])).toMatchObject([{ chart: next }]);
  });

  it('begin anew for a panel that was out of sight', () => {
    const sent = new SentCharts();
    sent.updates([chart(0, 10, twice)]);
    sent.updates([]);
    expect(sent.updates([chart(1, 11, twice)])).toMatchObject([{ chart: {} }]);
  });

  it('that were missed are asked for, and the whole mends it', () => {
    const sent = new SentCharts();
    const page = new ReceivedCharts();
    page.take(posted(sent.updates([chart(0, 10, twice)])));
    sent.updates([chart(1, 11, twice)]);
    expect(page.take(posted(sent.updates([chart(2, 12, twice)])))).toEqual({ charts: [], misfits: ['p'] });
    // Nor does what comes before the answer fit.
    expect(page.take(posted(sent.updates([chart(3, 13, twice)]))).misfits).toEqual(['p']);
    sent.forget(['p']);
    expect(page.take(posted(sent.updates([chart(3, 13, twice)])))).toEqual({
      charts: [chart(3, 13, twice)],
      misfits: [],
    });
  });

  it('fit no page that begins anew', () => {
    const sent = new SentCharts();
    sent.updates([chart(0, 10, twice)]);
    const append = sent.updates([chart(1, 11, twice)]);
    expect(new ReceivedCharts().take(posted(append)).misfits).toEqual(['p']);
  });
});

describe('random ticks', () => {
  it.each([1, 2, 3, 4])('leave the page with the whole, seed %i', (seed) => {
    const rnd = random(seed);
    const sent = new SentCharts();
    let page = new ReceivedCharts();
    let shown = new Map<string, ChartData>();
    const world = new Map<string, number>();
    const valueOf = (key: string): number => {
      let v = world.get(key);
      if (v === undefined) world.set(key, (v = rnd() < 0.1 ? NaN : Math.floor(rnd() * 100)));
      return v;
    };
    const seriesOf = new Map([1, 2, 3].map((n) => [`p${n}`, ['a', 'b', 'c'].slice(0, n)]));
    let now = 1000,
      length = 50,
      appends = 0,
      wholes = 0;
    for (let tick = 0; tick < 400; tick++) {
      now += Math.floor(rnd() * 3);
      if (rnd() < 0.02) length = 20 + Math.floor(rnd() * 60);
      for (const [panel, labels] of seriesOf) {
        // A late scrape changes what lies behind it; seldom anything does.
        const back = rnd() < 0.2 ? 3 : rnd() < 0.03 ? 60 : 0;
        for (const label of labels) for (let i = 0; i < back; i++) world.delete(`${panel} ${label} ${now - i}`);
        if (rnd() < 0.02) seriesOf.set(panel, [...labels.slice(1), `n${tick}`]);
      }
      const charts = [...seriesOf]
        .filter(([panel]) => panel !== 'p2' || tick % 50 > 5)
        .map(([panel, labels]): ChartData => {
          const times = Float64Array.from({ length }, (_, i) => now - length + 1 + i);
          const series = labels.map((label) => ({
            label,
            labels: { label },
            values: times.map((t) => valueOf(`${panel} ${label} ${t}`)),
          }));
          return rnd() < 0.02
            ? { panel, times: new Float64Array(0), series: [], warnings: [], problem: { code: 'c', message: 'm' } }
            : { panel, times, series, warnings: rnd() < 0.02 ? ['partial'] : [] };
        });
      // The page was reloaded, or a message was lost.
      if (rnd() < 0.02) {
        page = new ReceivedCharts();
        shown = new Map();
      }
      const updates = sent.updates(charts);
      for (const u of updates)
        if ('append' in u) appends++;
        else wholes++;
      if (rnd() < 0.02) continue;
      const { charts: taken, misfits } = page.take(posted(updates));
      for (const c of taken) shown.set(c.panel, c);
      if (misfits.length > 0) {
        sent.forget(misfits);
        for (const c of page.take(posted(sent.updates(charts))).charts) shown.set(c.panel, c);
      }
      // One that did not change since a lost message or a reload comes with its next change.
      for (const c of charts)
        if (updates.some((u) => ('chart' in u ? u.chart : u.append).panel === c.panel))
          expect(shown.get(c.panel)).toEqual(c);
    }
    expect(appends).toBeGreaterThan(wholes * 2);
  });

  it('of scrapes that come in late are what the ring has', async () => {
    const rnd = random(7);
    const ring = new Ring({ seconds: 300 });
    const source = {
      kind: 'scrape' as const,
      label: '',
      query: (q: Parameters<typeof evaluate>[2] & { readonly promql: string }) =>
        Promise.resolve(evaluate(parsed(q.promql), ring, q)),
      families: () => Promise.resolve([]),
      labelValues: () => Promise.resolve([]),
    };
    const queries = {
      rate: 'sum by (verb) (rate(requests_total[30s]))',
      quantile: 'histogram_quantile(0.9, sum by (le) (rate(seconds_bucket[30s])))',
      level: 'depth',
    };
    const sent = new SentCharts();
    const page = new ReceivedCharts();
    const shown = new Map<string, ChartData>();
    /** Of each process: a scrape that was asked for and is not in yet. */
    const pending: { at: number; due: number; body: string; pod: string }[] = [];
    let appended = 0,
      points = 0,
      wholePoints = 0;
    let n = 0;
    for (let now = 10_000; now < 10_600; now += 2) {
      for (const pod of ['a', 'b']) {
        n++;
        const body = `# TYPE requests_total counter
requests_total{verb="GET"} ${n * 3}
requests_total{verb="${n % 300 > 280 ? 'PUT' : 'GETS'}"} ${n}
# TYPE seconds histogram
seconds_bucket{le="0.1"} ${n}
seconds_bucket{le="1"} ${n * 2 + Math.floor(rnd() * 5)}
seconds_bucket{le="+Inf"} ${n * 3}
seconds_sum ${n}
seconds_count ${n * 3}
# TYPE depth gauge
depth ${Math.floor(rnd() * 50)}
`;
        if (!pending.some((p) => p.pod === pod))
          pending.push({ at: now - rnd(), due: now + (rnd() < 0.1 ? 7 : 0), body, pod });
      }
      for (const p of pending.filter(({ due }) => due <= now)) {
        pending.splice(pending.indexOf(p), 1);
        if (rnd() < 0.02) ring.fail({ pod: p.pod }, p.at);
        else ring.add(parseScrape(new TextEncoder().encode(p.body), 'text/plain', p.at), { pod: p.pod });
      }
      const window = windowOf({ seconds: 300 }, 150, 2, now + 0.5);
      const charts = await Promise.all(
        Object.entries(queries).map(([id, promql]) =>
          chartFrom(source, id, promql, window, new AbortController().signal),
        ),
      );
      const updates = posted(sent.updates(charts));
      for (const u of updates) {
        if ('append' in u) {
          appended++;
          points += u.append.times.length;
        } else points += u.chart.times.length;
      }
      wholePoints += charts.reduce((sum, c) => sum + c.times.length, 0);
      for (const c of page.take(updates).charts) shown.set(c.panel, c);
      for (const c of charts) expect(shown.get(c.panel)).toEqual(c);
    }
    expect(appended).toBeGreaterThan(500);
    expect(points).toBeLessThan(wholePoints / 10);
  });
});
