/** The editor's dialogs for files. */
import * as vscode from 'vscode';
import type { FileDialogs } from '../../app/pages/panel';

export const dialogs: FileDialogs<vscode.Uri> = {
  open: async ({ title, openLabel, filters }) => {
    const options = { title, openLabel, ...(filters && { filters: mutable(filters) }) };
    const [uri] = (await vscode.window.showOpenDialog(options)) ?? [];
    return uri;
  },
  save: async ({ title, saveLabel, name, filter, extension }, content, writing) => {
    const home = vscode.workspace.workspaceFolders?.[0]?.uri;
    const to = await vscode.window.showSaveDialog({
      title,
      ...(saveLabel !== undefined && { saveLabel }),
      filters: { [filter]: [extension.slice(extension.lastIndexOf('.') + 1)] },
      ...(home && { defaultUri: vscode.Uri.joinPath(home, name) }),
    });
    if (!to) return undefined;
    const write = async (): Promise<void> => {
      await vscode.workspace.fs.writeFile(to, await content());
    };
    if (writing)
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: writing(to.path.slice(to.path.lastIndexOf('/') + 1)) },
        write,
      );
    else await write();
    return to;
  },
};

function mutable(filters: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(filters).map(([name, endings]) => [name, [...endings]]));
}
