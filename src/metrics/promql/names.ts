import type { Expr } from './ast';

/**
 * The metrics whose series a query reads, by their names in the query (`x_bucket`, not the family x), each once: a
 * scraper keeps only these. Undefined = any: some selector has no name, or an expression for it that is more than words
 * joined by "|".
 */
export function metricNames(expr: Expr): readonly string[] | undefined {
  const names = new Set<string>();
  const todo: Expr[] = [expr];
  for (let e = todo.pop(); e; e = todo.pop()) {
    switch (e.kind) {
      case 'selector': {
        const of = named(e.matchers);
        if (!of) return undefined;
        for (const name of of) names.add(name);
        break;
      }
      case 'call':
        todo.push(...e.args);
        break;
      case 'aggregate':
        todo.push(e.of, ...(e.param ? [e.param] : []));
        break;
      case 'negate':
        todo.push(e.of);
        break;
      case 'binary':
        todo.push(e.left, e.right);
        break;
      default:
    }
  }
  return [...names];
}

function named(
  matchers: readonly { readonly label: string; readonly op: string; readonly value: string }[],
): readonly string[] | undefined {
  const equal = matchers.find((m) => m.label === '__name__' && m.op === '=');
  if (equal) return [equal.value];
  const words = matchers.find(
    (m) => m.label === '__name__' && m.op === '=~' && /^[a-zA-Z0-9_:]+(?:\|[a-zA-Z0-9_:]+)*$/.test(m.value),
  );
  return words?.value.split('|');
}
