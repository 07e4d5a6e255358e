/** From files to reports: the one way that the editor's hints, the review and the command line share. */
import { Problem } from '../base/problem';
import { checkFixes } from './checkFixes';
import { Folders } from './folders';
import type { Grammar } from './go/grammar';
import { GoReader, type Source } from './goReader';
import { isSource, languageOf, type Language, type LanguageName } from './languages';
import { Lru } from './lru';
import { MAX_LENGTH } from './maxLength';
import { moduleOf } from './modules/index';
import { checkModFile } from './modules/rule';
import type { Module } from './modules/types';
import { dirOf, upwards } from './paths';
import { programOf } from './program';
import type { LanguageServer } from './resolve';
import { until } from './slices';
import type { FileReport, Files, Measured } from './types';
import { walk } from './walk';
import { checkYaml, type YamlReport } from './yaml/index';

export interface AnalyzerOptions {
  /** What was measured of a program, by `programOf`. Default: nothing. */
  readonly measured?: (program: string) => Measured | undefined;
  /** What a language server knows. Default: there is none. */
  readonly languageServer?: LanguageServer;
  /** Gets a problem once a file: it was left out, or a rule failed at it. Default: nobody does. */
  readonly tell?: (problem: Problem) => void;
  /** Called after each 8 ms of an analysis, to let others have their turn. Default: it goes on. */
  readonly pause?: () => Promise<void>;
}

/** What is found in a Go or YAML file; `hovers` only of YAML. */
export type Report = FileReport & Partial<Pick<YamlReport, 'hovers'>>;

/** Characters of sources whose reports are kept. */
const REPORTS = 8_000_000;

/** Files that state versions. */
const MODULE_FILE = /(^|\/)(go\.mod|go\.work|modules\.txt)$/;

type Reader = (
  source: Source,
  folders: Map<string, number>,
  signal: AbortSignal | undefined,
) => Report | Promise<Report>;

/** A report with what it was made from. */
interface Kept {
  readonly report: Report;
  readonly text: string;
  readonly generation: number;
  readonly modules: number;
  readonly measured: Measured | undefined;
  /** Generations, at that time, of other packages' folders that it was made from. */
  readonly folders: ReadonlyMap<string, number>;
}

export class Analyzer {
  readonly #folders: Folders;
  readonly #go: GoReader;
  readonly #reports = new Lru<Kept>(REPORTS, (k) => k.text.length + 500);
  readonly #modules = new Map<string, Promise<Module>>();
  readonly #reported = new Set<string>();
  /** Grows when a go.mod or its like changes, or when a language server knows more. */
  #moduleState = 0;

  /** One reader a language. `folders`: gets the folders that a report depends on beside the file's own. */
  readonly #readers: Readonly<Record<LanguageName, Reader>> = {
    go: (source, folders, signal) => this.#go.read(source, folders, signal),
    yaml: yamlReport,
    'go.mod': ({ path, text, module }) => ({ ...empty(path), findings: checkModFile(path, text, module) }),
  };

  constructor(
    private readonly grammar: () => Promise<Grammar>,
    files: Files,
    private readonly options: AnalyzerOptions = {},
  ) {
    this.#folders = new Folders(files);
    this.#go = new GoReader(this.#folders, {
      grammar,
      languageServer: options.languageServer,
      pause: options.pause,
      moduleState: () => this.#moduleState,
      tellOnce: (key, problem) => {
        this.#tellOnce(key, problem);
      },
    });
  }

  /** Another analyzer of the same kind over other files, e.g. with edits that are not written yet. */
  over(files: (own: Files) => Files): Analyzer {
    return new Analyzer(this.grammar, files(this.#folders), this.options);
  }

  /**
   * What is found in a Go or YAML file, or in a go.mod. `text`: as the editor has it; default: as it is on the disk.
   * Empty for a file that touches neither a client nor a controller, for a test, for a generated one, and for one above
   * 5 MB. Throws Problem `source.missing`.
   */
  async file(path: string, text?: string, signal?: AbortSignal): Promise<Report> {
    signal?.throwIfAborted();
    const generation = this.#folders.generation(dirOf(path));
    const modules = this.#moduleState;
    const kept = this.#reports.get(path);
    const current =
      kept !== undefined &&
      kept.generation === generation &&
      kept.modules === modules &&
      (text === undefined || text === kept.text) &&
      this.#folders.areAt(kept.folders)
        ? kept
        : undefined;
    if (current !== undefined && (this.options.measured === undefined || isEmpty(current.report)))
      return current.report;
    const now = text ?? current?.text ?? (await this.#folders.read(path, signal));
    if (now === undefined) throw new Problem('source.missing', `${path} is not there.`, { next: 'Check the path.' });
    const keep = (report: Report, measured?: Measured, folders: ReadonlyMap<string, number> = new Map()): Report => {
      this.#reports.set(path, { report, text: now, generation, modules, measured, folders });
      return report;
    };
    const language = languageOf(path);
    if (language === undefined || !this.#isWorthReading(path, now, language)) return keep(empty(path));
    const module = await this.module(path, signal);
    const measured = this.options.measured?.(programOf(module, path));
    if (current !== undefined && current.measured === measured) return current.report;
    const folders = new Map<string, number>();
    const source = { path, text: now, module, measured };
    return keep(await this.#readers[language.name](source, folders, signal), measured, folders);
  }

  /** Reports of all sources below a folder in which anything was found, folder after folder. */
  async *review(
    dir: string,
    {
      nested = false,
      signal,
    }: { /** Modules below this one too. */ readonly nested?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<Report> {
    for await (const folder of walk(dir, this.#folders, { nested, signal })) {
      const held = this.#go.packagesOf(folder.dir);
      try {
        for (const path of folder.sources) {
          const report = await this.file(path, undefined, signal);
          if (!isEmpty(report)) yield report;
        }
      } finally {
        // Frees what was parsed for the review alone: a large module takes no more memory than its largest package.
        this.#go.dropPackages(folder.dir, held);
      }
    }
  }

  /** The module that a file belongs to, with the versions in force. */
  async module(path: string, signal?: AbortSignal): Promise<Module> {
    let at = dirOf(path);
    for (const dir of upwards(at))
      if ((await this.#folders.list(dir, signal)).includes('go.mod')) {
        at = dir;
        break;
      }
    signal?.throwIfAborted();
    let module = this.#modules.get(at);
    if (module === undefined) {
      // Shared by all callers: one that gives up doesn't end it for the others.
      const asked = (module = moduleOf(path, this.#folders));
      this.#modules.set(at, asked);
      asked.catch(() => {
        if (this.#modules.get(at) === asked) this.#modules.delete(at);
      });
    }
    return until(module, signal);
  }

  /** A file's text as it is kept, or as it is on the disk; undefined when there is no such file. */
  text(path: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#folders.read(path, signal);
  }

  /** A file was made, changed or removed: reports of its folder are worked out anew when they are asked for. */
  changed(path: string): void {
    this.#folders.changed(path);
    if (!MODULE_FILE.test(path)) return;
    this.#moduleState++;
    this.#modules.clear();
  }

  /** As `changed`, when only the file's text is another: a keystroke. */
  edited(path: string): void {
    if (MODULE_FILE.test(path)) this.changed(path);
    else this.#folders.edited(path);
  }

  /** The language server knows more than before. */
  learned(): void {
    this.#moduleState++;
  }

  /** Drops what is kept of a folder that nobody watches. */
  forget(dir: string): void {
    this.#folders.forget(dir);
  }

  /** Frees all that is kept. */
  clear(): void {
    this.#go.clear();
    this.#reports.clear();
    this.#folders.clear();
    this.#modules.clear();
  }

  /** Characters of source whose trees are kept just now. */
  get treeLength(): number {
    return this.#go.treeLength;
  }

  #isWorthReading(path: string, text: string, language: Language): boolean {
    if (!isSource(path)) return false;
    if (text.length <= MAX_LENGTH) return language.isRelevant(text);
    this.#tellOnce(
      path,
      new Problem('source.large', `${path} has ${(text.length / 1e6).toFixed(1)} MB and was left out.`, {
        next: `Files up to ${MAX_LENGTH / 1e6} MB are read.`,
      }),
    );
    return false;
  }

  #tellOnce(key: string, problem: Problem): void {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.options.tell?.(problem);
  }
}

function empty(path: string): Report {
  return { file: path, findings: [], setUps: [] };
}

function isEmpty({ findings, setUps, hovers = [] }: Report): boolean {
  return findings.length === 0 && setUps.length === 0 && hovers.length === 0;
}

function yamlReport({ path, text, measured }: Source): Report {
  const report = checkYaml(text, path, measured);
  return {
    ...report,
    findings: checkFixes(report.findings, {
      path,
      grammar: undefined,
      go: () => undefined,
      text: (p) => (p === path ? text : undefined),
    }),
  };
}
