/** A panic in Reconcile ends the process. */
import { calledAt } from '../../controllers/setups';
import { RECOVERS, runtimeAtLeast, runtimeName } from '../../controllers/versions';
import { managerFields } from '../../controllers/workers';
import type { GoRule } from '../../rule';
import { pointerTo, withinManager } from './edits';

export const RECOVER_PANIC: GoRule = {
  id: 'recover-panic',
  title: 'A panic ends the process',
  explains:
    'Below controller-runtime v0.19.0 `RecoverPanic` is false: a panic in one Reconcile ends the process, and ' +
    'after its restart the same object ends it again, while all caches are filled anew each time. With ' +
    '`RecoverPanic` it is an error of that object, which backs off as any other. From v0.19.0 on it is true by ' +
    'default. Source: pkg/internal/controller/controller.go.',
  *check({ file, controllers, module, pkg }) {
    if (runtimeAtLeast(module, RECOVERS) !== false || module.facts.has('config.Controller', 'RecoverPanic') !== true)
      return;
    for (const m of controllers.managers) {
      if (m.file !== file || !m.read.known || managerFields(m, pkg).has('RecoverPanic')) continue;
      const pointer = pointerTo(true, m.read.file, module);
      const edits =
        pointer === undefined
          ? undefined
          : withinManager(m, 'Controller', [{ name: 'RecoverPanic', ...pointer }], file, pkg);
      yield {
        rule: RECOVER_PANIC.id,
        severity: 'hint',
        ...calledAt(m.call),
        message:
          `A panic in one Reconcile ends this process: RecoverPanic is false by default until ${RECOVERS} ` +
          `(${runtimeName(module)} is used).`,
        fixes:
          edits === undefined
            ? []
            : [
                {
                  id: 'recover-panic',
                  title: 'Let a panic fail its object, not the process (Controller.RecoverPanic)',
                  edits,
                },
              ],
      };
    }
  },
};
