/**
 * What a look brings to a page with charts of an hour: what is sent and how long it takes, against all charts anew each
 * time.
 */
import v8 from 'node:v8';
import { PANELS, type Panel } from '../../../src/metrics/catalog/index';
import { parseScrape } from '../../../src/metrics/formats/scrape';
import { evaluate, parsed, parsePromql } from '../../../src/metrics/promql/index';
import { Ring } from '../../../src/metrics/store/ring';
import type { SeriesSource } from '../../../src/metrics/types';
import type { ChartUpdate } from '../../../src/protocol/metrics';
import { chartsFrom, type Asked } from '../../../src/series/feed';
import { SentCharts } from '../../../src/series/updates';
import { simulate } from '../../unit/metrics/pipeline/simulate';
import { ReceivedCharts } from '../../../webview/metrics/data';
import { median, summary } from '../lib/stats';
import type { Case } from '../types';

const HOUR_S = 3600;
const EVERY_S = 2;
const CHARTS = 12;
const PODS = ['widgets-0', 'widgets-1', 'widgets-2'];
/** Wide enough that each look is a point: two pixels each. */
const WIDTH = (2 * HOUR_S) / EVERY_S;
const START = Date.UTC(2026, 0, 1) / 1000;

export const ticks: Case = {
  name: 'ticks',
  async run(bench, tell) {
    const looks = bench.options.quick ? 5 : 60;
    bench.log('ticks: simulating an hour of a controller');
    const pods = PODS.map((pod, i) => ({
      pod,
      scrapes: simulate(
        { workers: 4, requests: 2, server: 0.01, cpu: 0.002, sleep: 0.05, cores: 2, failing: 0.02, events: () => 10 },
        i + 1,
        HOUR_S + looks * EVERY_S,
        EVERY_S,
      ),
    }));
    const ring = new Ring({ seconds: HOUR_S });
    let next = 0;
    const look = (): number => {
      const time = START + next * EVERY_S;
      for (const { pod, scrapes } of pods)
        ring.add(parseScrape(new TextEncoder().encode(scrapes[next]!.text), 'text/plain', time), { pod });
      next++;
      return time;
    };
    while (next < HOUR_S / EVERY_S) look();

    const sourceWith = (parse: typeof parsed): SeriesSource => ({
      kind: 'scrape',
      label: '',
      query: (query) => Promise.resolve(evaluate(parse(query.promql), ring, query)),
      families: () => Promise.resolve([]),
      labelValues: () => Promise.resolve([]),
    });
    const asked: Asked = {
      range: { seconds: HOUR_S },
      width: WIDTH,
      controller: 'widget',
      process: [{ label: 'pod', op: '=~', value: 'widgets-.*' }],
      spacing: EVERY_S,
    };
    const names = new Set(ring.names());
    const panels = PANELS.filter((p) => p.needs.every((n) => names.has(n))).slice(0, CHARTS);
    if (panels.length < CHARTS) throw new Error(`Only ${panels.length} panels have series.`);
    const ask = async (source: SeriesSource, of: readonly Panel[], now: number) =>
      (await chartsFrom(source, of, asked, undefined, now, bench.ended)).charts;

    const sent = new SentCharts();
    const page = new ReceivedCharts();
    const [kept, anew] = [sourceWith(parsed), sourceWith(parsePromql)];
    const ours = { bytes: [] as number[], host: [] as number[], page: [] as number[] };
    const peer = { bytes: [] as number[], host: [] as number[], page: [] as number[] };
    const timed = (into: number[], from: number): void => {
      into.push(performance.now() - from);
    };
    const changes = async (now: number): Promise<void> => {
      const began = performance.now();
      const message = v8.serialize(sent.updates(await ask(kept, panels, now)));
      timed(ours.host, began);
      ours.bytes.push(message.length);
      const came = performance.now();
      page.take(v8.deserialize(message) as readonly ChartUpdate[]);
      timed(ours.page, came);
    };
    const wholes = async (now: number): Promise<void> => {
      const began = performance.now();
      const message = v8.serialize(await ask(anew, panels, now));
      timed(peer.host, began);
      peer.bytes.push(message.length);
      const came = performance.now();
      v8.deserialize(message);
      timed(peer.page, came);
    };
    for (let i = 0; i < looks; i++) {
      const now = look();
      for (const one of i % 2 === 0 ? [changes, wholes] : [wholes, changes]) await one(now);
    }
    // The first of ours is the whole.
    for (const all of [...Object.values(ours), ...Object.values(peer)]) all.shift();
    const what = `${CHARTS} charts of an hour at ${EVERY_S} s`;
    tell({
      name: `ticks: sent at a look, ${what}`,
      ...summary(ours.bytes),
      unit: 'bytes',
      peer: 'all of it each time',
      peerValue: median(peer.bytes),
      limit: { most: 0.05, of: 'ratio' },
    });
    tell({
      name: 'ticks: evaluated and packed by the host',
      ...summary(ours.host),
      unit: 'ms',
      peer: 'parsed anew, all of it packed',
      peerValue: median(peer.host),
    });
    tell({
      name: 'ticks: unpacked and joined by the page',
      ...summary(ours.page),
      unit: 'ms',
      peer: 'all of it unpacked',
      peerValue: median(peer.page),
    });
  },
};
