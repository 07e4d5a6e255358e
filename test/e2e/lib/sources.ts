/**
 * What a user does in the active text editor: go to a line, read its hint, take a quick fix, save. With the keyboard,
 * as a programmer does.
 */
import type { Locator } from 'playwright-core';
import { PATIENCE, until } from '../../lib/until';
import { KEY_MS, STEP_MS, type Workbench } from './workbench';

export class TextEditor {
  constructor(private readonly vscode: Workbench) {}

  /** Opens a file of the workspace with the cursor at a line (from 1) and a column. */
  async open(file: string, line = 1, column = 1): Promise<void> {
    const { page } = this.vscode;
    const crumbs = page.locator('.editor-group-container.active .breadcrumbs-control');
    const where = async (): Promise<string> =>
      (await crumbs.locator('.monaco-breadcrumb-item').allInnerTexts()).map((t) => t.trim()).join('/');
    const inFront = async (): Promise<boolean> => (await where()).startsWith(file);
    await until(
      async () => {
        await page.keyboard.press('Escape');
        await page.keyboard.press('Control+p');
        try {
          await this.vscode.quickInput().fill(`${file}:${line}:${column}`, { timeout: KEY_MS });
          // Recently opened files come first until the list is filtered by the text.
          const [name = '', ...folders] = file.split('/').reverse();
          const first = this.vscode
            .pickRows()
            .first()
            .filter({ hasText: name })
            .filter({ hasText: folders.reverse().join('/') });
          await first.waitFor({ timeout: STEP_MS });
          await page.keyboard.press('Enter');
          await page
            .locator('.editor-group-container.active .monaco-editor.focused')
            .first()
            .waitFor({ timeout: STEP_MS });
          await until(inFront, file, STEP_MS);
          return true;
        } catch {
          return false;
        }
      },
      `${file} in front`,
      2 * PATIENCE,
    );
  }

  /** Goes from hint to hint, as F8 does, until one matches, and returns its text. */
  async nextHint(text: RegExp): Promise<Locator> {
    const said = this.vscode.page.locator('.marker-widget .message').first();
    const words = async (): Promise<string> =>
      (await said.isVisible()) ? await said.innerText({ timeout: KEY_MS }).catch(() => '') : '';
    await until(
      async () => {
        const before = await words();
        if (text.test(before)) return true;
        await this.vscode.page.keyboard.press('F8');
        return until(
          async () => {
            const now = await words();
            return now !== '' && now !== before;
          },
          'the next hint',
          KEY_MS,
        ).then(
          () => false,
          () => false,
        );
      },
      `a hint that says ${String(text)}`,
      2 * PATIENCE,
    );
    return said;
  }

  lens(text: string | RegExp): Locator {
    return this.vscode.page.locator('.codelens-decoration', { hasText: text }).first();
  }
  fixes(): Locator {
    return this.vscode.page.locator('.action-widget .monaco-list-row.action');
  }

  /** Opens the light bulb at the cursor. */
  async bulb(): Promise<readonly string[]> {
    await until(
      async () => {
        await this.vscode.page.keyboard.press('Control+.');
        return this.fixes()
          .first()
          .waitFor({ timeout: KEY_MS })
          .then(
            () => true,
            () => false,
          );
      },
      'the quick fixes',
      2 * PATIENCE,
    );
    return (await this.fixes().allInnerTexts()).map((t) => t.replaceAll('\u00a0', ' ').trim());
  }

  /** Chooses from the open light bulb with the arrow keys. `key`: Control+Enter shows a preview of the change. */
  async choose(title: string | RegExp, key = 'Enter'): Promise<void> {
    const wanted = this.fixes().filter({ hasText: title }).first();
    await wanted.waitFor();
    const focused = async (): Promise<boolean> =>
      ((await wanted.getAttribute('class')) ?? '').split(' ').includes('focused');
    for (let left = (await this.fixes().count()) + 1; left > 0 && !(await focused()); left--)
      await this.vscode.page.keyboard.press('ArrowDown');
    if (!(await focused())) throw new Error(`The arrow keys do not reach ${String(title)}.`);
    await this.vscode.page.keyboard.press(key);
    await this.fixes().first().waitFor({ state: 'hidden' });
  }

  /** Saves the changed file, and waits until it is saved. */
  async save(): Promise<void> {
    await this.vscode.page.locator('.editor-group-container .tab.active.dirty').waitFor();
    await this.vscode.page.keyboard.press('Control+s');
    await this.vscode.page.locator('.editor-group-container .tab.active.dirty').waitFor({ state: 'hidden' });
  }

  /** Moves the focus to the text: after a dialog or a preview it may be elsewhere. */
  async focus(): Promise<void> {
    await this.vscode.command('View: Focus Active Editor Group');
    await this.vscode.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
  }

  /** The panel with the preview of a change. */
  preview(): Locator {
    return this.vscode.page.locator('.bulk-edit-panel');
  }

  /** Applies the previewed change. */
  async apply(): Promise<void> {
    await this.preview().waitFor();
    await this.vscode.page.getByRole('button', { name: 'Apply', exact: true }).click();
    await this.preview().waitFor({ state: 'hidden' });
  }
}
