import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, PageServer, setTheme } from './harness/browser';
import { FAMILIES, NOW } from './harness/metricsdata';
import { MetricsHost, type MetricsOptions } from './harness/metricshost';
import { shot } from './harness/shots';

describe.skipIf(noBrowser())('metrics page: explore', () => {
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

  async function open(options: MetricsOptions = {}, width = 1180): Promise<void> {
    page = await server.newPage({ width, height: 760 });
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, `${server.origin}/metrics`, { view: 'explore', ...options });
    await page.locator('tr.family').first().waitFor();
  }
  const rows = () => page.locator('tr.family');
  const box = () => page.getByLabel('PromQL');
  const completions = () => page.getByRole('listbox', { name: 'Completions' });
  const press = async (...keys: string[]): Promise<void> => { for (const k of keys) await page.keyboard.press(k); };

  it('lists every family with type, series and help, and finds by name, help, label and value', async () => {
    await open();
    expect(await rows().count()).toBe(FAMILIES.length);
    const first = rows().first();
    expect(await first.locator('td').allTextContents()).toEqual(['controller_runtime_reconcile_total', 'counter', '', '4', 'Total number of reconciliations per controller']);
    await press('/');
    for (const [text, names] of [['widget error', ['controller_runtime_reconcile_total']], ['resident', ['process_resident_memory_bytes']], ['histogram', ['workqueue_queue_duration_seconds']], ['priority=0', ['workqueue_depth']]] as const) {
      await page.getByLabel('Search metrics').fill(text);
      await expect.poll(() => rows().locator('.fname').allTextContents()).toEqual(names);
    }
    await page.getByLabel('Search metrics').fill('nothing-like-this');
    await expect.poll(() => page.locator('.explore').getByRole('status').first().textContent()).toBe('nothing matches; Escape clears');
    await press('Escape');
    await expect.poll(() => rows().count()).toBe(FAMILIES.length);
  });

  it('opens a family by keys: labels, values, series; markup in a value stays text', async () => {
    await open();
    await page.getByLabel('Search metrics').focus();
    await press('ArrowDown', 'End', 'ArrowRight');
    const detail = page.locator('tr.detail');
    expect(await detail.locator('dt').allTextContents()).toEqual(['path', 'said']);
    expect(await detail.locator('dd').allTextContents()).toEqual(['C:\\temp', '"yes"\n<b>no</b>']);
    expect(await detail.locator('b').count()).toBe(0);
    await press('ArrowLeft');
    expect(await detail.count()).toBe(0);
    await press('Home', 'ArrowRight', 'ArrowRight', 'Tab');
    await detail.locator('summary').click();
    expect(await detail.locator('.sample tr').count()).toBe(4);
    expect(await detail.locator('.sample tr').first().locator('td').allTextContents()).toEqual(['4,402', 'controller="gadget", result="success"']);
    await shot(page, 'metrics-explore-dark');
    for (const theme of ['light', 'hc-dark', 'hc-light'] as const) { await setTheme(page, theme); await shot(page, `metrics-explore-${theme}`); }
  });

  it('charts a family, or one value of its labels, with a query that fits its type', async () => {
    await open();
    await page.locator('[data-name=workqueue_queue_duration_seconds]').focus();
    await press('Enter');
    expect(await box().inputValue()).toBe('histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket[1m])))');
    await page.locator('.result canvas').waitFor();
    await page.locator('[data-name=controller_runtime_reconcile_total]').click();
    await page.getByRole('button', { name: 'requeue', exact: true }).click();
    expect(await box().inputValue()).toBe('sum(rate(controller_runtime_reconcile_total{result="requeue"}[1m]))');
    await expect.poll(() => host.of('query').map((m) => m.promql)).toEqual(['histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket[1m])))', 'sum(rate(controller_runtime_reconcile_total{result="requeue"}[1m]))']);
    expect(host.of('query')[0]!.width).toBeGreaterThan(500);
    await shot(page, 'metrics-explore-chart');
  });

  it('completes names, labels and values as they are typed, and runs with Enter', async () => {
    await open();
    await box().focus();
    await page.keyboard.type('sum(rate(reconcile');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['controller_runtime_reconcile_total']);
    await shot(page, 'metrics-explore-complete');
    await press('Enter');
    expect(await box().inputValue()).toBe('sum(rate(controller_runtime_reconcile_total');
    await page.keyboard.type('{');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['controller', 'result']);
    await press('ArrowDown');
    expect(await box().getAttribute('aria-activedescendant')).toBe('completion-1');
    await press('Tab');
    await page.keyboard.type('="');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['error', 'requeue', 'success']);
    await press('ArrowUp', 'Enter');
    await page.keyboard.type('}[1m])) by (con');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['controller']);
    await press('Escape');
    expect(await completions().count()).toBe(0);
    await page.keyboard.type('troller)');
    await press('Escape', 'Enter');
    expect(await box().inputValue()).toBe('sum(rate(controller_runtime_reconcile_total{result="success"}[1m])) by (controller)');
    await expect.poll(() => host.of('query').map((m) => m.promql)).toEqual(['sum(rate(controller_runtime_reconcile_total{result="success"}[1m])) by (controller)']);
    expect(host.of('complete').map((m) => [m.kind, m.name, m.label])).toContainEqual(['values', 'controller_runtime_reconcile_total', 'result']);
  });

  it('tells what is wrong with a query, in its place', async () => {
    await open();
    await box().fill('sum(rate(x[1m]))))');
    await press('Escape', 'Enter');
    await expect.poll(() => page.locator('.result .chartnote').textContent()).toBe('The query has a bracket too many at character 12.Take it away.Try again');
  });

  it('adds a query to the charts, asks for it there, and removes it again', async () => {
    await open();
    await box().fill('rate(process_cpu_seconds_total[1m])');
    await press('Escape');
    await page.getByRole('button', { name: 'Add to charts' }).click();
    const own = page.locator('[data-panel=own-1]');
    await own.locator('canvas').waitFor();
    expect(await own.locator('h3').textContent()).toBe('rate(process_cpu_seconds_total[1m])');
    expect(await own.locator('.legend').textContent()).toMatch(/[\d.]+ cores/);
    expect(host.watch.panels).not.toContain('own-1');
    expect(host.of('query').map((m) => m.promql)).toContain('rate(process_cpu_seconds_total[1m])');
    await page.waitForTimeout(120);
    await page.reload();
    await own.locator('canvas').waitFor();
    await own.getByRole('button', { name: /^Menu of/ }).click();
    await page.getByRole('menuitem', { name: 'Remove this panel' }).click();
    expect(await own.count()).toBe(0);
  });

  it('fits beside another editor', async () => {
    await open({}, 420);
    await rows().first().click();
    expect(await page.evaluate(() => document.querySelector('.families')!.scrollWidth <= document.querySelector('.families')!.clientWidth)).toBe(true);
    await shot(page, 'metrics-explore-narrow');
  });
});
