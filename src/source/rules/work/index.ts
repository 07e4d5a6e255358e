/** Rules about workers, queues, caches and what Reconcile does. */
import type { GoRule } from '../../rule';

export const WORK_RULES: readonly GoRule[] = [];
