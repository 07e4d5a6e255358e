/** Checks the types of expressions (promql/parser/parse.go, checkAST). */
import { COMPARE, SET_OPS, type Expr, type ValueType } from './ast';
import { syntax } from './problem';
import { SIGNATURES } from './signatures';

const CALLED: Readonly<Record<ValueType, string>> = {
  scalar: 'a number',
  vector: 'a vector',
  matrix: 'a range such as x[5m]',
  string: 'a text',
};

export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
      return expr.range === undefined ? 'vector' : 'matrix';
    case 'call':
      return SIGNATURES.get(expr.name)?.gives ?? 'vector';
    case 'aggregate':
      return 'vector';
    case 'negate':
      return typeOf(expr.of);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
  }
}

/** Checks one node; those below it were checked before. @throws Problem `metrics.promql` */
export function check(expr: Expr, text: string): void {
  const want = (e: Expr, type: ValueType, where: string): void => {
    const is = typeOf(e);
    if (is !== type) throw syntax(text, e.at, `${where} takes ${CALLED[type]} there, not ${CALLED[is]}`);
  };
  switch (expr.kind) {
    case 'call': {
      const signature = SIGNATURES.get(expr.name);
      if (!signature) throw syntax(text, expr.at, `the function "${expr.name}" is not known here`);
      const { args, optional = 0 } = signature;
      if (expr.args.length > args.length || expr.args.length < args.length - optional) {
        throw syntax(
          text,
          expr.at,
          `"${expr.name}" takes ${optional > 0 ? `${args.length - optional} to ${args.length}` : args.length} ` +
            `arguments, not ${expr.args.length}`,
        );
      }
      expr.args.forEach((arg, i) => {
        want(arg, args[i] ?? 'vector', `"${expr.name}"`);
      });
      break;
    }
    case 'aggregate':
      want(expr.of, 'vector', `"${expr.op}"`);
      if (expr.param) want(expr.param, 'scalar', `"${expr.op}"`);
      break;
    case 'negate': {
      const is = typeOf(expr.of);
      if (is !== 'scalar' && is !== 'vector')
        throw syntax(text, expr.at, `a minus stands before a number or a vector, not ${CALLED[is]}`);
      break;
    }
    case 'binary': {
      const [left, right] = [typeOf(expr.left), typeOf(expr.right)];
      for (const [e, is] of [
        [expr.left, left],
        [expr.right, right],
      ] as const) {
        if (is !== 'scalar' && is !== 'vector')
          throw syntax(text, e.at, `"${expr.op}" takes numbers and vectors, not ${CALLED[is]}`);
      }
      if (SET_OPS.has(expr.op) && (left === 'scalar' || right === 'scalar'))
        throw syntax(text, expr.at, `"${expr.op}" stands only between two vectors`);
      if (COMPARE.has(expr.op) && left === 'scalar' && right === 'scalar' && !expr.bool)
        throw syntax(text, expr.at, `between two numbers "${expr.op}" needs "bool" behind it`);
      break;
    }
    default:
  }
}
