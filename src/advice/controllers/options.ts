/**
 * Reads an options struct: a literal in the call, a variable that is filled field by field, a function that makes one.
 */
import { all, parts, type Node } from '../go/grammar';
import type { Func, GoFile, Literal } from '../go/file';
import type { GoPackage } from '../go/package';
import { funcAt, parametersOf, pointed, writesOf } from './locals';

/** A field's value where it stands. */
export interface Field {
  readonly value: Node;
  readonly file: GoFile;
  readonly func: Func | undefined;
}

export interface Options {
  /** What is handed over. */
  readonly expression: Node;
  /** File and function of the literal, or of the expression when there is none. */
  readonly file: GoFile;
  readonly func: Func | undefined;
  readonly literal: Literal | undefined;
  /** False when fields may be set that can't be seen here. */
  readonly known: boolean;
  /** By `Field`, or `Field.Inner` for an assignment to a field of a field. The last one counts. */
  readonly fields: ReadonlyMap<string, Field>;
}

/**
 * Steps through variables and functions until a literal is met; more than this is no options struct that a person
 * wrote.
 */
const STEPS = 8;

export function readOptions(expression: Node, file: GoFile, pkg: GoPackage): Options {
  const fields = new Map<string, Field>();
  let known = true;
  let at: { node: Node; file: GoFile; before: number } = { node: expression, file, before: expression.startIndex };
  for (let step = 0; step < STEPS; step++) {
    const node = pointed(at.node);
    const func = funcAt(at.file, node);
    if (node.type === 'composite_literal') {
      const literal = at.file.literal(node);
      if (literal === undefined) break;
      const keyed = parts(literal.body).every((e) => e.type === 'keyed_element');
      for (const [name, field] of literal.fields)
        if (!fields.has(name)) fields.set(name, { value: field.value, file: at.file, func });
      return { expression, file: at.file, func, literal, known: known && keyed, fields };
    }
    const next =
      node.type === 'identifier'
        ? fromVariable(node, at.file, func, at.before, pkg, fields)
        : node.type === 'call_expression'
          ? fromFunction(node, at.file, pkg)
          : undefined;
    if (next === undefined) break;
    if (!next.known) known = false;
    if (next.node === undefined)
      return { expression, file: next.file, func: funcAt(next.file, node), literal: undefined, known, fields };
    at = { node: next.node, file: next.file, before: next.before };
  }
  return { expression, file: at.file, func: funcAt(at.file, at.node), literal: undefined, known: false, fields };
}

interface Next {
  /** Undefined: declared without a value. */
  readonly node: Node | undefined;
  readonly file: GoFile;
  readonly before: number;
  readonly known: boolean;
}

function fromVariable(
  name: Node,
  file: GoFile,
  func: Func | undefined,
  before: number,
  pkg: GoPackage,
  fields: Map<string, Field>,
): Next | undefined {
  if (func === undefined) return undefined;
  const writes = writesOf(func, name.text).filter((w) => w.statement.startIndex < before);
  if (writes.length === 0) {
    const global = parametersOf(func).some((p) => p.name === name.text) ? undefined : pkg.value(name.text);
    // Anything may write a variable of the package.
    return global?.value === undefined
      ? undefined
      : { node: global.value, file: global.file, before: Number.MAX_SAFE_INTEGER, known: false };
  }
  for (const set of setsOf(func, name.text, before)) fields.set(set.path, { value: set.value, file, func });
  const first = writes[0];
  if (first === undefined || writes.length > 1 || !first.declares) return undefined;
  const handed = handedOn(func, name.text, before);
  if (first.value === undefined)
    return first.type === undefined ? undefined : { node: undefined, file, before, known: !handed };
  return { node: first.value, file, before: first.statement.startIndex, known: !handed };
}

/** `opts.Field = v` and `opts.Field.Inner = v` before this offset. */
function setsOf(func: Func, name: string, before: number): { path: string; value: Node }[] {
  return (func.body === undefined ? [] : all(func.body, 'assignment_statement'))
    .filter((n) => n.startIndex < before)
    .flatMap((n) => {
      const left = n.childForFieldName('left');
      const right = n.childForFieldName('right');
      const [target, value] = [
        left === null ? undefined : parts(left)[0],
        right === null ? undefined : parts(right)[0],
      ];
      if (
        target?.type !== 'selector_expression' ||
        value === undefined ||
        left?.namedChildCount !== 1 ||
        !target.text.startsWith(`${name}.`)
      )
        return [];
      return [{ path: target.text.slice(name.length + 1), value }];
    });
}

/** True when a function gets the address of the variable and may fill it. */
function handedOn(func: Func, name: string, before: number): boolean {
  return (func.body === undefined ? [] : all(func.body, 'unary_expression')).some(
    (n) => n.startIndex < before && n.text === `&${name}` && n.parent?.type === 'argument_list',
  );
}

/** A function of the package that does nothing but give a literal. */
function fromFunction(node: Node, file: GoFile, pkg: GoPackage): Next | undefined {
  const call = file.call(node);
  const found = call.pkg === '' ? pkg.func(call.name) : undefined;
  const body = found?.func.body;
  if (found === undefined || body === undefined) return undefined;
  const returned = all(body, 'return_statement').filter(
    (n) => n.parent?.parent?.id === body.id || n.parent?.id === body.id,
  );
  const only = returned.length === 1 && all(body, 'return_statement').length === 1 ? returned[0] : undefined;
  const list = only === undefined ? undefined : parts(only)[0];
  const value = list?.type === 'expression_list' ? parts(list)[0] : list;
  return value === undefined ? undefined : { node: value, file: found.file, before: value.startIndex, known: true };
}
