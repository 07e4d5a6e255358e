/** What the user can do with a capture: open, rename, delete, export, reveal. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import { count } from '../../base/format';
import { treeDescription } from '../../captures/describe';
import { capturesOf, chosenRows, deleteQuestion, groupOfRows, isProfile } from '../../app/captures/chosen';
import type { Opener } from '../../captures/check';
import { encodeCapture, isGoroutineText } from '../../captures/export';
import type { CaptureStore } from '../../captures/store';
import type { Capture } from '../../captures/types';
import { openTrace } from './trace';
import type { CapturesView } from './view';

/** View type of the custom editor, as package.json names it. */
const PROFILE_EDITOR = 'controllerTuner.profile';

/** Opens a profile file in our editor, whatever its name. */
export async function openProfileFile(uri: vscode.Uri, options: vscode.TextDocumentShowOptions = {}): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, PROFILE_EDITOR, { preview: false, ...options });
}

/** More columns than this would be too narrow for a graph. */
const MAX_BESIDE = 4;

/** Opens a capture in whatever can show it: the profile editor, the metrics page, or Go's trace viewer. */
export async function openCaptureFile({ file, info }: Capture): Promise<void> {
  if (info.kind === 'trace') await openTrace(file, info.name);
  else if (info.kind === 'metrics')
    await vscode.commands.executeCommand('controllerTuner.openMetrics', vscode.Uri.file(file));
  else await openProfileFile(vscode.Uri.file(file));
}

function chosen(view: CapturesView, clicked: unknown, all: unknown): readonly Capture[] {
  return capturesOf(chosenRows(view.tree.selection, clicked, all));
}

/** One capture: the selected one, else the one that the active editor shows, else one picked from a list. */
async function one(
  view: CapturesView,
  store: CaptureStore,
  clicked: unknown,
  all: unknown,
  title: string,
): Promise<Capture | undefined> {
  const [first] = chosen(view, clicked, all);
  return first ?? (await shown(store)) ?? (await pick(store, title, false))[0];
}

/** The capture in the active editor. */
async function shown(store: CaptureStore): Promise<Capture | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === PROFILE_EDITOR && input.uri.scheme === 'file'
    ? store.get(input.uri.fsPath)
    : undefined;
}

async function several(
  view: CapturesView,
  store: CaptureStore,
  clicked: unknown,
  all: unknown,
  title: string,
): Promise<readonly Capture[]> {
  const some = chosen(view, clicked, all);
  return some.length > 0 ? some : pick(store, title, true);
}

async function pick(store: CaptureStore, title: string, many: boolean): Promise<readonly Capture[]> {
  const list = await store.list();
  if (list.length === 0) {
    void vscode.window.showInformationMessage('There are no captures yet. Profile a controller first.');
    return [];
  }
  const items = list.map((capture) => ({
    label: capture.info.name,
    description: treeDescription(capture, Date.now()),
    capture,
  }));
  const options = { title, placeHolder: 'Captures, newest first', matchOnDescription: true };
  if (many)
    return ((await vscode.window.showQuickPick(items, { ...options, canPickMany: true })) ?? []).map((i) => i.capture);
  const item = await vscode.window.showQuickPick(items, options);
  return item ? [item.capture] : [];
}

/** What the handlers need: `tell` shows the errors that they throw. */
export interface CommandDeps {
  readonly tell: (e: unknown) => void;
  readonly open: Opener;
  readonly maxBytes: () => number;
}

/**
 * By their names in package.json, without the common prefix. `clicked` and `all` are the arguments that tree menus
 * pass.
 */
export type Commands = Readonly<Record<string, (clicked: unknown, all: unknown) => Promise<void>>>;

export function commandsOf(view: CapturesView, store: CaptureStore, deps: CommandDeps): Commands {
  const commands: Commands = {
    openCapture: async (clicked, all) => {
      for (const capture of await several(view, store, clicked, all, 'Open captures')) await openCaptureFile(capture);
    },
    openBeside: async (clicked, all) => {
      const profiles = (await several(view, store, clicked, all, 'Open captures side by side')).filter(isProfile);
      for (const [i, { file }] of profiles.slice(0, MAX_BESIDE).entries())
        await openProfileFile(vscode.Uri.file(file), { viewColumn: i + 1 });
    },
    renameCapture: async (clicked, all) => {
      const group = groupOfRows(chosenRows(view.tree.selection, clicked, all))?.group;
      if (group) {
        const name = await askName('Rename group', group.name, 'The captures in it keep their names.');
        if (name !== undefined && name !== group.name) await store.renameGroup(group.id, name);
        return;
      }
      const capture = await one(view, store, clicked, all, 'Rename a capture');
      if (!capture) return;
      const name = await askName(
        'Rename capture',
        capture.info.name,
        `The file keeps its name, ${path.basename(capture.file)}.`,
      );
      if (name !== undefined && name !== capture.info.name) await store.rename(capture.file, name);
    },
    deleteCapture: async (clicked, all) => {
      const captures = await several(view, store, clicked, all, 'Delete captures');
      const [first, ...rest] = captures;
      if (!first) return;
      const group = groupOfRows(chosenRows(view.tree.selection, clicked, all))?.group.name;
      const { title, detail } = deleteQuestion([first, ...rest], group, editorsOf(captures).length);
      const answer = await vscode.window.showWarningMessage(title, { modal: true, detail }, 'Delete');
      if (answer !== 'Delete') return;
      for (const capture of captures) await store.delete(capture.file);
      await vscode.window.tabGroups.close(editorsOf(captures), true);
    },
    exportCapture: async (clicked, all) => {
      const some = chosen(view, clicked, all);
      const one = some.length > 0 ? undefined : await shown(store);
      await exportCaptures(store, deps, one ? [one] : await several(view, store, clicked, all, 'Export captures'));
    },
    revealCapture: async (clicked, all) => {
      const capture = await one(view, store, clicked, all, 'Reveal a capture');
      if (capture) await reveal(capture.file);
    },
    openProfile: async (clicked) => {
      if (clicked instanceof vscode.Uri) {
        await openProfileFile(clicked);
        return;
      }
      const uris = await vscode.window.showOpenDialog({
        title: 'Open profile',
        canSelectMany: true,
        openLabel: 'Open',
        filters: { 'Go profiles': ['gz', 'pprof', 'prof', 'pb', 'out', 'txt'], 'All files': ['*'] },
      });
      for (const uri of uris ?? []) await openProfileFile(uri);
    },
  };
  return Object.fromEntries(
    Object.entries(commands).map(([name, run]) => [
      name,
      async (clicked: unknown, all: unknown) => {
        try {
          await run(clicked, all);
        } catch (e) {
          deps.tell(e);
        }
      },
    ]),
  );
}

async function askName(title: string, value: string, prompt: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    value,
    prompt,
    validateInput: (v) => (v.trim() === '' ? 'Type at least one character.' : undefined),
  });
  return name?.trim();
}

/** Tabs that show these captures; once those are deleted, the tabs have nothing left to show. */
function editorsOf(captures: readonly Capture[]): readonly vscode.Tab[] {
  const files = new Set(captures.map((c) => c.file));
  const shows = (tab: vscode.Tab): boolean =>
    tab.input instanceof vscode.TabInputCustom &&
    tab.input.viewType === PROFILE_EDITOR &&
    files.has(tab.input.uri.fsPath);
  return vscode.window.tabGroups.all.flatMap((g) => g.tabs.filter(shows));
}

async function exportCaptures(store: CaptureStore, deps: CommandDeps, captures: readonly Capture[]): Promise<void> {
  const [first] = captures;
  if (!first) return;
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (captures.length === 1) {
    const name = path.basename(first.file);
    const text = isGoroutineText(name);
    const to = await vscode.window.showSaveDialog({
      title: 'Export capture',
      saveLabel: 'Export',
      ...(home && { defaultUri: vscode.Uri.joinPath(home, name) }),
      ...(text && {
        filters: { 'Goroutine text': ['txt'], 'pprof profile, for go tool pprof': ['gz', 'pprof', 'pb'] },
      }),
    });
    if (!to) return;
    // The extension that the user chose decides the format: a text dump must not be saved under a profile's extension.
    if (text && !to.path.endsWith('.txt') && to.scheme === 'file')
      await store.export(first.file, to.fsPath, (bytes) => encodeCapture(bytes, deps.open, deps.maxBytes()));
    else await copyTo(store, first, to);
    done(`Exported to ${to.fsPath}.`);
    return;
  }
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: `Export ${count(captures.length, 'capture')} to a folder`,
      openLabel: 'Export here',
      canSelectFolders: true,
      canSelectFiles: false,
      ...(home && { defaultUri: home }),
    })) ?? [];
  if (!folder) return;
  for (const capture of captures) {
    const to = vscode.Uri.joinPath(folder, path.basename(capture.file));
    if (await there(to))
      throw new Problem(
        'captures.exists',
        `${path.basename(capture.file)} is in ${folder.fsPath} already; it was not replaced.`,
        { next: 'Choose another folder, or export it alone to replace the file.' },
      );
    await copyTo(store, capture, to);
  }
  done(`Exported ${count(captures.length, 'capture')} to ${folder.fsPath}.`);
}

async function copyTo(store: CaptureStore, capture: Capture, to: vscode.Uri): Promise<void> {
  if (to.scheme === 'file') {
    await store.export(capture.file, to.fsPath);
    return;
  }
  await vscode.workspace.fs.copy(vscode.Uri.file(capture.file), to, { overwrite: true });
}

async function there(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

function done(text: string): void {
  void vscode.window.showInformationMessage(text);
}

/** Shows the file in the system's file manager; without one (in a browser, on a remote machine), shows its path. */
async function reveal(file: string): Promise<void> {
  if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined) {
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(file));
    return;
  }
  if ((await vscode.window.showInformationMessage(`The capture is the file ${file}`, 'Copy Path')) === 'Copy Path')
    await vscode.env.clipboard.writeText(file);
}
