/** A metrics page's session against a process on this machine, with the page's end of the channel in the test. */
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/base/dispose';
import { METRICS, type ChartData, type ToMetricsPage } from '../../../../src/protocol/metrics';
import { PageChannel } from '../../../../src/protocol/channel';
import type { MetricsDeps } from '../../../../src/app/metrics/deps';
import type { Prometheuses } from '../../../../src/app/metrics/prometheus/prometheuses';
import { MetricsSession } from '../../../../src/app/metrics/session';
import { localSubject } from '../../../../src/app/metrics/subject';
import type { PagePanel } from '../../../../src/app/pages/panel';
import { ReceivedCharts } from '../../../../webview/metrics/data';
import { PATIENCE } from '../../../lib/until';
import { serveHttp } from '../../target/servers';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Delays its answers by this, ms. */
let slow = 0;
let looks = 0;
async function open() {
  looks = slow = 0;
  const port = await serveHttp((_req, res) => {
    looks++;
    const body = `# TYPE workqueue_depth gauge\nworkqueue_depth{name="widget"} ${looks}\n`;
    setTimeout(() => {
      res.setHeader('Content-Type', 'text/plain; version=0.0.4');
      res.end(body);
    }, slow);
  });
  const toPage = new Emitter<unknown>();
  const toHost = new Emitter<unknown>();
  const visibility = new Emitter<void>();
  const panel = {
    visible: true as boolean,
    onDidChangeVisible: visibility.event,
    post: (m: unknown) => {
      const copy: unknown = structuredClone(m);
      queueMicrotask(() => {
        toPage.fire(copy);
      });
    },
    onMessage: toHost.event,
    load: () => undefined,
    reveal: () => undefined,
  } satisfies PagePanel;
  const deps = {
    editor: {
      log: { info: () => undefined, warn: () => undefined, problem: () => undefined },
      settings: { scrapeMs: 1000, maxScrapeBytes: 1 << 20, idleTimeoutMs: PATIENCE },
    },
    captures: { store: { list: () => Promise.resolve([]), onDidChange: () => ({ dispose: () => undefined }) } },
    clusters: {},
    prometheuses: {
      onDidChange: () => ({ dispose: () => undefined }),
      ofSettings: () => Promise.resolve([]),
      ofCluster: () => Promise.resolve([]),
    } as Partial<Prometheuses>,
  } as unknown as MetricsDeps;
  const session = new MetricsSession(panel, [localSubject(`http://127.0.0.1:${port}`)], deps);
  closing.push(() => {
    session.dispose();
  });
  const heard: ToMetricsPage[] = [];
  const keep = (m: ToMetricsPage): void => {
    heard.push(m);
  };
  const page = new PageChannel(
    METRICS,
    {
      post: (m) => {
        toHost.fire(structuredClone(m));
      },
      onMessage: toPage.event,
    },
    {
      init: keep,
      facts: keep,
      pipeline: keep,
      charts: keep,
      annotations: keep,
      failed: keep,
    },
    1,
  );
  const watch = (view: 'charts' | 'explore'): void => {
    page.send({
      type: 'watch',
      view,
      panels: view === 'charts' ? ['essentials.queueDepth'] : [],
      range: { seconds: 60 },
      width: 600,
      paused: false,
      controller: '',
      replica: '',
      focus: '',
    });
  };
  const show = (visible: boolean): void => {
    panel.visible = visible;
    visibility.fire();
  };
  return { page, heard, watch, show };
}
const chartsIn = (heard: readonly ToMetricsPage[]) => heard.flatMap((m) => (m.type === 'charts' ? m.charts : []));
const last = (chart: ChartData | undefined): number =>
  [...(chart?.series[0]?.values ?? [])].findLast((v) => !Number.isNaN(v)) ?? NaN;

it('sends a chart whole, then what is new; whole again where it is asked for, and to a page that was hidden', async () => {
  const { page, heard, watch, show } = await open();
  page.send({ type: 'ready' });
  watch('charts');
  const received = new ReceivedCharts();
  const appends = () => chartsIn(heard).filter((u) => 'append' in u).length;
  const wholes = () => chartsIn(heard).filter((u) => 'chart' in u && u.chart.series.length > 0).length;
  await vi.waitFor(() => {
    expect(appends()).toBeGreaterThan(1);
  }, PATIENCE);
  const { charts, misfits } = received.take(chartsIn(heard));
  expect(misfits).toEqual([]);
  expect(last(charts.at(-1))).toBeGreaterThan(1);
  expect(wholes()).toBe(1);

  page.send({ type: 'resend', panels: ['essentials.queueDepth'] });
  await vi.waitFor(() => {
    expect(wholes()).toBe(2);
  }, PATIENCE);

  show(false);
  const sofar = looks;
  await wait(1200);
  expect(looks).toBeLessThanOrEqual(sofar + 1);
  show(true);
  page.send({ type: 'ready' });
  watch('charts');
  await vi.waitFor(() => {
    expect(wholes()).toBe(3);
  }, PATIENCE);
});

it('answers which families there are when the first scrape has come in', async () => {
  const { page, watch } = await open();
  slow = 300;
  page.send({ type: 'ready' });
  watch('explore');
  const families = await page.ask({ type: 'families' });
  expect(families.map((f) => [f.name, f.series])).toEqual([['workqueue_depth', 1]]);
});
