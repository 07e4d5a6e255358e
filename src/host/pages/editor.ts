/** The custom editor of profile files: makes documents, and a page for each editor. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { ActivePages } from '../../app/pages/active';
import { compareCaptures, mergeCaptures, type CompareDeps } from '../../app/pages/compare';
import { ProfileDocument, type ThreadOpener } from '../../app/pages/document';
import { GoSources } from '../../app/pages/goSources';
import { PageSession } from '../../app/pages/session';
import type { Editor } from '../../app/editor';
import type { CheckedProfiles } from '../../captures/checked';
import type { Capture } from '../../captures/types';
import type { CaptureStore } from '../../captures/store';
import { openProfileFile } from '../captures/index';
import { guarded } from '../errors';
import { dialogs } from './dialogs';
import { profileFiles } from './files';
import { goWorkspace, openSource } from './goSources';
import { pagePanel } from './panel';
import { severalOf, severalUri } from './several';

export interface PagesDeps {
  readonly store: CaptureStore;
  readonly editor: Editor;
  /** Opens bytes in a thread of their own. */
  readonly open: ThreadOpener;
  readonly checked: Pick<CheckedProfiles, 'take'>;
  /** Captures the same again; undefined for a file that is not one of our captures. */
  readonly captureAgain: (capture: Capture | undefined) => void;
}

/** The editor's document: a profile file, or several opened as one. */
export type Document = ProfileDocument<vscode.Uri>;

export class ProfileEditor implements vscode.CustomReadonlyEditorProvider<Document>, vscode.Disposable {
  readonly #own = new Disposables();
  readonly #open = new Set<Document>();
  readonly #sessions = new Set<PageSession<vscode.Uri>>();
  readonly #compare: CompareDeps<vscode.Uri>;

  readonly sources = this.#own.add(new GoSources(goWorkspace));
  readonly pages = this.#own.add(new ActivePages());
  /** Commands on rows of the Captures view, by their names in package.json. */
  readonly commands: Readonly<Record<string, (clicked: unknown, all: unknown) => unknown>>;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly deps: PagesDeps,
  ) {
    const { store, editor } = deps;
    const compare = (this.#compare = {
      store,
      picker: editor.picker,
      dialogs,
      uriOf: (file) => vscode.Uri.file(file),
      open: (several, title) => openProfileFile(severalUri(several, title)),
    });
    this.commands = {
      compareCaptures: (clicked, all) =>
        guarded('Compare captures', editor.log, () => compareCaptures(clicked, all, compare)),
      mergeCaptures: (clicked, all) =>
        guarded('Merge captures', editor.log, () => mergeCaptures(clicked, all, compare)),
    };
    this.#own.add(
      editor.settings.onDidChange(['maxProfileMiB'], () => {
        // A file that was too big may fit a raised limit.
        for (const doc of this.#open) if (doc.state.kind === 'failed') doc.load();
      }),
    );
  }

  openCustomDocument(uri: vscode.Uri): Document {
    const doc: Document = new ProfileDocument(uri, severalOf(uri), {
      files: profileFiles,
      open: this.deps.open,
      alreadyOpen: (file) => (file.scheme === 'file' ? this.deps.checked.take(file.fsPath) : undefined),
      onDispose: () => {
        this.#open.delete(doc);
      },
      maxBytes: () => this.deps.editor.settings.maxProfileBytes,
    });
    this.#open.add(doc);
    doc.load();
    // Search for modules while the file is read, so that neither waits for the other.
    void this.sources.modules();
    return doc;
  }

  resolveCustomEditor(doc: Document, panel: vscode.WebviewPanel): void {
    const { store, editor, open, captureAgain } = this.deps;
    const bundles = vscode.Uri.joinPath(this.context.extensionUri, 'dist', 'webview');
    const session = new PageSession(doc, pagePanel(panel, bundles), {
      ...this.#compare,
      store,
      editor,
      openDump: open,
      captureAgain,
      memory: editor.workspaceStore,
      sources: this.sources,
      openSource: (frame, profile) => openSource(this.sources, frame, profile, panel.viewColumn),
      read: (file) => vscode.workspace.fs.readFile(vscode.Uri.file(file)),
      maxBytes: () => editor.settings.maxProfileBytes,
    });
    this.#sessions.add(session);
    this.pages.add(session, panel);
    panel.onDidDispose(() => {
      this.#sessions.delete(session);
      session.dispose();
    });
  }

  dispose(): void {
    this.#own.dispose();
    for (const session of this.#sessions) session.dispose();
    for (const doc of [...this.#open]) doc.dispose();
  }
}
