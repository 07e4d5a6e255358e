/** Where setting up happens, and edits there. */
import type { Manager } from '../../controllers/types';
import type { GoFile } from '../../go/file';
import { parts, type Node } from '../../go/grammar';
import { importing } from '../../go/imports';
import { freeName } from '../../go/names';
import type { GoPackage } from '../../go/package';
import { checksError, nextStatement, statementOf } from '../../go/statements';
import { indentAt, lineEnd, lineStart } from '../../text';
import type { Edit, Span } from '../../types';

/** What is called, without its arguments: the place of a finding about a call. */
export function calleeOf(call: Node): Span {
  const fun = call.childForFieldName('function') ?? call;
  return { start: fun.startIndex, end: fun.endIndex };
}

/**
 * Lines above a statement and above the comment that belongs to it. Undefined when the statement does not begin its
 * line: what gofmt would make of two statements on one line can't be foreseen.
 */
export function above(file: GoFile, statement: Node, lines: readonly string[]): Edit | undefined {
  const { text } = file;
  let first = statement;
  for (
    let before = first.previousSibling;
    before?.type === 'comment' && before.endPosition.row + 1 === first.startPosition.row && startsLine(text, before);
    before = before.previousSibling
  )
    first = before;
  if (!startsLine(text, first)) return undefined;
  const start = lineStart(text, first.startIndex);
  const indent = indentAt(text, first.startIndex);
  return { start, end: start, text: lines.map((line) => (line === '' ? '' : indent + line) + lineEnd(text)).join('') };
}

/** Lines under a statement whose line ends with it, or with a comment. */
export function under(file: GoFile, statement: Node, lines: readonly string[]): Edit | undefined {
  const { text } = file;
  const newline = text.indexOf('\n', statement.endIndex);
  if (
    newline < 0 ||
    !startsLine(text, statement) ||
    !/^[ \t]*(\/\/.*)?\r?$/.test(text.slice(statement.endIndex, newline))
  )
    return undefined;
  const indent = indentAt(text, statement.startIndex);
  return {
    start: newline + 1,
    end: newline + 1,
    text: lines.map((line) => (line === '' ? '' : indent + line) + lineEnd(text)).join(''),
  };
}

function startsLine(text: string, node: Node): boolean {
  return text.slice(lineStart(text, node.startIndex), node.startIndex).trim() === '';
}

/** Imports a package under a name that nothing in the function, file or package has. */
export function importingFree(
  file: GoFile,
  pkg: GoPackage,
  within: Node | undefined,
  path: string,
  ...names: readonly string[]
): { readonly name: string; readonly edits: readonly Edit[] } {
  if (file.nameFor(path) !== undefined) return importing(file, path);
  return importing(file, path, freeName(file, pkg, within, ...names));
}

/** The manager's variable, the statement that makes it, and the check of its error that follows. */
export function managerVariable(
  manager: Manager,
): { readonly name: string; readonly statement: Node; readonly check: Node } | undefined {
  const statement = statementOf(manager.call);
  if (
    statement === undefined ||
    (statement.type !== 'short_var_declaration' && statement.type !== 'assignment_statement')
  )
    return undefined;
  const [left, right] = [statement.childForFieldName('left'), statement.childForFieldName('right')];
  const [name, error] = left === null ? [] : parts(left);
  if (
    right === null ||
    parts(right)[0]?.id !== manager.call.id ||
    name?.type !== 'identifier' ||
    name.text === '_' ||
    error?.type !== 'identifier'
  )
    return undefined;
  const check = nextStatement(statement);
  return check !== undefined && checksError(check, error.text) ? { name: name.text, statement, check } : undefined;
}

/** The first of the package's managers: what a process has once is set up there. */
export function firstManager(managers: readonly Manager[]): Manager | undefined {
  return [...managers].sort((a, b) =>
    a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.call.startIndex - b.call.startIndex,
  )[0];
}

/** The first statement of `func main`, with its file. */
export function startOfMain(
  pkg: GoPackage,
): { readonly file: GoFile; readonly statement: Node; readonly body: Node } | undefined {
  const main = pkg.func('main');
  const body = main?.func.body;
  const list = body === undefined ? undefined : parts(body).find((n) => n.type === 'statement_list');
  const statement = list === undefined ? undefined : parts(list)[0];
  return main === undefined || body === undefined || statement === undefined || main.file.isTest
    ? undefined
    : { file: main.file, statement, body };
}
