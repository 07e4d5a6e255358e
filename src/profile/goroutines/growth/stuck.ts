/** Goroutines that stay in the same place in every dump, where that is a fault and not idleness. */
import type { GoroutineDump, GoroutineGroup } from '../../types';
import type { KeyOf } from './keys';
import type { Stuck } from './types';

/** States of debug=2 (`waitReasonStrings`, runtime/runtime2.go, Go 1.26; `semacquire` for a mutex below Go 1.20). */
const LOCK = /^sync\.(Mutex\.Lock|RWMutex\.R?Lock)$|^semacquire$/;
const SEND = /^chan send( \(.*\))?$/;
const ORDER: readonly Stuck['why'][] = ['worker', 'lock', 'send'];

/** `span`: from the first dump to the last, ms; 0 = unknown. */
export function stuckOf(dumps: readonly GoroutineDump[], keyOf: KeyOf, span: number): Stuck[] {
  const last = dumps.at(-1) as GoroutineDump;
  const pools = workers(last);
  const before = dumps.slice(0, -1).map((d) => placesOf(d, keyOf));
  const out: Stuck[] = [];
  last.groups.forEach((g, group) => {
    const pool = pools.get(group);
    const why = pool !== undefined ? 'worker' : LOCK.test(g.state) ? 'lock' : SEND.test(g.state) ? 'send' : undefined;
    if (why === undefined) return;
    const key = keyOf(g);
    const ids = g.ids.filter((id) => before.every((places) => places.get(id) === key));
    if (ids.length > 0)
      out.push({ group, ids, why, pool, still: span > 0 && g.count === ids.length && covers(g, span) });
  });
  return out.sort((a, b) => ORDER.indexOf(a.why) - ORDER.indexOf(b.why) || b.ids.length - a.ids.length);
}

/** A group only has its longest wait, so this is known only for a group of one goroutine. */
function covers(g: GoroutineGroup, span: number): boolean {
  return g.count === 1 && g.minutes > 0 && g.minutes * 60_000 >= span - (span % 60_000);
}

/** Groups of busy workers → their pool. */
function workers(dump: GoroutineDump): Map<number, number> {
  return new Map(
    dump.workers.pools.flatMap((p, pool) =>
      p.stacks.filter((s) => s.state !== 'idle').map((s) => [s.group, pool] as const),
    ),
  );
}

/** Goroutine id → the key of its stack. */
export function placesOf(dump: GoroutineDump, keyOf: KeyOf): Map<number, string> {
  const places = new Map<number, string>();
  for (const g of dump.groups) {
    const key = keyOf(g);
    for (const id of g.ids) places.set(id, key);
  }
  return places;
}
