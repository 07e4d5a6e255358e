/** How errors are shown to the user: every message has a next step. */
import { Problem } from '../base/problem';
import type { Messages } from './editor';

const NEXT = 'Try again; the log has more.';

/** Turns anything thrown into a Problem with a next step; `code` is used if it is not a Problem yet. */
export function withNextStep(e: unknown, code = 'unexpected'): Problem {
  const problem = Problem.from(e, code);
  return problem.next === undefined || problem.next === ''
    ? new Problem(problem.code, sentence(problem.message), { ...problem.options, next: NEXT })
    : problem;
}

/** Runs the body of a command and shows whatever it throws. */
export async function guarded<T>(
  messages: Pick<Messages, 'problem'>,
  what: string,
  body: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await body();
  } catch (e) {
    void messages.problem(e, { what });
    return undefined;
  }
}

/** Ends an error's message as a sentence: another sentence follows. */
function sentence(message: string): string {
  return message === '' ? 'Something failed without saying why.' : /[.!?…]$/.test(message) ? message : `${message}.`;
}
