/** The paths of src/advice (scheme and authority ahead, parts as they are written) and the editor's URIs. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../advice/languages';

const EDITOR_IDS = LANGUAGES.flatMap((l) => l.editorIds);
/** Texts that get hints, lenses and hovers. */
export const SELECTOR: vscode.DocumentSelector = EDITOR_IDS.map((language) => ({ language }));

/** Unlike `uri.toString()` nothing is encoded, so that names can be put together and still be the same path. */
export function pathOf(uri: vscode.Uri): string {
  return `${uri.scheme}://${uri.authority}${uri.path}`;
}

export function uriOf(path: string): vscode.Uri {
  const [, scheme = 'file', authority = '', rest = path] =
    /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/]*)(.*)$/s.exec(path) ?? [];
  return vscode.Uri.from({ scheme, authority, path: rest });
}

/** True for texts that lie in a folder. Older versions (git's have a query) and what has no name yet are left alone. */
export function isLookedAt(document: vscode.TextDocument): boolean {
  return (
    EDITOR_IDS.includes(document.languageId) &&
    document.uri.path.startsWith('/') &&
    document.uri.query === '' &&
    document.uri.scheme !== 'git' &&
    document.uri.scheme !== 'output'
  );
}
