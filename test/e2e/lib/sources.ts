/** What a person does with the text in front: go to a line, read its hint, take a quick fix, save. By keys, as one who writes code. */
import type { Locator } from 'playwright-core';
import { until, type Workbench } from './workbench';

export class TextEditor {
  constructor(private readonly vscode: Workbench) {}

  /** Opens a file of the workspace with the cursor at a line (from 1) and a column. */
  async open(file: string, line = 1, column = 1): Promise<void> {
    const { page } = this.vscode;
    const crumbs = page.locator('.editor-group-container.active .breadcrumbs-control');
    const where = async (): Promise<string> => (await crumbs.locator('.monaco-breadcrumb-item').allInnerTexts()).map((t) => t.trim()).join('/');
    await until(async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+p');
      try {
        await this.vscode.quickInput().fill(`${file}:${line}:${column}`, { timeout: 3000 });
        // Files that were open lately stand first until the list has followed the text.
        const [name = '', ...folders] = file.split('/').reverse();
        const first = this.vscode.pickRows().first().filter({ hasText: name }).filter({ hasText: folders.reverse().join('/') });
        await first.waitFor({ timeout: 5000 });
        await page.keyboard.press('Enter');
        await page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor({ timeout: 3000 });
      } catch {
        return false;
      }
      return (await where()).startsWith(file);
    }, `${file} in front`);
  }

  /** Goes to the next hint, as F8 does, and gives what it says. */
  async nextHint(text: RegExp): Promise<Locator> {
    const said = this.vscode.page.locator('.marker-widget .message').first();
    await until(async () => {
      await this.vscode.page.keyboard.press('F8');
      return said.filter({ hasText: text }).waitFor({ timeout: 1500 }).then(() => true, () => false);
    }, `a hint that says ${String(text)}`);
    return said;
  }

  lens(text: string | RegExp): Locator { return this.vscode.page.locator('.codelens-decoration', { hasText: text }).first(); }
  fixes(): Locator { return this.vscode.page.locator('.action-widget .monaco-list-row.action'); }

  /** Opens the light bulb at the cursor. */
  async bulb(): Promise<readonly string[]> {
    await until(async () => {
      await this.vscode.page.keyboard.press('Control+.');
      return this.fixes().first().waitFor({ timeout: 3000 }).then(() => true, () => false);
    }, 'the quick fixes');
    return (await this.fixes().allInnerTexts()).map((t) => t.replaceAll('\u00a0', ' ').trim());
  }

  /** Chooses from the open light bulb by the arrow keys. `key`: Control+Enter shows the change before. */
  async choose(title: string | RegExp, key = 'Enter'): Promise<void> {
    const wanted = this.fixes().filter({ hasText: title }).first();
    await wanted.waitFor();
    const focused = async (): Promise<boolean> => (await wanted.getAttribute('class') ?? '').split(' ').includes('focused');
    for (let left = await this.fixes().count() + 1; left > 0 && !(await focused()); left--) await this.vscode.page.keyboard.press('ArrowDown');
    if (!(await focused())) throw new Error(`The arrow keys do not reach ${String(title)}.`);
    await this.vscode.page.keyboard.press(key);
    await this.fixes().first().waitFor({ state: 'hidden' });
  }

  /** Saves what was changed, and waits until it is. */
  async save(): Promise<void> {
    await this.vscode.page.locator('.editor-group-container .tab.active.dirty').waitFor();
    await this.vscode.page.keyboard.press('Control+s');
    await this.vscode.page.locator('.editor-group-container .tab.active.dirty').waitFor({ state: 'hidden' });
  }

  /** Puts the keyboard into the text: after a dialog or a preview it may be elsewhere. */
  async focus(): Promise<void> {
    await this.vscode.command('View: Focus Active Editor Group');
    await this.vscode.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
  }

  /** The panel that shows what will change. */
  preview(): Locator { return this.vscode.page.locator('.bulk-edit-panel'); }

  /** Takes what the preview shows. */
  async apply(): Promise<void> {
    await this.preview().waitFor();
    await this.vscode.page.getByRole('button', { name: 'Apply', exact: true }).click();
    await this.preview().waitFor({ state: 'hidden' });
  }
}
