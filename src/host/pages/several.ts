/**
 * Several files opened as one, as a URI that the editor keeps over reloads like a file's own: their URIs stand in its query,
 * its path is what the tab says.
 */
import * as vscode from 'vscode';
import type { CombineOptions, Normalize } from '../../profile/types';

/** Nothing is read from it: the editor only needs a name for what is no file. */
const SCHEME = 'controller-tuner-profiles';

export interface Several {
  /** What is shown, then what it is compared with. */
  readonly files: readonly vscode.Uri[];
  /** How many of them are shown; the rest is the base. All: a merge. */
  readonly sources: number;
  readonly normalize: Normalize;
}

const NORMALIZE: readonly string[] = ['none', 'total', 'duration'] satisfies Normalize[];

export function severalUri({ files, sources, normalize }: Several, title: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/${title.replaceAll('/', '∕')}`,
    query: JSON.stringify({ files: files.map(String), sources, normalize }),
  });
}

/** Undefined for a plain file, and for a query that is not ours. */
export function severalOf(uri: vscode.Uri): Several | undefined {
  if (uri.scheme !== SCHEME) return undefined;
  try {
    const q = JSON.parse(uri.query) as {
      readonly files?: unknown;
      readonly sources?: unknown;
      readonly normalize?: unknown;
    };
    if (!Array.isArray(q.files) || !q.files.every((f) => typeof f === 'string') || q.files.length === 0)
      return undefined;
    const sources =
      typeof q.sources === 'number' && q.sources >= 1 && q.sources <= q.files.length
        ? Math.trunc(q.sources)
        : q.files.length;
    const normalize = NORMALIZE.includes(String(q.normalize)) ? (q.normalize as Normalize) : 'none';
    return { files: q.files.map((f) => vscode.Uri.parse(f, true)), sources, normalize };
  } catch {
    return undefined;
  }
}

/** How the reader is to put them together. Per cents of a comparison are of its base, as with `-diff_base`. */
export function combineOf({ files, sources }: Several, normalize: Normalize): CombineOptions {
  return { sources, normalize, ...(sources < files.length && { ofBase: true }) };
}
