/** The messages between the changes page and its host. Times in ms since the epoch. */
import type { ProblemData } from '../base/problem';
import type { ChangeEvent, FieldChange, FindingKind, ViewRow } from '../churn/types';
import type { Protocol } from './channel';
import { flag, list, maybe, number, object, problem, text, oneOf } from './shape';

export type { ChangeEvent, FindingKind, ViewRow } from '../churn/types';

/**
 * starting: the first lists are under way. paused: changes are still recorded, but the picture stands still. stopped:
 * nothing is watched.
 */
export type ChurnState = 'starting' | 'recording' | 'paused' | 'stopped';

export interface ChurnFacts {
  /** "Changes in kind-a". */
  readonly title: string;
  /** "3 kinds in all namespaces", "Paint in shop, app=web". */
  readonly subtitle: string;
  readonly state: ChurnState;
  /** When the recording started. */
  readonly start: number;
  readonly now: number;
  readonly events: number;
  readonly objects: number;
  /** Goes on while the page is hidden. */
  readonly whileHidden: boolean;
  /** What is incomplete: limits that were reached, gaps. */
  readonly notes: readonly string[];
  readonly problems: readonly ProblemData[];
}

export interface FindingView {
  readonly what: FindingKind;
  /** Names and paths stand between backticks. */
  readonly sentence: string;
  readonly advice: string;
  readonly since: number;
  /** Id of the row of one of its objects. */
  readonly example: string;
}

/** The object of the chosen row. */
export interface ChosenObject {
  readonly id: string;
  readonly title: string;
  readonly managers: readonly {
    readonly manager: string;
    readonly updates: number;
    readonly idle: number;
    readonly fields: readonly { readonly path: string; readonly changes: number }[];
  }[];
  /** The last ones, the oldest first. */
  readonly events: readonly ChangeEvent[];
  /** Why its heartbeats are set apart; '' = it has none. */
  readonly why: string;
}

export interface ChurnPicture {
  readonly facts: ChurnFacts;
  /** The fastest first. */
  readonly findings: readonly FindingView[];
  readonly rows: readonly ViewRow[];
  /** Objects that changed and have no row. */
  readonly hidden: number;
  readonly chosen: ChosenObject | undefined;
}

export type ChurnFile = 'json' | 'csv' | 'markdown' | 'kubbernecker';

export type ToChurnPage =
  | { readonly type: 'picture'; readonly picture: ChurnPicture }
  | { readonly type: 'failed'; readonly problem: ProblemData };

/** What the page shows: the host sends only that. */
export interface ChurnShown {
  readonly folded: readonly string[];
  readonly filter: string;
  /** Id of a row; '' = none. */
  readonly chosen: string;
}

export type FromChurnPage =
  | { readonly type: 'ready' }
  | ({ readonly type: 'watch' } & ChurnShown)
  | { readonly type: 'state'; readonly state: Exclude<ChurnState, 'starting'> }
  | { readonly type: 'whileHidden'; readonly on: boolean }
  | { readonly type: 'save'; readonly what: ChurnFile }
  | { readonly type: 'retry' };

const facts = object<ChurnFacts>({
  title: text,
  subtitle: text,
  state: oneOf('starting', 'recording', 'paused', 'stopped'),
  start: number,
  now: number,
  events: number,
  objects: number,
  whileHidden: flag,
  notes: list(text),
  problems: list(problem),
});
const row = object<ViewRow>({
  id: text,
  level: oneOf(1, 2, 3),
  label: text,
  open: flag,
  adds: number,
  updates: number,
  deletes: number,
  rate: number,
  last: number,
  spark: list(number),
  by: text,
  quiet: text,
});
const event = object<ChangeEvent>({
  at: number,
  type: oneOf('add', 'update', 'delete'),
  manager: text,
  operation: text,
  subresource: text,
  worth: oneOf('change', 'heartbeat', 'time', 'nothing'),
  changes: list(object<FieldChange>({ path: text, before: maybe(text), after: maybe(text) })),
  more: number,
  times: number,
});
const chosen = object<ChosenObject>({
  id: text,
  title: text,
  managers: list(
    object<ChosenObject['managers'][number]>({
      manager: text,
      updates: number,
      idle: number,
      fields: list(object({ path: text, changes: number })),
    }),
  ),
  events: list(event),
  why: text,
});
const finding = object<FindingView>({
  what: oneOf('fight', 'self', 'stamp', 'noop'),
  sentence: text,
  advice: text,
  since: number,
  example: text,
});

export const CHURN: Protocol<ToChurnPage, FromChurnPage, unknown> = {
  page: 'churn',
  version: 2,
  toPage: {
    picture: {
      picture: object<ChurnPicture>({
        facts,
        findings: list(finding),
        rows: list(row),
        hidden: number,
        chosen: maybe(chosen),
      }),
    },
    failed: { problem },
  },
  toHost: {
    ready: {},
    watch: { folded: list(text), filter: text, chosen: text },
    state: { state: oneOf('recording', 'paused', 'stopped') },
    whileHidden: { on: flag },
    save: { what: oneOf('json', 'csv', 'markdown', 'kubbernecker') },
    retry: {},
  },
  replies: {},
};
