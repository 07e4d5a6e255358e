import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser, setTheme, type PageOptions } from './harness/browser';
import { CHARTS, MANY_PANELS, MANY_SIZE, ManyCharts } from './harness/manycharts';
import { chartOf, NOW, PANELS, spanOf } from './harness/metricsdata';
import { MetricsHost, type MetricsOptions } from './harness/metricshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

describe.skipIf(noBrowser())('metrics page: charts', () => {
  const tests = pageTests('metrics');
  const { press } = tests;
  let page: Page;
  let host: MetricsHost;

  async function open(options: MetricsOptions = {}, pageOptions: PageOptions = {}): Promise<void> {
    page = await tests.newPage({ height: 760, ...pageOptions });
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, { view: 'charts', ...options });
    await page.locator('.panel canvas').first().waitFor();
  }
  const panel = (id: string) => page.locator(`[data-panel=${id}]`);
  const choose = async (id: string, item: string): Promise<void> => {
    await panel(id)
      .getByRole('button', { name: /^Menu of/ })
      .click();
    await page
      .getByRole('menuitem', { name: item })
      .or(page.getByRole('menuitemcheckbox', { name: item }))
      .click();
  };
  const entry = (id: string, name: string) =>
    panel(id).locator('.legend button', { has: page.locator(`.name:text-is("${name}")`) });
  /** Drags over a chart's plot from one share of its width to another. */
  const drag = async (id: string, from: number, to: number): Promise<void> => {
    const box = (await panel(id).locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width * from, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + (box.width * (from + to)) / 2, box.y + 60);
    await page.mouse.move(box.x + box.width * to, box.y + 60);
    await page.mouse.up();
  };

  it('asks only for the panels in sight, and destroys the charts that leave it', async () => {
    await open();
    await expect.poll(() => host.watch.panels.length).toBeGreaterThan(3);
    expect(host.watch.panels).not.toContain('go7');
    expect(host.watch.width).toBeGreaterThan(300);
    const first = await page.locator('.panel canvas').count();
    await page.locator('.groups').evaluate((e) => {
      e.scrollTop = e.scrollHeight;
    });
    await expect.poll(() => host.watch.panels.includes('go7') && !host.watch.panels.includes('depth')).toBe(true);
    await expect.poll(() => panel('depth').locator('canvas').count()).toBe(0);
    await expect.poll(() => page.locator('.panel canvas').count()).toBeLessThanOrEqual(first + 3);
    await page.getByRole('tab', { name: 'Pipeline' }).click();
    await expect.poll(() => host.watch.panels.length).toBe(0);
    await page.getByRole('tab', { name: 'Charts' }).click();
    await page.locator('.panel canvas').first().waitFor();
  });

  it('joins what is new to what it has, and asks for the whole of what does not fit', async () => {
    await open();
    await expect.poll(() => panel('depth').locator('table.sr tbody tr').count()).toBe(2);
    const range = spanOf(host.watch.range);
    const { times, series } = chartOf('depth', range);
    const append = (after: number, value: number) => ({
      panel: 'depth',
      after,
      drop: 1,
      keep: times.length - 1,
      times: Float64Array.of(range.end + 1),
      values: series.map((_, i) => Float64Array.of(value + i)),
    });
    const later = { start: range.start + 1, end: range.end + 1 };
    await host.send({ type: 'charts', range: later, charts: [{ revision: 2, append: append(1, 4711) }] });
    await expect
      .poll(() => panel('depth').locator('table.sr td').allTextContents())
      .toEqual(expect.arrayContaining(['4,711', '4,712']));
    expect(host.of('resend')).toEqual([]);
    await host.send({ type: 'charts', range: later, charts: [{ revision: 9, append: append(8, 1) }] });
    await expect.poll(() => host.of('resend').map((m) => m.panels)).toEqual([['depth']]);
    expect(await panel('depth').locator('table.sr td').allTextContents()).toContain('4,711');
    expect(host.complaints).toEqual([]);
  });

  it('draws what is made anew from what it has, as what did not change is not sent again', async () => {
    await open({}, { height: 1250 });
    await expect.poll(() => panel('memory').locator('.legend button').count()).toBe(2);
    const watches = host.of('watch').length;
    await choose('depth', 'Hide this panel');
    await panel('memory').locator('canvas').waitFor();
    expect(host.of('watch').length - watches).toBeLessThanOrEqual(1);
    await expect.poll(() => panel('memory').locator('.legend button').count()).toBe(2);
  });

  it('draws in all themes, tells last values in a table, and says what is empty or failed', async () => {
    await open({}, { height: 1250 });
    await expect.poll(() => panel('memory').locator('.legend button').count()).toBe(2);
    await expect.poll(() => panel('depth').locator('.legend button').count()).toBe(2);
    await expect.poll(() => panel('depth').locator('table.sr tbody tr').count()).toBe(2);
    await expect.poll(() => panel('depth').locator('table.sr caption').textContent()).toBe('Queue depth, last values');
    await expect.poll(() => panel('memory').locator('.legend').textContent()).toMatch(/widgets-controller-0[\d.]+ MiB/);
    await expect
      .poll(() => panel('limiter').locator('.chartnote').textContent())
      .toBe('rest_client_rate_limiter_duration_seconds is not exported by this process.');
    await shot(page, 'metrics-charts-dark');
    for (const theme of ['light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `metrics-charts-${theme}`);
    }
    await panel('go7').scrollIntoViewIfNeeded();
    await expect
      .poll(() => panel('go7').locator('.chartnote').textContent())
      .toBe('Prometheus did not answer in 10 s.Choose a shorter time range.Try again');
    await panel('go7').getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => host.of('retry').length).toBe(1);
    await shot(page, 'metrics-charts-failed');
  });

  it('isolates a series by click and hides by Ctrl or key, and keeps that over a reload', async () => {
    await open();
    const off = () => panel('reconciles').locator('.legend .off').count();
    await entry('reconciles', 'widget error').click();
    await expect.poll(off).toBe(7);
    await expect.poll(() => entry('reconciles', 'widget error').getAttribute('aria-pressed')).toBe('true');
    await entry('reconciles', 'widget error').click();
    await expect.poll(off).toBe(0);
    await entry('reconciles', 'widget error').click({ modifiers: ['Control'] });
    await expect.poll(off).toBe(1);
    await press('ArrowRight', 'h');
    await expect.poll(off).toBe(2);
    await press('ArrowRight', 'Enter');
    await expect.poll(off).toBe(7);
    await page.reload();
    await expect.poll(off).toBe(7);
    await expect
      .poll(() => panel('reconciles').locator('.legend [aria-pressed=true] .name').textContent())
      .toBe('gadget success');
    await shot(page, 'metrics-charts-isolated');
  });

  it('moves one crosshair over all charts, by pointer and by key, and says values', async () => {
    await open({}, { height: 1250 });
    const last = await entry('depth', 'widget').locator('.num').textContent();
    const otherLast = await entry('memory', 'widgets-controller-0').locator('.num').textContent();
    const box = (await panel('depth').locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width / 3, box.y + 50);
    await expect.poll(() => entry('depth', 'widget').locator('.num').textContent()).not.toBe(last);
    await expect.poll(() => entry('memory', 'widgets-controller-0').locator('.num').textContent()).not.toBe(otherLast);
    const lines = () =>
      page
        .locator('.panel .u-cursor-x')
        .evaluateAll(
          (all) =>
            all.filter((e) => !e.classList.contains('u-off') && new DOMMatrix(getComputedStyle(e).transform).m41 > 5)
              .length,
        );
    await expect.poll(lines).toBeGreaterThan(3);
    await expect.poll(() => page.locator('.tip').isVisible()).toBe(true);
    await shot(page, 'metrics-charts-crosshair');
    await page.mouse.move(2, 2);
    await expect.poll(() => entry('depth', 'widget').locator('.num').textContent()).toBe(last);
    await panel('depth').locator('.plot').focus();
    await press('Home', 'ArrowRight', 'ArrowRight');
    await expect
      .poll(() => panel('depth').getByRole('status').textContent())
      .toMatch(/^\d\d:\d\d:\d\d: widget \d+(\.\d+)?, gadget /);
  });

  it('zooms by drag: pauses, offers what a span is good for, and goes back to live', async () => {
    await open();
    await drag('depth', 0.25, 0.5);
    await expect.poll(() => host.watch.paused).toBe(true);
    const { end, seconds } = host.watch.range;
    expect(seconds).toBeCloseTo(75, 0);
    expect(end).toBeCloseTo(NOW - 150, 0);
    await expect
      .poll(() => page.locator('.spanbar').textContent())
      .toMatch(/^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d, 7[45] sProfile this controller now/);
    await shot(page, 'metrics-charts-span');
    await page.getByRole('button', { name: 'Captures in this span' }).click();
    await page.getByRole('button', { name: 'Profile this controller now' }).click();
    await expect.poll(() => host.of('span').map((m) => m.what)).toEqual(['captures', 'profile']);
    expect(host.of('span')[0]!.end).toBe(end);
    await page.locator('.spanbar').getByRole('button', { name: 'Back to live' }).click();
    await expect.poll(() => [host.watch.paused, host.watch.range]).toEqual([false, { seconds: 300 }]);
    await expect.poll(() => page.locator('.spanbar').isVisible()).toBe(false);
  });

  it('chooses a span by keys and zooms to it', async () => {
    await open();
    await panel('depth').locator('.plot').focus();
    await press('Home', 'PageDown', ...Array.from({ length: 5 }, () => 'Shift+PageDown'));
    await press('Enter');
    await expect.poll(() => host.watch.range.end !== undefined).toBe(true);
    expect(host.watch.range.seconds).toBeCloseTo((50 * 300) / 299, 1);
    await press('Escape');
    await expect.poll(() => host.watch.range).toEqual({ seconds: 300 });
  });

  it('copies the query, saves CSV and PNG, tells what a panel tells, and turns the axis logarithmic', async () => {
    await open();
    await panel('reconcileTime').scrollIntoViewIfNeeded();
    await panel('reconcileTime').locator('canvas').waitFor();
    await choose('reconcileTime', 'Copy PromQL');
    await choose('reconcileTime', 'Save as CSV…');
    await choose('reconcileTime', 'Save as PNG…');
    await expect.poll(() => host.of('save').map((m) => m.what)).toEqual(['csv', 'png']);
    expect(host.of('copy')[0]!.text).toBe(PANELS.find((p) => p.id === 'reconcileTime')!.promql);
    const csv = host.of('save')[0]!.content!.split('\r\n');
    expect(csv[0]).toBe('time,widget,gadget');
    expect(csv).toHaveLength(302);
    expect(csv.filter((l) => l.endsWith(',,')).length, 'a gap has no values').toBeGreaterThan(50);
    const png = Buffer.from(host.of('save')[1]!.content!, 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBeGreaterThan(300);
    expect(png.readUInt32BE(20)).toBeGreaterThan(180);
    await choose('queueTime', 'Logarithmic scale');
    await choose('queueTime', 'What it tells');
    await expect
      .poll(() => panel('queueTime').locator('.tells').textContent())
      .toContain('The line at 1 s: Above it, people notice.');
    await shot(page, 'metrics-charts-log');
  });

  it('shows a gap where there are no values, marks what happened, and names it under the pointer', async () => {
    await open();
    await host.send({
      type: 'annotations',
      annotations: [
        { time: NOW - 150, kind: 'restart', text: 'widgets-controller-0 restarted' },
        { time: NOW - 60, kind: 'capture', text: 'CPU profile, 30 s' },
        { time: NOW - 200, kind: 'leader', text: 'widgets-controller-0 leads' },
        { time: NOW - 30, kind: 'setting', text: 'QPS set to 50' },
      ],
    });
    const box = (await panel('depth').locator('.u-over').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await expect.poll(() => page.locator('.tip').textContent()).toContain('widgets-controller-0 restarted');
    await shot(page, 'metrics-charts-marks');
    // The middle of the gap has none of the series' colours, its sides have.
    await panel('reconcileTime').scrollIntoViewIfNeeded();
    await panel('reconcileTime').locator('canvas').waitFor();
    await page.mouse.move(2, 2);
    const coloured = (share: number) =>
      panel('reconcileTime')
        .locator('canvas')
        .evaluate((canvas: HTMLCanvasElement, part) => {
          const over = canvas.parentElement!.querySelector<HTMLElement>('.u-over')!;
          const x = Math.round((over.offsetLeft + over.offsetWidth * part) * devicePixelRatio);
          const { data } = canvas
            .getContext('2d')!
            .getImageData(x - 3, 10, 6, Math.round(over.offsetHeight * devicePixelRatio) - 12);
          let n = 0;
          for (let i = 0; i < data.length; i += 4)
            if (
              data[i + 3]! > 200 &&
              Math.max(data[i]!, data[i + 1]!, data[i + 2]!) - Math.min(data[i]!, data[i + 1]!, data[i + 2]!) > 60
            )
              n++;
          return n;
        }, share);
    await expect.poll(() => coloured(0.2)).toBeGreaterThan(0);
    await expect.poll(() => coloured(0.5)).toBe(0);
    await expect.poll(() => coloured(0.8)).toBeGreaterThan(0);
  });

  it('filters, folds and hides panels, and brings hidden ones back', async () => {
    await open();
    await press('/');
    await page.keyboard.type('queue');
    await expect.poll(() => page.locator('.panel:visible').count()).toBe(2);
    await expect.poll(() => host.watch.panels).toEqual(['depth', 'queueTime']);
    await shot(page, 'metrics-charts-filter');
    await press('Escape');
    await page.getByRole('button', { name: /^Work queue/ }).click();
    await expect.poll(() => host.watch.panels.includes('depth')).toBe(false);
    await page.getByRole('button', { name: /^Work queue/ }).click();
    await choose('depth', 'Hide this panel');
    await expect.poll(() => panel('depth').count()).toBe(0);
    await page.getByRole('button', { name: 'Show 1 hidden panel' }).click();
    await expect.poll(() => panel('depth').count()).toBe(1);
  });

  it('shows one column beside another editor', async () => {
    await open({}, { width: 420, height: 700 });
    await expect
      .poll(() =>
        page.evaluate(
          () => document.querySelector('.groups')!.scrollWidth <= document.querySelector('.groups')!.clientWidth,
        ),
      )
      .toBe(true);
    await shot(page, 'metrics-charts-narrow');
  });

  it('updates 12 charts of 20 series and 1,000 points without making them anew', async () => {
    await open({ panels: MANY_PANELS }, MANY_SIZE);
    await expect.poll(() => host.watch.panels.length).toBe(CHARTS);
    await page
      .locator('.panel canvas')
      .nth(CHARTS - 1)
      .waitFor();
    const charts = await ManyCharts.of(page, 4);
    await charts.update();
    const pixels = (): Promise<string[]> =>
      page.locator('.panel canvas').evaluateAll((all) => all.map((c) => (c as HTMLCanvasElement).toDataURL()));
    const before = await pixels();
    await page.evaluate(() => {
      for (const c of document.querySelectorAll('canvas')) c.dataset['kept'] = '';
    });
    for (let i = 0; i < 3; i++) await charts.update();
    expect([await page.locator('canvas').count(), await page.locator('canvas[data-kept]').count()]).toEqual([
      CHARTS,
      CHARTS,
    ]);
    await expect.poll(async () => (await pixels()).filter((c, i) => c === before[i]).length).toBe(0);
    await shot(page, 'metrics-charts-12');
  });

  it('leaves nothing behind: charts opened and left ten times', async () => {
    await open();
    const shown = await page.locator('.panel canvas').count();
    const client = await page.context().newCDPSession(page);
    const counters = async (): Promise<{ listeners: number; nodes: number }> => {
      await client.send('HeapProfiler.collectGarbage');
      const c = await client.send('Memory.getDOMCounters');
      return { listeners: c.jsEventListeners, nodes: c.nodes };
    };
    const round = async (n: number): Promise<void> => {
      await page.evaluate(
        async ([times, all]) => {
          const charts = async (count: number): Promise<void> => {
            while (document.querySelectorAll('.panel canvas').length !== count)
              await new Promise(requestAnimationFrame);
          };
          for (let i = 0; i < times; i++) {
            document.querySelector<HTMLElement>('#tab-pipeline')!.click();
            await charts(0);
            document.querySelector<HTMLElement>('#tab-charts')!.click();
            await charts(all);
          }
        },
        [n, shown] as const,
      );
    };
    await round(3);
    const before = await counters();
    await round(10);
    // One listener, or the nodes of one chart, in each round would be more.
    await expect.poll(async () => (await counters()).listeners - before.listeners).toBeLessThan(10);
    await expect.poll(async () => (await counters()).nodes - before.nodes).toBeLessThan(125);
  });
});
