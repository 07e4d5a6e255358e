/** Rules about what the program serves: the limiter's metric, pprof. */
import type { GoRule } from '../../rule';
import { limiterMetric } from './limiterMetric';
import { pprof } from './pprof';
import { profileRates } from './profileRates';

export const SETUP_RULES: readonly GoRule[] = [limiterMetric, pprof, profileRates];
