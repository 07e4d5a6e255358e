/** What a function does with its local names, as far as the text tells. */
import { all, bare, parts, type Node } from '../go/grammar';
import type { Func, GoFile } from '../go/file';

/** A place that gives a name its value: `x := v`, `var x T = v`, `x = v`. */
export interface Write {
  /** Undefined when the value is one of several that a call gives, or there is none. */
  readonly value: Node | undefined;
  readonly statement: Node;
  readonly declares: boolean;
  readonly type: Node | undefined;
}

/** The function that holds this node. */
export function funcAt(file: GoFile, node: Node): Func | undefined {
  return file.funcs.find((f) => f.node.startIndex <= node.startIndex && node.endIndex <= f.node.endIndex);
}

/** All places in a function that write this name itself (not its fields), in the order of the text. */
export function writesOf(func: Func, name: string): Write[] {
  const out: Write[] = [];
  for (const node of func.body === undefined
    ? []
    : all(func.body, 'short_var_declaration', 'assignment_statement', 'var_spec')) {
    if (node.type === 'var_spec') {
      const names = node.childrenForFieldName('name').filter((n): n is Node => n !== null && n.type === 'identifier');
      const at = names.findIndex((n) => n.text === name);
      const value = node.childForFieldName('value');
      const values = value === null ? [] : parts(value);
      if (at >= 0)
        out.push({
          value: values.length === names.length ? values[at] : undefined,
          statement: node,
          declares: true,
          type: node.childForFieldName('type') ?? undefined,
        });
      continue;
    }
    const left = listed(node.childForFieldName('left'));
    const right = listed(node.childForFieldName('right'));
    const at = left.findIndex((n) => n.type === 'identifier' && n.text === name);
    // `x, err := f()`: the first of what a call gives is its value for us.
    if (at >= 0)
      out.push({
        value: right.length === left.length ? right[at] : undefined,
        statement: node,
        declares: node.type === 'short_var_declaration',
        type: undefined,
      });
  }
  return out;
}

/** A function's parameters, each with its type, in their order. */
export function parametersOf(func: Func): { name: string; type: Node | undefined }[] {
  const list = func.node.childForFieldName('parameters');
  return (list === null ? [] : parts(list)).flatMap((p) => {
    const type = p.childForFieldName('type') ?? undefined;
    const names = p.childrenForFieldName('name').filter((n): n is Node => n !== null && n.type === 'identifier');
    return names.length === 0 ? [{ name: '', type }] : names.map((n) => ({ name: n.text, type }));
  });
}

/** The name of a method's receiver: `r` of `func (r *T) M()`. */
export function receiverName(func: Func): string | undefined {
  const list = func.node.childForFieldName('receiver');
  const first = list === null ? undefined : parts(list)[0];
  return first?.childForFieldName('name')?.text;
}

/** True when the receiver is `*T`. */
export function byPointer(func: Func): boolean {
  const list = func.node.childForFieldName('receiver');
  return list !== null && list.descendantsOfType('pointer_type').length > 0;
}

export function listed(node: Node | null): Node[] {
  return node === null ? [] : node.type === 'expression_list' ? parts(node) : [node];
}

/** `&x` is x. */
export function pointed(node: Node): Node {
  const n = bare(node);
  if (n.type !== 'unary_expression' || n.childForFieldName('operator')?.text !== '&') return n;
  const operand = n.childForFieldName('operand');
  return operand === null ? n : bare(operand);
}
