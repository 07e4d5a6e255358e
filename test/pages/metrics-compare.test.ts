import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ChartData, MetricsFacts } from '../../src/protocol/metrics';
import { mergeCharts } from '../../src/series/compare';
import { colourOf, noBrowser, setTheme } from './harness/browser';
import { chartOf, FACTS, NOW, PANELS } from './harness/metricsdata';
import { MetricsHost, type MetricsOptions } from './harness/metricshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

const NAMES = ['widgets · kind-a', 'widgets · kind-b', 'red · kind-a'] as const;
const compared = (problem = false): MetricsFacts => ({
  ...FACTS,
  title: '3 compared',
  replicas: [],
  controllers: [],
  focus: NAMES[0],
  subjects: NAMES.map((name, i) => ({
    name,
    subtitle: '1 replica',
    sourceLabel: '/metrics every 2 s',
    problems:
      problem && i === 2
        ? [
            {
              who: '',
              problem: { code: 'target.refused', message: 'Nothing listens on 8080.', next: 'Pin the endpoint.' },
            },
          ]
        : [],
  })),
});
/** kind-b has four times as much of all; `red` does not answer. */
function chart(id: string, range: Parameters<typeof chartOf>[1]): ChartData {
  const times = (c: ChartData, k: number): ChartData => ({
    ...c,
    series: c.series.map((s) => ({ ...s, values: s.values.map((v) => v * k) })),
  });
  const whole = chartOf(id, range);
  const own = id === 'queueTime' ? { ...whole, series: whole.series.slice(0, 1) } : whole;
  const red: ChartData = {
    panel: id,
    times: new Float64Array(0),
    series: [],
    warnings: [],
    problem: { code: 'target.refused', message: 'Nothing listens on 8080.', next: 'Pin the endpoint.' },
  };
  return mergeCharts(id, [
    { subject: NAMES[0], chart: own },
    { subject: NAMES[1], chart: times(own, 4) },
    { subject: NAMES[2], chart: red },
  ]);
}

describe.skipIf(noBrowser())('metrics page: several beside each other', () => {
  const tests = pageTests('metrics');
  let page: Page;
  let host: MetricsHost;

  const panels = PANELS.slice(0, 6).map((p) => ({
    ...p,
    queries: NAMES.map((subject) => ({ subject, promql: `${p.promql} # of ${subject}` })),
  }));
  async function open(options: MetricsOptions = {}): Promise<void> {
    page = await tests.newPage();
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, { view: 'charts', facts: compared(), panels, chart, ...options });
    await page.locator('.uplot canvas').first().waitFor();
  }
  const panel = (id: string) => page.locator(`[data-panel="${id}"]`);
  const names = (id: string) => panel(id).locator('.legend .name').allTextContents();
  const side = () => page.getByRole('button', { name: 'Side by side' });
  /** How far down the chart its highest line begins, 0 … 1: the first row of pixels with a colour. */
  const top = (id: string): Promise<number> =>
    panel(id)
      .locator('canvas')
      .evaluate((c) => {
        const canvas = c as HTMLCanvasElement;
        const { data, width, height } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < width * height; i++)
          if (
            Math.max(data[i * 4]!, data[i * 4 + 1]!, data[i * 4 + 2]!) -
              Math.min(data[i * 4]!, data[i * 4 + 1]!, data[i * 4 + 2]!) >
              60 &&
            data[i * 4 + 3]! > 128
          )
            return Math.floor(i / width) / height;
        return 1;
      });

  it('gives each a colour of its own, and groups a legend by whose series they are', async () => {
    await open();
    await expect.poll(() => names('queueTime')).toEqual([NAMES[0], NAMES[1]]);
    await expect
      .poll(() =>
        panel('queueTime')
          .locator('.legend .swatch')
          .evaluateAll((all) => all.map((e) => e.className)),
      )
      .toEqual(['swatch c0 d0', 'swatch c1 d0']);
    await expect.poll(() => panel('depth').locator('.legendgroup').allTextContents()).toEqual([NAMES[0], NAMES[1]]);
    await expect.poll(() => names('depth')).toEqual(['widget', 'gadget', 'widget', 'gadget']);
    await expect
      .poll(() =>
        panel('depth')
          .locator('.legend .swatch')
          .evaluateAll((all) => all.map((e) => e.className)),
      )
      .toEqual(['swatch c0 d0', 'swatch c0 d1', 'swatch c1 d0', 'swatch c1 d1']);
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `metrics-compare-${theme}`);
    }
    // Dark Modern's own orange shines through: a line and its name in the legend would hardly be seen.
    await setTheme(page, 'dark');
    const orange = panel('queueTime').locator('.swatch.c1');
    await expect
      .poll(() => colourOf(orange, 'borderTopColor'))
      .toMatch(/^(rgb\(234, 92, 0\)|color\(srgb 0\.92 0\.36 0\))$/);
  });

  it('draws one beside the other on one scale, which follows what is shown', async () => {
    await open();
    await side().click();
    await panel('depth@1').locator('canvas').waitFor();
    await expect.poll(() => panel('depth').count()).toBe(0);
    await expect.poll(() => names('depth@0')).toEqual(['widget', 'gadget']);
    await expect.poll(() => panel('depth@1').locator('.part').textContent()).toBe(NAMES[1]);
    await expect
      .poll(() => panel('depth@2').textContent())
      .toContain('Nothing listens on 8080. Pin the endpoint.'.slice(0, 24));
    // 147 of 1,000 stays low beside 586 of 1,000.
    await expect.poll(() => top('depth@1')).toBeLessThan(0.2);
    await expect.poll(() => top('depth@0')).toBeGreaterThan(0.55);
    await expect.poll(() => host.watch.panels.includes('depth')).toBe(true);
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `metrics-side-${theme}`);
    }
    // Alone in one is alone in its neighbours: the same series are compared.
    await panel('depth@0').getByRole('button', { name: 'gadget', exact: true }).click();
    await expect
      .poll(() => panel('depth@1').locator('[aria-pressed=true] .name').allTextContents())
      .toEqual(['gadget']);
    // The larger ones are away in both: the axis ends where these do.
    await expect.poll(() => top('depth@1')).toBeLessThan(0.2);
    await expect.poll(() => top('depth@0')).toBeGreaterThan(0.55);
    await shot(page, 'metrics-side-alone');
  });

  it('moves one crosshair through all of them, by keys', async () => {
    await open();
    await side().click();
    const values = (id: string) => panel(id).locator('.legend .num').allTextContents();
    await panel('depth@1').locator('canvas').waitFor();
    const before = await values('depth@1');
    await panel('depth@0').locator('.plot').focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await values('depth@1')).join() === before.join()).toBe(false);
    await page.keyboard.press('Escape');
    await page.locator('main').focus();
    await page.keyboard.press('s');
    await panel('depth').locator('canvas').waitFor();
    await expect.poll(() => panel('depth@0').count()).toBe(0);
  });

  it('says which of them fails, and draws the others', async () => {
    await open({ facts: compared(true) });
    await expect
      .poll(() => page.getByRole('alert').textContent())
      .toBe('red · kind-a Nothing listens on 8080. Pin the endpoint.Try again');
    await expect
      .poll(() => panel('depth').locator('.warning, [role=img]').first().getAttribute('title'))
      .toBe('red · kind-a: Nothing listens on 8080.');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await expect.poll(() => host.of('retry').length).toBe(1);
  });

  it('marks by click and by arrows whose pipe is shown, and keeps the mark and the layout over a reload', async () => {
    await open();
    await page.getByRole('radio', { name: /widgets · kind-a/ }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => host.watch.focus).toBe(NAMES[1]);
    await host.send({ type: 'facts', facts: { ...compared(), focus: NAMES[1] } });
    await expect.poll(() => page.getByRole('radio', { checked: true }).textContent()).toContain(NAMES[1]);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain(NAMES[1]);
    await side().click();
    await page.reload();
    await panel('depth@0').waitFor();
    await expect.poll(() => host.watch.focus).toBe(NAMES[1]);
  });

  it('says in each file and query whose it is', async () => {
    await open();
    const choose = async (id: string, item: string): Promise<void> => {
      await panel(id)
        .getByRole('button', { name: /^Menu of/ })
        .click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await choose('queueTime', 'Copy PromQL');
    await expect.poll(() => host.of('copy').at(-1)?.text.split('\n')[0]).toBe('# widgets · kind-a');
    expect(host.of('copy').at(-1)?.text.match(/^# /gm)).toHaveLength(3);
    await choose('queueTime', 'Save as CSV…');
    await expect
      .poll(() => host.of('save').at(-1)?.content?.split('\r\n')[0])
      .toBe('time,widgets · kind-a,widgets · kind-b');
    await side().click();
    await panel('depth@1').locator('canvas').waitFor();
    await choose('depth@1', 'Save as CSV…');
    await expect
      .poll(() => host.of('save').at(-1)?.content?.split('\r\n')[0])
      .toBe('time,widgets · kind-b widget,widgets · kind-b gadget');
    await choose('depth@1', 'Copy PromQL');
    await expect.poll(() => host.of('copy').at(-1)?.text.match(/^# .*/gm)).toEqual(['# widgets · kind-b']);
  });
});
