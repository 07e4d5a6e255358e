/** New files of a package: named so that none is there yet, with the header that the others have. */
import type { GoFile } from '../../go/file';
import { parts } from '../../go/grammar';
import type { GoPackage } from '../../go/package';
import { nameOf } from '../../paths';
import { lineEnd } from '../../text';
import type { Edit } from '../../types';

/**
 * A file beside `like`, of the same package, licence and build constraint. `body` begins below the package clause; its
 * lines end in \n.
 */
export function newFile(pkg: GoPackage, like: GoFile, name: string, body: string): Edit {
  const taken = new Set(pkg.files.map((f) => nameOf(f.path)));
  let free = `${name}.go`;
  for (let i = 2; taken.has(free); i++) free = `${name}_${i}.go`;
  const text = `${header(like)}package ${like.packageName}\n\n${body}`;
  return { file: `${pkg.dir}/${free}`, start: 0, end: 0, text: text.replaceAll('\n', lineEnd(like.text)) };
}

/**
 * The comments above the package clause that every file of a project has: a licence, and the constraint that decides
 * where it is built.
 */
function header(file: GoFile): string {
  const groups: { text: string; end: number }[] = [];
  for (const node of file.root.children) {
    if (node?.type !== 'comment') break;
    const last = groups.at(-1);
    const text = node.text.replaceAll('\r', '');
    // Lines of comments without an empty line between them are one.
    if (last !== undefined && node.startPosition.row === last.end + 1) {
      last.text += `\n${text}`;
      last.end = node.endPosition.row;
    } else groups.push({ text, end: node.endPosition.row });
  }
  const clause = parts(file.root).find((n) => n.type === 'package_clause');
  // What touches the package clause is the package's documentation.
  return groups
    .filter(
      (g) =>
        g.end + 1 !== clause?.startPosition.row &&
        /^\/\/(go:build| \+build) |copyright|spdx-license|licensed under/im.test(g.text),
    )
    .map((g) => `${g.text}\n\n`)
    .join('');
}
