/**
 * Every message between the host and its pages, both ways, as one discriminated union each. Requests carry an `id`, the
 * answer carries the same one. Version: pages and host ship together, `v` guards a page that outlived an update.
 */
import type { ProblemData } from '../base/problem';
import type { Growth } from '../profile/goroutines/growth/types';
import type {
  FlameQuery,
  GoroutineDump,
  Normalize,
  Part,
  ProfileSummary,
  Questions,
  StackFrame,
  ValueType,
} from '../profile/types';

/** What messages carry, for pages: they know src/protocol and src/base only. */
export type {
  CallGraph,
  Edge,
  FlameQuery,
  FlameTree,
  Frame,
  GoroutineDump,
  GoroutineGroup,
  Granularity,
  LineTable,
  Normalize,
  Origin,
  Part,
  Peek,
  ProfileSummary,
  Sandwich,
  SearchResult,
  Split,
  StackFrame,
  Tag,
  Tags,
  TopTable,
  ValueType,
  WorkerPool,
  WorkerState,
} from '../profile/types';
export type { GrownStack, Growth, Stuck } from '../profile/goroutines/growth/types';

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
  readonly part?: Part;
  readonly zoom: readonly number[];
  readonly minShare: number;
}

/** A goroutine dump that was taken before the one that is shown. */
export interface EarlierDump {
  readonly key: string;
  /** "14:30", with the day unless it is the same, and what tells it from its neighbours. */
  readonly label: string;
  /** Of the same process, or of another replica of the same workload. */
  readonly same: 'process' | 'workload' | 'other';
}

/** What changed since an earlier dump, and which there are. */
export interface Compared {
  /** Same process first, newest first. */
  readonly earlier: readonly EarlierDump[];
  /** Key of the one that was compared with; '' = none. */
  readonly base: string;
  /** Absent when there is nothing to compare with. Between the base and this dump may be others of the same process. */
  readonly growth?: Growth;
  /** When each of the growth's dumps was taken, worded: "14:30"; the name of one whose time is unknown. */
  readonly labels: readonly string[];
}

/** Key of a value type that holds over files: "cpu/nanoseconds". */
export function typeKey(t: ValueType): string {
  return `${t.type}/${t.unit}`;
}

/** Index of the value type with this key; the default's when the profile has no such type. */
export function sampleTypeOf(summary: ProfileSummary, key: string): number {
  const named = summary.sampleTypes.findIndex((t) => typeKey(t) === key);
  return named >= 0 ? named : summary.defaultSampleType;
}

/** What an early request asks, now that the profile is known. */
export function earlyQuery(
  { sampleType, part, zoom, minShare }: EarlyFlame,
  summary: ProfileSummary,
  ownModules: readonly string[],
): FlameQuery {
  return { sampleType: sampleTypeOf(summary, sampleType), ...(part && { part }), zoom, minShare, ownModules };
}

/** What the page of a profile may ask of the profile itself. The answer's value is what the question gives. */
export type Asks = Exclude<keyof Questions, 'goroutines' | 'encode' | 'folded'>;
export type QueryOf<K extends Asks> = Parameters<Questions[K]>[0];
export type AnswerOf<K extends Asks> = Awaited<ReturnType<Questions[K]>>;

/** Passes a question on. `query` belongs to `ask`: the messages' types hold that. */
export function answerOf(profile: Questions, { ask, query }: Extract<FromPage, { type: 'ask' }>): Promise<unknown> {
  return (profile[ask] as (query: unknown) => Promise<unknown>)(query);
}

export type ToPage =
  | { readonly v: number; readonly type: 'init'; readonly facts: PageFacts; readonly summary: ProfileSummary }
  | { readonly v: number; readonly type: 'loading'; readonly title: string; readonly text: string }
  | { readonly v: number; readonly type: 'failed'; readonly title: string; readonly problem: ProblemData }
  | { readonly v: number; readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly v: number; readonly type: 'goroutines'; readonly id: number; readonly dump: GoroutineDump }
  | { readonly v: number; readonly type: 'compare'; readonly id: number; readonly compared: Compared }
  /** Selects a function by its name; sent after 'init'. */
  | { readonly v: number; readonly type: 'select'; readonly name: string }
  | { readonly v: number; readonly type: 'problem'; readonly id: number; readonly problem: ProblemData };

export type FromPage =
  | { readonly v: number; readonly type: 'ready'; readonly page: PageName; readonly early?: readonly EarlyFlame[] }
  | {
      readonly [K in Asks]: {
        readonly v: number;
        readonly type: 'ask';
        readonly id: number;
        readonly ask: K;
        readonly query: QueryOf<K>;
      };
    }[Asks]
  | { readonly v: number; readonly type: 'goroutines'; readonly id: number }
  /** `base`: key of an earlier dump; '' asks the person for one, 'newest' takes the newest of the same process, if there is any. */
  | { readonly v: number; readonly type: 'compare'; readonly id: number; readonly base: string }
  | { readonly v: number; readonly type: 'openSource'; readonly frame: StackFrame }
  | { readonly v: number; readonly type: 'show'; readonly page: PageName }
  /** To a file that the person chooses. `data`: what the page made itself; profiles and stacks are made by the host, of the part given. */
  | {
      readonly v: number;
      readonly type: 'save';
      readonly form: 'pprof' | 'folded' | 'svg' | 'png' | 'csv' | 'markdown';
      readonly sampleType: number;
      readonly part: Part;
      readonly data?: string | Uint8Array;
    }
  /** "Compare with…": the host asks for the other profile, and opens the two. */
  | { readonly v: number; readonly type: 'compareWith' }
  /** How the files of a comparison are scaled to each other; answered by another 'init'. */
  | { readonly v: number; readonly type: 'normalize'; readonly how: Normalize }
  /** To the clipboard; `what` is for the message that says so: "the name". */
  | { readonly v: number; readonly type: 'copy'; readonly text: string; readonly what: string }
  | { readonly v: number; readonly type: 'captureAgain' }
  | { readonly v: number; readonly type: 'drawn'; readonly page: PageName; readonly millis: number };

/** A message from a page, checked; undefined for anything else (an older page, a stray message). */
export function fromPage(m: unknown): FromPage | undefined {
  if (typeof m !== 'object' || m === null) return undefined;
  const { v, type } = m as { v?: unknown; type?: unknown };
  return v === PROTOCOL && typeof type === 'string' && KNOWN.has(type) ? (m as FromPage) : undefined;
}

const KNOWN = new Set<string>([
  'ready',
  'ask',
  'goroutines',
  'compare',
  'openSource',
  'show',
  'save',
  'compareWith',
  'normalize',
  'copy',
  'captureAgain',
  'drawn',
] satisfies FromPage['type'][]);
