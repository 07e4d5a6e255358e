/** The functions that we evaluate, and their arguments (promql/parser/functions.go). */
import type { ValueType } from './ast';

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of the last arguments are optional. */
  readonly optional?: number;
  readonly gives: ValueType;
}

const range: Signature = { args: ['matrix'], gives: 'vector' };
const each: Signature = { args: ['vector'], gives: 'vector' };

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...[
    'rate',
    'increase',
    'irate',
    'delta',
    'idelta',
    'deriv',
    'resets',
    'changes',
    'avg_over_time',
    'min_over_time',
    'max_over_time',
    'sum_over_time',
    'count_over_time',
    'last_over_time',
    'present_over_time',
    'stddev_over_time',
    'stdvar_over_time',
  ].map((name): [string, Signature] => [name, range]),
  ...[
    'abs',
    'ceil',
    'floor',
    'sqrt',
    'exp',
    'ln',
    'log2',
    'log10',
    'sgn',
    'absent',
    'histogram_count',
    'histogram_sum',
    'histogram_avg',
    'timestamp',
  ].map((name): [string, Signature] => [name, each]),
  ['quantile_over_time', { args: ['scalar', 'matrix'], gives: 'vector' }],
  ['round', { args: ['vector', 'scalar'], optional: 1, gives: 'vector' }],
  ['clamp', { args: ['vector', 'scalar', 'scalar'], gives: 'vector' }],
  ['clamp_min', { args: ['vector', 'scalar'], gives: 'vector' }],
  ['clamp_max', { args: ['vector', 'scalar'], gives: 'vector' }],
  ['histogram_quantile', { args: ['scalar', 'vector'], gives: 'vector' }],
  ['label_replace', { args: ['vector', 'string', 'string', 'string', 'string'], gives: 'vector' }],
  ['scalar', { args: ['vector'], gives: 'scalar' }],
  ['vector', { args: ['scalar'], gives: 'vector' }],
  ['time', { args: [], gives: 'scalar' }],
  ['pi', { args: [], gives: 'scalar' }],
]);
