/**
 * What gopls knows, through whatever extension runs it: asked when it is there, never started and never waited for
 * long.
 */
import * as vscode from 'vscode';
import type { LanguageServer, NamePlace } from '../../advice/resolve';
import { offsetAt } from '../../advice/text';
import { pathOf, uriOf } from './uris';

/**
 * ms that a look at a text waits for one answer. A server that has just started takes longer: its answer counts when it
 * comes.
 */
const PATIENCE_MS = 1000;
/** The extension of the Go team, which runs gopls. */
const GO = 'golang.go';

export class Gopls implements LanguageServer, vscode.Disposable {
  readonly #learned = new vscode.EventEmitter<void>();
  /** Something is known that was asked before and not answered. */
  readonly onDidLearn = this.#learned.event;
  /** Answers that came too late, or have not come yet, for the next look. */
  readonly #late = new Map<string, Promise<readonly NamePlace[]>>();

  /** `read`: a text as the editor has it. */
  constructor(private readonly read: (path: string) => Promise<string | undefined>) {
    const go = vscode.extensions.getExtension(GO);
    // It is starting as well: its language has just been opened.
    if (go?.isActive === false)
      go.activate().then(
        () => {
          this.#learned.fire();
        },
        () => undefined,
      );
  }

  async definition(at: NamePlace, text: string): Promise<NamePlace | undefined> {
    const uri = uriOf(at.path);
    const document = vscode.workspace.textDocuments.find((d) => pathOf(d.uri) === at.path);
    // Only of what is open: to ask about a file opens it for all extensions.
    if (document?.getText() !== text) return undefined;
    const found = await this.#ask(`d ${at.path} ${document.version} ${at.offset}`, () =>
      vscode.commands.executeCommand('vscode.executeDefinitionProvider', uri, document.positionAt(at.offset)),
    );
    return found?.[0];
  }

  async references(at: NamePlace): Promise<readonly NamePlace[] | undefined> {
    return this.#ask(`r ${at.path} ${at.offset}`, async () => {
      const document = await vscode.workspace.openTextDocument(uriOf(at.path));
      return vscode.commands.executeCommand(
        'vscode.executeReferenceProvider',
        document.uri,
        document.positionAt(at.offset),
      );
    });
  }

  async #ask(
    key: string,
    work: () => Thenable<readonly (vscode.Location | vscode.LocationLink)[] | undefined>,
  ): Promise<readonly NamePlace[] | undefined> {
    const asked = this.#late.get(key) ?? this.#places(work);
    this.#late.set(key, asked);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        resolve(undefined);
      }, PATIENCE_MS);
    });
    const found = await Promise.race([asked, tooLong]);
    clearTimeout(timer);
    if (found !== undefined) this.#late.delete(key);
    else
      void asked.then((places) => {
        if (places.length > 0) this.#learned.fire();
        else this.#late.delete(key);
      });
    return found;
  }

  /** Empty when it can't be asked: less is known then. */
  async #places(
    work: () => Thenable<readonly (vscode.Location | vscode.LocationLink)[] | undefined>,
  ): Promise<readonly NamePlace[]> {
    try {
      const places: NamePlace[] = [];
      for (const found of (await work()) ?? []) {
        const [uri, range] =
          'targetUri' in found
            ? [found.targetUri, found.targetSelectionRange ?? found.targetRange]
            : [found.uri, found.range];
        const path = pathOf(uri);
        const text = await this.read(path);
        if (text !== undefined) places.push({ path, offset: offsetAt(text, range.start) });
      }
      return places;
    } catch {
      return [];
    }
  }

  dispose(): void {
    this.#learned.dispose();
  }
}
