/** Small things that the suites share. */
import * as Mocha from 'mocha';
import * as vscode from 'vscode';
import { until } from '../lib/until';

/** Adds a suite with these tests to `parent`. */
export function describe(
  parent: Mocha.Suite,
  title: string,
  tests: Readonly<Record<string, (this: Mocha.Context) => Promise<void>>>,
): void {
  const suite = Mocha.Suite.create(parent, title);
  for (const [name, body] of Object.entries(tests)) suite.addTest(new Mocha.Test(name, body));
}

export const EXTENSION = 'controller-tuner.controller-tuner';

/**
 * Takes the last edit of a text back. The editor's own command undoes in what has the keyboard, which may be a page
 * beside the text: then one puts the keyboard into the text again. It answers after the text has changed, so nothing is
 * undone twice.
 */
export async function undo({ document, viewColumn }: vscode.TextEditor): Promise<void> {
  const { version } = document;
  await until(async () => {
    await vscode.window.showTextDocument(document, viewColumn);
    await vscode.commands.executeCommand('undo');
    return document.version !== version;
  }, `an edit of ${document.fileName} to be undone`);
}
