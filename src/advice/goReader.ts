/** Go files to reports: parses packages, follows what other packages declare, and runs the rules. */
import { isAbort, Problem } from '../base/problem';
import type { Folders } from './folders';
import type { Grammar } from './go/grammar';
import type { GoPackage } from './go/package';
import { forgetReading, goReport } from './goReport';
import { InstrumentationCache } from './instrumentation';
import { CLIENT_GO, RUNTIME } from './libraries';
import { MAX_LENGTH } from './maxLength';
import type { Module } from './modules/types';
import { Packages, type Lease } from './packages';
import { dirOf, nameOf } from './paths';
import { forgetLookups, resolveLookups, type LanguageServer, type Resolver } from './resolve';
import { Slices, until } from './slices';
import type { FileReport, Measured } from './types';

/** A text to be read, with what is known of its program. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly module: Module;
  readonly measured: Measured | undefined;
}

/** Files of a folder of another package; one with more is not followed into. */
const LARGEST = 200;

interface GoReaderOptions {
  readonly grammar: () => Promise<Grammar>;
  readonly languageServer: LanguageServer | undefined;
  readonly pause: (() => Promise<void>) | undefined;
  /** Grows when a go.mod or its like changes, or when a language server knows more. */
  readonly moduleState: () => number;
  /** Told each problem once, by its key. */
  readonly tellOnce: (key: string, problem: Problem) => void;
}

export class GoReader {
  readonly #instrumentation: InstrumentationCache;
  /** Folders of other packages that a package's lookups were resolved in, each with its generation then. */
  readonly #dependencies = new WeakMap<GoPackage, { readonly state: number; readonly folders: Map<string, number> }>();
  #packages: Packages | undefined;
  #grammar: Promise<Grammar> | undefined;

  constructor(
    private readonly folders: Folders,
    private readonly options: GoReaderOptions,
  ) {
    this.#instrumentation = new InstrumentationCache(folders);
  }

  /** `folders` gets the other packages' folders that the report depends on, with their generations. */
  async read(
    { path, text, module, measured }: Source,
    folders: Map<string, number>,
    signal: AbortSignal | undefined,
  ): Promise<FileReport> {
    this.#sayWithoutVersions(path, module);
    const grammar = await this.#loaded(signal);
    const leases = [await this.#take(path, text, signal)];
    const [{ pkg }] = leases as [Lease];
    const state = this.options.moduleState();
    let known = this.#dependencies.get(pkg);
    if (known === undefined || known.state !== state || !this.folders.areAt(known.folders)) {
      this.#dependencies.set(pkg, (known = { state, folders: new Map() }));
      forgetLookups(pkg);
      forgetReading(pkg);
    }
    const dependencies = known.folders;
    const resolver: Resolver = {
      module,
      languageServer: this.options.languageServer,
      package: async (dir, file) => {
        if (!dependencies.has(dir)) dependencies.set(dir, this.folders.generation(dir));
        const lease = await this.#takeFolder(dir, file, signal);
        if (lease !== undefined) leases.push(lease);
        return lease?.pkg;
      },
    };
    try {
      const file = pkg.files.find((f) => f.path === path);
      if (file === undefined || file.generated) return { file: path, findings: [], setUps: [] };
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
        read: (p) => this.folders.read(p, signal),
        failed: (rule, e) => {
          this.#failed(rule, path, e);
        },
      });
    } finally {
      for (const [dir, generation] of dependencies) folders.set(dir, generation);
      for (const lease of leases) lease.release();
    }
  }

  /**
   * The package in a folder, by `file` in it or else by its first file. Undefined when it is too large or can't be
   * read.
   */
  async #takeFolder(
    dir: string,
    file: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Lease | undefined> {
    const names = await this.folders.list(dir, signal);
    const [first] = names.filter(isGoSource).sort();
    const path = file ?? (first === undefined ? undefined : `${dir}/${first}`);
    if (path === undefined || names.length > LARGEST) return undefined;
    const text = await this.folders.read(path, signal);
    return text === undefined || text.length > MAX_LENGTH ? undefined : this.#take(path, text, signal);
  }

  /** The package that a file with this text belongs to. */
  async #take(path: string, text: string, signal: AbortSignal | undefined): Promise<Lease> {
    const packages = (this.#packages ??= new Packages(await this.#loaded(signal)));
    const dir = dirOf(path);
    const names = new Set((await this.folders.list(dir, signal)).filter(isGoSource));
    // A file that only the editor has belongs to the package too. Sorted by name, so that the same package is found
    // again whichever of its files is asked for first.
    const paths = [...names.add(nameOf(path))].sort().map((n) => `${dir}/${n}`);
    const texts = await this.folders.readAll(paths, signal);
    const name = packageName(text);
    const own = new Map<string, string>();
    for (const p of paths) {
      const t = p === path ? text : texts.get(p);
      if (t !== undefined && t.length <= MAX_LENGTH && packageName(t) === name) own.set(p, t);
    }
    return packages.take(dir, name, own);
  }

  /** Names of the packages of a folder that are kept. */
  packagesOf(dir: string): readonly string[] {
    return this.#packages?.names(dir) ?? [];
  }

  /** Frees the packages of a folder but for those named. */
  dropPackages(dir: string, except: readonly string[]): void {
    for (const name of this.packagesOf(dir)) if (!except.includes(name)) this.#packages?.drop(dir, name);
  }

  clear(): void {
    this.#packages?.clear();
    this.#instrumentation.clear();
  }

  /** Characters of source whose trees are kept just now. */
  get treeLength(): number {
    return this.#packages?.length ?? 0;
  }

  #loaded(signal: AbortSignal | undefined): Promise<Grammar> {
    if (this.#grammar === undefined) {
      this.#grammar = this.options.grammar();
      // A failure doesn't last: the file may be there the next time.
      this.#grammar.catch(() => {
        this.#grammar = undefined;
      });
    }
    return until(this.#grammar, signal);
  }

  #failed(rule: string, path: string, e: unknown): void {
    if (isAbort(e)) throw e;
    const stack = e instanceof Error ? e.stack : undefined;
    this.options.tellOnce(
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
    this.options.tellOnce(
      `versions ${module.dir}`,
      new Problem('source.versions', `${why}: hints that depend on their versions are left out.`, {
        next: 'Run go mod tidy, or open the folder with the go.mod.',
      }),
    );
  }
}

const isGoSource = (name: string): boolean => name.endsWith('.go') && !name.endsWith('_test.go');

/** The name in the package clause; '' when there is none yet. Without parsing: it only sorts files into packages. */
function packageName(text: string): string {
  return /^\s*package[ \t]+([\p{L}_][\p{L}\p{N}_]*)/mu.exec(text)?.[1] ?? '';
}
