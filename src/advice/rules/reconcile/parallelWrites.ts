/** Several workers write the same field without a lock. */
import { racesOf, type Race } from '../../controllers/races';
import type { GoRule } from '../../rule';
import type { Finding } from '../../types';

export const PARALLEL_WRITES: GoRule = {
  id: 'parallel-writes',
  title: 'A field that several workers write',
  explains:
    'With more than one worker, Reconcile runs for different objects at the same time, on one and the same ' +
    'reconciler. A field or map of it that is written without a lock is then a data race: lost updates, or ' +
    '`fatal error: concurrent map writes`, which ends the process and which no `RecoverPanic` catches. Keep such ' +
    'state in the call, guard it with a `sync.Mutex`, or use one worker. Told only where the number of workers ' +
    'is known to be more than one and none of the functions that Reconcile calls takes a lock.',
  *check({ file, pkg, controllers }) {
    const done = new Set<string>();
    const findings = function* (type: string, method: string, workers: number, who: string): Iterable<Finding> {
      if (done.has(`${type}.${method}`)) return;
      done.add(`${type}.${method}`);
      for (const race of racesOf(type, method, pkg)) if (race.file === file) yield finding(race, workers, who);
    };
    for (const c of controllers.controllers)
      if (c.reconciler !== undefined && (c.workers ?? 0) > 1)
        yield* findings(c.reconciler, 'Reconcile', c.workers ?? 0, 'reconciles');
    for (const l of controllers.loops)
      if (l.func?.receiver !== undefined && l.runs !== undefined && (l.workers ?? 0) > 1)
        yield* findings(l.func.receiver, l.runs, l.workers ?? 0, 'workers');
  },
};

function finding(race: Race, workers: number, who: string): Finding {
  return {
    rule: PARALLEL_WRITES.id,
    severity: 'warning',
    start: race.target.startIndex,
    end: race.target.endIndex,
    message: `${workers} ${who} run at once and write ${race.field} here without a lock.`,
    fixes: [],
  };
}
