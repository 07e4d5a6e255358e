/** What the user is shown of an error: never a message without something to do. */
import { Problem } from '../base/problem';
import type { Messages } from './editor';

const NEXT = 'Try again; the log has more.';

/** Any thrown thing as a Problem with a next step; `code` is used when it is not a Problem yet. */
export function withNextStep(e: unknown, code = 'unexpected'): Problem {
  const problem = Problem.from(e, code);
  return problem.next === undefined || problem.next === ''
    ? new Problem(problem.code, sentence(problem.message), { ...problem.options, next: NEXT })
    : problem;
}

/** Runs the body of a command; whatever it throws is shown. */
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

/** A raw error's message may end anywhere; another sentence follows it. */
function sentence(message: string): string {
  return message === '' ? 'Something failed without saying why.' : /[.!?…]$/.test(message) ? message : `${message}.`;
}
