/**
 * Problems that the reader and the thread's client share, in a file of their own so that the client doesn't bundle the
 * reader.
 */
import { Problem } from '../base/problem';

/** For an array or a text that is larger than this machine or the engine can hold. */
export function outOfMemory(cause?: unknown): Problem {
  return new Problem('profile.outOfMemory', 'There is not enough memory to open the profile.', {
    next: 'Close other files, or make it smaller first: `go tool pprof -proto -focus=NAME FILE`.',
    cause,
  });
}

/** For a question to a file that was closed meanwhile. */
export function closed(): Problem {
  return new Problem('profile.closed', 'The profile was closed.', { next: 'Open the file again.' });
}
