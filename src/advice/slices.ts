/** Long work in short pieces, and waiting that an abort ends. */

/** ms of work before others have their turn: half of a frame of the editor at 60 a second. */
const SLICE_MS = 8;

export class Slices {
  #started = performance.now();

  constructor(
    private readonly pause: (() => Promise<void>) | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Between two pieces: gives way when this one was long, and throws when the work is no longer wanted. */
  async next(): Promise<void> {
    if (this.pause !== undefined && performance.now() - this.#started >= SLICE_MS) {
      await this.pause();
      this.#started = performance.now();
    }
    this.signal?.throwIfAborted();
  }
}

/**
 * What the promise gives, or the signal's reason as soon as it is aborted; the work itself goes on for others who wait
 * for it.
 */
export async function until<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
