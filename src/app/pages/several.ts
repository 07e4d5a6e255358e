/** Several files opened as one: the files shown, their base, and how the reader combines them. */
import type { CombineOptions, Normalize } from '../../profile/types';

export interface Several<U> {
  /** The files shown, then those of the base. */
  readonly files: readonly U[];
  /** How many of the files are shown; the rest is the base. If all are shown, it is a merge. */
  readonly sources: number;
  readonly normalize: Normalize;
}

const NORMALIZE: readonly string[] = ['none', 'total', 'duration'] satisfies Normalize[];

/** Encodes it as text that the editor keeps over reloads: the query of a URI. */
export function encodeSeveral({ files, sources, normalize }: Several<{ toString(): string }>): string {
  return JSON.stringify({ files: files.map(String), sources, normalize });
}

/** Undefined for any other text. */
export function decodeSeveral(text: string): Several<string> | undefined {
  let raw: { readonly files?: unknown; readonly sources?: unknown; readonly normalize?: unknown };
  try {
    raw = JSON.parse(text) as typeof raw;
  } catch {
    return undefined;
  }
  const { files, sources, normalize } = raw;
  if (!Array.isArray(files) || !files.every((f) => typeof f === 'string') || files.length === 0) return undefined;
  return {
    files,
    sources:
      typeof sources === 'number' && sources >= 1 && sources <= files.length ? Math.trunc(sources) : files.length,
    normalize: NORMALIZE.includes(String(normalize)) ? (normalize as Normalize) : 'none',
  };
}

/** Options for the reader. In a comparison, percentages are of the base, as with `-diff_base`. */
export function combineOf({ files, sources }: Several<unknown>, normalize: Normalize): CombineOptions {
  return { sources, normalize, ...(sources < files.length && { ofBase: true }) };
}
