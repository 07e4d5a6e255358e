/** Applies every fix of every finding in a program to a copy of its package. */
import path from 'node:path';
import { Analyzer } from '../../../src/advice/analyzer';
import { applyEdits } from '../../../src/advice/text';
import type { Edit, Effective, Finding, Fix } from '../../../src/advice/types';
import { grammar } from '../../unit/advice/harness';
import { realFiles } from './claims';
import type { Problem } from '../../../src/base/problem';
import { MODULE, type Workspace } from './workspace';

/** A program as it is after one fix. */
export interface Fixed {
  /** Of the program that was fixed. */
  readonly program: string;
  /** Folder below the workspace, and the package's name. */
  readonly name: string;
  readonly rule: string;
  /** The fix's own id; `all`: the first fixes of all findings of the rule. */
  readonly fix: string;
  readonly title: string;
  /** All files of the package; names may have folders. */
  readonly files: Readonly<Record<string, string>>;
  readonly effective: Effective | undefined;
}

/** Findings of a program, and what failed while it was looked at. */
export interface Found {
  readonly findings: readonly Finding[];
  readonly fixed: readonly Fixed[];
  readonly problems: readonly string[];
}

export class Fixer {
  readonly #problems: string[] = [];
  readonly #analyzer: Analyzer;
  #count = 0;

  constructor(private readonly workspace: Workspace) {
    this.#analyzer = new Analyzer(() => Promise.resolve(grammar()), realFiles(), {
      tell: (p: Problem) => {
        this.#problems.push(`${p.message} ${String(p.cause instanceof Error ? p.cause.stack : '')}`);
      },
    });
  }

  /** The program is a package of the workspace, in the folder with its name. Copies come out, and are not written. */
  async look(name: string, texts: Readonly<Record<string, string>>): Promise<Found> {
    this.#problems.length = 0;
    const dir = `${this.workspace.dir}/${name}`;
    const findings: Finding[] = [];
    const copies = new Map<string, Fixed>();
    const keep = (finding: Finding, fix: string, title: string, edits: readonly (Edit & { file: string })[]): void => {
      const own = `f${String(this.#count).padStart(4, '0')}`;
      const files = this.#apply(name, dir, texts, own, edits, `${finding.rule} ${fix}`);
      const key = JSON.stringify(Object.entries(files).map(([file, text]) => [file, text.replaceAll(own, '')]));
      if (copies.has(key)) return;
      copies.set(key, {
        program: name,
        name: own,
        rule: finding.rule,
        fix,
        title,
        files,
        effective: finding.effective,
      });
      this.#count++;
    };
    for (const file of Object.keys(texts)) {
      const report = await this.#analyzer.file(`${dir}/${file}`);
      const at = (fix: Fix): (Edit & { file: string })[] =>
        fix.edits.map((e) => ({ ...e, file: e.file ?? report.file }));
      findings.push(...report.findings);
      for (const finding of report.findings) for (const fix of finding.fixes) keep(finding, fix.id, fix.title, at(fix));
      for (const rule of new Set(report.findings.map((f) => f.rule))) {
        const firsts = report.findings
          .filter((f) => f.rule === rule)
          .flatMap((finding) => finding.fixes.slice(0, 1).map((fix) => ({ finding, fix, edits: at(fix) })));
        const apart: typeof firsts = [];
        for (const one of firsts)
          if (
            !apart.some((o) =>
              o.edits.some((a) => one.edits.some((b) => a.file === b.file && a.start <= b.end && b.start <= a.end)),
            )
          )
            apart.push(one);
        const [first] = apart;
        if (first !== undefined && apart.length > 1)
          keep(
            first.finding,
            'all',
            `All: ${first.fix.title}`,
            apart.flatMap((o) => o.edits),
          );
      }
    }
    return { findings, fixed: [...copies.values()], problems: [...this.#problems] };
  }

  #apply(
    name: string,
    dir: string,
    texts: Readonly<Record<string, string>>,
    own: string,
    edits: readonly (Edit & { file: string })[],
    what: string,
  ): Record<string, string> {
    const out: Record<string, string> = { ...texts };
    for (const file of new Set(edits.map((e) => e.file))) {
      const relative = path.relative(dir, file);
      if (relative.startsWith('..')) throw new Error(`${what} edits ${file}, outside of the package`);
      out[relative] = applyEdits(
        texts[relative] ?? '',
        edits.filter((e) => e.file === file),
      );
    }
    // A package that is not main is compiled and not linked; what a fix puts below the package moves with it.
    for (const [file, text] of Object.entries(out))
      out[file] = (file.includes('/') ? text : text.replace(/^package[ \t]+main\b/m, `package ${own}`)).replaceAll(
        `"${MODULE}/${name}/`,
        `"${MODULE}/${own}/`,
      );
    return out;
  }
}
