/**
 * Sources as the editor has them: open texts first, then what its file systems hold. No process, no disk of our own.
 */
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { MAX_LENGTH } from '../../advice/maxLength';
import { dirOf, nameOf } from '../../advice/paths';
import type { Files } from '../../advice/types';
import { pathOf, uriOf } from './uris';

/** Bytes of a file that has more than MAX_LENGTH characters in any case: at most 3 give one. */
const ENOUGH = 3 * MAX_LENGTH;

export class EditorFiles implements Files {
  readonly moduleCaches: readonly string[];

  constructor() {
    const { GOMODCACHE, GOPATH = '' } = process.env;
    const paths = GOPATH.split(path.delimiter).filter((p) => p !== '');
    const caches = GOMODCACHE
      ? [GOMODCACHE]
      : (paths.length > 0 ? paths : [path.join(os.homedir(), 'go')]).map((p) => path.join(p, 'pkg', 'mod'));
    this.moduleCaches = caches.map((c) => this.absolute(c));
  }

  async read(file: string): Promise<string | undefined> {
    const open = vscode.workspace.textDocuments.find((d) => pathOf(d.uri) === file);
    if (open) return open.getText();
    try {
      const uri = uriOf(file);
      const bytes = await vscode.workspace.fs.readFile(uri);
      // Too long to be looked at: only that matters.
      return new TextDecoder('utf-8').decode(bytes.length > ENOUGH ? bytes.subarray(0, ENOUGH + 4) : bytes);
    } catch (e) {
      if (isAbsent(e)) return undefined;
      throw e;
    }
  }

  async list(dir: string): Promise<readonly string[]> {
    const open = vscode.workspace.textDocuments
      .map((d) => pathOf(d.uri))
      .filter((p) => dirOf(p) === dir)
      .map(nameOf);
    let found: [string, vscode.FileType][] = [];
    try {
      found = await vscode.workspace.fs.readDirectory(uriOf(dir));
    } catch (e) {
      if (!isAbsent(e) && !(e instanceof vscode.FileSystemError)) throw e;
    }
    // A link to a folder is a file and a folder at once to the editor; it is not followed: it may lead back.
    const names = found.flatMap(([name, type]) =>
      type === vscode.FileType.Directory ? [`${name}/`] : (type & vscode.FileType.Directory) === 0 ? [name] : [],
    );
    return [...new Set([...names, ...open])];
  }

  absolute(osPath: string): string {
    return pathOf(vscode.Uri.file(osPath));
  }
}

function isAbsent(e: unknown): boolean {
  return (
    e instanceof vscode.FileSystemError && ['FileNotFound', 'FileIsADirectory', 'FileNotADirectory'].includes(e.code)
  );
}
