/** The person at the editor, asked by its own boxes. */
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { abortError } from '../../../base/abort';
import type { Choice } from '../../../app/editor';
import { picker } from '../../picker';
import type { Choice as Question, Person } from './flow';

export const person: Person = {
  async line({ title, prompt, value, secret, check }) {
    const text = await vscode.window.showInputBox({
      title,
      prompt,
      value: value ?? '',
      password: secret === true,
      ignoreFocusOut: true,
      ...(check && { validateInput: (t: string) => check(t) }),
    });
    if (text === undefined) throw abortError('The user cancelled.');
    // A password may begin or end with a blank.
    return secret === true ? text : text.trim();
  },
  async choose<T>({ title, prompt, options }: Question<T>): Promise<T> {
    const { value } = await picker.pick<T>({
      title,
      step: 1,
      totalSteps: 1,
      back: false,
      placeholder: prompt,
      skipSingle: false,
      choices: () =>
        Promise.resolve(
          options.map((o): Choice<T> => ({
            label: o.title,
            value: o.value,
            ...(o.detail !== undefined && { detail: o.detail }),
          })),
        ),
    });
    return value;
  },
  async several({ title, prompt, options }) {
    const chosen = await vscode.window.showQuickPick(
      options.map((o) => ({ label: o.title, value: o.value })),
      { title, placeHolder: prompt, canPickMany: true, ignoreFocusOut: true },
    );
    if (chosen === undefined) throw abortError('The user cancelled.');
    return chosen.map((c) => c.value);
  },
  async file(title) {
    const [uri] =
      (await vscode.window.showOpenDialog({
        title,
        openLabel: 'Choose',
        canSelectMany: false,
        filters: { PEM: ['pem', 'crt', 'cer', 'ca-bundle'], 'All files': ['*'] },
      })) ?? [];
    if (!uri) throw abortError('The user cancelled.');
    return uri.fsPath;
  },
  busy(title, run) {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return Promise.resolve(
      vscode.window.withProgress(options, (_progress, cancel) => {
        const stop = new AbortController();
        cancel.onCancellationRequested(() => {
          stop.abort();
        });
        return run(stop.signal);
      }),
    );
  },
};

/** The text of a file on the machine where the extension runs; `~` is the home folder. At most 1 MiB: a bundle of authorities has a quarter of that. */
export async function readPem(file: string): Promise<string> {
  const full = file === '~' || /^~[\\/]/.test(file) ? path.join(os.homedir(), file.slice(1)) : file;
  if (!path.isAbsolute(full)) throw new Error('The path is not absolute.');
  const uri = vscode.Uri.file(full);
  if ((await vscode.workspace.fs.stat(uri)).size > 1 << 20) throw new Error('The file is larger than 1 MiB.');
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
