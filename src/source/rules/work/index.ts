/** Rules about workers, queues, caches and what Reconcile does. */
import type { GoRule } from '../../rule';
import { MANAGED_FIELDS } from './managedFields';
import { PARALLEL_WRITES } from './parallelWrites';
import { PRIORITY_QUEUE } from './priorityQueue';
import { QUEUE_OPTIONS } from './queueOptions';
import { REQUEUE_FIELD } from './requeueField';
import { REQUEUE_SOON } from './requeueSoon';
import { WORKERS } from './workers';

export const WORK_RULES: readonly GoRule[] = [WORKERS, PARALLEL_WRITES, QUEUE_OPTIONS, PRIORITY_QUEUE, MANAGED_FIELDS, REQUEUE_SOON, REQUEUE_FIELD];
