/** Rules about QPS, Burst and the client's limiter. */
import type { GoRule } from '../../rule';

export const LIMIT_RULES: readonly GoRule[] = [];
