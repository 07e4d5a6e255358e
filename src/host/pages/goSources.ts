/** The workspace's Go sources as the editor knows them, and opening one at a frame of a profile. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { namesFile, notFound, type GoSources, type GoWorkspace } from '../../app/pages/goSources';
import { slashes } from '../../lines/modules';
import type { OpenProfile, StackFrame } from '../../profile/types';
import { onSettings, settings } from '../settings';

/** How long the status bar says that a file has changed, ms. */
const NOTE_MS = 6000;

export const goWorkspace: GoWorkspace = {
  get folders() {
    return onDisk((vscode.workspace.workspaceFolders ?? []).map((f) => f.uri));
  },
  get trusted() {
    return vscode.workspace.isTrusted;
  },
  get sourcePaths() {
    return settings.sourcePaths;
  },
  find: async (include, exclude, most) => onDisk(await vscode.workspace.findFiles(include, exclude, most)),
  onDidChange: (listener) => {
    const own = new Disposables();
    own.add(vscode.workspace.onDidChangeWorkspaceFolders(listener));
    own.add(onSettings(['sourcePaths'], listener));
    own.add(vscode.workspace.onDidGrantWorkspaceTrust(listener));
    const watcher = own.add(vscode.workspace.createFileSystemWatcher('**/go.{mod,work}'));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) own.add(event(listener));
    return own;
  },
};

function onDisk(uris: readonly vscode.Uri[]): readonly string[] {
  return uris.filter((u) => u.scheme === 'file').map((u) => slashes(u.fsPath));
}

/** Shows the frame's line, or says where it was searched. `from`: the column of the page. */
export async function openSource(
  sources: GoSources,
  frame: StackFrame,
  profile: OpenProfile,
  from: vscode.ViewColumn | undefined,
): Promise<void> {
  const found = await sources.find(frame, profile);
  if (!('file' in found)) {
    const text = notFound(frame, found);
    const buttons = namesFile(frame) ? ['Copy Path', 'Open Setting'] : [];
    const chosen = await vscode.window.showInformationMessage(text, ...buttons);
    if (chosen === 'Copy Path') await vscode.env.clipboard.writeText(`${frame.file}:${frame.line}`);
    if (chosen === 'Open Setting')
      await vscode.commands.executeCommand('workbench.action.openSettings', 'controllerTuner.sourcePaths');
    return;
  }
  const uri = vscode.Uri.file(found.file);
  const line = Math.max(0, found.line - 1);
  const at = new vscode.Range(line, 0, line, 0);
  // Use another open group, so that the page stays visible; don't open a new one.
  const other = vscode.window.tabGroups.all.find((g) => g.viewColumn !== from)?.viewColumn;
  await vscode.window.showTextDocument(uri, {
    selection: at,
    viewColumn: other ?? from ?? vscode.ViewColumn.Active,
    preview: true,
  });
  // GOROOT and the module cache are shared by all builds on this machine: protect them from accidental edits.
  if (!vscode.workspace.getWorkspaceFolder(uri))
    await vscode.commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
  if (found.note !== '') void vscode.window.setStatusBarMessage(found.note, NOTE_MS);
}
