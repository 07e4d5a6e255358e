/**
 * Two hours of looks at a process of 100,000 series, by a fast clock: nothing may grow in the second one. Without a
 * peer.
 */
import { getEventListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import v8 from 'node:v8';
import vm from 'node:vm';
import { localProcess } from '../../../src/cluster/local';
import { pipelineQueries } from '../../../src/metrics/pipeline/index';
import { pipelineFrom } from '../../../src/series/feed';
import { Scraper } from '../../../src/series/scraper';
import { exposition } from '../../fixtures/make/exposition.mjs';
import type { Bench } from '../lib/bench';
import type { Case, Row } from '../types';

const MB = 1e6;
const HOUR_S = 3600;
/** Between two looks, s of the fast clock: the longest that the setting takes, so that an hour is 240 looks. */
const EVERY_S = 15;
/** One histogram of the dozens that the process exports: what a page of panels asks for, and what it asks of it. */
const WANTED = 'sample_client_request_duration_3_seconds';
const QUERY = `histogram_quantile(0.99, sum by (verb, le) (rate(${WANTED}_bucket[1m])))`;

/** What the process of the bench holds. */
interface Held {
  readonly heap: number;
  readonly sockets: number;
  readonly listeners: number;
  readonly timers: number;
}

export const hour: Case = {
  name: 'hour',
  async run(bench, tell) {
    await looks(bench, tell);
  },
};

async function looks(bench: Bench, tell: (row: Row) => void): Promise<void> {
  const series = bench.options.quick ? 5000 : 100_000;
  bench.log(`hour: two hours of looks at ${series.toLocaleString('en')} series`);
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  const bodies = Array.from({ length: 4 }, (_, i) => Buffer.from(exposition(series, i)));
  let looked = 0;
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(bodies[looked % bodies.length]);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const own = bench.own({
    stop: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => {
          done();
        });
      }),
  });
  const { target } = localProcess(String((server.address() as AddressInfo).port));

  const start = Date.UTC(2026, 0, 1) / 1000;
  const now = (): number => start + looked * EVERY_S;
  let signal: AbortSignal | undefined;
  const scraper = new Scraper({
    everyMs: () => 1,
    maxBytes: () => 1 << 28,
    idleTimeoutMs: () => 60_000,
    keepSeconds: HOUR_S,
    now: () => now() * 1000,
  });
  scraper.want(
    new Set([
      ...pipelineQueries({ window: 60 }).map((q) => q.id),
      WANTED,
      `${WANTED}_bucket`,
      `${WANTED}_count`,
      `${WANTED}_sum`,
    ]),
    false,
  );
  const count = (what: RegExp): number => process.getActiveResourcesInfo().filter((name) => what.test(name)).length;
  const held = (): Held => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return {
      heap: (heapUsed + external) / MB,
      sockets: count(/^TCPSocketWrap$/),
      listeners: signal === undefined ? 0 : getEventListeners(signal, 'abort').length,
      timers: count(/^Timeout$/),
    };
  };

  const before = held();
  const hours: Held[] = [];
  // What the page asks at each look is asked here as well: answers leave nothing behind either.
  const ask = async (): Promise<void> => {
    const never = new AbortController().signal;
    await pipelineFrom(
      scraper,
      { range: { seconds: 300 }, width: 600, controller: '', process: [], spacing: EVERY_S },
      now(),
      never,
    );
    const { series: lines } = await scraper.query(
      { promql: QUERY, start: now() - 300, end: now(), step: EVERY_S },
      never,
    );
    if (looked > 10 && lines.length === 0) throw new Error('The query gave nothing.');
  };
  await new Promise<void>((done, failed) => {
    scraper.onDidScrape(({ problem }) => {
      if (problem) {
        failed(problem);
        return;
      }
      looked++;
      // Points are kept in blocks: an hour is full some blocks later.
      if (looked === HOUR_S / EVERY_S + 130 || looked === (2 * HOUR_S) / EVERY_S + 130) hours.push(held());
      if (hours.length === 2) done();
      else ask().catch(failed);
    });
    scraper.set([
      {
        id: 'one',
        labels: { instance: 'one' },
        find: (ended) => {
          signal = ended;
          return Promise.resolve({ target, path: '/metrics' });
        },
      },
    ]);
    scraper.start();
  }).finally(() => {
    scraper.dispose();
  });
  await own.stop();
  const [first, second] = hours as [Held, Held];
  const grown = (what: keyof Held): number => second[what] - first[what];
  tell({
    name: `hour: heap held after an hour of looks at ${series.toLocaleString('en')} series`,
    value: first.heap - before.heap,
    unit: 'MB',
  });
  tell({
    name: 'hour: heap, grown in the second hour',
    value: grown('heap'),
    unit: 'MB',
    limit: { most: 3, of: 'value' },
  });
  for (const what of ['sockets', 'listeners', 'timers'] as const)
    tell({
      name: `hour: ${what}, grown in the second hour`,
      value: grown(what),
      unit: '',
      limit: { most: 0, of: 'value' },
    });
}
