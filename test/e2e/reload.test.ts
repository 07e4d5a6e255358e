/**
 * What each page keeps for itself over a reload of the window: one window with a page of every kind, loaded again once.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../lib/until';
import { KUBECONFIG } from './lib/env';
import { photographFailures, Workbench, workspace } from './lib/workbench';

let vscode: Workbench;
let folder: string;
photographFailures(() => vscode);
beforeAll(async () => {
  const fixtures = path.resolve('test/fixtures');
  folder = workspace({
    'cpu.prof': fs.readFileSync(path.join(fixtures, 'cpu.prof')),
    'dump.goroutines.txt': fs.readFileSync(path.join(fixtures, 'debug2.txt')),
  });
  vscode = await Workbench.open({ name: 'reload', folder, kubeconfig: KUBECONFIG });
});
afterAll(async () => {
  await vscode?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const CHANGES = 'Changes in tuner-test';
const METRICS = '2 compared';
/** The panel "Queue depth" by its words in an order that stands nowhere else in what a window stores. */
const PANELS = 'depth queue';
const shown = async (tab: string | RegExp): ReturnType<Workbench['ready']> => {
  await vscode.tab(tab).click();
  return vscode.ready();
};
const compared = async () => (await vscode.ready()).getByRole('radiogroup', { name: 'Compared' }).getByRole('radio');
/** The group of the dump that is looked at: its last, which nothing but the state would open. */
let group = '';
let focused = '';

test('a flame graph is turned over, searched and walked', async () => {
  await vscode.showExplorer();
  await vscode.openFile('cpu.prof');
  const page = await vscode.ready();
  await page.locator('#flame').click({ position: { x: 300, y: 12 } });
  await vscode.page.keyboard.press('i');
  await vscode.page.keyboard.press('/');
  await page.getByLabel('Search frames').fill('busy.Hash');
  await page.locator('#matches', { hasText: /%/ }).waitFor();
  await vscode.page.keyboard.press('Enter');
  await page.locator('#focused', { hasText: 'Hash' }).waitFor();
  focused = (await page.locator('#focused b').textContent()) ?? '';
});

test('a goroutine dump is filtered, and a group of it opened', async () => {
  await vscode.openFile('dump.goroutines.txt');
  const page = await vscode.ready();
  const groups = page.getByRole('tab', { name: 'Groups' });
  if ((await groups.count()) > 0) await groups.click();
  await page.getByLabel('Filter goroutines').fill('state:select');
  const row = page.locator('tr.group').last();
  await row.waitFor();
  group = (await row.textContent()) ?? '';
  await row.click();
  await page.locator('tr.detail').first().waitFor();
});

test('a page of metrics has two controllers beside each other, and the second is marked', async () => {
  await vscode.command('Controller Tuner: Compare Metrics…');
  await vscode.pickRow('widgets-controller').waitFor();
  for (const name of ['widgets-controller', /red\s*paints-system/]) await vscode.pickRow(name).click();
  await vscode.quickInput().press('Enter');
  await until(async () => (await (await compared()).count()) === 2, 'the two that were chosen');
  const page = vscode.webview();
  await page.getByRole('radio', { name: /^red/ }).click();
  await page.getByRole('tab', { name: 'Charts' }).click();
  await page.getByLabel('Filter panels').fill(PANELS);
  await page.locator('.panel', { hasText: 'Queue depth' }).first().waitFor();
});

test('a page of changes keeps its filter while another is in front', async () => {
  await vscode.command('Controller Tuner: Watch Changes…');
  await vscode.pickRow('Custom resources').waitFor();
  await vscode.pick('Custom resources');
  await vscode.pick('All namespaces');
  await vscode.type('', 'Label selector');
  const page = await vscode.ready();
  await page.getByLabel('Filter by kind').fill('paint');
  await page.locator('tr', { hasText: /paint/i }).first().waitFor();
  await (await shown('cpu.prof')).locator('#flame').waitFor();
  expect(await (await shown(CHANGES)).getByLabel('Filter by kind').inputValue()).toBe('paint');
  await vscode.shot('before');
});

test('after a reload each is as it was left, and what was seen of changes is not pretended to be there', async () => {
  await vscode.reload('busy.Hash', 'state:select', PANELS);
  await vscode.tab('cpu.prof').waitFor();
  expect(await vscode.tab(CHANGES).count(), 'a page of changes is of what was seen, and ends with it').toBe(0);

  const flame = await shown('cpu.prof');
  expect(await flame.getByLabel('Search frames').inputValue()).toBe('busy.Hash');
  await expect.poll(() => flame.locator('#focused b').textContent()).toBe(focused);
  await vscode.shot('flame');

  const dump = await shown('dump.goroutines.txt');
  expect(await dump.getByLabel('Filter goroutines').inputValue()).toBe('state:select');
  await dump.locator('tr.detail').first().waitFor();
  expect(await dump.locator('tr.group').last().textContent()).toBe(group);
  await vscode.shot('goroutines');

  const metrics = await shown(METRICS);
  await until(async () => (await (await compared()).count()) === 2, 'the two of before');
  await until(
    async () => ((await metrics.getByRole('radio', { checked: true }).textContent()) ?? '').includes('red'),
    'the mark where it was',
  );
  await until(
    async () => (await metrics.getByRole('tab', { name: 'Charts' }).getAttribute('aria-selected')) === 'true',
    'the charts in front',
  );
  expect(await metrics.getByLabel('Filter panels').inputValue()).toBe(PANELS);
  await vscode.shot('metrics');
});
