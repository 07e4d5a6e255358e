/** The sources that a profile's frames are from: found on this machine, read, and opened in the editor. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Disposables, Emitter } from '../../base/dispose';
import { lineIn } from '../../lines/declared';
import { Locator, type LocateEnv, type Missing } from '../../lines/locate';
import { modulesOf, slashes, usedBy, type GoModule, type Modules } from '../../lines/modules';
import { filesOf } from '../../lines/values';
import type { OpenProfile, StackFrame } from '../../profile/types';
import { onSettings, settings } from '../settings';

/** Folders that hold no modules of the person's own. */
const SKIP = '**/{node_modules,vendor,.git,testdata}/**';
/** More go.mod files than this in a workspace are not looked at. */
const MAX_MODULES = 200;
/** Files of one name that are compared at most; `main.go` and `doc.go` are common. */
const MAX_NAMED = 1000;
/** `go env` answers in some 10 ms; it is given up after this, ms. */
const GO_ENV_MS = 5000;
/** Files that were not the one and are told of. */
const MOST_REFUSED = 2;
/** How long the status bar says that a file has changed, ms. */
const NOTE_MS = 6000;

/** A frame's file on this machine. `line`: of the text as it is, from 1; 0 = unknown. */
export interface SourceFile {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly line: number;
  readonly note: string;
}

/** What the workspace and this machine know about Go sources; found when first needed and kept until go.mod files change. */
export class Sources implements vscode.Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  /** What is known of places has changed: a `Locator` made before may miss files. */
  readonly onDidChange = this.#changed.event;
  #modules: Promise<Modules> | undefined;
  #goEnv: Promise<{ readonly root: string; readonly modCache: string }> | undefined;
  #locators = new WeakMap<OpenProfile, Promise<Locator>>();

  constructor() {
    const forget = (): void => {
      this.#modules = undefined;
      this.#locators = new WeakMap();
      this.#changed.fire();
    };
    this.#own.add(vscode.workspace.onDidChangeWorkspaceFolders(forget));
    this.#own.add(onSettings(['sourcePaths'], forget));
    this.#own.add(vscode.workspace.onDidGrantWorkspaceTrust(forget));
    const watcher = this.#own.add(vscode.workspace.createFileSystemWatcher('**/go.{mod,work}'));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) this.#own.add(event(forget));
  }

  /** Modules of the workspace's own. Never rejects. */
  async modules(): Promise<readonly GoModule[]> {
    return (await this.#known()).modules.filter((m) => m.replaces !== true);
  }

  /** Finds the files of a profile. All that it names is looked at once: the more is known of a build, the surer. */
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

  /** The file of a profile's frame with its text, or where it was looked for. Opens nothing. */
  async find(frame: StackFrame, profile: OpenProfile): Promise<SourceFile | Missing> {
    const found = await (await this.of(profile)).locate(frame.file, frame);
    if (!('file' in found)) return found;
    const text = (await read(found.file)) ?? '';
    const { line, moved } = lineIn(text, frame);
    return {
      uri: vscode.Uri.file(found.file),
      text,
      line,
      note: moved
        ? `${path.basename(found.file)} has changed since the program was built: line ${frame.line} is not in the function any more.`
        : '',
    };
  }

  /** Shows the frame's line, or says where it was looked for. `from` is the column of the page. */
  async open(frame: StackFrame, profile: OpenProfile, from: vscode.ViewColumn | undefined): Promise<void> {
    const found = await this.find(frame, profile);
    if (!('uri' in found)) {
      await sayNotFound(frame, found);
      return;
    }
    const line = Math.max(0, found.line - 1);
    const at = new vscode.Range(line, 0, line, 0);
    // Another open group keeps the page in sight; a new one is not forced on the person.
    const other = vscode.window.tabGroups.all.find((g) => g.viewColumn !== from)?.viewColumn;
    await vscode.window.showTextDocument(found.uri, {
      selection: at,
      viewColumn: other ?? from ?? vscode.ViewColumn.Active,
      preview: true,
    });
    // GOROOT and the module cache are shared by every build on this machine: a stray key must not change them.
    if (!vscode.workspace.getWorkspaceFolder(found.uri))
      await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
    if (found.note !== '') void vscode.window.setStatusBarMessage(found.note, NOTE_MS);
  }

  dispose(): void {
    this.#own.dispose();
  }

  #known(): Promise<Modules> {
    return (this.#modules ??= findModules().catch(() => ({ modules: [], swapped: [] })));
  }

  async #env(): Promise<LocateEnv> {
    return {
      folders: folders(),
      ...(await this.#known()),
      rules: rules(),
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
      named: async (name) =>
        (
          await vscode.workspace.findFiles(
            `**/${name.replace(/[[\]{}?*!]/g, '[$&]')}`,
            '**/{node_modules,.git}/**',
            MAX_NAMED,
          )
        )
          .filter((u) => u.scheme === 'file')
          .map((u) => slashes(u.fsPath)),
    };
  }

  /**
   * This machine's Go, asked once; empty where there is none, and while the workspace is not trusted: no program is run for it then.
   * `local` keeps it from fetching another toolchain.
   */
  #go(): Promise<{ readonly root: string; readonly modCache: string }> {
    if (!vscode.workspace.isTrusted) return Promise.resolve({ root: '', modCache: '' });
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

async function findModules(): Promise<Modules> {
  const files = (await vscode.workspace.findFiles('**/go.mod', SKIP, MAX_MODULES))
    .filter((u) => u.scheme === 'file')
    .map((u) => slashes(u.fsPath));
  // A folder of the workspace may be a piece of a module or of a go.work, which lie above it.
  const above = [
    ...new Set(
      folders().flatMap((folder) =>
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

async function sayNotFound(frame: StackFrame, { looked, refused }: Missing): Promise<void> {
  if (frame.file === '' || frame.file.startsWith('<')) {
    void vscode.window.showInformationMessage(
      `The profile names no source file for ${frame.name}: the compiler made the function, or the symbols were stripped.`,
    );
    return;
  }
  const where = looked.length === 0 ? 'No folder is open to look in.' : `Looked in ${looked.join(', ')}.`;
  const not = refused
    .slice(0, MOST_REFUSED)
    .map(({ file, why }) => ` ${file} is not it: ${why}.`)
    .join('');
  const text = `${frame.file} is not on this machine. ${where}${not} Open the folder of its module, run "go mod download" in it, or add a rule to the setting controllerTuner.sourcePaths.`;
  const chosen = await vscode.window.showInformationMessage(text, 'Copy Path', 'Open Setting');
  if (chosen === 'Copy Path') await vscode.env.clipboard.writeText(`${frame.file}:${frame.line}`);
  if (chosen === 'Open Setting')
    await vscode.commands.executeCommand('workbench.action.openSettings', 'controllerTuner.sourcePaths');
}

/** The setting's rules with the folders that they mean on this machine: relative ones in each folder of the workspace. */
function rules(): LocateEnv['rules'] {
  return Object.entries(settings.sourcePaths).map(([from, to]) => {
    const home = to.replace(/^~(?=$|[\\/])/, os.homedir());
    const relative = home.replace(/^\$\{workspaceFolder\}[\\/]?/, '');
    return {
      from: slashes(from).replace(/(?<=.)\/$/, ''),
      to: path.isAbsolute(relative) ? [slashes(relative)] : folders().map((f) => path.posix.join(f, slashes(relative))),
    };
  });
}

async function read(file: string): Promise<string | undefined> {
  return fs.readFile(file, 'utf8').catch(() => undefined);
}

function folders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter((f) => f.uri.scheme === 'file')
    .map((f) => slashes(f.uri.fsPath));
}

function gopaths(): readonly string[] {
  return [...(process.env['GOPATH'] ?? '').split(path.delimiter), path.join(os.homedir(), 'go')].filter(
    (s) => s !== '',
  );
}

function distinct(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.filter((p) => p !== '').map((p) => slashes(p)))];
}
