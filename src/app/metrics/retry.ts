/** What "Try again" does: if credentials were missing, it asks for them first. */
import type { Problem } from '../../base/problem';
import { asksForToken } from '../../cluster/reach';

export interface Tried {
  /** The problems of the processes' last scrapes; [] if the source is not the scrapes. */
  readonly problems: readonly (Problem | undefined)[];
  /** The chosen Prometheus wanted credentials when it was last asked. */
  readonly locked: boolean;
}

export interface Again {
  /** Asks whose token to send to the process; false when the user chose none. */
  readonly authenticate: () => Promise<boolean>;
  /** Asks for what the Prometheus needs. Rejects with AbortError when the user cancels. */
  readonly unlock: () => Promise<void>;
  readonly again: () => void;
}

export async function tryAgain({ problems, locked }: Tried, { authenticate, unlock, again }: Again): Promise<void> {
  if (locked) await unlock();
  else if (problems.some((p) => p !== undefined && asksForToken(p)) && !(await authenticate())) return;
  again();
}
