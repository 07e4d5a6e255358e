/** Waits for the first text that a controller's or a client's source could be: until then nothing of this is loaded. */
import * as vscode from 'vscode';
import { isRelevantText } from '../../advice/languages';
import { isLookedAt } from './uris';

/** ms after a keystroke before a text is looked at again. */
const PAUSE_MS = 500;

export function onFirstSource(found: () => void): vscode.Disposable {
  const timers = new Map<vscode.TextDocument, ReturnType<typeof setTimeout>>();
  const subscriptions: vscode.Disposable[] = [];
  const end = (): void => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    for (const s of subscriptions.splice(0)) s.dispose();
  };
  const look = (document: vscode.TextDocument): void => {
    timers.delete(document);
    if (
      subscriptions.length === 0 ||
      document.isClosed ||
      !isLookedAt(document) ||
      !isRelevantText(document.getText(), document.uri.path)
    )
      return;
    end();
    found();
  };
  const later = (document: vscode.TextDocument, ms: number): void => {
    if (!isLookedAt(document)) return;
    clearTimeout(timers.get(document));
    timers.set(
      document,
      setTimeout(() => {
        look(document);
      }, ms),
    );
  };
  subscriptions.push(
    vscode.workspace.onDidOpenTextDocument((d) => {
      later(d, 0);
    }),
    vscode.workspace.onDidChangeTextDocument((e) => {
      later(e.document, PAUSE_MS);
    }),
  );
  // After the activation, which waits for nobody.
  for (const document of vscode.workspace.textDocuments) later(document, 0);
  return { dispose: end };
}
