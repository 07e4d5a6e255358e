/** One open profile file, or several opened as one; any number of editors may show it. */
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import { isAbort, Problem, type ProblemData } from '../../base/problem';
import type { Normalize, OpenOptions, OpenProfile } from '../../profile/types';
import type { FileUri } from './panel';
import { combineOf, type Several } from './several';

export type DocumentState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'open'; readonly profile: OpenProfile }
  | { readonly kind: 'failed'; readonly problem: ProblemData };

/** Writing a file causes several change events: read it again when none has come for this long, ms. */
const SETTLE_MS = 400;

type Bytes = Uint8Array | readonly Uint8Array[];

/** `Threads.open` of src/profile; `bytes` may be a promise. */
export type ThreadOpener = (
  bytes: Bytes | Promise<Bytes>,
  options: OpenOptions,
  signal?: AbortSignal,
) => Promise<OpenProfile>;

/** The editor's files. */
export interface ProfileFiles<U> {
  /** Reads a whole file. Throws `pages.tooBig`, `pages.gone`, `pages.read`. */
  read(uri: U, maxBytes: number): Promise<Uint8Array>;
  /** Calls back when the file is written or created again, perhaps several times in a row. */
  watch(uri: U, changed: () => void): Disposable;
}

export interface DocumentDeps<U> {
  readonly files: ProfileFiles<U>;
  /** Opens bytes in a thread of their own, which starts while the bytes are still being read. */
  readonly open: ThreadOpener;
  /**
   * The profile that a capture's check has already opened, for a new capture; undefined without waiting for any other
   * file.
   */
  readonly alreadyOpen: (uri: U) => Promise<OpenProfile | undefined> | undefined;
  /** Largest profile after decompression, bytes; read at each load. */
  readonly maxBytes: () => number;
  /** Called when the last editor of the file is closed. */
  readonly onDispose: () => void;
}

export class ProfileDocument<U extends FileUri> implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  #state: DocumentState = { kind: 'loading' };
  #load: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** When the file was opened, ms since the epoch; for the log. */
  readonly startedAt = Date.now();

  /** `several`: the files that are opened as one; undefined for a single file. */
  constructor(
    readonly uri: U,
    readonly several: Several<U> | undefined,
    private readonly deps: DocumentDeps<U>,
  ) {
    this.#normalize = several?.normalize ?? 'none';
    const again = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.load();
      }, SETTLE_MS);
    };
    for (const file of this.files) this.#own.add(deps.files.watch(file, again));
  }

  /** How the files are scaled to each other. */
  #normalize: Normalize;

  /** The files to read: first those shown, then those of the base. */
  get files(): readonly U[] {
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

  /** Reads the file, or reads it again. The old contents stay until the new ones are read. */
  load(): void {
    this.#load?.abort();
    const load = new AbortController();
    this.#load = load;
    const maxBytes = this.deps.maxBytes();
    this.#opened(maxBytes, load.signal).then(
      (profile) => {
        if (load.signal.aborted) {
          profile.dispose();
          return;
        }
        this.#become({ kind: 'open', profile });
      },
      (e: unknown) => {
        if (load.signal.aborted || isAbort(e)) return;
        // A file that is deleted while it is open stays on the screen.
        if (this.#state.kind === 'open' && e instanceof Problem && e.code === 'pages.gone') return;
        this.#become({ kind: 'failed', problem: Problem.from(e, 'pages.unreadable').toJSON() });
      },
    );
  }

  async #opened(maxBytes: number, signal: AbortSignal): Promise<OpenProfile> {
    const { several } = this;
    const { files, open, alreadyOpen } = this.deps;
    if (several) {
      const bytes = Promise.all(this.files.map((file) => files.read(file, maxBytes)));
      return open(bytes, { maxBytes, combine: combineOf(several, this.#normalize) }, signal);
    }
    const kept = alreadyOpen(this.uri);
    return (kept && (await kept)) ?? open(files.read(this.uri, maxBytes), { maxBytes }, signal);
  }

  /** The editor calls this when the last page of the file is closed: ends the thread. */
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
