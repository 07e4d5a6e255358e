/** From files to reports: the one way that the editor's hints, the review and the command line share. */
import { isAbort, Problem } from '../base/problem';
import { checkFixes } from './checkFixes';
import { Folders } from './folders';
import type { Grammar } from './go/grammar';
import type { GoPackage } from './go/package';
import { forgetReading, goReport } from './goReport';
import { InstrumentationCache } from './instrumentation';
import { isSource, languageOf, type Language, type LanguageName } from './languages';
import { CLIENT_GO, RUNTIME } from './libraries';
import { Lru } from './lru';
import { MAX_LENGTH } from './maxLength';
import { moduleOf } from './modules/index';
import { checkModFile } from './modules/rule';
import type { Module } from './modules/types';
import { Packages, type Lease } from './packages';
import { dirOf, nameOf, upwards } from './paths';
import { programOf } from './program';
import { forgetLookups, resolveLookups, type LanguageServer, type Resolver } from './resolve';
import { Slices, until } from './slices';
import type { FileReport, Files, Measured } from './types';
import { walk } from './walk';
import { checkYaml, type YamlReport } from './yaml/index';

export interface AnalyzerOptions {
  /** What was measured of a program, by `programOf`. Default: nothing. */
  readonly measured?: (program: string) => Measured | undefined;
  /** What a language server knows; default: none is there. */
  readonly languageServer?: LanguageServer;
  /** Told once a file: that it was left out, or that a rule failed at it. Default: nobody. */
  readonly tell?: (problem: Problem) => void;
  /** Called when an analysis has worked for 8 ms: lets others have their turn. Default: it goes on. */
  readonly pause?: () => Promise<void>;
}

/** What is found in a Go or YAML file; `hovers` only of YAML. */
export type Report = FileReport & Partial<Pick<YamlReport, 'hovers'>>;

/** Characters of sources whose reports are kept. */
const REPORTS = 8_000_000;

/** Files of a folder of another package; one with more is not followed into. */
const LARGEST = 200;

/** Files that state versions. */
const MODULE_FILE = /(^|\/)(go\.mod|go\.work|modules\.txt)$/;

/** A text to be read, with what is known of its program. */
interface Source {
  readonly path: string;
  readonly text: string;
  readonly module: Module;
  readonly measured: Measured | undefined;
}

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
  /** Folders of other packages that it was made from, as they were then. */
  readonly folders: ReadonlyMap<string, number>;
}

export class Analyzer {
  readonly #folders: Folders;
  readonly #instrumentation: InstrumentationCache;
  readonly #reports = new Lru<Kept>(REPORTS, (k) => k.text.length + 500);
  readonly #modules = new Map<string, Promise<Module>>();
  readonly #reported = new Set<string>();
  /** Folders of other packages that a package's lookups were resolved in, each with its generation then. */
  readonly #dependencies = new WeakMap<GoPackage, { readonly state: number; readonly folders: Map<string, number> }>();
  #packages: Packages | undefined;
  #grammar: Promise<Grammar> | undefined;
  /** Grows when a go.mod or its like changes, or when a language server knows more. */
  #moduleState = 0;

  /** One reader a language. `folders`: gets the folders that a report depends on beside the file's own. */
  readonly #readers: Readonly<Record<LanguageName, Reader>> = {
    go: (source, folders, signal) => this.#go(source, folders, signal),
    yaml: yamlReport,
    'go.mod': ({ path, text, module }) => ({ ...empty(path), findings: checkModFile(path, text, module) }),
  };

  constructor(
    private readonly grammar: () => Promise<Grammar>,
    files: Files,
    private readonly options: AnalyzerOptions = {},
  ) {
    this.#folders = new Folders(files);
    this.#instrumentation = new InstrumentationCache(this.#folders);
  }

  /** Another analyzer of the same kind over other files, e.g. with edits that are not written yet. */
  over(files: (own: Files) => Files): Analyzer {
    return new Analyzer(this.grammar, files(this.#folders), this.options);
  }

  /**
   * What is found in a Go or YAML file, or in a go.mod. `text`: as the editor has it; default: as it is on the disk. Empty for a file that touches neither
   * a client nor a controller, for a test, for a generated one, and for one above 5 MB. Throws Problem `source.missing`.
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
      this.#isCurrent(kept.folders)
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
      const held = this.#packages?.names(folder.dir) ?? [];
      try {
        for (const path of folder.sources) {
          const report = await this.file(path, undefined, signal);
          if (!isEmpty(report)) yield report;
        }
      } finally {
        // What was parsed for this alone goes at once: a large module costs no more memory than its largest package.
        for (const name of this.#packages?.names(folder.dir) ?? [])
          if (!held.includes(name)) this.#packages?.drop(folder.dir, name);
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
      // Shared by all who ask, so it ends with none of them.
      const asked = (module = moduleOf(path, this.#folders));
      this.#modules.set(at, asked);
      asked.catch(() => {
        if (this.#modules.get(at) === asked) this.#modules.delete(at);
      });
    }
    return until(module, signal);
  }

  /** A file's text as it is kept, or as it is on the disk; undefined: it is not there. */
  text(path: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#folders.read(path, signal);
  }

  /** A file was made, changed or removed: what was said of its folder is worked out anew when it is asked for. */
  changed(path: string): void {
    this.#folders.changed(path);
    if (!MODULE_FILE.test(path)) return;
    this.#moduleState++;
    this.#modules.clear();
  }

  /** As `changed`, for a file that is there as before with another text: a keystroke. */
  edited(path: string): void {
    if (MODULE_FILE.test(path)) this.changed(path);
    else this.#folders.edited(path);
  }

  /** The language server knows more than before. */
  learned(): void {
    this.#moduleState++;
  }

  /** Nothing that is kept of this folder is to be trusted: nobody tells of changes in it. */
  forget(dir: string): void {
    this.#folders.forget(dir);
  }

  /** Frees all that is kept. */
  clear(): void {
    this.#packages?.clear();
    this.#reports.clear();
    this.#instrumentation.clear();
    this.#folders.clear();
    this.#modules.clear();
  }

  /** Characters of source whose trees are kept just now. */
  get treeLength(): number {
    return this.#packages?.length ?? 0;
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

  /** `folders`: gets those of other packages that were looked at, with their state. */
  async #go(
    { path, text, module, measured }: Source,
    folders: Map<string, number>,
    signal: AbortSignal | undefined,
  ): Promise<Report> {
    this.#sayWithoutVersions(path, module);
    const grammar = await this.#loaded(signal);
    const leases = [await this.#take(path, text, signal)];
    const [{ pkg }] = leases as [Lease];
    let known = this.#dependencies.get(pkg);
    if (known === undefined || known.state !== this.#moduleState || !this.#isCurrent(known.folders)) {
      this.#dependencies.set(pkg, (known = { state: this.#moduleState, folders: new Map() }));
      forgetLookups(pkg);
      forgetReading(pkg);
    }
    const dependencies = known.folders;
    const resolver: Resolver = {
      module,
      languageServer: this.options.languageServer,
      package: async (dir, inIt) => {
        if (!dependencies.has(dir)) dependencies.set(dir, this.#folders.generation(dir));
        const names = await this.#folders.list(dir, signal);
        const one =
          inIt ??
          names
            .filter((n) => n.endsWith('.go') && !n.endsWith('_test.go'))
            .sort()
            .map((n) => `${dir}/${n}`)[0];
        const its = one === undefined || names.length > LARGEST ? undefined : await this.#folders.read(one, signal);
        if (one === undefined || its === undefined || its.length > MAX_LENGTH) return undefined;
        const lease = await this.#take(one, its, signal);
        leases.push(lease);
        return lease.pkg;
      },
    };
    try {
      const file = pkg.files.find((f) => f.path === path);
      if (file === undefined || file.generated) return empty(path);
      return await goReport({
        file,
        pkg,
        module,
        measured,
        grammar,
        slices: new Slices(this.options.pause, signal),
        resolveLookups: () => resolveLookups(pkg, resolver),
        instrumentation: async () => {
          const imported = await this.#instrumentation.of(packageName(text), pkg, module, signal);
          for (const [dir, generation] of imported.folders) folders.set(dir, generation);
          return imported.instrumentation;
        },
        read: (p) => this.#folders.read(p, signal),
        failed: (rule, e) => {
          this.#failed(rule, path, e);
        },
      });
    } finally {
      for (const [dir, generation] of dependencies) folders.set(dir, generation);
      for (const lease of leases) lease.release();
    }
  }

  /** The package that a file with this text belongs to. */
  async #take(path: string, text: string, signal: AbortSignal | undefined): Promise<Lease> {
    const packages = (this.#packages ??= new Packages(await this.#loaded(signal)));
    const dir = dirOf(path);
    const names = new Set(
      (await this.#folders.list(dir, signal)).filter((n) => n.endsWith('.go') && !n.endsWith('_test.go')),
    );
    // A file that the editor has and the disk does not is of the package too. By name, whatever was asked for first: the same
    // package is then found again.
    const paths = [...names.add(nameOf(path))].sort().map((n) => `${dir}/${n}`);
    const texts = await this.#folders.readAll(paths, signal);
    const name = packageName(text);
    const own = new Map<string, string>();
    for (const p of paths) {
      const t = p === path ? text : texts.get(p);
      if (t !== undefined && t.length <= MAX_LENGTH && packageName(t) === name) own.set(p, t);
    }
    return packages.take(dir, name, own);
  }

  #isCurrent(folders: ReadonlyMap<string, number>): boolean {
    return [...folders].every(([dir, generation]) => this.#folders.generation(dir) === generation);
  }

  #loaded(signal: AbortSignal | undefined): Promise<Grammar> {
    if (this.#grammar === undefined) {
      this.#grammar = this.grammar();
      // A failure is not for ever: the file may be there the next time.
      this.#grammar.catch(() => {
        this.#grammar = undefined;
      });
    }
    return until(this.#grammar, signal);
  }

  #failed(rule: string, path: string, e: unknown): void {
    if (isAbort(e)) throw e;
    const stack = e instanceof Error ? e.stack : undefined;
    this.#tellOnce(
      `${rule} ${path}`,
      new Problem('source.rule', `The rule ${rule} failed at ${path}: ${e instanceof Error ? e.message : String(e)}`, {
        next: 'What it finds in this file is left out.',
        ...(stack !== undefined && { detail: stack }),
        cause: e,
      }),
    );
  }

  /** Most of what could be said needs versions: silence would look as if all were well. */
  #sayWithoutVersions(path: string, module: Module): void {
    if ([RUNTIME, CLIENT_GO].some((name) => module.path === name || module.version(name) !== undefined)) return;
    const why =
      module.dir === ''
        ? `There is no go.mod in a folder above ${path}`
        : `${module.dir}/go.mod requires neither ${RUNTIME} nor ${CLIENT_GO}`;
    this.#tellOnce(
      `versions ${module.dir}`,
      new Problem('source.versions', `${why}: hints that depend on their versions are left out.`, {
        next: 'Run go mod tidy, or open the folder with the go.mod.',
      }),
    );
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

/** The name in the package clause; '' when there is none yet. Without parsing: it only sorts files into packages. */
function packageName(text: string): string {
  return /^\s*package[ \t]+([\p{L}_][\p{L}\p{N}_]*)/mu.exec(text)?.[1] ?? '';
}
