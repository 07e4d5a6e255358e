/** The error of work that somebody gave up, made here only. It is never shown to the user; `isAbort` tells it. */
import { isAbort } from './problem';

export function abortError(message = 'The work was cancelled.'): Error {
  return new DOMException(message, 'AbortError');
}

/** The signal's own error when that is an AbortError (not, say, a TimeoutError), else one with this message. */
export function abortErrorOf(signal: AbortSignal, message?: string): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error && isAbort(reason) ? reason : abortError(message);
}

/**
 * What an aborted signal's work throws: its own error when that is one, so that a Problem given as the reason comes
 * through.
 */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : abortError();
}

/** The work, or the signal's abort, whichever comes first; the work itself goes on for others that wait for it. */
export function orAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      work.catch(() => undefined);
      reject(abortReason(signal));
      return;
    }
    const stop = (): void => {
      reject(abortReason(signal));
    };
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

/** Resolves after so many ms; rejects with AbortError at once when the signal is aborted. */
export function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(abortError('The wait was cancelled.'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, millis);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
