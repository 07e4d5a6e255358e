/** The custom editor of profile files: makes documents, and a page for each editor that shows one. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import type { CapturesApi } from '../captures/index';
import type { Capture } from '../../captures/types';
import type { Log } from '../../app/editor';
import { guarded } from '../errors';
import { onSettings, settings } from '../settings';
import { ActivePages } from './active';
import { compareCaptures, mergeCaptures } from './compare';
import { ProfileDocument, type ThreadOpener } from './document';
import { PageSession } from './session';
import { Sources } from './source';

export interface PagesDeps {
  readonly captures: CapturesApi;
  readonly log: Log;
  /** Opens bytes in a thread of their own. */
  readonly open: ThreadOpener;
  /** Captures the same once more; undefined for a file that is no capture of ours. */
  readonly captureAgain: (capture: Capture | undefined) => void;
}

/** Commands over the rows of the Captures view, by their names in package.json. */
export function profileCommands({
  captures,
  log,
}: Pick<PagesDeps, 'captures' | 'log'>): Readonly<Record<string, (clicked: unknown, all: unknown) => unknown>> {
  return {
    compareCaptures: (clicked, all) => guarded('Compare captures', log, () => compareCaptures(captures, clicked, all)),
    mergeCaptures: (clicked, all) => guarded('Merge captures', log, () => mergeCaptures(captures, clicked, all)),
  };
}

export class ProfileEditor implements vscode.CustomReadonlyEditorProvider<ProfileDocument>, vscode.Disposable {
  readonly #own = new Disposables();
  readonly #open = new Set<ProfileDocument>();
  readonly #sessions = new Set<PageSession>();

  readonly sources = this.#own.add(new Sources());
  readonly pages = this.#own.add(new ActivePages());

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly deps: PagesDeps,
  ) {
    this.#own.add(
      onSettings(['maxProfileMiB'], () => {
        // A raised limit lets in what was refused.
        for (const doc of this.#open) if (doc.state.kind === 'failed') doc.load();
      }),
    );
  }

  openCustomDocument(uri: vscode.Uri): ProfileDocument {
    const doc: ProfileDocument = new ProfileDocument(uri, {
      open: this.deps.open,
      onDispose: () => {
        this.#open.delete(doc);
      },
      maxBytes: () => settings.maxProfileBytes,
    });
    this.#open.add(doc);
    doc.load();
    // Found while the file is read, so that neither waits for the other.
    void this.sources.modules();
    return doc;
  }

  resolveCustomEditor(doc: ProfileDocument, panel: vscode.WebviewPanel): void {
    const session = new PageSession(doc, panel, {
      ...this.deps,
      sources: this.sources,
      memory: this.context.workspaceState,
      pages: vscode.Uri.file(path.join(this.context.extensionPath, 'dist', 'webview')),
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
