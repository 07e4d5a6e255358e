/** Series for queries of the catalog: two replicas of everything that they name, with the labels that they ask for. */
import type { Expr, SelectorExpr } from '../../src/metrics/promql/ast';
import { parsePromql } from '../../src/metrics/promql/index';
import type { Labels } from '../../src/metrics/types';
import type { TestSeries } from '../unit/metrics/promql/store';
import { classic, counter, gauge } from './promqlData';

/** Labels that queries group by; two values each. */
const LABELS = [
  'name',
  'controller',
  'result',
  'verb',
  'code',
  'method',
  'priority_level',
  'flow_schema',
  'reason',
  'dest_server',
];

export function panelSeries(queries: readonly string[]): { series: TestSeries[] } {
  const series = new Map<string, TestSeries>();
  let seed = 1000;
  for (const { matchers } of queries.flatMap((q) => selectors(parsePromql(q)))) {
    const name = matchers.find((m) => m.label === '__name__')?.value ?? '';
    const asked = Object.fromEntries(
      matchers.filter((m) => m.op === '=' && m.label !== '__name__').map((m) => [m.label, m.value]),
    );
    const base = /^(.*)_(?:bucket|sum|count)$/.exec(name)?.[1];
    for (const replica of ['0', '1']) {
      const labels: Labels = {
        job: 'widgets',
        instance: `10.0.0.${replica}:8443`,
        pod: `widgets-${replica}`,
        ...Object.fromEntries(LABELS.map((l) => [l, `${l}-${replica}`])),
        ...asked,
      };
      const reset = (i: number): boolean => i === 50 && replica === '1';
      const made =
        base !== undefined
          ? classic(base, labels, seed, [0.01, 0.1, 0.5, 1, '+Inf'], { reset })
          : name.endsWith('_total')
            ? [counter({ ...labels, __name__: name }, seed, { reset })]
            : [gauge({ ...labels, __name__: name }, seed)];
      seed++;
      for (const s of made) series.set(JSON.stringify(Object.entries(s.labels).sort()), s);
    }
  }
  return { series: [...series.values()] };
}

function selectors(expr: Expr): SelectorExpr[] {
  switch (expr.kind) {
    case 'selector':
      return [expr];
    case 'call':
      return expr.args.flatMap(selectors);
    case 'aggregate':
      return selectors(expr.of);
    case 'binary':
      return [...selectors(expr.left), ...selectors(expr.right)];
    case 'negate':
      return selectors(expr.of);
    default:
      return [];
  }
}
