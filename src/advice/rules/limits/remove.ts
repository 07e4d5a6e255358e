/** Edits that take assignments out, and the import that nothing needs afterwards. */
import { declarationOf, definitions, functionAround } from '../../go/flow';
import { all, parts, type Node } from '../../go/grammar';
import type { GoFile } from '../../go/file';
import { removal } from '../../go/statements';
import type { Edit } from '../../types';

/**
 * Takes these statements out. Undefined when one of them is not an assignment by itself, or when a variable would be
 * left that nothing reads, which Go's compiler refuses.
 */
export function removeStatements(file: GoFile, statements: readonly Node[]): Edit[] | undefined {
  const own = [...new Map(statements.map((s) => [s.id, s])).values()].sort((a, b) => a.startIndex - b.startIndex);
  if (own.length === 0 || own.some((s) => s.type !== 'assignment_statement' || s.parent?.type !== 'statement_list'))
    return undefined;
  const inside = (n: Node): boolean => own.some((s) => s.startIndex <= n.startIndex && n.endIndex <= s.endIndex);
  for (const s of own) {
    for (const id of all(s, 'identifier')) {
      const defs = definitions(file, functionAround(file, id)).get(id.text);
      const declaration = defs === undefined ? undefined : declarationOf(defs, id);
      if (declaration === undefined || declaration.kind === 'parameter' || defs === undefined) continue;
      const read = all(functionAround(file, id), 'identifier').some(
        (o) =>
          o.text === id.text &&
          !inside(o) &&
          !defs.some((d) => d.name.id === o.id) &&
          declarationOf(defs, o) === declaration,
      );
      if (!read) return undefined;
    }
  }
  const edits = tidy(
    file,
    own.map((s) => removal(file, s)),
  );
  for (const i of file.imports) {
    const names = all(file.root, 'identifier', 'package_identifier').filter(
      (n) => n.text === i.name && n.parent?.type !== 'import_spec',
    );
    if (names.some(inside) && names.every(inside)) {
      const alone = i.node.parent?.type === 'import_spec_list' && parts(i.node.parent).length > 1;
      if (!alone) return undefined;
      edits.push(...tidy(file, [removal(file, i.node)]));
    }
  }
  return edits;
}

/** Joins what touches, and takes a blank line along where two would be left, or one at the edge of a block. */
export function tidy(file: GoFile, edits: readonly Edit[]): Edit[] {
  const out: { start: number; end: number; text: string }[] = [];
  for (const e of [...edits].sort((a, b) => a.start - b.start)) {
    const before = out.at(-1);
    if (before?.end === e.start && before.text === '' && e.text === '') before.end = e.end;
    else out.push({ start: e.start, end: e.end, text: e.text });
  }
  const { text } = file;
  for (const e of out) {
    if (e.start > 0 && text[e.start - 1] !== '\n') continue;
    const above = text.slice(text.lastIndexOf('\n', e.start - 2) + 1, Math.max(0, e.start - 1)).trim();
    const newline = text.indexOf('\n', e.end);
    const below = text.slice(e.end, newline < 0 ? text.length : newline).trim();
    if (below === '' && newline >= 0 && (above === '' || /[{(]$/.test(above))) e.end = newline + 1;
    else if (above === '' && /^[})]/.test(below)) e.start = text.lastIndexOf('\n', e.start - 2) + 1;
  }
  return out;
}
