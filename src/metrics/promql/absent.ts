import type { Labels } from '../types';
import type { Expr } from './ast';

/**
 * The labels of absent(): those that its selector requires with "=", once (functions.go,
 * createLabelsForAbsentFunction).
 */
export function equalLabels(expr: Expr | undefined): Labels {
  if (expr?.kind !== 'selector') return {};
  const out = new Map<string, string>();
  const has = new Set<string>();
  for (const { label, op, value } of expr.matchers) {
    if (label === '__name__' || label === '__type__' || label === '__unit__') continue;
    if (op === '=' && !has.has(label)) {
      has.add(label);
      if (value !== '') out.set(label, value);
    } else out.delete(label);
  }
  return Object.fromEntries(out);
}
