/** The Captures view: the list, its commands, and what other parts need of it. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import type { Row } from '../../captures/groups';
import { CaptureStore } from '../../captures/store';
import type { Opener } from '../../captures/check';
import type { Capture } from '../../captures/types';
import { isProfile } from '../../app/captures/chosen';
import { commandsOf, openCaptureFile, type Commands } from './commands';
import { CapturesView } from './view';

export { openProfileFile } from './commands';

export interface CapturesDeps {
  /** Shows an error to the user. Never called with an AbortError. */
  readonly tell: (e: unknown) => void;
  /** Reads a capture, to write it in another format. */
  readonly open: Opener;
  readonly maxBytes: () => number;
}

export interface CapturesApi extends vscode.Disposable {
  readonly store: CaptureStore;
  /** The rows of the list. */
  readonly rows: vscode.TreeDataProvider<Row>;
  readonly commands: Commands;
  /** Opens a capture in whatever can show it, and selects it in the list. */
  open(capture: Capture): Promise<void>;
  /**
   * Opens captures that were taken together: before and after as a difference, the same kind of several processes as a
   * sum, and of several kinds the first.
   */
  openTaken(captures: readonly Capture[]): Promise<void>;
  /** The capture stored in this file; undefined for files elsewhere. */
  find(file: string): Promise<Capture | undefined>;
}

/** Fills the Captures view and makes its commands. The caller disposes the result. */
export function registerCaptures(
  context: vscode.ExtensionContext,
  tree: vscode.TreeView<Row>,
  deps: CapturesDeps,
): CapturesApi {
  const own = new Disposables();
  const store = own.add(new CaptureStore(vscode.Uri.joinPath(context.globalStorageUri, 'captures').fsPath));
  const view = own.add(new CapturesView(tree, store, deps.tell));
  // Watches the folder once the list has been visible.
  const start = (): void => {
    if (tree.visible) void store.watch();
  };
  own.add(tree.onDidChangeVisibility(start));
  start();
  const open = async (capture: Capture): Promise<void> => {
    await openCaptureFile(capture);
    await view.reveal(capture);
  };
  return {
    store,
    rows: view,
    commands: commandsOf(view, store, deps),
    open,
    openTaken: async (captures) => {
      const [first] = captures;
      if (!first) return;
      const oneKind = captures.every((c) => c.info.kind === first.info.kind);
      const asOne =
        captures.length < 2 || !oneKind || !isProfile(first)
          ? undefined
          : `controllerTuner.${first.info.group?.kind === 'pair' ? 'compareCaptures' : 'mergeCaptures'}`;
      if (asOne !== undefined) {
        await vscode.commands.executeCommand(asOne, first, captures);
        await view.reveal(first);
        return;
      }
      for (const capture of oneKind ? captures : [first]) await open(capture);
    },
    find: (file) => store.get(file),
    dispose: () => {
      own.dispose();
    },
  };
}
