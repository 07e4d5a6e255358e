/** Queries that were read before: a page evaluates the same ones every few seconds. */
import type { Expr } from './ast';
import { parsePromql } from './parser';

/** Some hundred are a page's: its panels and the pipeline, for each of those that it compares. */
const KEPT = 1000;
/** By text; the one used last is the last. */
const known = new Map<string, Expr>();

/** As parsePromql, but a text that was read before is not read again. What can't be read is tried each time. */
export function parsed(promql: string): Expr {
  let expr = known.get(promql);
  if (expr === undefined) {
    expr = parsePromql(promql);
    if (known.size >= KEPT) for (const oldest of known.keys()) if (known.delete(oldest)) break;
  } else known.delete(promql);
  known.set(promql, expr);
  return expr;
}
