/** Reads and watches the files that a document is made of. */
import * as vscode from 'vscode';
import { bytes as inBytes } from '../../base/format';
import { Problem } from '../../base/problem';
import { fileNameOf } from '../../app/pages/panel';
import type { ProfileFiles } from '../../app/pages/document';

export const profileFiles: ProfileFiles<vscode.Uri> = { read, watch };

async function read(uri: vscode.Uri, maxBytes: number): Promise<Uint8Array> {
  const name = fileNameOf(uri);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > maxBytes) {
      throw new Problem('pages.tooBig', `${name} has ${inBytes(size)}; the limit is ${inBytes(maxBytes)}.`, {
        next: 'Raise the setting controllerTuner.maxProfileMiB if you trust the file.',
      });
    }
    const data = await vscode.workspace.fs.readFile(uri);
    // The bytes' memory is transferred to the thread. A Buffer may be a slice of Node's pool, which must not be
    // transferred.
    return Buffer.isBuffer(data) ? new Uint8Array(data) : data;
  } catch (e) {
    if (e instanceof Problem) throw e;
    const code = e instanceof vscode.FileSystemError ? e.code : '';
    const why =
      code === 'FileNotFound'
        ? 'it is not there any more'
        : code === 'NoPermissions'
          ? 'you may not read it'
          : e instanceof Error
            ? e.message
            : String(e);
    throw new Problem(code === 'FileNotFound' ? 'pages.gone' : 'pages.read', `${name} could not be read: ${why}.`, {
      next: 'Check the file and open it again.',
      cause: e,
    });
  }
}

function watch(file: vscode.Uri, changed: () => void): vscode.Disposable {
  const folder = new vscode.RelativePattern(vscode.Uri.joinPath(file, '..'), '*');
  const watcher = vscode.workspace.createFileSystemWatcher(folder, false, false, true);
  const seen = (uri: vscode.Uri): void => {
    if (uri.toString() === file.toString()) changed();
  };
  watcher.onDidChange(seen);
  watcher.onDidCreate(seen);
  return watcher;
}
