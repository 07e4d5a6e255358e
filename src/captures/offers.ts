/** What a process offers to capture, as its pprof index lists it. */
import { expectOk, isPprofIndex } from '../target/expect';
import { get } from '../target/get';
import { offered } from '../target/probe';
import type { Target } from '../target/types';
import { Problem } from '../base/problem';
import { customName, GO_KINDS, kindOfEntry } from './kinds';
import type { PprofKind } from './types';

export interface Offer {
  readonly kind: PprofKind;
  /**
   * Entries that the profile has now: goroutines, or stacks that were recorded; 0 also for kinds that have no count
   * (CPU, trace).
   */
  readonly count: number;
}

/** Limit of an index, bytes; a usual one has a few kB. */
const MAX_INDEX = 4 * 1024 * 1024;

export interface IndexRequest {
  readonly target: Target;
  /** Path of the pprof index, ending in a slash. */
  readonly basePath: string;
  readonly idleTimeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Go's own kinds in the order of `GO_KINDS`, then the program's own by name. Throws Problem `captures.noPprof`,
 * `target.*`, AbortError.
 */
export async function readOffers({ target, basePath, idleTimeoutMs, signal }: IndexRequest): Promise<readonly Offer[]> {
  const answer = await get(target, basePath, { idleTimeoutMs, maxBytes: MAX_INDEX, ...(signal && { signal }) });
  if (answer.status === 404 || (answer.status === 200 && !isPprofIndex(answer))) {
    throw new Problem('captures.noPprof', `${target.label} does not list its profiles under ${basePath}.`, {
      status: answer.status,
      next: 'Choose another port, or pin the endpoint.',
    });
  }
  return offersOf(offered(expectOk(answer, target, basePath)));
}

/** Entries of an index, name → count, as offers. */
export function offersOf(entries: Readonly<Record<string, number>>): readonly Offer[] {
  const offers = Object.entries(entries).flatMap(([name, count]): Offer[] => {
    const kind = kindOfEntry(name);
    return kind === undefined ? [] : [{ kind, count }];
  });
  const rank = (kind: PprofKind): number => {
    const i = (GO_KINDS as readonly string[]).indexOf(kind);
    return i < 0 ? GO_KINDS.length : i;
  };
  return offers.sort(
    (a, b) => rank(a.kind) - rank(b.kind) || (customName(a.kind) ?? '').localeCompare(customName(b.kind) ?? ''),
  );
}
