/** The metrics of a controller, live: from the tree to the pipe, the charts and all that it exports. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLUSTER_DIR, KUBECONFIG, SAMPLES } from './lib/env';
import { photographFailures, until, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
const load = async (name: string, on: boolean): Promise<void> => { await promisify(execFile)(process.execPath, [path.resolve('test/cluster/cli.mjs'), 'load', name, on ? 'on' : 'off', '--dir', CLUSTER_DIR]); };

beforeAll(async () => { await load('widgets-throttled', true); });
afterAll(async () => { await load('healthy', false); });
beforeAll(async () => { vscode = await Workbench.open({ name: 'metrics', folder: SAMPLES, kubeconfig: KUBECONFIG }); });
afterAll(async () => { await vscode?.close(); });

test('the pipe of a throttled controller, from the tree', async () => {
  await vscode.showSideBar();
  await vscode.expand(vscode.row('namespace widgets-system'));
  await vscode.inline(vscode.row('Deployment widgets-controller in widgets-system'), 'Show Metrics');
  const page = await vscode.ready();
  const lane = page.locator('.lane', { has: page.locator('.card') }).first();
  await lane.waitFor();
  // Seven stations, from the events to the API server, each with a number once two scrapes are in.
  expect(await lane.locator('.card').count()).toBe(7);
  await until(async () => /\d/.test(await lane.locator('.card').nth(1).textContent() ?? ''), 'the depth of the queue');
  await until(async () => /\/s/.test(await lane.locator('.card').first().textContent() ?? ''), 'events a second', 60_000);
  await vscode.shot('pipeline');
});

test('within 40 s it names the client\'s limiter as the bottleneck', async () => {
  const page = vscode.webview();
  const verdict = page.locator('.verdict');
  await verdict.getByText('The client\'s rate limiter holds this controller back.').waitFor({ timeout: 40_000 });
  expect(await verdict.textContent()).toMatch(/Requests wait .+ \(p99\)/);
  expect(await page.locator('.card.warm, .card.hot').evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['station']))).toEqual(['limiter']);
  await vscode.shot('bottleneck');
});

test('the charts of the same process', async () => {
  const page = vscode.webview();
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.locator('.uplot canvas').first().waitFor();
  await until(async () => /widget/.test(await page.locator('.legend').first().textContent() ?? ''), 'a series of the controller');
  await vscode.shot('charts');
});

test('the same charts from the Prometheus of the cluster, which was found by itself', async () => {
  const page = vscode.webview();
  const source = page.getByLabel('Source');
  await source.waitFor({ timeout: 60_000 });
  await source.selectOption({ label: 'Prometheus monitoring/prometheus' });
  await page.locator('.facts', { hasText: 'from Prometheus monitoring/prometheus' }).waitFor();
  await until(async () => /widget/.test(await page.locator('.legend').first().textContent() ?? ''), 'a series of the controller', 60_000);
  await vscode.shot('prometheus');
  await source.selectOption({ index: 0 });
});

test('every family that it exports, and a query of one\'s own', async () => {
  const page = vscode.webview();
  await page.getByRole('tab', { name: 'Explore' }).click();
  await page.getByText('controller_runtime_reconcile_total').first().waitFor();
  await vscode.shot('explore');
});

test('a controller that nothing holds back has no bottleneck', async () => {
  await vscode.closeEditors();
  await vscode.expand(vscode.row('namespace paints-system'));
  await vscode.inline(vscode.row('Deployment red in paints-system'), 'Show Metrics');
  const page = await vscode.ready();
  await page.locator('.lane .card').first().waitFor();
  // Said once it has been looked at for long enough, and still so some scrapes later.
  await page.locator('.quiet', { hasText: /^None seen/ }).waitFor({ timeout: 60_000 });
  for (let i = 0; i < 5; i++) {
    await vscode.page.waitForTimeout(2000);
    expect(await page.locator('.verdict').isVisible()).toBe(false);
  }
  expect(await page.locator('.card.warm, .card.hot').count()).toBe(0);
  await vscode.shot('healthy');
});

test('metrics behind a certificate and a token, by the palette', async () => {
  await vscode.command('Controller Tuner: Show Metrics…');
  await vscode.pickRow('gadgets-controller-manager').waitFor();
  await vscode.pick('gadgets-controller-manager');
  const page = await vscode.ready();
  await until(async () => /token/.test(await page.locator('body').textContent() ?? ''), 'the page to say that a token is asked for');
  await vscode.shot('needs-token');
});
