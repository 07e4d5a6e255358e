/** Back to the line: what a profile says of a Go file stands in it, in every theme, and a function of the file is found in the profile. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TextEditor } from './lib/sources';
import { photographFailures, THEMES, Workbench, workspace, type Theme } from './lib/workbench';

let vscode: Workbench;
let text: TextEditor;
photographFailures(() => vscode);
let folder: string;
beforeAll(async () => {
  const fixtures = path.resolve('test/fixtures');
  folder = workspace({
    'cpu.prof': fs.readFileSync(path.join(fixtures, 'cpu.prof')), 'go.mod': fs.readFileSync(path.join(fixtures, 'make/go.mod')), 'busy/busy.go': fs.readFileSync(path.join(fixtures, 'make/busy/busy.go')),
  });
  vscode = await Workbench.open({ name: 'lines', folder, kubeconfig: undefined });
  text = new TextEditor(vscode);
});
afterAll(async () => {
  await vscode?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('a profile that is open says in its sources what each function and line costs', async () => {
  await vscode.showExplorer();
  await vscode.file('cpu.prof').dblclick();
  await vscode.ready();
  await text.open('busy/busy.go', 23);
  await text.lens(/^cum .* %, flat/).waitFor();
  await vscode.page.locator('.statusbar-item', { hasText: 'cpu.prof' }).waitFor();
  await vscode.shot('values');
});

test('Show in Profile finds the function at the cursor', async () => {
  await vscode.command('Controller Tuner: Show in Profile');
  const page = await vscode.ready();
  await page.locator('#sandwich .middle', { hasText: 'busy.Hash' }).waitFor();
  await vscode.shot('in-profile');
  await text.open('busy/busy.go', 23);
});

test('the item in the status bar switches the values off and on', async () => {
  const item = vscode.page.locator('.statusbar-item', { hasText: 'cpu.prof' });
  await text.lens(/^cum /).waitFor();
  await item.click();
  await text.lens(/^cum /).waitFor({ state: 'hidden' });
  await item.click();
  await text.lens(/^cum /).waitFor();
});

describe('every theme', () => {
  for (const theme of Object.keys(THEMES) as Theme[]) {
    test(theme, async () => {
      await vscode.setTheme(theme);
      await expect.poll(async () => (await vscode.page.locator('.monaco-workbench').getAttribute('class'))?.split(/\s+/), { timeout: 15_000 }).toContain(THEMES[theme].kind);
      await text.open('busy/busy.go', 23);
      await text.lens(/^cum /).waitFor();
      await expect.poll(bars, { timeout: 15_000 }).toBeGreaterThan(0);
      await vscode.shot(`values-${theme}`);
    });
  }
});

/** Bars before lines that can be seen: of a full colour. */
function bars(): Promise<number> {
  return vscode.page.locator('.editor-group-container.active .view-overlays .cdr').evaluateAll((all) => all.map((el) => getComputedStyle(el)).filter((s) => s.borderLeftWidth === '3px' && /^rgb\(/.test(s.borderLeftColor)).length);
}
