/**
 * The test cluster's own Prometheus: found by its objects, asked through the tunnel and through the API server's proxy.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAbort, type Problem } from '../../src/base/problem';
import { Cluster } from '../../src/cluster/cluster';
import { createKubeconfigs, openConnections } from '../../src/kube/index';
import type { Kubeconfigs, KubeSession } from '../../src/kube/types';
import { podClient, proxyClient } from '../../src/series/prometheus/client';
import { findPrometheus } from '../../src/series/prometheus/find';
import { PrometheusSource } from '../../src/series/prometheus/prometheusSource';
import { PATIENCE } from '../lib/until';
import { asUpLeavesIt } from './loads';

const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
const never = new AbortController().signal;
/** Until the first scrapes of each process are there, which comes every 5 s; ms. */
const SCRAPED = { timeout: 2 * PATIENCE };

describe.skipIf(kubeconfig === '')('Prometheus of the test cluster', () => {
  asUpLeavesIt(kubeconfig);
  let configs: Kubeconfigs;
  let session: KubeSession;
  let cluster: Cluster;

  beforeAll(async () => {
    configs = createKubeconfigs({ env: process.env, home: '/nonexistent', only: kubeconfig });
    const { contexts } = await configs.load();
    session = await configs.session(contexts[0]!.name);
    cluster = new Cluster(session, { namespaces: [], marked: () => ({}) });
    await cluster.ready;
  });
  afterAll(() => {
    cluster.dispose();
    configs.dispose();
  });

  const range = (promql: string, seconds = 60): { promql: string; start: number; end: number; step: number } => {
    const end = Math.floor(Date.now() / 1000);
    return { promql, start: end - seconds, end, step: 5 };
  };

  it('is the one Prometheus that is found, by its Service', async () => {
    const found = await findPrometheus(cluster, never);
    expect(found.map(({ id, kind, version, problem }) => ({ id, kind, version, problem }))).toEqual([
      { id: 'monitoring/prometheus', kind: 'Prometheus', version: '3.16.0', problem: undefined },
    ]);
    const source = new PrometheusSource(found[0]!.client);
    const namespaces = async (): Promise<string[]> =>
      [...new Set((await source.query(range('up'), never)).series.map((s) => s.labels['namespace'] ?? ''))].sort();
    await expect
      .poll(namespaces, SCRAPED)
      .toEqual(
        expect.arrayContaining(['gadgets-system', 'kube-system', 'leaky-system', 'paints-system', 'widgets-system']),
      );
  });

  it("scrapes every sample and kube-controller-manager, each at its pod's own address", async () => {
    const source = new PrometheusSource(podClient(session, POD));
    await expect
      .poll(async () => {
        const { series } = await source.query(range('up', 10), never);
        return series
          .filter((s) => s.values.at(-1) === 1)
          .map((s) => s.labels['job'])
          .sort();
      }, SCRAPED)
      .toEqual(
        expect.arrayContaining([
          'blue',
          'gadgets-controller-manager-metrics-service',
          'kube-controller-manager',
          'leaky',
          'red',
          'widgets-metrics',
          'widgets-metrics',
        ]),
      );
  });

  it('gives quantiles of classic and native histograms, and refuses bare native ones', async () => {
    const source = new PrometheusSource(podClient(session, POD));
    const quantile = (of: string): ReturnType<PrometheusSource['query']> =>
      source.query(
        range(`histogram_quantile(0.9, sum by (job${of.includes('_bucket') ? ', le' : ''}) (${of}))`, 15),
        never,
      );
    for (const of of [
      'controller_runtime_reconcile_time_seconds_bucket',
      'controller_runtime_reconcile_time_seconds',
    ]) {
      await expect
        .poll(
          async () =>
            (await quantile(of)).series.some(
              (s) => s.labels['job'] === 'widgets-metrics' && s.values.some((v) => v > 0),
            ),
          SCRAPED,
        )
        .toBe(true);
    }
    await expect(
      source.query(range('controller_runtime_reconcile_time_seconds{job="widgets-metrics"}', 15), never),
    ).rejects.toMatchObject({ code: 'prometheus.histograms' });
  });

  it('lists families and label values', async () => {
    const source = new PrometheusSource(podClient(session, POD));
    await expect
      .poll(async () => (await source.families(never)).find((f) => f.name === 'workqueue_adds_total')?.type, SCRAPED)
      .toBe('counter');
    expect(
      (await source.families(never)).find((f) => f.name === 'controller_runtime_reconcile_time_seconds')?.type,
    ).toBe('histogram');
    expect(await source.labelValues('name', 'workqueue_depth', never)).toEqual(
      expect.arrayContaining(['volumes', 'claims']),
    );
  });

  it("answers through the API server's service proxy as well, errors in its own words", async () => {
    const source = new PrometheusSource(
      proxyClient(session, { namespace: 'monitoring', service: 'prometheus', port: 'web' }),
    );
    expect((await source.version(never)).version).toBe('3.16.0');
    const e: unknown = await source.query(range('sum(up'), never).catch((thrown: unknown) => thrown);
    expect(e).toMatchObject({ code: 'prometheus.badQuery', status: 400 });
    expect((e as Problem).message).toContain('unclosed left parenthesis');
    const gone = new PrometheusSource(
      proxyClient(session, { namespace: 'monitoring', service: 'nowhere', port: 'web' }),
    );
    await expect(gone.version(never)).rejects.toMatchObject({ code: expect.stringMatching(/^kube\./) as string });
  });

  it('refuses more points than it gives, and warns of a rate of a gauge', async () => {
    const source = new PrometheusSource(podClient(session, POD));
    await expect(source.query({ ...range('up', 3600 * 24), step: 1 }, never)).rejects.toMatchObject({
      code: 'prometheus.tooManyPoints',
    });
    const { warnings } = await source.query(range('rate(go_goroutines[1m])'), never);
    expect(warnings.join()).toMatch(/might not be a counter/);
  });

  it.each(['proxy', 'tunnel'])('an aborted heavy query ends at once through the %s', async (way) => {
    const client =
      way === 'tunnel'
        ? podClient(session, POD)
        : proxyClient(session, { namespace: 'monitoring', service: 'prometheus', port: 9090 });
    const source = new PrometheusSource(client);
    const stop = new AbortController();
    const end = Math.floor(Date.now() / 1000);
    // What it evaluates now, by its own metrics.
    const running = async (): Promise<number> => {
      const { body } = await podClient(session, POD).ask('/metrics', {
        signal: never,
        idleTimeoutMs: PATIENCE,
        maxBytes: 1 << 22,
      });
      return Number(/^prometheus_engine_queries (\S+)$/m.exec(body.toString())?.[1]);
    };
    // Subqueries of subqueries at every 100 ms: many seconds of work.
    const heavy = source.query(
      {
        promql: 'max_over_time(sum_over_time({__name__=~"go_.+|process_.+|workqueue_.+"}[30s:100ms])[2m:100ms])',
        start: end - 600,
        end,
        step: 1,
      },
      stop.signal,
    );
    heavy.catch(() => undefined);
    // It may evaluate another one besides.
    await expect.poll(running, { interval: 20 }).toBeGreaterThan(0);
    const { open } = openConnections();
    stop.abort();
    await expect(heavy).rejects.toSatisfy(isAbort);
    // Prometheus gives it up too. Not behind kwok's port-forward: kwok 0.8.0 waits for the pod's side to end as well
    // (pkg/utils/net/tunnel.go); our tunnel is closed all the same.
    if (way === 'proxy') await expect.poll(running).toBe(0);
    else await expect.poll(() => openConnections().open).toBeLessThan(open);
  });
});

const POD = { namespace: 'monitoring', pod: 'prometheus-0', port: 9090 };
