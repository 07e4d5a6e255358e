/** Who made a change: read from what moved in managedFields and who owns the changed fields now. */
import type { Difference } from './diff';
import { owns, type Managed } from './fields';
import { entryOf, type StateEntry } from './objects';
import { UNKNOWN, type Writer } from './types';

const NOBODY: Writer = { manager: UNKNOWN, operation: '', subresource: '' };

/**
 * One write has one writer. Times in managedFields are whole seconds, so that the order of two writes within one is not
 * in them; but who set a field owns it afterwards. So the owner of what changed is asked first, and times only between
 * several owners.
 */
export function writerOf(
  before: readonly StateEntry[] | undefined,
  managed: readonly Managed[],
  changes: readonly Difference[],
): Writer {
  const set = changes.filter((c) => c.after !== undefined);
  let best: Managed | undefined;
  let bestScore: readonly number[] = [];
  for (const entry of managed) {
    const owned = set.reduce((n, c) => n + (owns(entry.fields, c.path) ? 1 : 0), 0);
    const how = moved(before, entry);
    // What was only taken away, or nothing, has no owner: then only an entry with a new time wrote.
    if (owned === 0 && (set.length > 0 || how < 2)) continue;
    const score = [how === 0 ? 0 : 1, owned, how, Date.parse(entry.time) || 0];
    if (best === undefined || compare(score, bestScore) > 0) {
      best = entry;
      bestScore = score;
    }
  }
  best ??=
    changes.length > 0 && set.length === 0 ? only(managed.filter((entry) => moved(before, entry) > 0)) : undefined;
  return best ? { manager: best.manager || UNKNOWN, operation: best.operation, subresource: best.subresource } : NOBODY;
}

/** 0: as before; 1: other fields; 2: another time, or new. */
function moved(before: readonly StateEntry[] | undefined, entry: Managed): 0 | 1 | 2 {
  const now = entryOf(entry);
  const same =
    before?.filter(
      ([manager, operation, subresource]) => manager === now[0] && operation === now[1] && subresource === now[2],
    ) ?? [];
  if (!same.some(([, , , time]) => time === now[3])) return 2;
  return same.some(([, , , time, fields]) => time === now[3] && fields === now[4]) ? 0 : 1;
}

function only<T>(all: readonly T[]): T | undefined {
  return all.length === 1 ? all[0] : undefined;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, v] of a.entries()) if (v !== b[i]) return v - (b[i] ?? 0);
  return 0;
}
