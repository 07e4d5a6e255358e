/** Implements the application's editor interfaces. */
import * as vscode from 'vscode';
import type { Editor, Log, Progress, StatusItem, StatusItemOptions, Store } from '../app/editor';
import { showDetails, showProblem } from './errors';
import { picker } from './picker';
import { SECTION, settings } from './settings';

/** Long enough to read one sentence, ms. */
const BRIEFLY_MS = 3000;

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
      briefly: (text) => {
        vscode.window.setStatusBarMessage(text, BRIEFLY_MS);
      },
      problem: (e, options) => showProblem(e, { ...options, log }),
      details: showDetails,
    },
    progress,
    statusItem,
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

function statusItem({ id, name, command }: StatusItemOptions): StatusItem {
  const item = vscode.window.createStatusBarItem(`${SECTION}.${id}`, vscode.StatusBarAlignment.Left, 0);
  item.name = name;
  item.command = { command: `${SECTION}.${command.id}`, title: command.title, arguments: [...command.args] };
  return {
    set: ({ text, tooltip, spoken }) => {
      item.text = text;
      item.tooltip = tooltip;
      item.accessibilityInformation = { label: spoken, role: 'button' };
      item.show();
    },
    dispose: () => {
      item.dispose();
    },
  };
}
