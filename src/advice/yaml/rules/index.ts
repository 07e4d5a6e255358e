/** All rules for YAML, in the order in which findings of one place are shown. */
import { BURST } from './burst';
import { CONCURRENCY } from './concurrency';
import { LIMIT } from './limit';
import { PROFILING } from './profiling';
import { REPLICAS } from './replicas';
import type { YamlRule } from './rule';
import { TWICE } from './twice';

export type { YamlRule } from './rule';
export const YAML_RULES: readonly YamlRule[] = [TWICE, BURST, LIMIT, CONCURRENCY, REPLICAS, PROFILING];
