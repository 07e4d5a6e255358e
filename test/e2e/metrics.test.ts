/**
 * The metrics of controllers, live: from the tree to the pipe, the charts and all that one exports; and several beside
 * each other, across contexts too.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE, until } from '../lib/until';
import { load, sums } from './lib/cluster';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { photographFailures, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-compare-'));
const config = path.join(dir, 'config');

beforeAll(async () => {
  // The same cluster by another name is another context all the same: a connection, a watch and tunnels of its own.
  const own = fs.readFileSync(KUBECONFIG, 'utf8');
  const contexts = /^contexts:\n(- context:\n(?:[ ]{2,}.*\n)+)/m.exec(own);
  if (!contexts) throw new Error(`${KUBECONFIG} has no list of contexts.`);
  fs.writeFileSync(
    config,
    own.replace(contexts[0], `${contexts[0]}${contexts[1]!.replace(/^ {2}name: .*$/m, '  name: second')}`),
  );
  // Switching a load takes as long as opening a window.
  await Promise.all([
    Workbench.open({ name: 'metrics', folder: SAMPLES, kubeconfig: config }).then((opened) => {
      vscode = opened;
    }),
    load('widgets-throttled', true),
  ]);
});
afterAll(async () => {
  await Promise.all([vscode?.close(), load('healthy', false)]);
  fs.rmSync(dir, { recursive: true });
});

test('the pipe of a throttled controller, from the tree', async () => {
  await vscode.showSideBar();
  await vscode.expand(vscode.row('namespace widgets-system'));
  await vscode.inline(vscode.row('Deployment widgets-controller in widgets-system'), 'Show Metrics');
  const page = await vscode.ready();
  const lane = page.locator('.lane', { has: page.locator('.card') }).first();
  await lane.waitFor();
  // Seven stations, from the events to the API server, each with a number once two scrapes are in.
  expect(await lane.locator('.card').count()).toBe(7);
  await until(
    async () => /\d/.test((await lane.locator('.card').nth(1).textContent()) ?? ''),
    'the depth of the queue',
  );
  await until(async () => /\/s/.test((await lane.locator('.card').first().textContent()) ?? ''), 'events a second');
  await vscode.shot('pipeline');
});

test("it names the client's limiter as the bottleneck", async () => {
  const page = vscode.webview();
  const verdict = page.locator('.verdict');
  await verdict.getByText("The client's rate limiter holds this controller back.").waitFor({ timeout: 3 * PATIENCE });
  expect(await verdict.textContent()).toMatch(/Requests wait .+ \(p99\)/);
  expect(
    await page
      .locator('.card.warm, .card.hot')
      .evaluateAll((all) => all.map((e) => (e as HTMLElement).dataset['station'])),
    'a busy machine may warm others',
  ).toContain('limiter');
  await vscode.shot('bottleneck');
});

test('the charts of the same process', async () => {
  const page = vscode.webview();
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.locator('.uplot canvas').first().waitFor();
  await until(
    async () => /widget/.test((await page.locator('.legend').first().textContent()) ?? ''),
    'a series of the controller',
  );
  await vscode.shot('charts');
});

test('the same charts from the Prometheus of the cluster, which was found by itself', async () => {
  const page = vscode.webview();
  const source = page.getByLabel('Source');
  await source.waitFor({ timeout: 2 * PATIENCE });
  const before = await rangeQueries();
  await source.selectOption({ label: 'Prometheus monitoring/prometheus' });
  await page.locator('.facts', { hasText: 'from Prometheus monitoring/prometheus' }).waitFor();
  // What it has answered is drawn; what its pages ask for themselves are other paths.
  await until(
    async () => (await rangeQueries()) > before + 1,
    'Prometheus to answer what the charts ask',
    2 * PATIENCE,
  );
  await until(
    async () => /widget/.test((await page.locator('.legend').first().textContent()) ?? ''),
    'a series of the controller',
    2 * PATIENCE,
  );
  await vscode.shot('prometheus');
  await source.selectOption({ index: 0 });
});

/** Range queries that the Prometheus of the cluster has answered, by its own count. */
async function rangeQueries(): Promise<number> {
  return (
    (
      await sums(
        'monitoring',
        'prometheus',
        9090,
        /^prometheus_http_requests_total\{code="200",handler="\/api\/v1\/query_range"/,
        /handler="([^"]+)"/,
      )
    ).get('/api/v1/query_range') ?? 0
  );
}

test("every family that it exports, and a query of one's own", async () => {
  const page = vscode.webview();
  await page.getByRole('tab', { name: 'Explore' }).click();
  await page.getByText('controller_runtime_reconcile_total').first().waitFor();
  const box = page.getByLabel('PromQL');
  await box.fill('sum by (name) (workqueue_depth)');
  await box.press('Control+Enter');
  await page.locator('.result canvas').waitFor();
  await page.locator('.result', { hasText: 'widget' }).waitFor();
  await vscode.shot('explore');
});

test('a controller that nothing holds back has no bottleneck', async () => {
  await vscode.closeEditors();
  await vscode.expand(vscode.row('namespace paints-system'));
  await vscode.inline(vscode.row('Deployment red in paints-system'), 'Show Metrics');
  const page = await vscode.ready();
  await page.locator('.lane .card').first().waitFor();
  // Said once it has been looked at for long enough, and still so some scrapes later. What a busy machine slows for a
  // moment is named, rightly.
  await page.locator('.quiet', { hasText: /^None seen/ }).waitFor({ timeout: 3 * PATIENCE });
  let quiet = 0;
  await until(
    async () => {
      quiet =
        (await page.locator('.verdict').isVisible()) || (await page.locator('.card.warm, .card.hot').count()) > 0
          ? 0
          : quiet + 1;
      if (quiet < 3) await vscode.page.waitForTimeout(2000);
      return quiet >= 3;
    },
    'three scrapes that name nothing',
    3 * PATIENCE,
  );
  await vscode.shot('healthy');
});

test('metrics behind a certificate and a token, by the palette', async () => {
  await vscode.command('Controller Tuner: Show Metrics…');
  // The window has two contexts.
  await vscode.pickRow('tuner-test').waitFor();
  await vscode.pick('tuner-test');
  await vscode.pickRow('gadgets-controller-manager').waitFor();
  await vscode.pick('gadgets-controller-manager');
  const page = await vscode.ready();
  await until(
    async () => /token/.test((await page.locator('body').textContent()) ?? ''),
    'the page to say that a token is asked for',
  );
  await vscode.shot('needs-token');
});

const widgets = () => vscode.row('Deployment widgets-controller in widgets-system');
const red = () => vscode.row('Deployment red in paints-system');
const gadgets = () => vscode.row('Deployment gadgets-controller-manager in gadgets-system');
const shown = async () => (await vscode.ready()).getByRole('radiogroup', { name: 'Compared' }).getByRole('radio');
const named = async () => (await shown()).locator('.name').allTextContents();

test('a selection of the tree is one page, and one that lets nobody in leaves the others alone', async () => {
  await vscode.closeEditors();
  await vscode.showSideBar();
  for (const ns of ['gadgets-system', 'paints-system', 'widgets-system'])
    await vscode.expand(vscode.row(`namespace ${ns}`));
  await widgets().click();
  await red().click({ modifiers: ['Control'] });
  await gadgets().click({ modifiers: ['Control'] });
  await vscode.menu(widgets(), 'Compare Metrics…', vscode.page.locator('iframe.webview:visible').first(), 'menu');
  await until(async () => (await (await shown()).count()) === 3, 'the three that were selected');
  expect((await named()).sort()).toEqual(['gadgets-controller-manager', 'red', 'widgets-controller']);
  const page = vscode.webview();
  await page
    .getByRole('alert')
    .filter({ hasText: 'gadgets-controller-manager' })
    .filter({ hasText: /token/ })
    .first()
    .waitFor();
  const depth = page.locator('.panel', { hasText: 'Queue depth' }).first();
  await until(async () => {
    const text = (await depth.locator('.legend').textContent()) ?? '';
    return text.includes('widgets-controller') && text.includes('red');
  }, 'series of the two that answer');
  expect(await depth.locator('.legend').textContent()).not.toContain('gadgets');
  await vscode.shot('overlaid');
});

test('side by side, in every theme', async () => {
  const page = vscode.webview();
  await page.getByRole('button', { name: 'Side by side' }).click();
  await until(
    async () => (await page.locator('.multiples').first().locator('canvas').count()) === 2,
    'a chart for each that answers',
  );
  expect(await page.locator('.multiples').first().locator('.part').allTextContents()).toEqual(await named());
  for (const theme of ['light', 'hc-dark', 'hc-light', 'dark'] as const) {
    await vscode.setTheme(theme);
    await page.locator('.multiples canvas').first().waitFor();
    await vscode.shot(`side-${theme}`);
  }
});

test('the pipe is of the one that is marked', async () => {
  const page = vscode.webview();
  await page.getByRole('radio', { name: /^red/ }).click();
  await page.getByRole('tab', { name: 'Pipeline' }).click();
  const lane = page.locator('.lane').first();
  await lane.waitFor();
  await until(
    async () =>
      /paint|red/i.test((await page.locator('[data-controller]').first().getAttribute('data-controller')) ?? ''),
    'the pipe of red',
  );
  await vscode.shot('pipe');
  await page.getByRole('radio', { name: /^widgets-controller/ }).click();
  await until(
    async () => /widget/i.test((await page.locator('[data-controller]').first().getAttribute('data-controller')) ?? ''),
    'the pipe of widgets-controller',
  );
});

test('the same controller of two contexts, by the palette', async () => {
  await vscode.closeEditors();
  await vscode.showSideBar();
  await vscode.expand(vscode.row('context second'));
  await vscode.row('context second, connected').waitFor();
  // What is selected in the tree is ticked already: here that is nothing to compare.
  await vscode.row('namespace kube-system').click();
  await vscode.command('Controller Tuner: Compare Metrics…');
  await vscode.pickRow('widgets-controller').waitFor();
  await vscode.quickInput().fill('widgets-controller');
  for (const context of ['tuner-test', 'second'])
    await vscode
      .pickRows()
      .filter({ hasText: new RegExp(`widgets-controller\\s*widgets-system in ${context}`) })
      .first()
      .click();
  await vscode.shot('palette');
  await vscode.quickInput().press('Enter');
  await until(
    async () => (await named()).join() === 'widgets-controller · tuner-test,widgets-controller · second',
    'the two by their contexts',
  );
  const depth = vscode.webview().locator('.panel', { hasText: 'Queue depth' }).first();
  await until(
    async () => /tuner-test.*second/s.test((await depth.locator('.legend').textContent()) ?? ''),
    'series of both',
  );
  await vscode.shot('contexts');
});
