/** One profile file that is open, or several as one, however many editors show it. */
import * as vscode from 'vscode';
import { bytes as inBytes } from '../../base/format';
import { Disposables, Emitter } from '../../base/dispose';
import { isAbort, Problem, type ProblemData } from '../../base/problem';
import type { Normalize, OpenOptions, OpenProfile } from '../../profile/types';
import { combineOf, severalOf, type Several } from './several';

export type DocumentState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'open'; readonly profile: OpenProfile }
  | { readonly kind: 'failed'; readonly problem: ProblemData };

/** A file that is being written tells several changes: it is read again when none came for this long, ms. */
const SETTLE_MS = 400;

type Bytes = Uint8Array | readonly Uint8Array[];

/** `Threads.open` of src/profile, which waits for the bytes where they aren't there yet. */
export type ThreadOpener = (
  bytes: Bytes | Promise<Bytes>,
  options: OpenOptions,
  signal?: AbortSignal,
) => Promise<OpenProfile>;

export interface DocumentDeps {
  /** Opens bytes in a thread of their own, which starts while they are read. */
  readonly open: ThreadOpener;
  /** Largest profile after decompression, bytes; asked at each load. */
  readonly maxBytes: () => number;
  /** The last editor that showed the file is closed. */
  readonly onDispose: () => void;
}

export class ProfileDocument implements vscode.CustomDocument {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  #state: DocumentState = { kind: 'loading' };
  #load: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** When the file was opened, ms since the epoch; for the log. */
  readonly startedAt = Date.now();

  constructor(
    readonly uri: vscode.Uri,
    private readonly deps: DocumentDeps,
  ) {
    this.several = severalOf(uri);
    this.#normalize = this.several?.normalize ?? 'none';
    for (const file of this.files) {
      const watcher = this.#own.add(
        vscode.workspace.createFileSystemWatcher(
          new vscode.RelativePattern(vscode.Uri.joinPath(file, '..'), '*'),
          false,
          false,
          true,
        ),
      );
      const again = (changed: vscode.Uri): void => {
        if (changed.toString() !== file.toString()) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          this.load();
        }, SETTLE_MS);
      };
      this.#own.add(watcher.onDidChange(again));
      this.#own.add(watcher.onDidCreate(again));
    }
  }

  /** What is opened as one; undefined for one file. */
  readonly several: Several | undefined;
  /** How its files are scaled to each other. */
  #normalize: Normalize;

  /** The files that are read: those shown, then those they are compared with. */
  get files(): readonly vscode.Uri[] {
    return this.several?.files ?? [this.uri];
  }
  get normalize(): Normalize {
    return this.#normalize;
  }
  set normalize(how: Normalize) {
    if (how === this.#normalize) return;
    this.#normalize = how;
    this.load();
  }

  get state(): DocumentState {
    return this.#state;
  }
  readonly onDidChange = this.#changed.event;

  /** Reads the file, anew when it was read before; what is shown stays until the new contents are there. */
  load(): void {
    this.#load?.abort();
    const load = new AbortController();
    this.#load = load;
    const maxBytes = this.deps.maxBytes();
    const { several } = this;
    const bytes = several ? Promise.all(this.files.map((file) => read(file, maxBytes))) : read(this.uri, maxBytes);
    this.deps
      .open(bytes, { maxBytes, ...(several && { combine: combineOf(several, this.#normalize) }) }, load.signal)
      .then(
        (profile) => {
          if (load.signal.aborted) {
            profile.dispose();
            return;
          }
          this.#become({ kind: 'open', profile });
        },
        (e: unknown) => {
          if (load.signal.aborted || isAbort(e)) return;
          // A file that was deleted while it is looked at stays on the screen.
          if (this.#state.kind === 'open' && e instanceof Problem && e.code === 'pages.gone') return;
          this.#become({ kind: 'failed', problem: Problem.from(e, 'pages.unreadable').toJSON() });
        },
      );
  }

  /** Called by the editor with the last page of the file: ends the thread. */
  dispose(): void {
    clearTimeout(this.#timer);
    this.#load?.abort();
    if (this.#state.kind === 'open') this.#state.profile.dispose();
    this.#own.dispose();
    this.deps.onDispose();
  }

  #become(state: DocumentState): void {
    const before = this.#state;
    this.#state = state;
    if (before.kind === 'open') before.profile.dispose();
    this.#changed.fire();
  }
}

/** All of a file. Throws `pages.tooBig`, `pages.gone`, `pages.read`. */
async function read(uri: vscode.Uri, maxBytes: number): Promise<Uint8Array> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > maxBytes) {
      throw new Problem('pages.tooBig', `${name} has ${inBytes(size)}; the limit is ${inBytes(maxBytes)}.`, {
        next: 'Raise the setting controllerTuner.maxProfileMiB if you trust the file.',
      });
    }
    const data = await vscode.workspace.fs.readFile(uri);
    // The thread takes the bytes' memory; a Buffer may be a piece of Node's pool, which must stay here.
    return Buffer.isBuffer(data) ? new Uint8Array(data) : data;
  } catch (e) {
    if (e instanceof Problem) throw e;
    const code = e instanceof vscode.FileSystemError ? e.code : '';
    const why =
      code === 'FileNotFound'
        ? 'it is not there any more'
        : code === 'NoPermissions'
          ? 'you may not read it'
          : e instanceof Error
            ? e.message
            : String(e);
    throw new Problem(code === 'FileNotFound' ? 'pages.gone' : 'pages.read', `${name} could not be read: ${why}.`, {
      next: 'Check the file and open it again.',
      cause: e,
    });
  }
}
