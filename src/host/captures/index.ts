/** The part of the editor that keeps captures: the list, its commands, and what other parts need of it. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { CaptureStore } from '../../captures/store';
import type { Opener } from '../../captures/check';
import type { Capture } from '../../captures/types';
import { commandsOf, openProfileFile, type Commands } from './commands';
import { CapturesView } from './view';

export { openProfileFile, PROFILE_EDITOR } from './commands';

export interface CapturesDeps {
  /** Shows an error to the person; hears no aborts. */
  readonly tell: (e: unknown) => void;
  /** Reads a capture, to write it in another form. */
  readonly open: Opener;
  readonly maxBytes: () => number;
}

export interface CapturesApi extends vscode.Disposable {
  readonly store: CaptureStore;
  /** Rows of the list. */
  readonly rows: vscode.TreeDataProvider<Capture>;
  readonly commands: Commands;
  /** Opens a capture in its editor and marks it in the list. */
  open(capture: Capture): Promise<void>;
  /** The capture that a file is; undefined for files elsewhere. */
  find(file: string): Promise<Capture | undefined>;
}

/** Fills the Captures view and makes its commands. The caller disposes the answer. */
export function registerCaptures(context: vscode.ExtensionContext, tree: vscode.TreeView<Capture>, deps: CapturesDeps): CapturesApi {
  const own = new Disposables();
  const store = own.add(new CaptureStore(vscode.Uri.joinPath(context.globalStorageUri, 'captures').fsPath));
  const view = own.add(new CapturesView(tree, store, deps.tell));
  // Watched from when the list is first seen.
  const start = (): void => { if (tree.visible) void store.watch(); };
  own.add(tree.onDidChangeVisibility(start));
  start();
  return {
    store,
    rows: view,
    commands: commandsOf(view, store, deps),
    open: async (capture) => { await openProfileFile(vscode.Uri.file(capture.file)); await view.reveal(capture); },
    find: (file) => store.get(file),
    dispose: () => { own.dispose(); },
  };
}
