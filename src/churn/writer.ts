/** Who made a change, read from the managedFields that moved and from the owners of the changed fields. */
import type { Difference } from './diff';
import { owns, type Managed } from './fields';
import { entryOf, type StateEntry } from './objects';
import { UNKNOWN, type Writer } from './types';

const NOBODY: Writer = { manager: UNKNOWN, operation: '', subresource: '' };

/**
 * One write has one writer. managedFields have times in whole seconds, so they don't order two writes within one
 * second; but whoever set a field owns it afterwards. So the owner of the changed fields comes first, and times decide
 * only between several owners.
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
    // Removed fields, or none, have no owner: then only an entry with a new time can be the writer.
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

/** 0: unchanged; 1: other fields; 2: another time, or a new entry. */
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
