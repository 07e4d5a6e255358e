/** Rules about workers, queues, caches and what Reconcile does. */
import type { GoRule } from '../../rule';
import { GENERATION_PREDICATE } from './generationPredicate';
import { LIST_ALL } from './listAll';
import { MANAGED_FIELDS } from './managedFields';
import { PARALLEL_WRITES } from './parallelWrites';
import { PRIORITY_QUEUE } from './priorityQueue';
import { QUEUE_OPTIONS } from './queueOptions';
import { RECOVER_PANIC } from './recoverPanic';
import { REQUEUE_FIELD } from './requeueField';
import { REQUEUE_SOON } from './requeueSoon';
import { STATUS_WRITES } from './statusWrites';
import { UNCACHED_READS } from './uncachedReads';
import { WIDE_CACHE } from './wideCache';
import { WORKERS } from './workers';

export const RECONCILE_RULES: readonly GoRule[] = [
  WORKERS,
  PARALLEL_WRITES,
  QUEUE_OPTIONS,
  PRIORITY_QUEUE,
  RECOVER_PANIC,
  MANAGED_FIELDS,
  WIDE_CACHE,
  UNCACHED_READS,
  LIST_ALL,
  REQUEUE_SOON,
  REQUEUE_FIELD,
  STATUS_WRITES,
  GENERATION_PREDICATE,
];
