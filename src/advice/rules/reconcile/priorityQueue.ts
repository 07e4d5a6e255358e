/** The queue that puts changes before resyncs, where it is there and off. */
import { calledAt } from '../../controllers/setups';
import { runtimeName } from '../../controllers/versions';
import { managerFields } from '../../controllers/workers';
import type { GoRule } from '../../rule';
import { pointerTo, withinManager } from './edits';

export const PRIORITY_QUEUE: GoRule = {
  id: 'priority-queue',
  title: 'A queue that puts changes first',
  explains:
    'With `UsePriorityQueue`, objects that only came with the first list or a resync wait behind those that ' +
    'changed, so that a restart with thousands of objects does not hold up what people do. It is an option of ' +
    'controller-runtime since v0.20.0 and on by default from v0.23.0 on. With it failed reconciles are limited ' +
    'per object alone (5 ms to 1000 s), not to 10 a second over all. Source: pkg/config/controller.go and ' +
    'pkg/controller/controller.go.',
  *check({ file, controllers, module, pkg }) {
    const fact = module.facts.usePriorityQueue;
    if (fact?.value !== 'off') return;
    for (const m of controllers.managers) {
      if (m.file !== file || !m.read.known || managerFields(m, pkg).has('UsePriorityQueue')) continue;
      const pointer = pointerTo(true, m.read.file, module);
      const edits =
        pointer === undefined
          ? undefined
          : withinManager(m, 'Controller', [{ name: 'UsePriorityQueue', ...pointer }], file, pkg);
      yield {
        rule: PRIORITY_QUEUE.id,
        severity: 'hint',
        ...calledAt(m.call),
        message:
          `Controllers of this manager take objects in the order in which they came: ${runtimeName(module)} has ` +
          'a priority queue, which is off by default until v0.23.0.',
        fixes:
          edits === undefined
            ? []
            : [{ id: 'use-priority-queue', title: 'Put changes before resyncs (Controller.UsePriorityQueue)', edits }],
        ...(fact.cite !== undefined && { cite: fact.cite }),
      };
    }
  },
};
