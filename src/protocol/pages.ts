/**
 * Every message between the host and its pages, both ways, as one discriminated union each. Requests carry an `id`, the
 * answer carries the same one. Version: pages and host ship together, `v` guards a page that outlived an update.
 */
import type { ProblemData } from '../base/problem';
import type { FlameQuery, FlameTree, GoroutineDump, ProfileSummary, SearchResult, StackFrame, ValueType } from '../profile/types';

/** What messages carry, for pages: they know src/protocol and src/base only. */
export type { FlameQuery, FlameTree, Frame, GoroutineDump, GoroutineGroup, Origin, ProfileSummary, SearchResult, StackFrame, ValueType } from '../profile/types';

export const PROTOCOL = 1;

export type PageName = 'flame' | 'goroutines';

/** The facts line of a page: what a reader needs before the picture. */
export interface PageFacts {
  /** "CPU gadgets-controller-manager" or the file's name. */
  readonly title: string;
  /** "gadgets-7c9d-x2x4p, leader, 30 s, today 14:32": already worded; '' = nothing known. */
  readonly subtitle: string;
  /** Modules of the open workspace, for "your module". */
  readonly ownModules: readonly string[];
  /** Pages that this file can be read in; the segments of the toolbar. */
  readonly pages: readonly PageName[];
  /** True for a capture of ours, which can be taken once more ("Capture again"); absent for any other file. */
  readonly again?: boolean;
}

/**
 * A flame request that a page makes before it knows the profile, so that the tree is built while the page takes 'init' in.
 * Answered like any other, with its `id`, after the first 'init'.
 */
export interface EarlyFlame {
  readonly id: number;
  /** A `typeKey`; the default's is shown for one that the profile doesn't have, '' among them. */
  readonly sampleType: string;
  readonly zoom: readonly number[];
  readonly minShare: number;
}

/** Key of a value type that holds over files: "cpu/nanoseconds". */
export function typeKey(t: ValueType): string { return `${t.type}/${t.unit}`; }

/** Index of the value type with this key; the default's when the profile has no such type. */
export function sampleTypeOf(summary: ProfileSummary, key: string): number {
  const named = summary.sampleTypes.findIndex((t) => typeKey(t) === key);
  return named >= 0 ? named : summary.defaultSampleType;
}

/** What an early request asks, now that the profile is known. */
export function earlyQuery({ sampleType, zoom, minShare }: EarlyFlame, summary: ProfileSummary, ownModules: readonly string[]): FlameQuery {
  return { sampleType: sampleTypeOf(summary, sampleType), zoom, minShare, ownModules };
}

export type ToPage =
  | { readonly v: number; readonly type: 'init'; readonly facts: PageFacts; readonly summary: ProfileSummary }
  | { readonly v: number; readonly type: 'loading'; readonly title: string; readonly text: string }
  | { readonly v: number; readonly type: 'failed'; readonly title: string; readonly problem: ProblemData }
  | { readonly v: number; readonly type: 'flame'; readonly id: number; readonly tree: FlameTree }
  | { readonly v: number; readonly type: 'search'; readonly id: number; readonly result: SearchResult }
  | { readonly v: number; readonly type: 'goroutines'; readonly id: number; readonly dump: GoroutineDump }
  | { readonly v: number; readonly type: 'problem'; readonly id: number; readonly problem: ProblemData };

export type FromPage =
  | { readonly v: number; readonly type: 'ready'; readonly page: PageName; readonly early?: readonly EarlyFlame[] }
  | { readonly v: number; readonly type: 'flame'; readonly id: number; readonly query: FlameQuery }
  | { readonly v: number; readonly type: 'search'; readonly id: number; readonly text: string; readonly sampleType: number }
  | { readonly v: number; readonly type: 'goroutines'; readonly id: number }
  | { readonly v: number; readonly type: 'openSource'; readonly frame: StackFrame }
  | { readonly v: number; readonly type: 'show'; readonly page: PageName }
  | { readonly v: number; readonly type: 'captureAgain' }
  | { readonly v: number; readonly type: 'drawn'; readonly page: PageName; readonly millis: number };

/** A message from a page, checked; undefined for anything else (an older page, a stray message). */
export function fromPage(m: unknown): FromPage | undefined {
  if (typeof m !== 'object' || m === null) return undefined;
  const { v, type } = m as { v?: unknown; type?: unknown };
  return v === PROTOCOL && typeof type === 'string' && KNOWN.has(type) ? (m as FromPage) : undefined;
}

const KNOWN = new Set<string>(['ready', 'flame', 'search', 'goroutines', 'openSource', 'show', 'captureAgain', 'drawn'] satisfies FromPage['type'][]);
