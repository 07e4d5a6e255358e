/** The editor, as the application sees it. */
import * as vscode from 'vscode';
import type { Editor, Log, Progress, Store } from '../app/editor';
import { showProblem } from './errors';
import { picker } from './picker';
import { settings } from './settings';

export function createEditor(context: vscode.ExtensionContext, log: Log): Editor {
  return {
    log,
    settings,
    store: storeOf(context.globalState),
    workspaceStore: storeOf(context.workspaceState),
    picker,
    messages: {
      info: (text, ...buttons) => vscode.window.showInformationMessage(text, ...buttons),
      warn: (text, ...buttons) => vscode.window.showWarningMessage(text, ...buttons),
      problem: (e, options) => showProblem(e, { ...options, log }),
    },
    progress,
    copy: (text) => vscode.env.clipboard.writeText(text),
  };
}

function storeOf(memento: vscode.Memento): Store {
  return {
    get: (key) => memento.get(key),
    set: (key, value) => memento.update(key, value),
  };
}

const progress: Progress = {
  run: (title, work) => {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return Promise.resolve(
      vscode.window.withProgress(options, (progress, cancel) => {
        const stop = new AbortController();
        cancel.onCancellationRequested(() => {
          stop.abort();
        });
        return work(stop.signal, (message, increment) => {
          progress.report({ message, ...(increment !== undefined && { increment }) });
        });
      }),
    );
  },
  quietly: (title, work) =>
    Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, work)),
};
