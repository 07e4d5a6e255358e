/** Waiting, sharing work that is under way, and limiting what runs at once. */
import { abortReason, orAbort } from '../base/abort';

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * Work that several callers share while it runs. It is aborted when the last of them gives up, and forgotten when done.
 */
export class Shared<T> {
  #running: { readonly promise: Promise<T>; readonly controller: AbortController; waiting: number } | undefined;

  run(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    let running = this.#running;
    if (!running) {
      const controller = new AbortController();
      const promise = work(controller.signal);
      const started = { promise, controller, waiting: 0 };
      running = this.#running = started;
      const forget = (): void => {
        if (this.#running === started) this.#running = undefined;
      };
      promise.then(forget, forget);
    }
    const mine = running;
    mine.waiting++;
    return orAbort(mine.promise, signal).finally(() => {
      mine.waiting--;
      if (mine.waiting > 0 || this.#running !== mine) return;
      this.#running = undefined;
      mine.controller.abort();
    });
  }
}

/** Lets that many run at once; the others wait in the order in which they came. */
export class Slots {
  readonly #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
