/** Every message between the host and the page of changes, both ways. Times in ms since the epoch. */
import type { ProblemData } from '../base/problem';
import type { ChangeEvent, FindingKind, ViewRow } from '../churn/types';

export type { ChangeEvent, FieldChange, FindingKind, ViewRow } from '../churn/types';

export const CHURN_PROTOCOL = 1;

/** starting: the first lists are under way. paused: recorded, and the picture stands still. stopped: nothing is watched. */
export type ChurnState = 'starting' | 'recording' | 'paused' | 'stopped';

export interface ChurnFacts {
  /** "Changes in kind-a". */
  readonly title: string;
  /** "3 kinds in all namespaces", "Paint in shop, app=web". */
  readonly subtitle: string;
  readonly state: ChurnState;
  /** Since when it is recorded. */
  readonly start: number;
  readonly now: number;
  readonly events: number;
  readonly objects: number;
  /** Goes on while the page is hidden. */
  readonly whileHidden: boolean;
  /** What is not whole: bounds, gaps. */
  readonly notes: readonly string[];
  readonly problems: readonly ProblemData[];
}

export interface FindingView {
  readonly what: FindingKind;
  /** Names and paths stand between backticks. */
  readonly sentence: string;
  readonly advice: string;
  readonly since: number;
  /** Row of one of its objects. */
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
  | { readonly v: number; readonly type: 'picture'; readonly picture: ChurnPicture }
  | { readonly v: number; readonly type: 'failed'; readonly problem: ProblemData };

export type FromChurnPage =
  | { readonly v: number; readonly type: 'ready' }
  /** What the page shows: the host tells only that. */
  | {
      readonly v: number;
      readonly type: 'watch';
      readonly folded: readonly string[];
      readonly filter: string;
      readonly chosen: string;
    }
  | { readonly v: number; readonly type: 'state'; readonly state: 'recording' | 'paused' | 'stopped' }
  | { readonly v: number; readonly type: 'whileHidden'; readonly on: boolean }
  | { readonly v: number; readonly type: 'save'; readonly what: ChurnFile }
  | { readonly v: number; readonly type: 'retry' };

/** A message from the page, checked; undefined for anything else. */
export function fromChurnPage(m: unknown): FromChurnPage | undefined {
  if (typeof m !== 'object' || m === null) return undefined;
  const { v, type } = m as { v?: unknown; type?: unknown };
  return v === CHURN_PROTOCOL && typeof type === 'string' && KNOWN.has(type) ? (m as FromChurnPage) : undefined;
}

const KNOWN = new Set<string>([
  'ready',
  'watch',
  'state',
  'whileHidden',
  'save',
  'retry',
] satisfies FromChurnPage['type'][]);
