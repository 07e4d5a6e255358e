/** One kind of fix wherever it fits: "fix all" in the editor, `--apply` on the command line. */
import type { Analyzer, Report } from './analyzer';
import { dirOf, nameOf } from './paths';
import { applyEdits, editsByFile } from './text';
import type { Files, Finding, Fix } from './types';

/** What to apply: the fix with this id, or the first of each finding. */
export interface Chosen {
  readonly rule: string;
  readonly fix?: string | undefined;
}

/** A file as it was (undefined: it is new) and as it becomes. */
export interface Changed {
  readonly before: string | undefined;
  readonly after: string;
}

function chosenFix(finding: Finding, { rule, fix }: Chosen): Fix | undefined {
  if (finding.rule !== rule) return undefined;
  return fix === undefined ? finding.fixes[0] : finding.fixes.find((f) => f.id === fix);
}

/**
 * Applies the fix to every finding of the rule in these files, one after the other, each on what the one before made:
 * imports are not doubled then, and names do not clash. Writes nothing; gives the files that changed.
 */
export async function fixAll(
  analyzer: Analyzer,
  paths: readonly string[],
  chosen: Chosen,
  signal?: AbortSignal,
): Promise<Map<string, Changed>> {
  const drafts = new Map<string, Changed>();
  const work = analyzer.over((files) => new Drafts(files, drafts));
  try {
    for (const path of paths) {
      const candidates = ({ findings }: Report): Fix[] => findings.flatMap((f) => chosenFix(f, chosen) ?? []);
      let fixes = candidates(await work.file(path, undefined, signal));
      // A finding that stays (it then tells the new value) is passed over; one that goes leaves its place to the next.
      for (let at = 0, left = fixes.length; left > 0; left--) {
        const fix = fixes[at];
        if (fix === undefined) break;
        for (const [file, edits] of editsByFile(fix, path)) {
          const now = await work.text(file, signal);
          drafts.set(file, {
            before: drafts.has(file) ? drafts.get(file)?.before : now,
            after: applyEdits(now ?? '', edits),
          });
          work.changed(file);
        }
        const next = candidates(await work.file(path, undefined, signal));
        if (next.length >= fixes.length) at += 1 + next.length - fixes.length;
        fixes = next;
      }
    }
  } finally {
    work.clear();
  }
  return drafts;
}

/** Files with drafts in front of them. */
class Drafts implements Files {
  constructor(
    private readonly files: Files,
    private readonly drafts: ReadonlyMap<string, Changed>,
  ) {}

  async read(path: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.drafts.get(path)?.after ?? this.files.read(path, signal);
  }
  async list(dir: string, signal?: AbortSignal): Promise<readonly string[]> {
    const made = [...this.drafts.keys()].filter((p) => dirOf(p) === dir).map(nameOf);
    return [...new Set([...(await this.files.list(dir, signal)), ...made])];
  }
  absolute(osPath: string): string {
    return this.files.absolute(osPath);
  }
  get moduleCaches(): readonly string[] {
    return this.files.moduleCaches;
  }
}
