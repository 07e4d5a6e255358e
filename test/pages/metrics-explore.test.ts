import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noBrowser, setTheme } from './harness/browser';
import { FAMILIES, NOW } from './harness/metricsdata';
import { MetricsHost, type MetricsOptions } from './harness/metricshost';
import { shot } from './harness/shots';
import { pageTests } from './harness/suite';

describe.skipIf(noBrowser())('metrics page: explore', () => {
  const tests = pageTests('metrics');
  const { press } = tests;
  let page: Page;
  let host: MetricsHost;

  async function open(options: MetricsOptions = {}, width = 1180): Promise<void> {
    page = await tests.newPage({ width, height: 760 });
    await page.clock.setFixedTime(NOW * 1000);
    host = await MetricsHost.open(page, tests.url, { view: 'explore', ...options });
    await page.locator('tr.family').first().waitFor();
  }
  const rows = () => page.locator('tr.family');
  const box = () => page.getByLabel('PromQL');
  const completions = () => page.getByRole('listbox', { name: 'Completions' });

  it('lists every family with type, series and help, and finds by name, help, label and value', async () => {
    await open();
    await expect.poll(() => rows().count()).toBe(FAMILIES.length);
    const first = rows().first();
    await expect
      .poll(() => first.locator('td').allTextContents())
      .toEqual([
        'controller_runtime_reconcile_total',
        'counter',
        '',
        '4',
        'Total number of reconciliations per controller',
      ]);
    await press('/');
    for (const [text, names] of [
      ['widget error', ['controller_runtime_reconcile_total']],
      ['resident', ['process_resident_memory_bytes']],
      ['histogram', ['workqueue_queue_duration_seconds']],
      ['priority=0', ['workqueue_depth']],
    ] as const) {
      await page.getByLabel('Search metrics').fill(text);
      await expect.poll(() => rows().locator('.fname').allTextContents()).toEqual(names);
    }
    await page.getByLabel('Search metrics').fill('nothing-like-this');
    await expect
      .poll(() => page.locator('.explore').getByRole('status').first().textContent())
      .toBe('nothing matches; Escape clears');
    await press('Escape');
    await expect.poll(() => rows().count()).toBe(FAMILIES.length);
  });

  it('opens a family by keys: labels, values, series; markup in a value stays text', async () => {
    await open();
    await page.getByLabel('Search metrics').focus();
    await press('ArrowDown', 'End', 'ArrowRight');
    const detail = page.locator('tr.detail');
    await expect.poll(() => detail.locator('dt').allTextContents()).toEqual(['path', 'said']);
    await expect.poll(() => detail.locator('dd').allTextContents()).toEqual(['C:\\temp', '"yes"\n<b>no</b>']);
    await expect.poll(() => detail.locator('b').count()).toBe(0);
    await press('ArrowLeft');
    await expect.poll(() => detail.count()).toBe(0);
    await press('Home', 'ArrowRight', 'ArrowRight', 'Tab');
    await detail.locator('summary').click();
    await expect.poll(() => detail.locator('.sample tr').count()).toBe(4);
    await expect
      .poll(() => detail.locator('.sample tr').first().locator('td').allTextContents())
      .toEqual(['4,402', 'controller="gadget", result="success"']);
    await shot(page, 'metrics-explore-dark');
    for (const theme of ['light', 'hc-dark', 'hc-light'] as const) {
      await setTheme(page, theme);
      await shot(page, `metrics-explore-${theme}`);
    }
  });

  it('charts a family, or one value of its labels, with a query that fits its type', async () => {
    await open();
    await page.locator('[data-name=workqueue_queue_duration_seconds]').focus();
    await press('Enter');
    await expect
      .poll(() => box().inputValue())
      .toBe('histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket[1m])))');
    await page.locator('.result canvas').waitFor();
    await page.locator('[data-name=controller_runtime_reconcile_total]').click();
    await page.getByRole('button', { name: 'requeue', exact: true }).click();
    await expect
      .poll(() => box().inputValue())
      .toBe('sum(rate(controller_runtime_reconcile_total{result="requeue"}[1m]))');
    await expect
      .poll(() => host.of('query').map((m) => m.promql))
      .toEqual([
        'histogram_quantile(0.99, sum by (le) (rate(workqueue_queue_duration_seconds_bucket[1m])))',
        'sum(rate(controller_runtime_reconcile_total{result="requeue"}[1m]))',
      ]);
    expect(host.of('query')[0]!.width).toBeGreaterThan(500);
    await shot(page, 'metrics-explore-chart');
  });

  it('completes names, labels and values as they are typed, and runs with Enter', async () => {
    await open();
    await box().focus();
    await page.keyboard.type('sum(rate(reconcile');
    await expect
      .poll(() => completions().locator('li').allTextContents())
      .toEqual(['controller_runtime_reconcile_total']);
    await shot(page, 'metrics-explore-complete');
    await press('Enter');
    await expect.poll(() => box().inputValue()).toBe('sum(rate(controller_runtime_reconcile_total');
    await page.keyboard.type('{');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['controller', 'result']);
    await press('ArrowDown');
    await expect.poll(() => box().getAttribute('aria-activedescendant')).toBe('completion-1');
    await press('Tab');
    await page.keyboard.type('="');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['error', 'requeue', 'success']);
    await press('ArrowUp', 'Enter');
    await page.keyboard.type('}[1m])) by (con');
    await expect.poll(() => completions().locator('li').allTextContents()).toEqual(['controller']);
    await press('Escape');
    await expect.poll(() => completions().count()).toBe(0);
    await page.keyboard.type('troller)');
    await press('Escape', 'Enter');
    await expect
      .poll(() => box().inputValue())
      .toBe('sum(rate(controller_runtime_reconcile_total{result="success"}[1m])) by (controller)');
    await expect
      .poll(() => host.of('query').map((m) => m.promql))
      .toEqual(['sum(rate(controller_runtime_reconcile_total{result="success"}[1m])) by (controller)']);
    expect(host.of('complete').map((m) => [m.kind, m.name, m.label])).toContainEqual([
      'values',
      'controller_runtime_reconcile_total',
      'result',
    ]);
  });

  it('tells what is wrong with a query, in its place', async () => {
    await open();
    await box().fill('sum(rate(x[1m]))))');
    await press('Escape', 'Enter');
    await expect
      .poll(() => page.locator('.result .chartnote').textContent())
      .toBe('The query has a bracket too many at character 12.Take it away.Try again');
  });

  it('adds a query to the charts, asks for it there, and removes it again', async () => {
    await open();
    await box().fill('rate(process_cpu_seconds_total[1m])');
    await press('Escape');
    await page.getByRole('button', { name: 'Add to charts' }).click();
    const own = page.locator('[data-panel=own-1]');
    await own.locator('canvas').waitFor();
    await expect.poll(() => own.locator('h3').textContent()).toBe('rate(process_cpu_seconds_total[1m])');
    await expect.poll(() => own.locator('.legend').textContent()).toMatch(/[\d.]+ cores/);
    expect(host.watch.panels).not.toContain('own-1');
    expect(host.of('query').map((m) => m.promql)).toContain('rate(process_cpu_seconds_total[1m])');
    await page.reload();
    await own.locator('canvas').waitFor();
    await own.getByRole('button', { name: /^Menu of/ }).click();
    await page.getByRole('menuitem', { name: 'Remove this panel' }).click();
    await expect.poll(() => own.count()).toBe(0);
  });

  it('fits beside another editor', async () => {
    await open({}, 420);
    await rows().first().click();
    await expect
      .poll(() =>
        page.evaluate(
          () => document.querySelector('.families')!.scrollWidth <= document.querySelector('.families')!.clientWidth,
        ),
      )
      .toBe(true);
    await shot(page, 'metrics-explore-narrow');
  });
});
