/** Opens the source of a frame in the editor, when it is on this machine. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import type { StackFrame } from '../../profile/types';
import { locate, modulePath, workUses, type GoModule, type LocateEnv } from './locate';

/** Folders that hold no modules of the person's own. */
const SKIP = '**/{node_modules,vendor,.git,testdata}/**';
/** More go.mod files than this in a workspace are not looked at. */
const MAX_MODULES = 200;
/** Files of one name that are compared at most; `main.go` and `doc.go` are common. */
const MAX_NAMED = 1000;
/** `go env` answers in some 10 ms; it is given up after this, ms. */
const GO_ENV_MS = 5000;

/** What the workspace and this machine know about Go sources; found when first needed and kept until go.mod files change. */
export class Sources implements vscode.Disposable {
  readonly #own = new Disposables();
  #modules: Promise<readonly GoModule[]> | undefined;
  #goEnv: Promise<{ readonly root: string; readonly modCache: string }> | undefined;

  constructor() {
    const forget = (): void => { this.#modules = undefined; };
    this.#own.add(vscode.workspace.onDidChangeWorkspaceFolders(forget));
    const watcher = this.#own.add(vscode.workspace.createFileSystemWatcher('**/go.{mod,work}'));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) this.#own.add(event(forget));
  }

  /** Modules in the workspace. Never rejects. */
  modules(): Promise<readonly GoModule[]> {
    return (this.#modules ??= findModules().catch(() => []));
  }

  /** Shows the frame's line, or says where it was looked for. `from` is the column of the page. */
  async open(frame: StackFrame, from: vscode.ViewColumn | undefined): Promise<void> {
    const found = await locate(frame, await this.#env());
    if ('file' in found) {
      const line = Math.max(0, found.line - 1);
      const at = new vscode.Range(line, 0, line, 0);
      // Another open group keeps the page in sight; a new one is not forced on the person.
      const other = vscode.window.tabGroups.all.find((g) => g.viewColumn !== from)?.viewColumn;
      await vscode.window.showTextDocument(vscode.Uri.file(found.file), { selection: at, viewColumn: other ?? from ?? vscode.ViewColumn.Active, preview: true });
      // GOROOT and the module cache are shared by every build on this machine: a stray key must not change them.
      if (!vscode.workspace.getWorkspaceFolder(vscode.Uri.file(found.file))) await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
      return;
    }
    await sayNotFound(frame, found.looked);
  }

  dispose(): void { this.#own.dispose(); }

  async #env(): Promise<LocateEnv> {
    return {
      folders: folders(), modules: await this.modules(),
      modCaches: async () => distinct([process.env['GOMODCACHE'] ?? '', (await this.#go()).modCache, ...gopaths().map((p) => path.join(p, 'pkg/mod'))]),
      goroots: async () => distinct([process.env['GOROOT'] ?? '', (await this.#go()).root, '/usr/local/go', '/usr/lib/go']),
      exists: async (file) => (await fs.stat(file).catch(() => undefined))?.isFile() === true,
      named: async (name) => (await vscode.workspace.findFiles(`**/${name.replace(/[[\]{}?*!]/g, '[$&]')}`, '**/{node_modules,.git}/**', MAX_NAMED)).filter((u) => u.scheme === 'file').map((u) => slashes(u.fsPath)),
    };
  }

  /** This machine's Go, asked once; empty where there is none. `local` keeps it from fetching another toolchain. */
  #go(): Promise<{ readonly root: string; readonly modCache: string }> {
    return (this.#goEnv ??= new Promise((resolve) => {
      execFile('go', ['env', 'GOROOT', 'GOMODCACHE'], { cwd: os.homedir(), timeout: GO_ENV_MS, env: { ...process.env, GOTOOLCHAIN: 'local' } }, (e, out) => {
        const [root = '', modCache = ''] = e ? [] : out.split(/\r?\n/);
        resolve({ root, modCache });
      });
    }));
  }
}

async function findModules(): Promise<readonly GoModule[]> {
  const files = (await vscode.workspace.findFiles('**/go.mod', SKIP, MAX_MODULES)).filter((u) => u.scheme === 'file').map((u) => u.fsPath);
  // A go.work may use modules beside the workspace.
  const used = (await Promise.all(folders().map(async (folder) => {
    const text = await fs.readFile(path.join(folder, 'go.work'), 'utf8').catch(() => '');
    return workUses(text).map((u) => path.join(path.resolve(folder, u), 'go.mod'));
  }))).flat();
  const found = await Promise.all([...new Set([...files, ...used])].map(async (file) => {
    const name = modulePath(await fs.readFile(file, 'utf8').catch(() => ''));
    return name === undefined ? [] : [{ path: name, dir: slashes(path.dirname(file)) }];
  }));
  return found.flat();
}

async function sayNotFound(frame: StackFrame, looked: readonly string[]): Promise<void> {
  if (frame.file === '' || frame.file.startsWith('<')) {
    void vscode.window.showInformationMessage(`The profile names no source file for ${frame.name}: the compiler made the function, or the symbols were stripped.`);
    return;
  }
  const where = looked.length === 0 ? 'No folder is open to look in.' : `Looked in ${[...new Set(looked)].join(', ')}.`;
  const text = `${frame.file} is not on this machine. ${where} Open the folder of its module, or run "go mod download" in it.`;
  if (await vscode.window.showInformationMessage(text, 'Copy Path') === 'Copy Path') await vscode.env.clipboard.writeText(`${frame.file}:${frame.line}`);
}

function folders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === 'file').map((f) => slashes(f.uri.fsPath));
}

function gopaths(): readonly string[] {
  return [...(process.env['GOPATH'] ?? '').split(path.delimiter), path.join(os.homedir(), 'go')].filter((s) => s !== '');
}

function slashes(file: string): string { return file.replaceAll('\\', '/'); }

function distinct(paths: readonly string[]): readonly string[] { return [...new Set(paths.filter((p) => p !== '').map((p) => slashes(p)))]; }
