/** Opens each file in a worker thread, so that reading a big one blocks neither the editor nor other files. */
import { abortError } from '../../base/abort';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../base/problem';
import { closed, outOfMemory } from '../problems';
import type { OpenOptions, OpenProfile, ProfileSummary, Questions } from '../types';
import type { Answer, OpenRequest, PractiseRequest, Request } from './messages';

/** Heap of a thread in MiB. It holds names, text and goroutine groups; the columns are outside it. */
const HEAP_MIB = 2048;

/** Bytes of a file, or of several that are opened as one. */
type Bytes = Uint8Array | readonly Uint8Array[];

/** A spare thread that was not needed for this long, ms, is ended. */
const SPARE_MS = 10 * 60_000;

/** Opens files, each in a thread of its own. */
export class Threads {
  #spare: Thread | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** `scriptPath` is dist/profile-thread.js. */
  constructor(private readonly scriptPath: string) {}

  /**
   * Call it when a file will be opened soon: starts the thread now, which warms up until then. Costs some 15 MB; safe
   * to call again.
   */
  prepare(): void {
    clearTimeout(this.#timer);
    if (this.#disposed) return;
    if (this.#spare?.ended !== false) {
      this.#spare = new Thread(this.scriptPath);
      this.#spare.warmUp();
    }
    this.#timer = setTimeout(() => {
      this.#spare?.end(closed());
    }, SPARE_MS);
    this.#timer.unref();
  }

  /**
   * Opens a file in the prepared thread or a new one. The thread starts while `bytes` is still pending. Bytes that own
   * their memory are transferred: don't use them afterwards. Aborting ends the thread at once, even in the middle of
   * reading. Rejects with a Problem (`profile.…`), with an AbortError, or with whatever `bytes` rejected with.
   */
  async open(bytes: Bytes | Promise<Bytes>, options: OpenOptions, signal?: AbortSignal): Promise<OpenProfile> {
    if (signal?.aborted) {
      if (bytes instanceof Promise) bytes.catch(() => undefined);
      throw aborted();
    }
    const thread = this.#spare?.ended === false ? this.#spare : new Thread(this.scriptPath);
    this.#spare = undefined;
    const stop = () => {
      thread.end(aborted());
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await thread.open(bytes, options);
    } catch (e) {
      thread.end(e);
      throw e;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Ends the spare thread; the threads of open files end when those are disposed of. */
  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#spare?.end(closed());
  }
}

function aborted(): Error {
  return abortError('Opening the profile was cancelled.');
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (e: unknown) => void;
}

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  /** Why the thread takes no more questions. */
  #ended: unknown;

  constructor(scriptPath: string) {
    this.#worker = new Worker(scriptPath, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB }, name: 'profile' });
    this.#worker.on('message', (answer: Answer) => {
      this.#answer(answer);
    });
    this.#worker.on('error', (e: Error & { code?: unknown }) => {
      this.end(
        e.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? outOfMemory(e)
          : new Problem('profile.thread', 'The thread that reads the profile failed.', {
              next: 'Open the file again.',
              detail: e.message,
              cause: e,
            }),
      );
    });
    this.#worker.on('exit', () => {
      this.end(closed());
    });
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  /** Warms the thread up until it gets a request. A waiting thread doesn't keep the process alive. */
  warmUp(): void {
    this.#worker.unref();
    this.#worker.postMessage({ warmUp: true } satisfies PractiseRequest);
  }

  async open(bytes: Bytes | Promise<Bytes>, options: OpenOptions): Promise<OpenProfile> {
    this.#worker.ref();
    const summary = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject });
    });
    if (bytes instanceof Promise)
      bytes.then(
        (b) => {
          this.#give(b, options);
        },
        (e: unknown) => {
          this.end(e);
        },
      );
    else this.#give(bytes, options);
    return this.#opened((await summary) as ProfileSummary);
  }

  #give(bytes: Bytes, options: OpenOptions): void {
    // The thread was ended while the bytes were pending.
    if (this.#ended !== undefined) return;
    const mine = bytes instanceof Uint8Array ? movable(bytes) : bytes.map(movable);
    this.#worker.postMessage(
      { bytes: mine, options } satisfies OpenRequest,
      [mine].flat().map((b) => b.buffer as ArrayBuffer),
    );
  }

  #opened(summary: ProfileSummary): OpenProfile {
    const ask =
      <Q extends keyof Questions>(name: Q) =>
      (query?: Parameters<Questions[Q]>[0]) =>
        this.#ask({ ask: name, query }) as ReturnType<Questions[Q]>;
    return {
      summary,
      flame: ask('flame'),
      search: ask('search'),
      top: ask('top'),
      peek: ask('peek'),
      sandwich: ask('sandwich'),
      graph: ask('graph'),
      lines: ask('lines'),
      tags: ask('tags'),
      split: ask('split'),
      folded: ask('folded'),
      goroutines: ask('goroutines'),
      encode: ask('encode'),
      dispose: () => {
        this.end(closed());
      },
    };
  }

  #ask(request: { readonly ask: keyof Questions; readonly query: unknown }): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id } as Request);
    });
  }

  #answer(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    if ('problem' in answer) waiting.reject(Problem.fromJSON(answer.problem));
    else waiting.resolve('summary' in answer ? answer.summary : answer.value);
  }

  /** Ends the thread; questions still open get `reason`. Safe to call again. */
  end(reason: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const w of this.#waiting.values()) w.reject(reason);
    this.#waiting.clear();
    void this.#worker.terminate();
  }
}

/** A piece of a bigger buffer (Node's pool, a slice) can't be transferred without the rest, so it is copied. */
function movable(bytes: Uint8Array): Uint8Array {
  const whole = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
  // Not `slice`: for a Buffer that gives a view of the same memory.
  return whole ? bytes : new Uint8Array(bytes);
}
