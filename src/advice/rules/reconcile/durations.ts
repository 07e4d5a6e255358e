/** How long a Go expression of type time.Duration is, as far as the package states it. */
import { bare, parts, type Node } from '../../go/grammar';
import type { GoFile } from '../../go/file';
import type { GoPackage } from '../../go/package';

const UNITS: Readonly<Record<string, number>> = {
  Nanosecond: 1e-9,
  Microsecond: 1e-6,
  Millisecond: 1e-3,
  Second: 1,
  Minute: 60,
  Hour: 3600,
};
/** `a * b * c` of constants: nobody goes deeper. */
const DEPTH = 8;

/** Seconds; `unit` is false for a bare number, which Go takes as nanoseconds. Undefined when it can't be known. */
export function durationOf(
  expression: Node,
  file: GoFile,
  pkg: GoPackage,
  depth = DEPTH,
): { seconds: number; unit: boolean; node: Node; file: GoFile } | undefined {
  const node = bare(expression);
  const value = depth === 0 ? undefined : amount(node, file, pkg, depth);
  return value === undefined
    ? undefined
    : {
        seconds: value.unit ? value.number : value.number * 1e-9,
        unit: value.unit,
        node: value.node,
        file: value.file,
      };
}

interface Amount {
  readonly number: number;
  readonly unit: boolean;
  readonly node: Node;
  readonly file: GoFile;
}

function amount(expression: Node, file: GoFile, pkg: GoPackage, depth: number): Amount | undefined {
  const node = bare(expression);
  if (depth === 0) return undefined;
  if (node.type === 'int_literal') return { number: Number(node.text.replaceAll('_', '')), unit: false, node, file };
  if (node.type === 'selector_expression') {
    const unit =
      file.packageOf(node.childForFieldName('operand') ?? node) === 'time'
        ? UNITS[node.childForFieldName('field')?.text ?? '']
        : undefined;
    return unit === undefined ? undefined : { number: unit, unit: true, node, file };
  }
  if (node.type === 'binary_expression' && node.childForFieldName('operator')?.text === '*') {
    const [a, b] = [node.childForFieldName('left'), node.childForFieldName('right')].map((n) =>
      n === null ? undefined : amount(n, file, pkg, depth - 1),
    );
    return a === undefined || b === undefined || (a.unit && b.unit)
      ? undefined
      : { number: a.number * b.number, unit: a.unit || b.unit, node, file };
  }
  if (node.type === 'call_expression') {
    const call = file.call(node);
    const argument = call.args[0];
    const inner =
      call.pkg === 'time' && call.name === 'Duration' && argument !== undefined
        ? amount(argument, file, pkg, depth - 1)
        : undefined;
    return inner === undefined ? undefined : { ...inner, node, file };
  }
  const constant = node.type === 'identifier' ? pkg.value(node.text) : undefined;
  if (constant?.value === undefined || !constant.constant || parts(constant.value).length > 2) return undefined;
  return amount(constant.value, constant.file, pkg, depth - 1);
}
