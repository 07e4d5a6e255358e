/** Keeps parsed queries: a page evaluates the same ones every few seconds. */
import type { Expr } from './ast';
import { parsePromql } from './parser';

/** A page has a few hundred: its panels and the pipeline, for each subject that it compares. */
const KEPT = 1000;
/** By text, the most recently used last. */
const known = new Map<string, Expr>();

/** Like parsePromql, but parses each text once. A text that can't be parsed is tried each time. */
export function parsed(promql: string): Expr {
  let expr = known.get(promql);
  if (expr === undefined) {
    expr = parsePromql(promql);
    if (known.size >= KEPT) for (const oldest of known.keys()) if (known.delete(oldest)) break;
  } else known.delete(promql);
  known.set(promql, expr);
  return expr;
}
