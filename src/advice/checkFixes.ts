/** Fixes are checked here, all of them, before anybody sees one: what they make must parse. */
import { parseAllDocuments } from 'yaml';
import type { GoFile } from './go/file';
import type { Change, Grammar } from './go/grammar';
import { languageOf, type LanguageName } from './languages';
import { applyEdits, editsByFile } from './text';
import type { Edit, Finding, Fix } from './types';

/** What is known of the files that fixes touch. */
export interface FixTargets {
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
export function checkFixes(findings: readonly Finding[], targets: FixTargets): Finding[] {
  return findings.map((finding) => {
    const fixes = finding.fixes.filter((fix) => parses(fix, targets));
    return fixes.length === finding.fixes.length ? finding : { ...finding, fixes };
  });
}

function parses(fix: Fix, targets: FixTargets): boolean {
  if (fix.edits.length === 0) return false;
  for (const [path, edits] of editsByFile(fix, targets.path)) {
    const file = targets.go(path);
    const before = file?.text ?? targets.text(path);
    if (before === undefined || file?.generated === true) return false;
    let after: string;
    // Edits that touch each other or lie outside of the text are a rule's mistake: they must not become a broken file.
    try {
      after = applyEdits(before ?? '', edits);
    } catch {
      return false;
    }
    if (after === before) return false;
    const language = languageOf(path);
    const change = { before: before ?? '', after, file, edits, grammar: targets.grammar };
    if (language !== undefined && !PARSES[language.name](change)) return false;
  }
  return true;
}

/** What a fix makes of one file. */
interface Changed {
  readonly before: string;
  readonly after: string;
  /** The file as it was, parsed; undefined: it is new, or of another language. */
  readonly file: GoFile | undefined;
  readonly edits: readonly Edit[];
  readonly grammar: Grammar | undefined;
}

const PARSES: Readonly<Record<LanguageName, (changed: Changed) => boolean>> = {
  go: goParses,
  yaml: ({ before, after }) => yamlParses(before, after),
  // No fix edits one.
  'go.mod': () => true,
};

function goParses({ after, file, edits, grammar }: Changed): boolean {
  if (grammar === undefined) return false;
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

/**
 * True when the text parses, or when it did not before either and has no more errors now: a template is no YAML as it
 * stands.
 */
function yamlParses(before: string, after: string): boolean {
  const errors = yamlErrors(after);
  return errors === 0 || errors <= yamlErrors(before);
}

function yamlErrors(text: string): number {
  return parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent' }).reduce((n, d) => n + d.errors.length, 0);
}
