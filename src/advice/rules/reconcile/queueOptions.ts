/** The queue of a controller: how failed reconciles come back, and its timeouts. */
import { RUNTIME } from '../../libraries';
import { RECONCILE, WORKQUEUE } from '../../controllers/names';
import { calledAt, queueOf } from '../../controllers/setups';
import type { Controller } from '../../controllers/types';
import { OVERALL, PER_OBJECT, RECOVERS, runtimeAtLeast, runtimeName, TYPED_LIMITER } from '../../controllers/versions';
import { managerFields } from '../../controllers/workers';
import type { GoContext, GoRule } from '../../rule';
import type { Fix } from '../../types';
import { pointerTo, withOptions, type Option } from './edits';

export const QUEUE_OPTIONS: GoRule = {
  id: 'queue-options',
  title: 'Requeue limits and timeouts of a controller',
  explains: [
    'A reconcile that fails comes back after a wait that doubles from 5 ms to 1000 s for that object; success ' +
      'forgets it. The plain queue also lets only 10 requeues a second through, burst 100, over all objects; the ' +
      'priority queue has no such limit. Neither holds back events. A `RateLimiter` in the options replaces them.',
    '`CacheSyncTimeout` (2 minutes) is how long a start waits for the first lists; past it the process ends. ' +
      '`ReconciliationTimeout` (v0.22.0 and later, none by default) cancels the context of a Reconcile that hangs, ' +
      'which otherwise keeps its worker for ever. `EnableWarmup` (v0.22.0 and later) fills the caches of replicas ' +
      'that are not the leader, so that a change of leader takes seconds. `RecoverPanic` is false by default below ' +
      'v0.19.0: one panic ends the process.',
    'Source: pkg/controller/controller.go of controller-runtime, util/workqueue/default_rate_limiters.go of client-go.',
  ].join('\n\n'),
  *check(context) {
    const { file, controllers, module, pkg } = context;
    for (const c of controllers.controllers) {
      if (c.file !== file || c.open || c.read?.known === false) continue;
      const priority = queueOf(c, pkg, module);
      const fixes = fixesOf(c, priority, context);
      if (priority === undefined || fixes.length === 0) continue;
      const own = c.read?.fields.has('RateLimiter') === true;
      const limits = own
        ? 'by its own RateLimiter'
        : `${PER_OBJECT}${priority ? '' : `, ${OVERALL}`} (${runtimeName(module)}'s ` +
          `${priority ? 'priority queue' : 'plain queue'})`;
      yield {
        rule: QUEUE_OPTIONS.id,
        severity: 'hint',
        ...calledAt(c.call),
        message: `Failed reconciles${c.name === undefined ? '' : ` of ${c.name}`} come back ${limits}.`,
        fixes,
      };
    }
  },
};

function fixesOf(c: Controller, priority: boolean | undefined, { file, pkg, module }: GoContext): Fix[] {
  const general = c.manager === undefined ? undefined : managerFields(c.manager, pkg);
  const isSet = (name: string): boolean => c.read?.fields.has(name) === true || general?.has(name) === true;
  const has = (name: string): boolean => module.facts.has('controller.Options', name) === true && !isSet(name);
  const into = c.read?.file ?? c.file;
  const fixes: Fix[] = [];
  const add = (id: string, title: string, option: Option | undefined): void => {
    const edits = option === undefined ? undefined : withOptions(c, [option], file);
    if (edits !== undefined) fixes.push({ id, title, edits });
  };
  const typed = runtimeAtLeast(module, TYPED_LIMITER);
  if (priority !== undefined && typed !== undefined && has('RateLimiter') && (typed || c.typed === undefined)) {
    const title = priority
      ? 'Let failed reconciles come back after 5 minutes at the latest'
      : 'Let 50 requeues/s through (burst 500), each after 5 minutes at the latest';
    add(
      'requeue-limits',
      title,
      limiter(typed, priority, c.typed, into.nameFor(RUNTIME) === undefined ? RECONCILE : RUNTIME),
    );
  }
  if (has('RecoverPanic') && runtimeAtLeast(module, RECOVERS) === false && runtimeAtLeast(module, 'v0.14.0') === true) {
    const pointer = pointerTo(true, into, module);
    add(
      'recover-panic',
      'Let a panic in Reconcile fail that object, not the process (RecoverPanic)',
      pointer && { name: 'RecoverPanic', ...pointer },
    );
  }
  if (has('ReconciliationTimeout'))
    add('reconciliation-timeout', 'Cancel a Reconcile after 5 minutes (ReconciliationTimeout)', {
      name: 'ReconciliationTimeout',
      imports: ['time'],
      value: (time) => `5 * ${time ?? ''}.Minute`,
      stop: true,
    });
  if (has('EnableWarmup')) {
    const pointer = pointerTo(true, into, module);
    add(
      'enable-warmup',
      'Fill the caches before this replica leads (EnableWarmup)',
      pointer && { name: 'EnableWarmup', ...pointer },
    );
  }
  if (has('CacheSyncTimeout'))
    add('cache-sync-timeout', 'Wait 5 minutes for the first lists (CacheSyncTimeout)', {
      name: 'CacheSyncTimeout',
      imports: ['time'],
      value: (time) => `5 * ${time ?? ''}.Minute`,
      stop: true,
    });
  return fixes;
}

/** The default limiter of this version with other numbers. */
function limiter(typed: boolean, priority: boolean, request: string | undefined, from: string): Option {
  const name = 'RateLimiter';
  const part = (base: string, t: string): string => (typed ? `${base.replace('New', 'NewTyped')}[${t}]` : base);
  const perObject = (queue: string, time: string, t: string): string =>
    `${queue}.${part('NewItemExponentialFailureRateLimiter', t)}(5*${time}.Millisecond, 5*${time}.Minute)`;
  const packages = [
    WORKQUEUE,
    'time',
    ...(priority ? [] : ['golang.org/x/time/rate']),
    ...(typed && request === undefined ? [from] : []),
  ];
  return {
    name,
    imports: packages,
    value: (queue = '', time = '', third = '', fourth = '') => {
      const [rate, runtime] = priority ? ['', third] : [third, fourth];
      const t = request ?? `${runtime}.Request`;
      if (priority) return perObject(queue, time, t);
      const bucket = typed ? `TypedBucketRateLimiter[${t}]` : 'BucketRateLimiter';
      return (
        `${queue}.${typed ? 'NewTypedMaxOfRateLimiter' : 'NewMaxOfRateLimiter'}(${perObject(queue, time, t)}, ` +
        `&${queue}.${bucket}{Limiter: ${rate}.NewLimiter(${rate}.Limit(50), 500)})`
      );
    },
  };
}
