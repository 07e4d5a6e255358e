/** What "Try again" does: where credentials are what was missing, they are asked for first. */
import type { Problem } from '../../base/problem';
import { asksForToken } from '../../cluster/reach';

export interface Tried {
  /** Of the processes' last scrapes; [] where something else is the source. */
  readonly problems: readonly (Problem | undefined)[];
  /** The Prometheus that is the source asked for credentials when it was last asked. */
  readonly locked: boolean;
}

export interface Again {
  /** Asks whose token to send to the process; false when none was chosen. */
  readonly authenticate: () => Promise<boolean>;
  /** Asks for what the Prometheus wants. Rejects with AbortError when the person gave up. */
  readonly unlock: () => Promise<void>;
  readonly again: () => void;
}

export async function tryAgain({ problems, locked }: Tried, { authenticate, unlock, again }: Again): Promise<void> {
  if (locked) await unlock();
  else if (problems.some((p) => p !== undefined && asksForToken(p)) && !(await authenticate())) return;
  again();
}
