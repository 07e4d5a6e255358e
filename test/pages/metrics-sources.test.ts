import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser } from './harness/browser';
import { FACTS, NOW, PANELS } from './harness/metricsdata';
import { MetricsHost, type MetricsOptions } from './harness/metricshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

describe.skipIf(noBrowser())('metrics page: where its numbers come from', () => {
  const tests = pageTests('metrics');
  let page: Page;
  let host: MetricsHost;

  async function open(options: MetricsOptions = {}): Promise<void> {
    page = await tests.newPage();
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, options);
    await page.locator('header').waitFor();
  }
  const SPAN = { start: NOW - 7200, end: NOW - 6600 };
  const { sourceLabel: _, ...shown } = FACTS;
  const file = {
    ...shown,
    title: 'widgets.openmetrics.txt',
    subtitle: '300 scrapes in 10 min 0 s',
    sourceLabel: '',
    sources: [{ id: 'file', label: 'widgets.openmetrics.txt' }],
    source: 'file',
    span: SPAN,
  };

  it('says what each look costs the process, with the whole of it on the tip', async () => {
    await open();
    await expect.poll(() => page.locator('.cost').count()).toBe(0);
    await host.send({
      type: 'facts',
      facts: {
        ...FACTS,
        cost: {
          text: 'each look costs each process 38 KiB and 4 ms',
          title: 'Each look at /metrics takes 38 KiB on the wire.',
        },
      },
    });
    await page.getByText('each look costs each process 38 KiB and 4 ms').waitFor();
    await expect.poll(() => page.locator('.cost').getAttribute('title')).toMatch(/on the wire/);
    await shot(page, 'metrics-cost');
  });

  it('goes back to the shown source in the menu when another was not let in', async () => {
    await open();
    const menu = page.getByLabel('Source');
    await menu.selectOption({ index: 1 });
    await expect.poll(() => host.of('source').map((m) => m.source)).toEqual(['prometheus']);
    await host.send({ type: 'facts', facts: FACTS });
    await expect.poll(() => menu.inputValue()).toBe('scrape');
  });

  it('shows a saved file over its own time: nothing live, nothing to profile, and the way back to the whole of it', async () => {
    await open({
      first: { type: 'init', facts: file, panels: PANELS, view: 'charts', range: { seconds: 600, end: SPAN.end } },
    });
    await page.locator('.uplot canvas').first().waitFor();
    expect(host.watch).toMatchObject({ range: { seconds: 600, end: SPAN.end }, paused: true });
    for (const name of ['Profile now', 'Back to live', 'Profile this controller now', 'Back to the whole file'])
      await expect.poll(() => page.getByRole('button', { name }).isVisible(), { message: name }).toBe(false);
    await expect.poll(() => page.getByLabel('Source').isVisible()).toBe(false);
    await expect
      .poll(() => page.getByLabel('Time range').locator('option').allTextContents())
      .toEqual([expect.stringMatching(/^\d\d:\d\d.* to /), 'last 60 s', 'last 5 min']);
    await page.getByLabel('Time range').selectOption('60');
    await expect.poll(() => host.watch.range).toEqual({ seconds: 60, end: SPAN.end });
    await page.getByRole('button', { name: 'Back to the whole file' }).waitFor();
    await shot(page, 'metrics-file-part');
    await page.keyboard.press('Escape');
    await expect.poll(() => host.watch).toMatchObject({ range: { seconds: 600, end: SPAN.end }, paused: true });
    await page.getByLabel('Time range').selectOption('300');
    await page.getByRole('button', { name: 'Back to the whole file' }).click();
    await expect.poll(() => host.watch).toMatchObject({ range: { seconds: 600, end: SPAN.end }, paused: true });
    await shot(page, 'metrics-file');
  });

  it('shows one scrape as the minute that ends with it, in each of the views', async () => {
    await open({
      first: {
        type: 'init',
        facts: { ...file, span: { start: SPAN.end, end: SPAN.end } },
        panels: PANELS,
        view: 'pipeline',
        range: { seconds: 60, end: SPAN.end },
      },
    });
    await page.locator('.card').first().waitFor();
    expect(host.watch.range).toEqual({ seconds: 60, end: SPAN.end });
    await page.keyboard.press('3');
    await page.getByRole('tab', { name: 'Explore', selected: true }).waitFor();
    await page.keyboard.press(' ');
    expect(host.watch.paused).toBe(true);
  });
});
