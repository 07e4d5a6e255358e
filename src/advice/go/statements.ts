/** Statements: where one stands, and edits that put others around it. */
import type { Edit, Span } from '../types';
import { indentAt, lineEnd, lineStart } from '../text';
import { parts, type Node } from './grammar';
import type { Func, GoFile } from './file';
import { freeName } from './names';
import type { GoPackage } from './package';

/** The statement of the nearest list of statements that this node is in; undefined outside of functions. */
export function statementOf(node: Node): Node | undefined {
  for (let n: Node | null = node; n !== null; n = n.parent) if (n.parent?.type === 'statement_list') return n;
  return undefined;
}

/** The statement after this one in its list, comments left out. */
export function nextStatement(statement: Node): Node | undefined {
  const siblings = statement.parent === null ? [] : parts(statement.parent);
  return siblings[siblings.findIndex((s) => s.id === statement.id) + 1];
}

/** True when the statement is `if …` about the error that the statement before it made: `if err != nil { … }`. */
export function checksError(statement: Node, error: string): boolean {
  const condition =
    statement.type === 'if_statement' && statement.childForFieldName('initializer') === null
      ? statement.childForFieldName('condition')?.text
      : undefined;
  return (
    condition !== undefined &&
    new RegExp(`(^|[^\\w.])${error}\\s*!=\\s*nil\\b|\\bnil\\s*!=\\s*${error}\\b`).test(condition)
  );
}

/** Lines of Go without indentation; each may have stops relative to its own start. */
export type Line = string | { readonly text: string; readonly stops: readonly Span[] };

/** Puts lines ahead of a statement, in its indentation. */
export function linesBefore(file: GoFile, statement: Node, lines: readonly Line[]): Edit {
  const indent = indentAt(file.text, statement.startIndex);
  const alone = lineStart(file.text, statement.startIndex) + indent.length === statement.startIndex;
  const end = alone ? `${lineEnd(file.text)}${indent}` : '; ';
  const { text, stops } = joined(lines, (line) => `${line}${end}`);
  return { start: statement.startIndex, end: statement.startIndex, text, ...(stops.length > 0 && { stops }) };
}

/** Puts lines below a statement and the comment that ends its line. */
export function linesAfter(file: GoFile, statement: Node, lines: readonly Line[]): Edit {
  const indent = indentAt(file.text, statement.startIndex);
  const newline = file.text.indexOf('\n', statement.endIndex);
  const rest = newline < 0 ? '' : file.text.slice(statement.endIndex, newline);
  // Only white space or a comment may follow on that line, else what is put in stands right behind the statement.
  const at = /^[ \t]*(\/\/.*)?\r?$/.test(rest) ? newline - (rest.endsWith('\r') ? 1 : 0) : statement.endIndex;
  const { text, stops } = joined(lines, (line) => `${lineEnd(file.text)}${indent}${line}`);
  return { start: at, end: at, text, ...(stops.length > 0 && { stops }) };
}

/** The lines in one text, with the stops where they come to stand. `frame` puts what parts the lines around each. */
function joined(lines: readonly Line[], frame: (line: string) => string): { text: string; stops: Span[] } {
  let text = '';
  const stops: Span[] = [];
  for (const line of lines) {
    const own = typeof line === 'string' ? line : line.text;
    const framed = frame(own);
    const at = text.length + framed.indexOf(own);
    if (typeof line !== 'string') for (const s of line.stops) stops.push({ start: at + s.start, end: at + s.end });
    text += framed;
  }
  return { text, stops };
}

/** The edit that takes a statement out with its line, or only the statement when something else is on the line. */
export function removal(file: GoFile, statement: Node): Edit {
  const start = lineStart(file.text, statement.startIndex);
  const newline = file.text.indexOf('\n', statement.endIndex);
  const end = newline < 0 ? file.text.length : newline + 1;
  const alone =
    file.text.slice(start, statement.startIndex).trim() === '' &&
    /^[ \t]*(\/\/.*)?[\r\n]*$/.test(file.text.slice(statement.endIndex, end));
  return alone ? { start, end, text: '' } : { start: statement.startIndex, end: statement.endIndex, text: '' };
}

/**
 * Takes an expression out into a variable ahead of its statement, where it is still worked out once and only when it
 * was before; undefined where that can't be said (a loop's condition, the second operand of && or ||, an `else if`,
 * outside of a function). `after`: lines between the variable and the statement, told the variable's name.
 */
export function extract(
  file: GoFile,
  pkg: GoPackage,
  func: Func | undefined,
  expression: Node,
  wanted: readonly string[],
  after: (name: string) => readonly Line[],
): { name: string; edits: Edit[] } | undefined {
  const statement = statementOf(expression);
  if (statement === undefined) return undefined;
  for (let n: Node = expression; n.id !== statement.id;) {
    const up: Node | null = n.parent;
    if (up === null) return undefined;
    if (
      up.type === 'for_clause' ||
      up.type === 'range_clause' ||
      up.type === 'communication_case' ||
      up.type === 'expression_case'
    )
      return undefined;
    if (up.type === 'for_statement' || up.type === 'func_literal') return undefined;
    if (
      up.type === 'binary_expression' &&
      /^(&&|\|\|)$/.test(up.childForFieldName('operator')?.text ?? '') &&
      up.childForFieldName('right')?.id === n.id
    )
      return undefined;
    if (up.type === 'if_statement' && up.childForFieldName('alternative')?.id === n.id) return undefined;
    n = up;
  }
  // A label belongs to the statement behind it, and nothing may come between.
  if (statement.type === 'labeled_statement') return undefined;
  const name = freeName(file, pkg, func, ...wanted);
  const edits = [
    linesBefore(file, statement, [
      `${name} := ${file.text.slice(expression.startIndex, expression.endIndex)}`,
      ...after(name),
    ]),
  ];
  edits.push({ start: expression.startIndex, end: expression.endIndex, text: name });
  return { name, edits };
}
