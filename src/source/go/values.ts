/** What an expression comes to, as far as the package tells. */
import type { Span } from '../types';
import { bare, type Node } from './grammar';
import type { Func, GoFile } from './file';
import type { GoPackage } from './package';

export interface Value {
  /** Undefined when it is not a number that the package states. */
  readonly number: number | undefined;
  readonly text: string | undefined;
  /** 'flag' and 'environment': the value is the default, which a person may change where it runs. */
  readonly from: 'set' | 'flag' | 'environment' | 'unknown';
  /** Where the value itself stands, which may be another file of the package. */
  readonly at: (Span & { readonly file: GoFile }) | undefined;
}

export const UNKNOWN: Value = { number: undefined, text: undefined, from: 'unknown', at: undefined };

export function valueOf(expression: Node, file: GoFile, _pkg: GoPackage, _func: Func | undefined): Value {
  const node = bare(expression);
  const at = { ...file.span(node), file };
  if (node.type === 'int_literal' || node.type === 'float_literal') return { number: Number(node.text.replaceAll('_', '')), text: undefined, from: 'set', at };
  if (node.type === 'interpreted_string_literal') return { number: undefined, text: node.text.slice(1, -1), from: 'set', at };
  return UNKNOWN;
}
