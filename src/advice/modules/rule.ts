/**
 * What go.mod leaves in the dark: most of what is said of sources depends on versions, and is left out where they are
 * not known.
 */
import { CLIENT_GO, RUNTIME } from '../libraries';
import { isFolder } from './gomod';
import type { Module } from './types';
import { nameOf } from '../paths';
import type { Finding, Span } from '../types';

export const MODULE_RULE = {
  id: 'module-versions',
  title: 'Versions that are not known',
  explains: `Defaults differ between releases of controller-runtime and client-go, so hints are given for the versions in force, as go.mod, \`replace\`, go.work and vendor/modules.txt state them. Where they can't be told, nothing is said that depends on them.

That is so when

- go.mod or go.work has lines that Go does not take: what stands in them is passed over, the other lines are read (https://go.dev/ref/mod#go-mod-file),
- a \`replace\` leads to a folder that is not there, or to the module itself,
- go.mod has no \`module\` line.`,
};

/** `module`: the one of this go.mod. */
export function checkModFile(path: string, text: string, module: Module): Finding[] {
  const finding = (span: Span, message: string): Finding => ({
    ...span,
    rule: MODULE_RULE.id,
    severity: 'warning',
    message,
    fixes: [],
  });
  const found: Finding[] = [];
  const broken = module.broken ?? [];
  for (const file of new Set(broken.map((b) => b.file))) {
    const [first, ...more] = broken.filter((b) => b.file === file);
    if (first === undefined) continue;
    const others =
      more.length === 0
        ? ''
        : `, nor ${more.length === 1 ? 'line' : 'lines'} ${more
            .slice(0, 5)
            .map((b) => b.line)
            .join(', ')}${more.length > 5 ? ` and ${more.length - 5} more` : ''}`;
    const [at, which] =
      file === path
        ? [lineAt(text, first.line), 'this line']
        : [moduleLine(text), `line ${first.line} of ${nameOf(file)}`];
    found.push(
      finding(
        at,
        `Go does not take ${which}${others}: what is said there about versions is not known, and hints that ` +
          'depend on it are left out.',
      ),
    );
  }
  if (module.path === '')
    found.push(
      finding(lineAt(text, 1), 'This go.mod has no module line: packages of this module can’t be told from others.'),
    );
  for (const name of [RUNTIME, CLIENT_GO]) {
    const version = module.version(name);
    if (version?.replaced === undefined || !isFolder(version.replaced)) continue;
    const itself = version.dir === module.dir;
    if (version.dir !== undefined && !itself) continue;
    const where = itself
      ? `${version.replaced}, which is this module itself`
      : `${version.replaced}, and nothing is there`;
    found.push(
      finding(
        replaceLine(text, name, version.replaced),
        `${name} is replaced by ${where}: its version is not known, and hints that depend on it are left out.`,
      ),
    );
  }
  return found.sort((a, b) => a.start - b.start);
}

/** A line without the white space around what stands in it; from 1. */
function lineAt(text: string, line: number): Span {
  let start = 0;
  for (let n = 1; n < line; n++) start = text.indexOf('\n', start) + 1;
  const end = text.indexOf('\n', start);
  const whole = text.slice(start, end < 0 ? text.length : end);
  const indent = whole.length - whole.trimStart().length;
  const length = whole.trim().length;
  return length === 0 ? { start: 0, end: text.length } : { start: start + indent, end: start + indent + length };
}

function lineWith(text: string, wanted: (line: string) => boolean): Span | undefined {
  const at = text.split('\n').findIndex((line) => wanted(line.replace(/\/\/.*/, '')));
  return at < 0 ? undefined : lineAt(text, at + 1);
}

function moduleLine(text: string): Span {
  return lineWith(text, (line) => /^\s*module\s/.test(line)) ?? lineAt(text, 1);
}

/** A replace may stand in go.work as well. */
function replaceLine(text: string, name: string, to: string): Span {
  return lineWith(text, (line) => line.includes('=>') && line.includes(name) && line.includes(to)) ?? moduleLine(text);
}
