/** Profile files of this machine, what they say in the sources beside them, and how all of it looks in every theme. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { goTop } from './lib/pprof';
import { TextEditor } from './lib/sources';
import { photographFailures, THEMES, Workbench, workspace, type Theme } from './lib/workbench';

let vscode: Workbench;
let text: TextEditor;
photographFailures(() => vscode);
let folder: string;
beforeAll(async () => {
  const fixtures = path.resolve('test/fixtures');
  const cpu = fs.readFileSync(path.join(fixtures, 'cpu.prof'));
  folder = workspace({
    'cpu.prof': cpu,
    'half.prof': cpu.subarray(0, Math.floor(cpu.length / 2)),
    'page.pprof': '<!doctype html><title>404</title><p>not here',
    'empty.pprof': '',
    'dump.goroutines.txt': fs.readFileSync(path.join(fixtures, 'debug2.txt')),
    'go.mod': fs.readFileSync(path.join(fixtures, 'make/go.mod')),
    'busy/busy.go': fs.readFileSync(path.join(fixtures, 'make/busy/busy.go')),
  });
  vscode = await Workbench.open({ name: 'files', folder, kubeconfig: undefined });
  text = new TextEditor(vscode);
});
afterAll(async () => {
  await vscode?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('a profile that go test wrote opens as a flame graph by a double click, and agrees with go tool pprof', async () => {
  await vscode.showExplorer();
  await vscode.openFile('cpu.prof');
  const page = await vscode.ready();
  await vscode.shot('cpu');
  const busiest = [...goTop(path.join(folder, 'cpu.prof')).rows.values()].sort((a, b) => b.flat - a.flat)[0];
  await page.getByLabel('Search frames').fill(`/^${(busiest?.name ?? '').replaceAll(/[.*()[\]]/g, '\\$&')}$/`);
  await page.locator('#matches', { hasText: /%/ }).waitFor();
  const share = Number(/([\d.]+) %/.exec((await page.locator('#matches').textContent()) ?? '')?.[1]);
  expect(
    Math.abs(share - (busiest?.cum ?? 0)),
    `${busiest?.name}: page ${share} %, pprof ${busiest?.cum} %`,
  ).toBeLessThanOrEqual(0.1);
  await page.getByLabel('Search frames').fill('');
});

test('a profile that is open says in its sources what each function and line costs', async () => {
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

test('a goroutine dump opens as the goroutine page', async () => {
  await vscode.showExplorer();
  await vscode.openFile('dump.goroutines.txt');
  const page = await vscode.ready();
  await page.getByLabel('Filter goroutines').waitFor();
  expect(await page.locator('tr.group').count()).toBeGreaterThan(1);
  await vscode.shot('dump');
});

describe('a file that is no whole profile says what it is and what to do', () => {
  for (const [name, what] of [
    ['half.prof', /ends|cut|truncated|incomplete|not whole/i],
    ['page.pprof', /HTML/i],
    ['empty.pprof', /empty/i],
  ] as const) {
    test(name, async () => {
      await vscode.showExplorer();
      await vscode.openFile(name);
      const page = vscode.webview();
      await page.locator('#app[data-state="failed"]').waitFor();
      const said = (await page.locator('#app').textContent()) ?? '';
      await vscode.shot(name);
      expect(said).toMatch(what);
      expect(said, 'a message and a next step').toMatch(/\.\s*\S.*\./);
      await vscode.closeTab(name);
    });
  }
});

describe('every theme', () => {
  for (const theme of Object.keys(THEMES) as Theme[]) {
    test(theme, async () => {
      await vscode.setTheme(theme);
      const body = vscode.page.locator('.monaco-workbench');
      await expect.poll(async () => (await body.getAttribute('class'))?.split(/\s+/)).toContain(THEMES[theme].kind);
      await vscode.tab('dump.goroutines.txt').click();
      await (await vscode.ready()).locator('tr.group').first().waitFor();
      await vscode.shot(`goroutines-${theme}`);
      // Looked at last: its values stand in the source below.
      await vscode.tab('cpu.prof').click();
      const flame = await vscode.ready();
      // A test before this one left it at the sandwich of a function.
      await flame.getByRole('tab', { name: 'Flame' }).click();
      await flame.locator('#flame').hover({ position: { x: 200, y: 70 } });
      await flame.locator('#tooltip').waitFor();
      await vscode.shot(`flame-${theme}`);
      expect(await colours(flame.locator('#flame')), 'the picture has frames in it').toBeGreaterThan(3);
      await text.open('busy/busy.go', 23);
      await text.lens(/^cum /).waitFor();
      await expect.poll(bars).toBeGreaterThan(0);
      await vscode.shot(`values-${theme}`);
      await vscode.showSideBar();
      await vscode.shot(`side-bar-${theme}`);
      await vscode.showExplorer();
    });
  }
});

/** Different colours in a canvas, of a sample of its pixels. */
function colours(canvas: ReturnType<ReturnType<Workbench['webview']>['locator']>): Promise<number> {
  return canvas.evaluate((el) => {
    const c = el as HTMLCanvasElement;
    const pixels = c.getContext('2d')?.getImageData(0, 0, c.width, c.height).data ?? new Uint8ClampedArray();
    const seen = new Set<number>();
    for (let i = 0; i < pixels.length; i += 4 * 97)
      seen.add(((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0));
    return seen.size;
  });
}

/** Bars before lines that can be seen: of a full colour. */
function bars(): Promise<number> {
  return vscode.page
    .locator('.editor-group-container.active .view-overlays .cdr')
    .evaluateAll(
      (all) =>
        all
          .map((el) => getComputedStyle(el))
          .filter((s) => s.borderLeftWidth === '3px' && /^rgb\(/.test(s.borderLeftColor)).length,
    );
}
