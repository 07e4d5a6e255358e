/** Several controllers beside each other: from a selection of the tree, with one that lets nobody in; and across contexts. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { photographFailures, until, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-compare-'));
const config = path.join(dir, 'config');

beforeAll(async () => {
  // The same cluster by another name is another context all the same: a connection, a watch and tunnels of its own.
  const own = fs.readFileSync(KUBECONFIG, 'utf8');
  const contexts = /^contexts:\n(- context:\n(?:[ ]{2,}.*\n)+)/m.exec(own);
  if (!contexts) throw new Error(`${KUBECONFIG} has no list of contexts.`);
  fs.writeFileSync(config, own.replace(contexts[0], `${contexts[0]}${contexts[1]!.replace(/^ {2}name: .*$/m, '  name: second')}`));
  vscode = await Workbench.open({ name: 'compare', folder: SAMPLES, kubeconfig: config });
});
afterAll(async () => {
  await vscode?.close();
  fs.rmSync(dir, { recursive: true });
});

const widgets = () => vscode.row('Deployment widgets-controller in widgets-system');
const red = () => vscode.row('Deployment red in paints-system');
const gadgets = () => vscode.row('Deployment gadgets-controller-manager in gadgets-system');
const shown = async () => (await vscode.ready()).getByRole('radiogroup', { name: 'Compared' }).getByRole('radio');
const named = async () => (await shown()).locator('.name').allTextContents();

test('a selection of the tree is one page, and one that lets nobody in leaves the others alone', async () => {
  await vscode.showSideBar();
  for (const ns of ['gadgets-system', 'paints-system', 'widgets-system']) await vscode.expand(vscode.row(`namespace ${ns}`));
  await widgets().click();
  await red().click({ modifiers: ['Control'] });
  await gadgets().click({ modifiers: ['Control'] });
  await vscode.menu(widgets(), 'Compare Metrics…', 'menu');
  await until(async () => (await (await shown()).count()) === 3, 'the three that were selected');
  expect((await named()).sort()).toEqual(['gadgets-controller-manager', 'red', 'widgets-controller']);
  const page = vscode.webview();
  await page.getByRole('alert').filter({ hasText: 'gadgets-controller-manager' }).filter({ hasText: /token/ }).first().waitFor();
  const depth = page.locator('.panel', { hasText: 'Queue depth' }).first();
  await until(async () => {
    const text = await depth.locator('.legend').textContent() ?? '';
    return text.includes('widgets-controller') && text.includes('red');
  }, 'series of the two that answer', 60_000);
  expect(await depth.locator('.legend').textContent()).not.toContain('gadgets');
  await vscode.shot('overlaid');
});

test('side by side, in every theme', async () => {
  const page = vscode.webview();
  await page.getByRole('button', { name: 'Side by side' }).click();
  await until(async () => (await page.locator('.multiples').first().locator('canvas').count()) === 2, 'a chart for each that answers');
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
  await until(async () => /paint|red/i.test(await page.locator('[data-controller]').first().getAttribute('data-controller') ?? ''), 'the pipe of red');
  await vscode.shot('pipe');
  await page.getByRole('radio', { name: /^widgets-controller/ }).click();
  await until(async () => /widget/i.test(await page.locator('[data-controller]').first().getAttribute('data-controller') ?? ''), 'the pipe of widgets-controller');
});

test('the page is there again after the window was loaded anew', async () => {
  const before = await named();
  await vscode.page.waitForTimeout(5000); // The editor writes what a page keeps a moment later, and shows it nowhere.
  await vscode.load();
  await until(async () => (await (await shown()).count()) === 3, 'the three of before');
  expect(await named()).toEqual(before);
  await until(async () => (await vscode.webview().getByRole('radio', { checked: true }).textContent() ?? '').includes('widgets-controller'), 'the mark where it was');
});

test('the same controller of two contexts, by the palette', async () => {
  await vscode.closeEditors();
  await vscode.showSideBar();
  await vscode.expand(vscode.row('context second'));
  await vscode.row('context second, connected').waitFor();
  await vscode.command('Controller Tuner: Compare Metrics…');
  await vscode.pickRow('widgets-controller').waitFor();
  await vscode.quickInput().fill('widgets-controller');
  for (const context of ['tuner-test', 'second']) await vscode.pickRows().filter({ hasText: new RegExp(`widgets-controller\\s*widgets-system in ${context}`) }).first().click();
  await vscode.shot('palette');
  await vscode.quickInput().press('Enter');
  await until(async () => (await named()).join() === 'widgets-controller · tuner-test,widgets-controller · second', 'the two by their contexts');
  const depth = vscode.webview().locator('.panel', { hasText: 'Queue depth' }).first();
  await until(async () => /tuner-test.*second/s.test(await depth.locator('.legend').textContent() ?? ''), 'series of both', 60_000);
  await vscode.shot('contexts');
});
