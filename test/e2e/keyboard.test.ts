/** The main job without a mouse: from the tree to a frame's source, and through a goroutine dump. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE, until } from '../lib/until';
import { KUBECONFIG, SAMPLES } from './lib/env';
import { photographFailures, STEP_MS, Workbench } from './lib/workbench';

let vscode: Workbench;
photographFailures(() => vscode);
beforeAll(async () => {
  vscode = await Workbench.open({ name: 'keyboard', folder: SAMPLES, kubeconfig: KUBECONFIG });
});
afterAll(async () => {
  await vscode?.close();
});

const press = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await vscode.page.keyboard.press(key);
};
/** The row of the tree that the keyboard is on, as it is read aloud. */
const focused = (): Promise<string | null> =>
  vscode.page.locator('.pane .monaco-list:focus .monaco-list-row.focused').getAttribute('aria-label');

/** Runs a command from the palette, by keys. */
async function palette(title: string): Promise<void> {
  await until(
    async () => {
      await vscode.openPalette();
      await vscode.page.keyboard.type(title);
      return vscode
        .pickRow(title)
        .waitFor({ timeout: STEP_MS })
        .then(
          () => true,
          () => false,
        );
    },
    `the palette to take ${title}`,
    2 * PATIENCE,
  );
  await press('Enter');
}

/**
 * Runs a command and types into its list until one row is left. On a slow machine the editor may give a page the
 * keyboard once more when the list is there already: one calls it again.
 */
async function narrow(title: string, row: string, text: string): Promise<void> {
  await until(
    async () => {
      await palette(title);
      const taken = await vscode
        .pickRow(row)
        .waitFor({ timeout: STEP_MS })
        .then(() => vscode.page.keyboard.type(text))
        .then(() => until(async () => (await vscode.pickRows().count()) === 1, 'one match', STEP_MS))
        .then(
          () => true,
          () => false,
        );
      if (!taken) console.log(`${title}: its list did not take "${text}", and is called again`);
      return taken;
    },
    'the list to take what is typed',
    2 * PATIENCE,
  );
}

test('the tree is walked, opened and used by keys alone', async () => {
  await palette('View: Show Controller Tuner');
  await vscode.row('namespace gadgets-system').waitFor();
  await palette('Controller Tuner: Focus on Clusters View');
  await vscode.page.locator('.pane .monaco-list:focus').waitFor();
  await press('Home');
  await expect.poll(focused).toMatch(/^context tuner-test/);
  await press('ArrowDown');
  await expect.poll(focused).toMatch(/^namespace gadgets-system/);
  await press('ArrowRight');
  await vscode.row('Deployment gadgets-controller-manager in gadgets-system').waitFor();
  await press('ArrowDown');
  await expect.poll(focused).toMatch(/^Deployment gadgets-controller-manager/);
  await vscode.shot('tree');
});

test('the palette profiles by keys, and the flame graph has the keyboard at once', async () => {
  await narrow('Controller Tuner: Profile CPU', 'gadgets-controller-manager', 'gadgets');
  await press('Enter');
  await vscode.page.locator('.quick-input-widget:visible', { hasText: 'Seconds to record' }).waitFor();
  await vscode.page.keyboard.type('2');
  await press('Enter');
  const page = await vscode.ready();
  await expect
    .poll(() => page.locator('#flame').evaluate((el) => document.hasFocus() && document.activeElement === el))
    .toBe(true);
});

test('frames are walked, zoomed, searched and opened by keys, and each is read aloud', async () => {
  const page = await vscode.ready();
  const name = page.locator('#focused b');
  await expect.poll(() => name.textContent()).toBe('root');
  await press('ArrowDown');
  await expect.poll(() => name.textContent()).not.toBe('root');
  await expect.poll(() => page.locator('#live').textContent()).toMatch(/total .+%.*level 2, 1 of \d+/);
  await press('/');
  await vscode.page.keyboard.type('GadgetReconciler).fingerprint');
  // The count of the whole word: while one types, that of its beginning stands there.
  await page.locator('#matches', { hasText: '1 frame ·' }).waitFor();
  await press('Enter', 'Escape');
  await expect.poll(() => name.textContent()).toContain('fingerprint');
  await press('Enter');
  await page.locator('#reset').waitFor();
  await vscode.shot('zoomed');
  await press('Escape');
  await page.locator('#reset').waitFor({ state: 'hidden' });
  await press('i');
  await vscode.shot('flipped');
  await press('i', 'o');
  await vscode.tab('gadget_controller.go').waitFor();
  await vscode.shot('source');
  await vscode.closeTab('gadget_controller.go');
});

test('a goroutine dump is filtered and opened by keys', async () => {
  // The flame graph comes back to the front and takes the keyboard: a palette opened before that would be closed by it.
  const flame = await vscode.ready();
  await expect.poll(() => flame.locator('body').evaluate(() => document.hasFocus())).toBe(true);
  await narrow('Controller Tuner: Capture Goroutines', 'widgets-controller', 'widgets');
  await press('Enter');
  await vscode.pickRow('leader').waitFor();
  await press('Enter');
  const page = await vscode.ready();
  await page.getByLabel('Filter goroutines').waitFor();
  await expect.poll(() => page.locator('body').evaluate(() => document.hasFocus())).toBe(true);
  await press('/');
  await vscode.page.keyboard.type('WidgetReconciler');
  await press('ArrowDown');
  await expect.poll(() => page.locator('tr.group:focus').count()).toBe(1);
  await press('ArrowRight');
  await page.locator('tr.detail', { hasText: 'created by' }).first().waitFor();
  await vscode.shot('goroutines');
});
