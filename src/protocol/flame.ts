/** The messages between the flame graph page and its host. */
import type {
  Asked,
  AskedFrames,
  Change,
  Combined,
  Edge,
  FlameQuery,
  FlameTree,
  Frame,
  Normalize,
  Part,
  Peek,
  PeekEntry,
  ProfileSummary,
  Questions,
  Sandwich,
  SandwichQuery,
  SearchResult,
  TopTable,
  ValueType,
} from '../profile/types';
import type { Handlers, Of, Protocol } from './channel';
import {
  FROM_PROFILE_PAGE,
  pageFacts,
  TO_PROFILE_PAGE,
  type FromProfilePage,
  type PageFacts,
  type ToProfilePage,
} from './profile';
import {
  bytes,
  either,
  flag,
  floats,
  integers,
  list,
  longList,
  number,
  object,
  optional,
  text,
  oneOf,
  type Shape,
} from './shape';

/** Questions that the host passes on to the profile. It returns the profile's answer unchanged. */
export type FlameQuestion = 'flame' | 'search' | 'top' | 'peek' | 'sandwich';
export type QueryOf<K extends FlameQuestion> = Parameters<Questions[K]>[0];
export type FlameReplies = { readonly [K in FlameQuestion]: Awaited<ReturnType<Questions[K]>> };

/**
 * A flame question that the page asks before it knows the profile, so that the tree is built while the page handles
 * 'init'. It is answered like any other, with its `id`, after the first 'init'.
 */
export interface EarlyFlame {
  readonly id: number;
  /** A `typeKey`. When the profile has no such type, as for '', the default type is used. */
  readonly sampleType: string;
  readonly part?: Part;
  readonly zoom: readonly number[];
  readonly minShare: number;
}

export type SaveForm = 'pprof' | 'folded' | 'svg' | 'png' | 'csv' | 'markdown';

export type ToFlamePage =
  | ToProfilePage
  | { readonly type: 'init'; readonly facts: PageFacts; readonly summary: ProfileSummary }
  /** Selects a function by its name; sent after 'init'. */
  | { readonly type: 'select'; readonly name: string };

export type FromFlamePage =
  | FromProfilePage
  | { readonly type: 'ready'; readonly early: readonly EarlyFlame[] }
  | { readonly [K in FlameQuestion]: { readonly type: K; readonly query: QueryOf<K> } }[FlameQuestion]
  /**
   * Saves to a file that the user chooses. `data` is what the page made itself; the host makes profiles and stacks from
   * the given part.
   */
  | {
      readonly type: 'save';
      readonly form: SaveForm;
      readonly sampleType: number;
      readonly part: Part;
      readonly data?: string | Uint8Array;
    }
  /** "Compare with…": the host asks for the other profile, and opens both. */
  | { readonly type: 'compareWith' }
  /** How the files of a comparison are scaled to each other; answered by another 'init'. */
  | { readonly type: 'normalize'; readonly how: Normalize }
  /** Copies to the clipboard; `what` names the text in the confirmation: "the name". */
  | { readonly type: 'copy'; readonly text: string; readonly what: string };

const part = object<Part>({
  focus: optional(text),
  ignore: optional(text),
  hide: optional(text),
  show: optional(text),
  showFrom: optional(text),
  tagFocus: optional(list(text)),
  tagIgnore: optional(list(text)),
  tagRoot: optional(list(text)),
  tagLeaf: optional(list(text)),
  granularity: optional(oneOf('functions', 'filefunctions', 'files', 'lines', 'addresses', 'packages')),
  noInlines: optional(flag),
  cut: optional(flag),
});
const normalize: Shape<Normalize> = oneOf('none', 'total', 'duration');
const ASKED = { sampleType: number, part: optional(part) };
const ASKED_FRAMES = { ...ASKED, ownModules: optional(list(text)) };

const summary = object<ProfileSummary>({
  kind: oneOf('pprof', 'goroutines'),
  sampleTypes: list(object<ValueType & { readonly total: number }>({ type: text, unit: text, total: number })),
  defaultSampleType: number,
  samples: number,
  timeMillis: number,
  durationNanos: number,
  maxDepth: number,
  warnings: list(text),
  labelKeys: list(text),
  combined: optional(object<Combined>({ sources: number, bases: number, ofBase: flag, normalize })),
});

const frames = longList(
  object<Frame & { readonly id: number }>({
    id: number,
    name: text,
    pkg: text,
    file: text,
    line: number,
    origin: oneOf('own', 'dependency', 'std', 'unknown'),
    layer: number,
    fn: number,
  }),
);
const change = object<Change>({ before: floats, after: floats });
const tree = object<FlameTree>({
  fn: integers,
  depth: integers,
  size: integers,
  start: floats,
  total: floats,
  self: floats,
  width: optional(floats),
  change: optional(change),
  ancestors: optional(list(number)),
  frames,
  grandTotal: number,
  hidden: number,
  zoom: list(number),
});
const top = object<TopTable>({
  id: integers,
  flat: floats,
  cum: floats,
  layer: bytes,
  inlined: bytes,
  names: longList(text),
  files: longList(text),
  lines: floats,
  total: number,
  change: optional(object({ flat: change, cum: change })),
});
const edges = longList(object<Edge>({ id: number, value: number, inlined: flag, before: optional(number) }));
const peek = object<Peek>({
  entries: longList(
    object<PeekEntry>({
      id: number,
      flat: number,
      cum: number,
      callers: edges,
      callees: edges,
      before: optional(object({ flat: number, cum: number })),
    }),
  ),
  frames,
  total: number,
});

export const FLAME: Protocol<ToFlamePage, FromFlamePage, FlameReplies> = {
  page: 'flame',
  version: 2,
  toPage: { ...TO_PROFILE_PAGE, init: { facts: pageFacts, summary }, select: { name: text } },
  toHost: {
    ...FROM_PROFILE_PAGE,
    ready: {
      early: list(
        object<EarlyFlame>({
          id: number,
          sampleType: text,
          part: optional(part),
          zoom: list(number),
          minShare: number,
        }),
      ),
    },
    flame: {
      query: object<FlameQuery>({ ...ASKED, zoom: list(number), minShare: number, ownModules: list(text) }),
    },
    search: { query: object<Asked & { readonly text: string }>({ ...ASKED, text }) },
    top: { query: object<AskedFrames>(ASKED_FRAMES) },
    peek: { query: object<QueryOf<'peek'>>({ ...ASKED_FRAMES, match: either(text, list(number)) }) },
    sandwich: { query: object<SandwichQuery>({ ...ASKED_FRAMES, id: number, minShare: number }) },
    save: {
      form: oneOf('pprof', 'folded', 'svg', 'png', 'csv', 'markdown'),
      sampleType: number,
      part,
      data: optional(either(text, bytes)),
    },
    compareWith: {},
    normalize: { how: normalize },
    copy: { text, what: text },
  },
  replies: {
    flame: tree,
    search: object<SearchResult>({ ids: integers, value: number, share: number }),
    top,
    peek,
    sandwich: object<Sandwich>({ callers: tree, callees: tree }),
  },
};

/** Key of a value type, the same in every file: "cpu/nanoseconds". */
export function typeKey(t: ValueType): string {
  return `${t.type}/${t.unit}`;
}

/** Index of the value type with this key, or of the default type when the profile has no such type. */
export function sampleTypeOf(summary: ProfileSummary, key: string): number {
  const named = summary.sampleTypes.findIndex((t) => typeKey(t) === key);
  return named >= 0 ? named : summary.defaultSampleType;
}

/** The query of an early question, now that the profile is known. */
export function earlyQuery(
  { sampleType, part, zoom, minShare }: EarlyFlame,
  summary: ProfileSummary,
  ownModules: readonly string[],
): FlameQuery {
  return { sampleType: sampleTypeOf(summary, sampleType), ...(part && { part }), zoom, minShare, ownModules };
}

/**
 * Handlers that pass the page's questions on to the profile. `of` returns the open profile, or throws an error that
 * says why there is none.
 */
export function passedOn(
  of: (m: Of<FromFlamePage, FlameQuestion>) => Questions,
): Pick<Handlers<FromFlamePage, FlameReplies>, FlameQuestion> {
  return {
    flame: (m) => of(m).flame(m.query),
    search: (m) => of(m).search(m.query),
    top: (m) => of(m).top(m.query),
    peek: (m) => of(m).peek(m.query),
    sandwich: (m) => of(m).sandwich(m.query),
  };
}
