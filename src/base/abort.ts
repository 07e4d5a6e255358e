/**
 * AbortErrors, the errors of cancelled work, are made only here. They are never shown to the user; `isAbort` recognises
 * them.
 */
import { isAbort } from './problem';

export function abortError(message = 'The work was cancelled.'): Error {
  return new DOMException(message, 'AbortError');
}

/**
 * The signal's own error if that is an AbortError (not, say, a TimeoutError), otherwise a new one with this message.
 */
export function abortErrorOf(signal: AbortSignal, message?: string): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error && isAbort(reason) ? reason : abortError(message);
}

/**
 * What work throws when its signal is aborted: the signal's reason if that is an Error, so that a Problem given as the
 * reason reaches the caller; otherwise an AbortError.
 */
export function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : abortError();
}

/**
 * Settles as the work does, or rejects when the signal is aborted, whichever comes first. The work itself continues,
 * for other callers that wait for it.
 */
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
