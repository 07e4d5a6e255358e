import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser, setTheme, type PageOptions } from './harness/browser';
import { FACTS, NOW, QUIET, THROTTLED } from './harness/metricsdata';
import { MetricsHost, type MetricsOptions } from './harness/metricshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

const THEMES = ['light', 'hc-dark', 'hc-light'] as const;

describe.skipIf(noBrowser())('metrics page: the pipe', () => {
  const tests = pageTests('metrics');
  let page: Page;
  let host: MetricsHost;

  async function open(options: MetricsOptions = {}, pageOptions: PageOptions = {}): Promise<void> {
    page = await tests.newPage(pageOptions);
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, options);
    if (!options.first) await page.locator('.card').first().waitFor();
  }
  const card = (controller: string, station: string) =>
    page.locator(`[data-controller=${controller}] [data-station=${station}]`);

  it('shows the facts, the verdict with its numbers, and the pipe of each controller', async () => {
    await open();
    await expect
      .poll(() => page.locator('.facts').textContent())
      .toBe('widgets-controller2 replicas, widgets-controller-0 leadsfrom /metrics every 2 s');
    await expect
      .poll(() => page.locator('.verdict').textContent())
      .toContain("widget: The client's rate limiter holds this controller back. Requests wait 1.9 s (p99)");
    await expect
      .poll(() =>
        page
          .locator('[data-controller=widget] .card')
          .evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['station'])),
      )
      .toEqual(['events', 'queue', 'workers', 'reconcile', 'client', 'limiter', 'apiserver']);
    await expect.poll(() => card('widget', 'queue').locator('.main').textContent()).toBe('340');
    await expect.poll(() => page.locator('.requests .card').count()).toBe(4);
    await shot(page, 'metrics-pipeline-dark');
    for (const theme of THEMES) {
      await setTheme(page, theme);
      await shot(page, `metrics-pipeline-${theme}`);
    }
  });

  it('colours the one station that the verdict names, and says warm in words elsewhere', async () => {
    await open();
    await expect
      .poll(() =>
        page
          .locator('.card.hot, .card.warm')
          .evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['station'])),
      )
      .toEqual(['limiter']);
    await expect.poll(() => card('widget', 'limiter').locator('.heat').textContent()).toBe('bottleneck');
    await expect.poll(() => card('widget', 'queue').locator('.heat').textContent()).toBe('warm');
    const border = (station: string) => card('widget', station).evaluate((e) => getComputedStyle(e).borderTopColor);
    await expect.poll(() => border('queue')).toBe(await border('events'));
    await expect.poll(() => border('limiter')).not.toBe(await border('events'));
  });

  it('opens the evidence, keeps it open while numbers come in, and sends actions with their controller', async () => {
    await open();
    const why = page.getByRole('button', { name: 'Why?' });
    await why.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => why.getAttribute('aria-expanded')).toBe('true');
    await expect.poll(() => page.locator('.evidence li').count()).toBe(3);
    const verdict = { ...THROTTLED.verdict!, sentence: 'Requests wait 2.4 s (p99).' };
    await host.send({ type: 'pipeline', pipeline: { ...THROTTLED, verdict } });
    await expect.poll(() => page.locator('.sentence').textContent()).toBe('Requests wait 2.4 s (p99).');
    expect(await page.locator('.evidence').isVisible()).toBe(true);
    expect(await why.evaluate((e) => e === document.activeElement), 'the focus stays where it was').toBe(true);
    await page.getByRole('button', { name: 'Set QPS in main.go…' }).click();
    await page.getByRole('button', { name: 'Export it…' }).click();
    await expect
      .poll(() => host.of('act').map((m) => [m.action, m.controller]))
      .toEqual([
        ['setQps', 'widget'],
        ['exportLimiterMetric', 'gadget'],
      ]);
    await shot(page, 'metrics-pipeline-why');
  });

  it('says quietly that no bottleneck is seen, and what is not known', async () => {
    await open({ pipeline: QUIET });
    await expect.poll(() => page.locator('.verdict').isVisible()).toBe(false);
    await expect.poll(() => page.locator('.quiet').textContent()).toBe('No bottleneck seen in the last 5 minutes.');
    await expect.poll(() => page.locator('.card.hot, .card.warm').count()).toBe(0);
    await expect
      .poll(() => card('gadget', 'limiter').textContent())
      .toContain("not knownThis process doesn't export rest_client_rate_limiter_duration_seconds.Export it…");
    await shot(page, 'metrics-pipeline-quiet');
  });

  it('shows one controller when it is chosen, and asks for it', async () => {
    await open();
    await page.getByLabel('Controller', { exact: true }).selectOption('gadget');
    await expect.poll(() => page.locator('[data-controller]').count()).toBe(1);
    await expect
      .poll(() => page.locator('.quiet').textContent())
      .toBe('This controller holds nothing back; widget does.');
    await page.getByLabel('Replica').selectOption('b');
    await page.getByLabel('Time range').selectOption('3600');
    await expect
      .poll(() => [host.watch.controller, host.watch.replica, host.watch.range])
      .toEqual(['gadget', 'b', { seconds: 3600 }]);
    await page.getByLabel('Source').selectOption('prometheus');
    await page.getByRole('button', { name: 'Profile now' }).click();
    await expect.poll(() => host.of('act').map((m) => [m.action, m.controller])).toEqual([['profileCpu', 'gadget']]);
    await expect.poll(() => host.of('source').map((m) => m.source)).toEqual(['prometheus']);
  });

  it('pauses at the end of what is shown and goes back to live, by key too', async () => {
    await open();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Live; pause' }).click();
    await expect.poll(() => [host.watch.paused, host.watch.range.end]).toEqual([true, NOW]);
    await page.getByRole('tab', { name: 'Pipeline' }).evaluate((e) => {
      (e as HTMLElement).blur();
    });
    await page.locator('main').focus();
    await page.keyboard.press(' ');
    await expect.poll(() => [host.watch.paused, host.watch.range]).toEqual([false, { seconds: 300 }]);
  });

  it('exports from a menu that is walked by keys and gives the focus back', async () => {
    await open();
    const button = page.getByRole('button', { name: 'Export', exact: true });
    await button.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await shot(page, 'metrics-export');
    await page.keyboard.press('Enter');
    await expect.poll(() => host.of('save').map((m) => m.what)).toEqual(['rules']);
    await expect.poll(() => button.evaluate((e) => e === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('menu').count()).toBe(0);
    await expect.poll(() => button.evaluate((e) => e === document.activeElement)).toBe(true);
  });

  it('tells which replica fails beside the numbers of the others', async () => {
    await open();
    await host.send({
      type: 'facts',
      facts: {
        ...FACTS,
        replicas: [
          FACTS.replicas[0]!,
          {
            ...FACTS.replicas[1]!,
            problem: {
              code: 'target.unauthorized',
              message: 'The pod answered 401 to /metrics.',
              next: 'Choose a service account to authenticate as.',
            },
          },
        ],
      },
    });
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe(
        'widgets-controller-1 The pod answered 401 to /metrics. Choose a service account to authenticate as.Try again',
      );
    await expect.poll(() => page.locator('.card').count()).toBeGreaterThan(7);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => host.of('retry').length).toBe(1);
    await shot(page, 'metrics-replica-fails');
  });

  it('says what went wrong when nothing is there yet, and goes on when it works', async () => {
    await open({
      first: {
        type: 'failed',
        problem: {
          code: 'target.notFound',
          message: 'The pod answered 404 to /metrics.',
          next: 'Name its path in the settings.',
        },
      },
    });
    await page.locator('#app[data-state=failed]').waitFor();
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('The pod answered 404 to /metrics.Name its path in the settings.Try again');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => host.of('retry').length).toBe(1);
    await host.send({ type: 'init', facts: FACTS, panels: [], view: 'pipeline', range: { seconds: 300 } });
    await page.locator('#app[data-state=ready] .card').first().waitFor();
  });

  it('drops what is no message of its host, tells the log, and goes on', async () => {
    await open();
    expect(await host.sendStrays()).toContain('dropped: the page dropped: pipeline.pipeline is no object');
    expect(await page.locator('#app').getAttribute('data-state')).toBe('ready');
    await page.getByRole('tab', { name: 'Charts' }).click();
    await expect.poll(() => host.watch.view).toBe('charts');
  });

  it('keeps view, controller and range over a reload', async () => {
    await open();
    await page.getByLabel('Controller', { exact: true }).selectOption('gadget');
    await page.getByLabel('Time range').selectOption('900');
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Explore' }).click();
    await page.reload();
    await page.locator('#app[data-state=ready]').waitFor();
    await expect.poll(() => page.getByRole('tab', { name: 'Explore' }).getAttribute('aria-selected')).toBe('true');
    await expect.poll(() => page.getByLabel('Time range').inputValue()).toBe('900');
    await expect.poll(() => [host.watch.view, host.watch.controller]).toEqual(['explore', 'gadget']);
  });

  it('walks the views by arrows and digits', async () => {
    await open();
    await page.getByRole('tab', { name: 'Pipeline' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => host.watch.view).toBe('charts');
    await page.keyboard.press('3');
    await expect.poll(() => host.watch.view).toBe('explore');
    await page.keyboard.press('1');
    await expect.poll(() => host.watch.view).toBe('pipeline');
  });

  it('takes no focus when the editor has it elsewhere', async () => {
    page = await tests.newPage({});
    await page.addInitScript(() => {
      document.hasFocus = () => false;
    });
    host = await MetricsHost.open(page, tests.url, {});
    await page.locator('.card').first().waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement === document.body)).toBe(true);
  });

  it('wraps on narrow windows without a bar to scroll sideways', async () => {
    await open();
    for (const width of [900, 480, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await expect
        .poll(
          () =>
            page.evaluate(
              () =>
                document.documentElement.scrollWidth <= innerWidth &&
                document.querySelector('.pipeline')!.scrollWidth <= document.querySelector('.pipeline')!.clientWidth,
            ),
          { message: `${width} px` },
        )
        .toBe(true);
      await shot(page, `metrics-pipeline-${width}`);
    }
  });
});
