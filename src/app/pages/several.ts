/** Several files opened as one: what is shown, what it is compared with, and how the reader puts them together. */
import type { CombineOptions, Normalize } from '../../profile/types';

export interface Several<U> {
  /** What is shown, then what it is compared with. */
  readonly files: readonly U[];
  /** How many of them are shown; the rest is the base. All: a merge. */
  readonly sources: number;
  readonly normalize: Normalize;
}

const NORMALIZE: readonly string[] = ['none', 'total', 'duration'] satisfies Normalize[];

/** As a text that the editor keeps over reloads: the query of a URI. */
export function encodeSeveral({ files, sources, normalize }: Several<{ toString(): string }>): string {
  return JSON.stringify({ files: files.map(String), sources, normalize });
}

/** Undefined for a text that is not ours. */
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

/** How the reader is to put them together. Per cents of a comparison are of its base, as with `-diff_base`. */
export function combineOf({ files, sources }: Several<unknown>, normalize: Normalize): CombineOptions {
  return { sources, normalize, ...(sources < files.length && { ofBase: true }) };
}
