/** A person in front of VS Code: the workbench in Chromium, and what one does there with keys and mouse. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { startCodeServer } from '../../../scripts/vscode.mjs';
import { CHROMIUM, SHOTS, VSIX } from './env';

export interface Setup {
  /** Workspace folder. */
  readonly folder: string;
  /** Content of KUBECONFIG in the extension host; undefined: not set, and HOME has no ~/.kube. */
  readonly kubeconfig: string | undefined;
  readonly theme?: Theme;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the extension host, whose HOME is empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** Starts the names of this window's screenshots. */
  readonly name: string;
}

/** `id` in settings, `label` in the list of themes, `kind` as the workbench's class. */
export const THEMES = {
  dark: { id: 'Default Dark Modern', label: 'Dark Modern', kind: 'vs-dark' }, light: { id: 'Default Light Modern', label: 'Light Modern', kind: 'vs' },
  'hc-dark': { id: 'Default High Contrast', label: 'Dark High Contrast', kind: 'hc-black' }, 'hc-light': { id: 'Default High Contrast Light', label: 'Light High Contrast', kind: 'hc-light' },
} as const;
export type Theme = keyof typeof THEMES;

/** Long enough for a loaded machine of two cores; a test that passes takes a fraction. */
const PATIENCE = 30_000;

export class Workbench {
  #shots = 0;

  private constructor(readonly page: Page, readonly browser: Browser, readonly server: Awaited<ReturnType<typeof startCodeServer>>, private readonly setup: Setup) {}

  static async open(setup: Setup): Promise<Workbench> {
    const settings = { 'workbench.colorTheme': THEMES[setup.theme ?? 'dark'].id, 'workbench.reduceMotion': 'on', 'window.autoDetectColorScheme': false, 'window.autoDetectHighContrast': false, ...setup.settings };
    const server = await startCodeServer({ vsix: VSIX, folder: setup.folder, settings, env: { ...setup.env, ...(setup.kubeconfig !== undefined && { KUBECONFIG: setup.kubeconfig }) } });
    const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const bench = new Workbench(page, browser, server, setup);
    await bench.load();
    return bench;
  }

  /** Loads the window, or loads it again. Ready when the extension's icon is there: its contributions are known then. */
  async load(): Promise<void> {
    await this.page.goto(this.server.pageUrl(), { timeout: 90_000, waitUntil: 'commit' });
    await this.activity('Controller Tuner').waitFor({ timeout: 90_000 });
    // Its commands, keys and editors are registered in the same turn or the next ones; nothing in the window shows when.
    await this.page.waitForTimeout(5000);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }

  /** Keeps a picture of the window: `<window>-<nn>-<name>.png`. */
  async shot(name: string): Promise<void> {
    this.#shots += 1;
    // The pointer goes to the empty part of the status bar, away from whatever shows a hover.
    await this.page.mouse.move(700, 893);
    await this.page.screenshot({ path: path.join(SHOTS, `${this.setup.name}-${String(this.#shots).padStart(2, '0')}-${name}.png`) });
  }

  /** Changes the colour theme, as a person does. */
  async setTheme(theme: Theme): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.pickRows().first().waitFor();
    await this.quickInput().fill(THEMES[theme].label);
    await this.pickRow(THEMES[theme].label).click();
  }

  activity(title: string): Locator { return this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`).first(); }

  /** Shows the extension's side bar. */
  async showSideBar(): Promise<void> {
    if (!(await this.view('Clusters').isVisible())) await this.activity('Controller Tuner').click();
    await this.view('Clusters').waitFor();
  }

  /** A view of the side bar by its title. */
  view(title: string): Locator { return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) }); }

  /** The row of a tree whose spoken label begins with `label`, or matches it. */
  row(label: string | RegExp, view = 'Clusters'): Locator {
    const rows = this.view(view).locator('.monaco-list-row');
    return (typeof label === 'string' ? rows.and(this.page.locator(`[aria-label^="${label}"]`)) : rows.filter({ hasText: label })).first();
  }

  /** Opens a row of the tree and waits until it says so. */
  async expand(row: Locator): Promise<void> {
    await row.waitFor();
    if (await row.getAttribute('aria-expanded') !== 'true') {
      await row.locator('.monaco-tl-twistie').click();
      await until(async () => await row.getAttribute('aria-expanded') === 'true', 'the row to open');
    }
  }

  /** A row's button that shows on hover. */
  async inline(row: Locator, title: string): Promise<void> {
    await row.hover();
    await row.locator(`.action-label[aria-label^="${title}"]`).click();
  }

  /** Chooses from a row's context menu; `shot` keeps a picture of the menu. */
  async menu(row: Locator, title: string, shot?: string): Promise<void> {
    await row.click({ button: 'right' });
    const item = this.page.locator('.context-view .action-label', { hasText: title });
    await item.waitFor();
    if (shot !== undefined) await this.shot(shot);
    // A menu takes no click in the moment that it opens: it could be the one that opened it.
    await this.page.waitForTimeout(400);
    await item.click();
  }

  /** Runs a command from the palette by its whole title: "Controller Tuner: Profile CPU…". */
  async command(title: string): Promise<void> {
    await until(async () => {
      await this.openPalette();
      try {
        await this.quickInput().fill(`>${title}`, { timeout: 3000 });
        // The best match is the first row once the list has followed the text.
        await this.pickRow(title).click({ timeout: 5000 });
        return true;
      } catch {
        // What the editor opens at that moment took the focus, and the palette went with it; one calls it again.
        return false;
      }
    }, `the command ${title}`);
  }

  /** A key pressed just after a page was closed is lost with it; one presses it again. */
  async openPalette(): Promise<void> {
    await until(async () => {
      await this.page.keyboard.press('F1');
      return this.quickInput().waitFor({ timeout: 3000 }).then(() => true, () => false);
    }, 'the command palette');
  }

  quickInput(): Locator { return this.page.locator('.quick-input-widget:visible input.input'); }
  pickTitle(): Locator { return this.page.locator('.quick-input-widget:visible .quick-input-title'); }
  pickRows(): Locator { return this.page.locator('.quick-input-widget:visible .monaco-list-row'); }
  pickRow(text: string | RegExp): Locator { return this.pickRows().filter({ hasText: text }).first(); }

  /** Chooses a row of the quick pick that is open; by a text it is filtered first, since a long list shows a part of it only. */
  async pick(text: string | RegExp): Promise<void> {
    await this.pickRows().first().waitFor();
    if (typeof text === 'string') await this.quickInput().fill(text);
    await this.pickRow(text).click();
  }

  /** Types into the input box that asks for `prompt`, in place of what it holds, and accepts. */
  async type(text: string, prompt: string): Promise<void> {
    await this.page.locator('.quick-input-widget:visible', { hasText: prompt }).waitFor();
    const input = this.quickInput();
    await input.fill(text);
    await input.press('Enter');
  }

  toast(text: string | RegExp): Locator { return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first(); }

  async clearToasts(): Promise<void> { await this.command('Notifications: Clear All Notifications'); }

  /** The page in the editor that is in front. */
  webview(): FrameLocator { return this.page.locator('iframe.webview.ready:visible').last().contentFrame().locator('iframe#active-frame').contentFrame(); }

  /** A page of ours, drawn. */
  async ready(timeout = PATIENCE): Promise<FrameLocator> {
    const frame = this.webview();
    await frame.locator('#app[data-state="ready"]').waitFor({ timeout });
    return frame;
  }

  tab(text: string | RegExp): Locator { return this.page.locator('.editor-group-container .tab', { hasText: text }).first(); }

  /** Closes the tab in front, by its key; a key pressed while a page takes the focus is lost, and one presses it again. */
  async closeTab(text: string): Promise<void> {
    await this.tab(text).waitFor();
    await until(async () => {
      await this.page.keyboard.press('Control+w');
      return this.tab(text).waitFor({ state: 'hidden', timeout: 2000 }).then(() => true, () => false);
    }, `the tab ${text} to close`);
  }

  /** A file of the explorer. */
  file(name: string): Locator { return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first(); }

  async showExplorer(): Promise<void> {
    await this.page.keyboard.press('Control+Shift+E');
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  async closeEditors(): Promise<void> { await this.command('View: Close All Editors'); }

  /** Files that the extension saved as captures, newest first. */
  captures(): readonly string[] {
    const dir = path.join(this.server.data, 'data/User/globalStorage');
    const files = fs.existsSync(dir) ? fs.readdirSync(dir, { recursive: true }).map((f) => path.join(dir, String(f))) : [];
    const kept = files.filter((f) => !f.endsWith('.json') && fs.statSync(f).isFile());
    return kept.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs);
  }
}

/** Asks `check` until it says yes; throws with `what` after `ms`. */
export async function until(check: () => Promise<boolean> | boolean, what: string, ms = PATIENCE): Promise<void> {
  for (const end = Date.now() + ms; ;) {
    if (await check()) return;
    if (Date.now() > end) throw new Error(`Waited ${ms / 1000} s for ${what}.`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

/** A new workspace folder with these files, by their paths in it. */
export function workspace(files: Readonly<Record<string, string | Buffer>>): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'controller-tuner-workspace-'));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    fs.writeFileSync(path.join(dir, name), content);
  }
  return dir;
}

/** Keeps a picture of the window at the moment that a test failed: what a person would ask for first. */
export function photographFailures(window: () => Workbench | undefined): void {
  afterEach(async ({ task }) => { if (task.result?.state === 'fail') await window()?.shot(`FAILED-${task.name.replace(/[^\w]+/g, '-').slice(0, 60)}`); });
}
