/** Which of the package's types a variable is of, by its declaration. */
import { addressed, declarationOf, definitions, functionAround } from './flow';
import { bare, enclosing, parts, type Node } from './grammar';
import type { GoFile } from './file';
import type { GoPackage } from './package';

/** `a.b.c.d.e`: nobody goes deeper. */
const DEPTH = 12;

/**
 * Name of the package's type that an expression is of, `*` left out; undefined for other types and for what can't be
 * told.
 */
export function typeOf(expression: Node, file: GoFile, pkg: GoPackage, depth = DEPTH): string | undefined {
  const node = addressed(bare(expression));
  if (depth <= 0) return undefined;
  if (node.type === 'selector_expression') {
    const operand = node.childForFieldName('operand');
    const owner = operand === null ? undefined : typeOf(operand, file, pkg, depth - 1);
    return owner === undefined ? undefined : fieldType(pkg, owner, node.childForFieldName('field')?.text ?? '');
  }
  if (node.type === 'unary_expression') {
    const operand = node.childForFieldName('operand');
    return operand === null ? undefined : typeOf(operand, file, pkg, depth - 1);
  }
  if (node.type === 'composite_literal') {
    const type = node.childForFieldName('type');
    return type === null ? undefined : named(type, pkg);
  }
  if (node.type === 'call_expression') {
    const call = file.call(node);
    if (call.pkg === '' && call.name === 'new')
      return call.args[0] === undefined ? undefined : named(call.args[0], pkg);
    const func = call.pkg === '' ? pkg.func(call.name) : undefined;
    const result = func?.func.node.childForFieldName('result');
    if (result === null || result === undefined) return undefined;
    const first = result.type === 'parameter_list' ? parts(result)[0]?.childForFieldName('type') : result;
    return first === null || first === undefined ? undefined : named(first, pkg);
  }
  if (node.type !== 'identifier') return undefined;
  const declaration = declarationOf(definitions(file, functionAround(file, node)).get(node.text) ?? [], node);
  const global = declaration === undefined ? pkg.value(node.text) : undefined;
  const type = declaration?.type ?? global?.type;
  if (type !== undefined) return named(type, pkg);
  const value = declaration === undefined ? global?.value : declaration.index === 0 ? declaration.value : undefined;
  if (value === undefined) {
    const receiver =
      declaration === undefined ? enclosing(node, 'method_declaration')?.childForFieldName('receiver') : undefined;
    const own = receiver === undefined || receiver === null ? undefined : parts(receiver)[0];
    return own?.childForFieldName('name')?.text === node.text
      ? named(own.childForFieldName('type') ?? own, pkg)
      : undefined;
  }
  return typeOf(value, global?.file ?? file, pkg, depth - 1);
}

/** The package's type of a struct's field. */
function fieldType(pkg: GoPackage, struct: string, field: string): string | undefined {
  const type = fieldOf(pkg, struct, field)?.childForFieldName('type');
  return type === null || type === undefined ? undefined : named(type, pkg);
}

/** A struct's field by its name; that of an embedded type by the type's. */
export function fieldOf(pkg: GoPackage, struct: string, field: string): Node | undefined {
  const type = pkg.type(struct)?.node.childForFieldName('type');
  const list = type?.type === 'struct_type' ? parts(type)[0] : undefined;
  return list === undefined
    ? undefined
    : parts(list).find(
        (f) =>
          f.type === 'field_declaration' &&
          (f.childrenForFieldName('name').some((n) => n?.text === field) ||
            (f.childForFieldName('name') === null && f.childForFieldName('type')?.text.replace(/^\*/, '') === field)),
      );
}

function named(type: Node, pkg: GoPackage): string | undefined {
  const inner = type.type === 'pointer_type' ? parts(type)[0] : type;
  return inner !== undefined &&
    (inner.type === 'type_identifier' || inner.type === 'identifier') &&
    pkg.type(inner.text) !== undefined
    ? inner.text
    : undefined;
}
