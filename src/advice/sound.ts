/** Fixes are checked here, all of them, before anybody sees one: what they make must parse. */
import { parseAllDocuments } from 'yaml';
import type { GoFile } from './go/file';
import type { Change, Grammar } from './go/grammar';
import { applyEdits } from './text';
import type { Edit, Finding, Fix } from './types';

/** What is known of the files that fixes touch. */
export interface Touched {
  /** The finding's own file. */
  readonly path: string;
  /** Undefined: no fix may touch Go. */
  readonly grammar: Grammar | undefined;
  /** A file of the package, parsed. */
  go(path: string): GoFile | undefined;
  /** Any other file's text; null: it does not exist. Undefined: it was not read, so nothing may be done to it. */
  text(path: string): string | null | undefined;
}

/** The findings, with only the fixes whose results parse. */
export function sound(findings: readonly Finding[], touched: Touched): Finding[] {
  return findings.map((finding) => {
    const fixes = finding.fixes.filter((fix) => isSound(fix, touched));
    return fixes.length === finding.fixes.length ? finding : { ...finding, fixes };
  });
}

/** The files that a fix edits, its finding's own under its path. */
export function byFile(fix: Pick<Fix, 'edits'>, own: string): Map<string, Edit[]> {
  const files = new Map<string, Edit[]>();
  for (const edit of fix.edits) {
    const path = edit.file ?? own;
    const list = files.get(path);
    if (list === undefined) files.set(path, [edit]);
    else list.push(edit);
  }
  return files;
}

function isSound(fix: Fix, touched: Touched): boolean {
  if (fix.edits.length === 0) return false;
  for (const [path, edits] of byFile(fix, touched.path)) {
    const file = touched.go(path);
    const before = file?.text ?? touched.text(path);
    if (before === undefined || file?.generated === true) return false;
    let after: string;
    // Edits that touch each other or lie outside of the text are a rule's mistake: they must not become a broken file.
    try {
      after = applyEdits(before ?? '', edits);
    } catch {
      return false;
    }
    if (after === before) return false;
    if (
      path.endsWith('.go')
        ? touched.grammar === undefined || !goParses(touched.grammar, after, file, edits)
        : isYaml(path) && !yamlParses(before ?? '', after)
    )
      return false;
  }
  return true;
}

function goParses(grammar: Grammar, after: string, file: GoFile | undefined, edits: readonly Edit[]): boolean {
  if (file === undefined) return grammar.accepts(after);
  // From the last to the first, so that the offsets of those before still hold.
  const changes: Change[] = [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .map((e) => ({ start: e.start, end: e.end, length: e.text.length }));
  const tree = grammar.reparse(after, file.tree, file.text, changes);
  const ok = !tree.rootNode.hasError;
  tree.delete();
  return ok;
}

export function isYaml(path: string): boolean {
  return /\.(ya?ml|tpl)$/.test(path);
}

/** True when the text parses, or when it did not before either and has no more errors now: a template is no YAML as it stands. */
export function yamlParses(before: string, after: string): boolean {
  const errors = yamlErrors(after);
  return errors === 0 || errors <= yamlErrors(before);
}

function yamlErrors(text: string): number {
  return parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' }).reduce((n, d) => n + d.errors.length, 0);
}
