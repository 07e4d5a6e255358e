import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from './harness/browser';
import { NOW, THROTTLED } from './harness/metricsdata';
import { MetricsHost } from './harness/metricshost';
import { pageTests } from './harness/suite';

describe.skipIf(noBrowser())('metrics page: why a station is warm', () => {
  const tests = pageTests('metrics');
  let page: Page;
  let host: MetricsHost;

  it("is the station's description and its tooltip, and opens by a key", async () => {
    page = await tests.newPage({});
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, {});
    const queue = page.locator('[data-controller=widget] [data-station=queue]');
    await queue.waitFor();
    const reason =
      THROTTLED.lanes.find((l) => l.controller === 'widget')?.stations.find((s) => s.id === 'queue')?.why ?? '';
    expect(reason).not.toBe('');
    await expect.poll(() => queue.getAttribute('title')).toBe(reason);
    await expect
      .poll(() => queue.evaluate((e) => document.getElementById(e.getAttribute('aria-describedby') ?? '')?.textContent))
      .toBe(reason);
    await expect.poll(() => queue.locator('.why').isVisible()).toBe(false);

    const word = queue.getByRole('button', { name: 'warm' });
    await word.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => word.getAttribute('aria-expanded')).toBe('true');
    await expect.poll(() => queue.locator('.why').isVisible()).toBe(true);
    const lanes = THROTTLED.lanes.map((l) => ({
      ...l,
      stations: l.stations.map((s) => (s.id === 'queue' ? { ...s, main: '341' } : s)),
    }));
    await host.send({ type: 'pipeline', pipeline: { ...THROTTLED, lanes, time: THROTTLED.time + 2 } });
    await expect.poll(() => queue.locator('.main').textContent()).toBe('341');
    expect(await word.evaluate((e) => e === document.activeElement), 'the focus stays where it was').toBe(true);
    expect(await queue.locator('.why').isVisible(), 'and it stays open').toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => queue.locator('.why').isVisible()).toBe(false);

    // A station that is calm has nothing to tell.
    const events = page.locator('[data-controller=widget] [data-station=events]');
    await expect.poll(() => events.getAttribute('aria-describedby')).toBeNull();
    await expect.poll(() => events.getByRole('button').count()).toBe(0);
  });

  it('says of a number that is not exported only that, and how to get it when asked', async () => {
    const missing =
      'rest_client_rate_limiter_duration_seconds is not exported. With controller-runtime 0.25 or later, call metrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency) from sigs.k8s.io/controller-runtime/pkg/metrics before the manager is made.';
    const lanes = THROTTLED.lanes.map((l) => ({
      ...l,
      stations: l.stations.map((s) =>
        s.id === 'limiter' ? { ...s, main: '', heat: 'none' as const, readings: [], why: missing } : s,
      ),
    }));
    page = await tests.newPage({});
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, {
      pipeline: { ...THROTTLED, lanes, verdict: undefined, noVerdict: 'None seen.' },
    });
    const limiter = page.locator('[data-controller=widget] [data-station=limiter]');
    await limiter.waitFor();
    await expect
      .poll(() => limiter.locator('.why').textContent())
      .toBe('rest_client_rate_limiter_duration_seconds is not exported.');
    await expect.poll(async () => (await limiter.boundingBox())!.height).toBeLessThan(170);
    const more = limiter.getByRole('button', { name: 'more' });
    await more.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => limiter.locator('.why').textContent()).toBe(missing);
    await expect.poll(() => more.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => limiter.locator('.why').textContent())
      .toBe('rest_client_rate_limiter_duration_seconds is not exported.');
  });
});
