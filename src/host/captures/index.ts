/** The part of the editor that keeps captures: the list, its commands, and what other parts need of it. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { CaptureStore } from '../../captures/store';
import type { Opener } from '../../captures/check';
import type { Capture } from '../../captures/types';
import { openProfileFile, registerCommands } from './commands';
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
  /** Opens a capture in its editor and marks it in the list. */
  open(capture: Capture): Promise<void>;
  /** The capture that a file is; undefined for files elsewhere. */
  find(file: string): Promise<Capture | undefined>;
}

/** Makes the Captures view and its commands. The caller disposes the answer. */
export function registerCaptures(context: vscode.ExtensionContext, deps: CapturesDeps): CapturesApi {
  const own = new Disposables();
  const store = own.add(new CaptureStore(vscode.Uri.joinPath(context.globalStorageUri, 'captures').fsPath));
  const view = own.add(new CapturesView(store, deps.tell));
  for (const command of registerCommands(view, store, deps)) own.add(command);
  // Watched from when the list is first seen: activation does no file work.
  const start = (): void => { if (view.tree.visible) void store.watch(); };
  own.add(view.tree.onDidChangeVisibility(start));
  start();
  return {
    store,
    open: async (capture) => { await openProfileFile(vscode.Uri.file(capture.file)); await view.reveal(capture); },
    find: (file) => store.get(file),
    dispose: () => { own.dispose(); },
  };
}
