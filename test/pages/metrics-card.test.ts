import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, PageServer } from './harness/browser';
import { NOW, THROTTLED } from './harness/metricsdata';
import { MetricsHost } from './harness/metricshost';

describe.skipIf(noBrowser())('metrics page: why a station is warm', () => {
  let server: PageServer;
  let page: Page;
  let host: MetricsHost;
  beforeAll(async () => { server = await PageServer.start({ metrics: 'webview/metrics/main.ts' }); });
  afterAll(async () => { await server.stop(); });
  afterEach(async () => {
    const complaints = host.complaints;
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  it('is the station\'s description and its tooltip, and opens by a key', async () => {
    page = await server.newPage({});
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, `${server.origin}/metrics`, {});
    const queue = page.locator('[data-controller=widget] [data-station=queue]');
    await queue.waitFor();
    const reason = THROTTLED.lanes.find((l) => l.controller === 'widget')?.stations.find((s) => s.id === 'queue')?.why ?? '';
    expect(reason).not.toBe('');
    expect(await queue.getAttribute('title')).toBe(reason);
    expect(await queue.evaluate((e) => document.getElementById(e.getAttribute('aria-describedby') ?? '')?.textContent)).toBe(reason);
    expect(await queue.locator('.why').isVisible()).toBe(false);

    const word = queue.getByRole('button', { name: 'warm' });
    await word.focus();
    await page.keyboard.press('Enter');
    expect(await word.getAttribute('aria-expanded')).toBe('true');
    expect(await queue.locator('.why').isVisible()).toBe(true);
    await host.send({ type: 'pipeline', pipeline: { ...THROTTLED, time: THROTTLED.time + 2 } });
    expect(await word.evaluate((e) => e === document.activeElement), 'the focus stays where it was').toBe(true);
    expect(await queue.locator('.why').isVisible(), 'and it stays open').toBe(true);
    await page.keyboard.press('Enter');
    expect(await queue.locator('.why').isVisible()).toBe(false);

    // A station that is calm has nothing to tell.
    const events = page.locator('[data-controller=widget] [data-station=events]');
    expect(await events.getAttribute('aria-describedby')).toBeNull();
    expect(await events.getByRole('button').count()).toBe(0);
  });

  it('says of a number that is not exported only that, and how to get it when asked', async () => {
    const missing = 'rest_client_rate_limiter_duration_seconds is not exported. With controller-runtime 0.25 or later, call metrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency) from sigs.k8s.io/controller-runtime/pkg/metrics before the manager is made.';
    const lanes = THROTTLED.lanes.map((l) => ({ ...l, stations: l.stations.map((s) => (s.id === 'limiter' ? { ...s, main: '', heat: 'none' as const, readings: [], why: missing } : s)) }));
    page = await server.newPage({});
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, `${server.origin}/metrics`, { pipeline: { ...THROTTLED, lanes, verdict: undefined, noVerdict: 'None seen.' } });
    const limiter = page.locator('[data-controller=widget] [data-station=limiter]');
    await limiter.waitFor();
    expect(await limiter.locator('.why').textContent()).toBe('rest_client_rate_limiter_duration_seconds is not exported.');
    expect((await limiter.boundingBox())!.height).toBeLessThan(170);
    const more = limiter.getByRole('button', { name: 'more' });
    await more.focus();
    await page.keyboard.press('Enter');
    expect(await limiter.locator('.why').textContent()).toBe(missing);
    expect(await more.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Enter');
    expect(await limiter.locator('.why').textContent()).toBe('rest_client_rate_limiter_duration_seconds is not exported.');
  });
});
