/** The edit that makes a file import a package, where goimports would put it. */
import { lineEnd, lineStart } from '../text';
import type { Edit } from '../types';
import { defaultName, type GoFile } from './file';
import { parts } from './grammar';

export interface Imported {
  /** How to call the package in this file. */
  readonly name: string;
  readonly edits: readonly Edit[];
}

/**
 * The name under which `path` can be used, and the edits that import it when the file does not yet. `as`: the name
 * wanted; it is written only when it differs from the package's own. A name that is taken in the file gets a number.
 */
export function importing(file: GoFile, path: string, as = defaultName(path)): Imported {
  const known = file.nameFor(path);
  if (known !== undefined) return { name: known, edits: [] };
  const name = free(file, as);
  const spec = `${name === defaultName(path) ? '' : `${name} `}"${path}"`;
  return { name, edits: [insert(file, path, spec)] };
}

/** The edit for an import for its effects alone (`_ "path"`); none when the package is imported in any way. */
export function importingBlank(file: GoFile, path: string): readonly Edit[] {
  return file.imports.some((i) => i.path === path) ? [] : [insert(file, path, `_ "${path}"`)];
}

function free(file: GoFile, name: string): string {
  const taken = (n: string): boolean =>
    file.named.has(n) || new RegExp(`\\b(func|type|var|const)\\s+${n}\\b|\\b${n}\\s*(,[^=\\n]*)?:=`).test(file.text);
  if (!taken(name)) return name;
  for (let i = 2; ; i++) if (!taken(`${name}${i}`)) return `${name}${i}`;
}

/** The standard library's paths have no dot in their first part. */
const isStandard = (path: string): boolean => !(path.split('/')[0] ?? '').includes('.');

function insert(file: GoFile, path: string, spec: string): Edit {
  const { text } = file;
  const end = lineEnd(text);
  const declarations = parts(file.root).filter((n) => n.type === 'import_declaration');
  const lists = declarations.flatMap((d) => parts(d)).filter((n) => n.type === 'import_spec_list');
  const list = lists[0];
  if (list === undefined) {
    const last = declarations.at(-1);
    if (last !== undefined) return { start: last.endIndex, end: last.endIndex, text: `${end}import ${spec}` };
    const clause = parts(file.root).find((n) => n.type === 'package_clause');
    const at = clause?.endIndex ?? 0;
    return { start: at, end: at, text: `${end}${end}import ${spec}` };
  }
  const specs = file.imports.filter((i) => i.node.startIndex >= list.startIndex && i.node.endIndex <= list.endIndex);
  // Groups are parted by blank lines; the best is the one whose paths share most with ours, of the same kind (standard
  // or not).
  const groups: (typeof specs)[] = [];
  for (const s of specs) {
    const before = groups.at(-1)?.at(-1);
    if (before === undefined || /\n\s*\r?\n/.test(text.slice(before.node.endIndex, s.node.startIndex)))
      groups.push([s]);
    else groups.at(-1)?.push(s);
  }
  const shared = (a: string): number => {
    const [x, y] = [a.split('/'), path.split('/')];
    let n = 0;
    while (n < x.length && x[n] === y[n]) n++;
    return n;
  };
  const fitting = groups.filter(
    (g) => g.some((s) => isStandard(s.path)) === isStandard(path) && g.every((s) => s.name !== '.'),
  );
  const best = fitting
    .map((g, i) => ({ g, i, n: Math.max(...g.map((s) => shared(s.path))) }))
    .sort((a, b) => b.n - a.n || b.i - a.i)[0]?.g;
  if (best === undefined) {
    if (isStandard(path) && specs[0] !== undefined) {
      const at = lineStart(text, specs[0].node.startIndex);
      return { start: at, end: at, text: `\t${spec}${end}${end}` };
    }
    const last = specs.at(-1)?.node.endIndex ?? list.startIndex + 1;
    const at =
      text.indexOf('\n', last) < 0 || text.indexOf('\n', last) > list.endIndex ? last : text.indexOf('\n', last) + 1;
    return at === last
      ? { start: at, end: at, text: `${end}${end}\t${spec}${end}` }
      : { start: at, end: at, text: `${end}\t${spec}${end}` };
  }
  const after = best.find((s) => s.path > path);
  if (after !== undefined) {
    const at = lineStart(text, after.node.startIndex);
    return { start: at, end: at, text: `\t${spec}${end}` };
  }
  const last = best.at(-1)?.node.endIndex ?? list.startIndex + 1;
  const next = text.indexOf('\n', last);
  return next < 0 || next > list.endIndex
    ? { start: last, end: last, text: `${end}\t${spec}` }
    : { start: next + 1, end: next + 1, text: `\t${spec}${end}` };
}
