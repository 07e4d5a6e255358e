import { Problem } from '../../base/problem';

const SUPPORTED =
  'Scrapes understand selectors with offset, rate and its kin, …_over_time, histogram_quantile, ' +
  'aggregations with by and without, arithmetic, comparisons, and, or, unless, label_replace; ' +
  'no subqueries, no "@".';

/**
 * Problem `metrics.promql`: the text is no query in the part of PromQL that we evaluate. `at` counts from 0; the
 * message has a column from 1.
 */
export function syntax(text: string, at: number, what: string): Problem {
  const line = text.slice(0, at).split('\n').length;
  const column = at - (text.lastIndexOf('\n', at - 1) + 1) + 1;
  const where = line > 1 ? `line ${line}, column ${column}` : `column ${column}`;
  return new Problem('metrics.promql', `The query stops making sense at ${where}: ${what}.`, {
    next: SUPPORTED,
    detail: text,
  });
}

/** Problem `metrics.promqlData`: the query is fine, but the series that it met are not (duplicates, many-to-many). */
export function conflict(what: string, next: string): Problem {
  return new Problem('metrics.promqlData', what, { next });
}
