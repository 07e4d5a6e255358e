/** All rules for Go sources, in the order in which findings of one place are shown. */
import type { GoRule } from '../rule';
import { LIMIT_RULES } from './limits/index';
import { SETUP_RULES } from './setup/index';
import { RECONCILE_RULES } from './reconcile/index';

export const GO_RULES: readonly GoRule[] = [...LIMIT_RULES, ...RECONCILE_RULES, ...SETUP_RULES];
