/** Names that clash with nothing. */
import { all, type Node } from './grammar';
import type { Func, GoFile } from './file';
import type { GoPackage } from './package';

const KEYWORDS = new Set(
  (
    'break case chan const continue default defer else fallthrough for func go goto if import interface map ' +
    'package range return select struct switch type var bool byte error false float32 float64 int int32 int64 iota ' +
    'len make new nil panic rune string true uint'
  ).split(' '),
);

/**
 * The first of the wanted names that nothing in this function, file or package is called; the last one with a number
 * when all are taken. Any identifier in the function counts, so a name that is merely read there is not hidden either.
 */
export function freeName(
  file: GoFile,
  pkg: GoPackage,
  within: Node | Func | undefined,
  ...wanted: readonly string[]
): string {
  const node = within === undefined ? undefined : 'node' in within ? within.node : within;
  const used = new Set(node === undefined ? [] : all(node, 'identifier', 'package_identifier').map((n) => n.text));
  const taken = (name: string): boolean =>
    KEYWORDS.has(name) ||
    used.has(name) ||
    file.named.has(name) ||
    pkg.value(name) !== undefined ||
    pkg.type(name) !== undefined ||
    pkg.func(name) !== undefined;
  const free = wanted.find((name) => !taken(name));
  if (free !== undefined) return free;
  const last = wanted.at(-1) ?? 'value';
  for (let i = 2; ; i++) if (!taken(`${last}${i}`)) return `${last}${i}`;
}
