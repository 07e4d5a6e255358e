/** Finds and reads the Go sources of a profile's frames on this machine. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import { lineIn } from '../../lines/declared';
import { Locator, type LocateEnv, type Missing } from '../../lines/locate';
import { modulesOf, slashes, usedBy, type GoModule, type Modules } from '../../lines/modules';
import { filesOf } from '../../lines/values';
import type { OpenProfile, StackFrame } from '../../profile/types';

/** Folders that contain none of the user's own modules. */
const SKIP = '**/{node_modules,vendor,.git,testdata}/**';
/** At most this many go.mod files of a workspace are read. */
const MAX_MODULES = 200;
/** How many files of the same name are compared at most; `main.go` and `doc.go` are common. */
const MAX_NAMED = 1000;
/** `go env` answers within about 10 ms; it is killed after this, ms. */
const GO_ENV_MS = 5000;
/** How many rejected candidates are listed in the message. */
const MOST_REFUSED = 2;

/** A frame's file on this machine. */
export interface SourceFile {
  readonly file: string;
  /** Line in the current text, from 1; 0 = unknown. */
  readonly line: number;
  /** A sentence saying that the file has changed since; '' if it has not. */
  readonly note: string;
}

/** The workspace, as the editor has it. Paths are absolute, with `/` as separator. */
export interface GoWorkspace {
  readonly folders: readonly string[];
  /** In an untrusted workspace, no program is run. */
  readonly trusted: boolean;
  /** The setting `sourcePaths`. */
  readonly sourcePaths: Readonly<Record<string, string>>;
  /** Finds files on this machine by the editor's glob patterns. */
  find(include: string, exclude: string, most: number): Promise<readonly string[]>;
  /** Fires when any of the above, or a go.mod or go.work, may have changed. */
  onDidChange(listener: () => void): Disposable;
}

/**
 * What the workspace and this machine know about Go sources. Found at the first use, and kept until go.mod files
 * change.
 */
export class GoSources implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  /** The known locations have changed: a `Locator` created before may miss files. */
  readonly onDidChange = this.#changed.event;
  #modules: Promise<Modules> | undefined;
  #goEnv: Promise<{ readonly root: string; readonly modCache: string }> | undefined;
  #locators = new WeakMap<OpenProfile, Promise<Locator>>();

  constructor(private readonly workspace: GoWorkspace) {
    this.#own.add(
      workspace.onDidChange(() => {
        this.#modules = undefined;
        this.#locators = new WeakMap();
        this.#changed.fire();
      }),
    );
  }

  /** The workspace's own modules. Never rejects. */
  async modules(): Promise<readonly GoModule[]> {
    return (await this.#known()).modules.filter((m) => m.replaces !== true);
  }

  /**
   * The locator for a profile's files. It considers all files of the profile at once: more paths make the result more
   * certain.
   */
  of(profile: OpenProfile): Promise<Locator> {
    const known = this.#locators.get(profile);
    if (known) return known;
    const made = Promise.all([profile.lines({ sampleType: profile.summary.defaultSampleType }), this.#env()]).then(
      ([lines, env]) => new Locator(env, filesOf(lines)),
    );
    this.#locators.set(profile, made);
    made.catch(() => {
      this.#locators.delete(profile);
    });
    return made;
  }

  /** The file of a profile's frame, or where it was searched. */
  async find(frame: StackFrame, profile: OpenProfile): Promise<SourceFile | Missing> {
    const found = await (await this.of(profile)).locate(frame.file, frame);
    if (!('file' in found)) return found;
    const text = (await read(found.file)) ?? '';
    const { line, moved } = lineIn(text, frame);
    return {
      file: found.file,
      line,
      note: moved
        ? `${path.basename(found.file)} has changed since the program was built: line ${frame.line} is not in the ` +
          'function any more.'
        : '',
    };
  }

  dispose(): void {
    this.#own.dispose();
  }

  #known(): Promise<Modules> {
    return (this.#modules ??= findModules(this.workspace).catch(() => ({ modules: [], swapped: [] })));
  }

  async #env(): Promise<LocateEnv> {
    return {
      folders: this.workspace.folders,
      ...(await this.#known()),
      rules: rulesOf(this.workspace),
      modCaches: async () =>
        distinct([
          process.env['GOMODCACHE'] ?? '',
          (await this.#go()).modCache,
          ...gopaths().map((p) => path.join(p, 'pkg/mod')),
        ]),
      gopaths: () => distinct(gopaths().map((p) => path.join(p, 'src'))),
      goroots: async () =>
        distinct([process.env['GOROOT'] ?? '', (await this.#go()).root, '/usr/local/go', '/usr/lib/go']),
      read,
      named: (name) =>
        this.workspace.find(`**/${name.replace(/[[\]{}?*!]/g, '[$&]')}`, '**/{node_modules,.git}/**', MAX_NAMED),
    };
  }

  /**
   * GOROOT and module cache of this machine, asked once. Empty without Go, and in an untrusted workspace, for which no
   * program is run. GOTOOLCHAIN=`local` keeps go from downloading another toolchain.
   */
  #go(): Promise<{ readonly root: string; readonly modCache: string }> {
    if (!this.workspace.trusted) return Promise.resolve({ root: '', modCache: '' });
    return (this.#goEnv ??= new Promise((resolve) => {
      execFile(
        'go',
        ['env', 'GOROOT', 'GOMODCACHE'],
        { cwd: os.homedir(), timeout: GO_ENV_MS, env: { ...process.env, GOTOOLCHAIN: 'local' } },
        (e, out) => {
          const [root = '', modCache = ''] = e ? [] : out.split(/\r?\n/);
          resolve({ root, modCache });
        },
      );
    }));
  }
}

async function findModules({ folders, find }: GoWorkspace): Promise<Modules> {
  const files = await find('**/go.mod', SKIP, MAX_MODULES);
  // A workspace folder may be part of a module or go.work whose file is in a folder above.
  const above = [
    ...new Set(
      folders.flatMap((folder) =>
        folder
          .split('/')
          .map((_, i, parts) => parts.slice(0, parts.length - i).join('/'))
          .filter((dir) => dir !== ''),
      ),
    ),
  ];
  const found = await Promise.all(
    above.map(async (dir) => ({ dir, mod: await read(`${dir}/go.mod`), work: await read(`${dir}/go.work`) })),
  );
  const works = found.flatMap(({ dir, work }) => (work === undefined ? [] : [{ dir, text: work }]));
  const dirs = new Set([
    ...files.map((f) => path.posix.dirname(f)),
    ...found.flatMap(({ dir, mod }) => (mod === undefined ? [] : [dir])),
    ...works.flatMap(({ dir, text }) => usedBy(dir, text)),
  ]);
  const mods = await Promise.all([...dirs].map(async (dir) => ({ dir, text: await read(`${dir}/go.mod`) })));
  return modulesOf([...mods.flatMap(({ dir, text }) => (text === undefined ? [] : [{ dir, text }])), ...works]);
}

/** Why there is no source to open, and what may help. */
export function notFound(frame: StackFrame, { looked, refused }: Missing): string {
  if (!namesFile(frame))
    return (
      `The profile names no source file for ${frame.name}: the compiler made the function, or the symbols were ` +
      'stripped.'
    );
  const where = looked.length === 0 ? 'No folder is open to look in.' : `Looked in ${looked.join(', ')}.`;
  const not = refused.slice(0, MOST_REFUSED).map(({ file, why }) => `${file} is not it: ${why}.`);
  return [`${frame.file} is not on this machine.`, where, ...not, HELP].join(' ');
}

const HELP =
  'Open the folder of its module, run "go mod download" in it, or add a rule to the setting ' +
  'controllerTuner.sourcePaths.';

/** False for functions made by the compiler, and without symbols. */
export function namesFile({ file }: StackFrame): boolean {
  return file !== '' && !file.startsWith('<');
}

/** The setting's rules with folders resolved on this machine: relative ones in each workspace folder. */
function rulesOf({ sourcePaths, folders }: GoWorkspace): LocateEnv['rules'] {
  return Object.entries(sourcePaths).map(([from, to]) => {
    const home = to.replace(/^~(?=$|[\\/])/, os.homedir());
    const relative = home.replace(/^\$\{workspaceFolder\}[\\/]?/, '');
    return {
      from: slashes(from).replace(/(?<=.)\/$/, ''),
      to: path.isAbsolute(relative) ? [slashes(relative)] : folders.map((f) => path.posix.join(f, slashes(relative))),
    };
  });
}

async function read(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch(() => undefined);
}

function gopaths(): readonly string[] {
  return [...(process.env['GOPATH'] ?? '').split(path.delimiter), path.join(os.homedir(), 'go')].filter(
    (s) => s !== '',
  );
}

function distinct(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.filter((p) => p !== '').map((p) => slashes(p)))];
}
