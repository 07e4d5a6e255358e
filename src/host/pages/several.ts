/**
 * Several files opened as one, as a URI that the editor keeps over reloads like that of a file: the query has the URIs
 * of the files, the path is the tab's title.
 */
import * as vscode from 'vscode';
import { decodeSeveral, encodeSeveral, type Several } from '../../app/pages/several';

/** Never read: the editor only needs a URI for what is not a file. */
const SCHEME = 'controller-tuner-profiles';

export function severalUri(several: Several<vscode.Uri>, title: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/${title.replaceAll('/', '∕')}`,
    query: encodeSeveral(several),
  });
}

/** Undefined for a plain file, and for a query that is not ours. */
export function severalOf(uri: vscode.Uri): Several<vscode.Uri> | undefined {
  const several = uri.scheme === SCHEME ? decodeSeveral(uri.query) : undefined;
  try {
    return several && { ...several, files: several.files.map((f) => vscode.Uri.parse(f, true)) };
  } catch {
    return undefined;
  }
}
