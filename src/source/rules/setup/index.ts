/** Rules about what the program serves: the limiter's metric, pprof. */
import type { GoRule } from '../../rule';

export const SETUP_RULES: readonly GoRule[] = [];
