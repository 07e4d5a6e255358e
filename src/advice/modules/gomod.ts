/**
 * go.mod and go.work, read as Go reads them (https://go.dev/ref/mod#go-mod-file) but for one thing: a broken line loses
 * itself alone.
 */
import { compareVersions, parseVersion } from './semver';

export interface Require {
  readonly path: string;
  readonly version: string;
  /** Go's own mark for what no package of this module imports. */
  readonly indirect: boolean;
}

/** `from version => to version`. Without `version` it holds for all; without `toVersion` `to` is a folder. */
export interface Replace {
  readonly from: string;
  readonly version: string | undefined;
  readonly to: string;
  readonly toVersion: string | undefined;
}

export interface ModFile {
  /** '' when no line says. */
  readonly module: string;
  readonly go: string | undefined;
  readonly toolchain: string | undefined;
  readonly require: readonly Require[];
  readonly replace: readonly Replace[];
  readonly exclude: readonly { readonly path: string; readonly version: string }[];
  /** Folders of a go.work, as they stand there. */
  readonly use: readonly string[];
  /** Lines that say nothing Go would take, from 1. */
  readonly broken: readonly { readonly line: number; readonly text: string }[];
}

/** Directives of one line that tell nothing about versions in force. */
const OTHER = new Set(['retract', 'tool', 'godebug', 'ignore']);

export function parseModFile(text: string): ModFile {
  const require: Require[] = [];
  const replace: Replace[] = [];
  const exclude: { path: string; version: string }[] = [];
  const use: string[] = [];
  const broken: { line: number; text: string }[] = [];
  const said: { module?: string; go?: string; toolchain?: string } = {};
  let block: string | undefined;
  const lines = text.split('\n');
  for (const [i, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const { words, comment, whole } = split(line);
    const bad = (): void => {
      broken.push({ line: i + 1, text: line.trim() });
    };
    if (!whole) {
      bad();
      continue;
    }
    if (words.length === 0) continue;
    if (block !== undefined && words.length === 1 && words[0] === ')') {
      block = undefined;
      continue;
    }
    if (block === undefined && words.length === 2 && words[1] === '(') {
      block = words[0];
      continue;
    }
    const verb = block ?? words[0] ?? '';
    const args = block === undefined ? words.slice(1) : words;
    const [a, b] = args;
    if (verb === 'require' || verb === 'exclude') {
      if (args.length !== 2 || a === undefined || b === undefined || !isVersion(b)) {
        bad();
        continue;
      }
      if (verb === 'exclude') exclude.push({ path: a, version: b });
      else require.push({ path: a, version: b, indirect: /^indirect(;|$|\s)/.test(comment) });
    } else if (verb === 'replace') {
      const arrow = args.indexOf('=>');
      const [from, version, ...more] = args.slice(0, Math.max(arrow, 0));
      const [to, toVersion, ...rest] = args.slice(arrow + 1);
      if (
        from === undefined ||
        to === undefined ||
        more.length > 0 ||
        rest.length > 0 ||
        (toVersion === undefined) !== isFolder(to)
      ) {
        bad();
        continue;
      }
      replace.push({ from, version, to, toVersion });
    } else if (verb === 'use') {
      if (args.length !== 1 || a === undefined) bad();
      else use.push(a);
    } else if (verb === 'module' || verb === 'go' || verb === 'toolchain') {
      if (args.length !== 1 || a === undefined) bad();
      else said[verb] ??= a;
    } else if (!OTHER.has(verb)) bad();
  }
  return { module: said.module ?? '', go: said.go, toolchain: said.toolchain, require, replace, exclude, use, broken };
}

/** Versions as go.mod may have them; a branch's name is only there until the next `go mod tidy`. */
function isVersion(text: string): boolean {
  return parseVersion(text) !== undefined || /^[\w.+/-]+$/.test(text);
}

/** True for a path of the file system: Go knows it by its start, on every system. */
export function isFolder(path: string): boolean {
  return /^(\.{1,2}($|[\\/])|[\\/]|[A-Za-z]:)/.test(path);
}

/**
 * Spaces, a comment, a text in quotes, a bracket or comma, a word. A word ends before a comment: `https://x` is one and
 * a comment.
 */
const TOKEN = /\s+|(\/\/.*)|"((?:[^"\\]|\\.)*)"|`([^`]*)`|([()[\],])|((?:(?!\/\/)[^\s()[\],"`])+)/gy;

/** A line's words without its comment. `whole` is false for a text in quotes that does not end. */
function split(line: string): { words: string[]; comment: string; whole: boolean } {
  const words: string[] = [];
  let comment = '';
  let at = 0;
  for (const m of line.matchAll(TOKEN)) {
    at = m.index + m[0].length;
    const [, after, quoted, raw, mark, word] = m;
    if (after !== undefined) comment = after.slice(2).trim();
    const text = quoted?.replace(/\\(.)/g, '$1') ?? raw ?? mark ?? word;
    if (text !== undefined) words.push(text);
  }
  return { words, comment, whole: at === line.length };
}

/**
 * The replacement in force of a module at a version: the one for this version before the one for all. The last of
 * several counts.
 */
export function replacing(list: readonly Replace[], path: string, version: string | undefined): Replace | undefined {
  const of = list.filter((r) => r.from === path);
  return (
    of.findLast((r) => r.version !== undefined && r.version === version) ?? of.findLast((r) => r.version === undefined)
  );
}

/** The highest version asked for, which is the one Go takes. Excluded ones do not count. */
export function highest(
  requires: readonly Require[],
  path: string,
  excluded: ModFile['exclude'] = [],
): Require | undefined {
  let best: Require | undefined;
  for (const r of requires) {
    if (r.path !== path || excluded.some((e) => e.path === path && e.version === r.version)) continue;
    if (best === undefined || compareVersions(r.version, best.version) > 0)
      best = { ...r, indirect: r.indirect && (best?.indirect ?? true) };
    else if (!r.indirect && best.indirect) best = { ...best, indirect: false };
  }
  return best;
}
