/** A user of VS Code: the workbench in Chromium, and what a user does there with keyboard and mouse. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { afterEach } from 'vitest';
import { EDITOR_WINDOW } from '../../../scripts/chromium.mjs';
import { startCodeServer } from '../../../scripts/vscode.mjs';
import { PATIENCE, SLOWNESS, until } from '../../lib/until';
import { CHROMIUM, EXTENSIONS, SHOTS, VSIX } from './env';

export interface Setup {
  /** Workspace folder. */
  readonly folder: string;
  /** Content of KUBECONFIG in the extension host; undefined: not set, and HOME has no ~/.kube. */
  readonly kubeconfig: string | undefined;
  readonly theme?: Theme;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the extension host, whose HOME is empty. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder is opened in Restricted Mode. */
  readonly untrusted?: boolean;
  /** The prefix of this window's screenshots. */
  readonly name: string;
}

/** `id` in settings, `label` in the list of themes, `kind` as the workbench's class. */
export const THEMES = {
  dark: { id: 'Default Dark Modern', label: 'Dark Modern', kind: 'vs-dark' },
  light: { id: 'Default Light Modern', label: 'Light Modern', kind: 'vs' },
  'hc-dark': { id: 'Default High Contrast', label: 'Dark High Contrast', kind: 'hc-black' },
  'hc-light': { id: 'Default High Contrast Light', label: 'Light High Contrast', kind: 'hc-light' },
} as const;
export type Theme = keyof typeof THEMES;

/**
 * If a key press has no effect after this, ms, it was lost and is pressed again, which does no harm if it was only
 * slow.
 */
export const KEY_MS = 3000 * SLOWNESS;
// Cleanup runs on `exit`, which a signal alone does not cause.
process.once('SIGTERM', () => {
  process.exit(143);
});

/**
 * Time limit for one step of an action that is repeated when it is interrupted, ms. All attempts together get twice
 * PATIENCE.
 */
export const STEP_MS = 15_000 * SLOWNESS;

export class Workbench {
  #shots = 0;

  private constructor(
    readonly page: Page,
    readonly browser: Browser,
    readonly server: Awaited<ReturnType<typeof startCodeServer>>,
    private readonly setup: Setup,
  ) {}

  static async open(setup: Setup): Promise<Workbench> {
    // Many windows show files of the repository, and code-server in a browser auto-saves: a stray key press would
    // change a file.
    const settings = {
      'files.autoSave': 'off',
      'workbench.colorTheme': THEMES[setup.theme ?? 'dark'].id,
      'workbench.reduceMotion': 'on',
      'window.autoDetectColorScheme': false,
      'window.autoDetectHighContrast': false,
      ...setup.settings,
    };
    const server = await startCodeServer({
      vsix: VSIX,
      extensions: EXTENSIONS,
      folder: setup.folder,
      settings,
      untrusted: setup.untrusted ?? false,
      env: { ...setup.env, ...(setup.kubeconfig !== undefined && { KUBECONFIG: setup.kubeconfig }) },
    });
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ ...EDITOR_WINDOW, executablePath: CHROMIUM });
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      const bench = new Workbench(page, browser, server, setup);
      await bench.load();
      return bench;
    } catch (e) {
      // Report the first error.
      await browser?.close().catch(() => undefined);
      await server.stop();
      throw e;
    }
  }

  /** Loads or reloads the window. It is ready when the palette lists the extension's last command. */
  async load(): Promise<void> {
    await this.page.goto(this.server.pageUrl(), { timeout: 2 * PATIENCE, waitUntil: 'commit' });
    await this.activity('Controller Tuner').waitFor({ timeout: 2 * PATIENCE });
    // The extension's commands, keys and editors are registered in the same turn or shortly after; nothing else in the
    // window shows that.
    await until(
      async () => {
        await this.openPalette();
        const known = await this.#listed('Controller Tuner: Show Log');
        await this.page.keyboard.press('Escape');
        return known;
      },
      'the commands of the extension',
      2 * PATIENCE,
    );
    await this.page.locator('.quick-input-widget:visible').waitFor({ state: 'hidden' });
  }

  /**
   * Reloads the window once the browser has stored all of `kept`: the editor writes the state of pages every 5 s,
   * without showing that.
   */
  async reload(...kept: readonly string[]): Promise<void> {
    await until(
      async () => {
        const stored = await this.#stored();
        return kept.every((text) => stored.includes(text));
      },
      `${kept.join(' and ')} to be stored`,
      2 * PATIENCE,
    );
    await this.load();
  }

  /** Everything that the workbench has stored in the browser, as text. */
  #stored(): Promise<string> {
    return this.page.evaluate(async () => {
      const done = <T>(asked: IDBRequest<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          asked.onsuccess = () => {
            resolve(asked.result);
          };
          asked.onerror = () => {
            reject(new Error(String(asked.error)));
          };
        });
      let text = '';
      for (const { name = '' } of await indexedDB.databases()) {
        if (!name.startsWith('vscode-web-state-db')) continue;
        const db = await done(indexedDB.open(name));
        for (const store of db.objectStoreNames)
          text += JSON.stringify(await done<unknown[]>(db.transaction(store).objectStore(store).getAll()));
        db.close();
      }
      return text;
    });
  }

  async close(): Promise<void> {
    try {
      await this.browser.close();
    } finally {
      await this.server.stop();
    }
  }

  /** Saves a screenshot of the window: `<window>-<nn>-<name>.png`. */
  async shot(name: string): Promise<void> {
    this.#shots += 1;
    // Move the pointer to the empty part of the status bar, away from anything with a hover.
    await this.page.mouse.move(700, 893);
    await this.page.screenshot({
      path: path.join(SHOTS, `${this.setup.name}-${String(this.#shots).padStart(2, '0')}-${name}.png`),
    });
  }

  /**
   * To find the cause of a failure: saves the window, its notifications, and the extension's log, which code-server
   * writes to no file.
   */
  async keepFailure(test: string): Promise<void> {
    await this.shot(`FAILED-${test}`);
    for (const command of ['Notifications: Show Notifications', 'Controller Tuner: Show Log']) {
      await this.command(command);
      await this.shot(`FAILED-${test}-${command.slice(command.lastIndexOf(' ') + 1)}`);
    }
    await this.command('View: Hide Panel');
  }

  /** Changes the colour theme the way a user does. */
  async setTheme(theme: Theme): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.pickRows().first().waitFor();
    await this.quickInput().fill(THEMES[theme].label);
    await this.pickRow(THEMES[theme].label).click();
  }

  activity(title: string): Locator {
    return this.page.locator(`.activitybar .action-label[aria-label^="${title}"]`).first();
  }

  /** Shows the extension's side bar. */
  async showSideBar(): Promise<void> {
    if (!(await this.view('Clusters').isVisible())) await this.activity('Controller Tuner').click();
    await this.view('Clusters').waitFor();
  }

  /** A view of the side bar by its title. */
  view(title: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${title}"]`) });
  }

  /** The row of a tree whose accessible label begins with `label`, or matches it. */
  row(label: string | RegExp, view = 'Clusters'): Locator {
    const rows = this.view(view).locator('.monaco-list-row');
    return (
      typeof label === 'string'
        ? rows.and(this.page.locator(`[aria-label^="${label}"]`))
        : rows.filter({ hasText: label })
    ).first();
  }

  /** Expands a row of the tree and waits until it is expanded. */
  expand(row: Locator): Promise<void> {
    return this.#turn(row, 'true');
  }

  /** Collapses a row. A long tree only draws the rows in view: this brings the rows below into view. */
  collapse(row: Locator): Promise<void> {
    return this.#turn(row, 'false');
  }

  async #turn(row: Locator, expanded: 'true' | 'false'): Promise<void> {
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === expanded) return;
    await row.locator('.monaco-tl-twistie').click();
    await until(
      async () => (await row.getAttribute('aria-expanded')) === expanded,
      `the row to be ${expanded === 'true' ? 'open' : 'closed'}`,
    );
  }

  /** Clicks a row's button that appears on hover. */
  async inline(row: Locator, title: string): Promise<void> {
    await row.hover();
    await row.locator(`.action-label[aria-label^="${title}"]`).click();
  }

  /**
   * Chooses from a row's context menu, which shows `opened`; `shot` saves a screenshot of the menu. The menu ignores
   * clicks for its first 100 ms, since a click could be the one that opened it, but takes keys. It closes when
   * something closed earlier gives the focus back; then it is opened again.
   */
  async menu(row: Locator, title: string, opened: Locator, shot?: string): Promise<void> {
    const item = this.page.locator('.context-view .action-label', { hasText: title });
    const quick = { timeout: KEY_MS };
    const tries = async (): Promise<boolean> => {
      if (await opened.isVisible()) return true;
      if (!(await item.isVisible())) await row.click({ ...quick, button: 'right' });
      await item.waitFor(quick);
      if (shot !== undefined) await this.shot(shot);
      await item.hover(quick);
      await this.page.locator('.context-view .action-item.focused', { hasText: title }).waitFor(quick);
      await this.page.keyboard.press('Enter');
      await opened.waitFor(quick);
      return true;
    };
    await until(() => tries().catch(() => false), `the menu to take ${title}`, 2 * PATIENCE);
  }

  /** Runs a command from the palette by its whole title: "Controller Tuner: Profile CPU…". */
  async command(title: string): Promise<void> {
    await until(
      async () => {
        await this.openPalette();
        // Anything that the editor opens at that moment takes the focus and closes the palette: open it again.
        return (
          (await this.#listed(title)) &&
          this.pickRow(title)
            .click({ timeout: KEY_MS })
            .then(
              () => true,
              () => false,
            )
        );
      },
      `the command ${title}`,
      2 * PATIENCE,
    );
  }

  /**
   * True when the palette lists the command; false if the palette was closed meanwhile or doesn't know the command yet.
   * The best match is the first row.
   */
  async #listed(title: string): Promise<boolean> {
    if (
      !(await this.quickInput()
        .fill(`>${title}`, { timeout: KEY_MS })
        .then(
          () => true,
          () => false,
        ))
    )
      return false;
    const none = this.pickRows().filter({ hasText: 'No matching commands' });
    await until(
      async () =>
        (await this.pickRow(title).isVisible()) || (await none.isVisible()) || !(await this.quickInput().isVisible()),
      title,
      STEP_MS,
    ).catch(() => undefined);
    return this.pickRow(title).isVisible();
  }

  /** A key pressed just after a page was closed is lost; press it again. */
  async openPalette(): Promise<void> {
    await until(
      async () => {
        await this.page.keyboard.press('F1');
        return this.quickInput()
          .waitFor({ timeout: KEY_MS })
          .then(
            () => true,
            () => false,
          );
      },
      'the command palette',
      2 * PATIENCE,
    );
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }
  /** The input box that asks for `prompt`. */
  inputBox(prompt: string): Locator {
    return this.page.locator('.quick-input-widget:visible', { hasText: prompt });
  }
  pickTitle(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-title');
  }
  pickRows(): Locator {
    return this.page.locator('.quick-input-widget:visible .monaco-list-row');
  }
  pickRow(text: string | RegExp): Locator {
    return this.pickRows().filter({ hasText: text }).first();
  }

  /**
   * Chooses a row of the open quick pick. If `text` is a string, filters by it first, since a long list draws only some
   * rows.
   */
  async pick(text: string | RegExp): Promise<void> {
    await this.pickRows().first().waitFor();
    if (typeof text === 'string') await this.quickInput().fill(text);
    await this.pickRow(text).click();
  }

  /** Replaces the text in the input box that asks for `prompt`, and accepts. */
  async type(text: string, prompt: string): Promise<void> {
    await this.inputBox(prompt).waitFor();
    const input = this.quickInput();
    await input.fill(text);
    await input.press('Enter');
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  }

  async clearToasts(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** The page in the active editor. */
  webview(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready:visible')
      .last()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** Our page, once it is drawn. */
  async ready(): Promise<FrameLocator> {
    const frame = this.webview();
    await frame.locator('#app[data-state="ready"]').waitFor();
    return frame;
  }

  tab(text: string | RegExp): Locator {
    return this.page.locator('.editor-group-container .tab', { hasText: text }).first();
  }

  /** Closes a tab by its button: the keyboard shortcut would close whichever tab is active at that moment. */
  async closeTab(text: string): Promise<void> {
    const tab = this.tab(text);
    await tab.waitFor();
    await tab.hover();
    await tab.locator('.tab-actions .action-label').first().click();
    await tab.waitFor({ state: 'hidden' });
  }

  /** A file in the explorer. */
  file(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name }).first();
  }

  /**
   * Opens a file of the explorer in our page. On a slow machine, a window knows the commands before it knows which
   * files are ours, and opens the file as text: then close it and open it again.
   */
  async openFile(name: string): Promise<void> {
    const front = this.page.locator('.editor-group-container.active');
    const text = front.locator('.monaco-editor-pane-placeholder:visible, .monaco-editor:visible').first();
    const page = this.page.locator('iframe.webview:visible').first();
    await until(
      async () => {
        await this.file(name).dblclick();
        await front.locator('.tab.active', { hasText: name }).waitFor();
        await until(async () => (await page.isVisible()) || (await text.isVisible()), `${name} to be shown`);
        if (await page.isVisible()) return true;
        await this.closeTab(name);
        return false;
      },
      `${name} in a page`,
      2 * PATIENCE,
    );
  }

  async showExplorer(): Promise<void> {
    await this.page.keyboard.press('Control+Shift+E');
    await this.page.locator('.explorer-folders-view').waitFor();
  }

  async closeEditors(): Promise<void> {
    await this.command('View: Close All Editors');
  }

  /** Files that the extension saved as captures, newest first. */
  captures(): readonly string[] {
    const dir = path.join(this.server.data, 'data/User/globalStorage');
    const files = fs.existsSync(dir)
      ? fs.readdirSync(dir, { recursive: true }).map((f) => path.join(dir, String(f)))
      : [];
    // A file that is still being written has a temporary name, and may vanish at any moment.
    const kept = files
      .filter((f) => !/\.(json|tmp)$/.test(f))
      .map((file) => ({ file, stat: fs.statSync(file, { throwIfNoEntry: false }) }));
    return kept
      .filter(({ stat }) => stat?.isFile())
      .sort((a, b) => (b.stat?.mtimeMs ?? 0) - (a.stat?.mtimeMs ?? 0))
      .map(({ file }) => file);
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

/** When a test fails, saves a screenshot of the window, its notifications and its log. */
export function photographFailures(window: () => Workbench | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window()?.keepFailure(task.name.replace(/[^\w]+/g, '-').slice(0, 60));
  });
}
