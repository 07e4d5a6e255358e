/** The messages between the goroutine page and its host. */
import type { GrownStack, Growth, Stuck, Verdict } from '../profile/goroutines/growth/types';
import type { GoroutineDump, GoroutineGroup, WorkerPool, Workers, WorkerStack, WorkerState } from '../profile/types';
import type { Protocol } from './channel';
import {
  FROM_PROFILE_PAGE,
  pageFacts,
  stackFrame,
  TO_PROFILE_PAGE,
  type FromProfilePage,
  type PageFacts,
  type ToProfilePage,
} from './profile';
import { dictionary, flag, list, longList, maybe, number, object, optional, text, oneOf } from './shape';

export type { GrownStack, Growth, Stuck } from '../profile/goroutines/growth/types';

/** A goroutine dump that was taken before the one that is shown. */
export interface EarlierDump {
  readonly key: string;
  /** "14:30", with the day if that differs, and with what distinguishes it from its neighbours. */
  readonly label: string;
  /** Of the same process, or of another replica of the same workload. */
  readonly same: 'process' | 'workload' | 'other';
}

/** What changed since an earlier dump, and which earlier dumps there are. */
export interface Compared {
  /** Same process first, newest first. */
  readonly earlier: readonly EarlierDump[];
  /** Key of the dump that this one is compared with; '' = none. */
  readonly base: string;
  /**
   * Absent when there is nothing to compare with. It may include dumps of the same process between the base and this
   * one.
   */
  readonly growth?: Growth;
  /**
   * When each of the growth's dumps was taken, as text: "14:30"; for a dump whose time is unknown, its file name or
   * "this dump".
   */
  readonly labels: readonly string[];
}

export type ToGoroutinesPage = ToProfilePage | { readonly type: 'init'; readonly facts: PageFacts };

export type FromGoroutinesPage =
  | FromProfilePage
  | { readonly type: 'ready' }
  | { readonly type: 'goroutines' }
  /**
   * `base`: key of an earlier dump; '' asks the user for one, 'newest' takes the newest of the same process, if there
   * is any.
   */
  | { readonly type: 'compare'; readonly base: string };

export interface GoroutinesReplies {
  readonly goroutines: GoroutineDump;
  readonly compare: Compared;
}

const group = object<GoroutineGroup>({
  count: number,
  state: text,
  minutes: number,
  lockedToThread: number,
  labels: dictionary(text),
  createdBy: maybe(stackFrame),
  stack: longList(stackFrame),
  elided: flag,
  ids: longList(number),
  creators: longList(object({ goroutine: number, count: number })),
});
const workerState = oneOf('idle', 'reconciling', 'throttled', 'waitingForApi', 'locked', 'external', 'other');
const dump = object<GoroutineDump>({
  total: number,
  groups: longList(group),
  warnings: list(text),
  workers: object<Workers>({
    pools: list(
      object<WorkerPool>({
        controller: maybe(text),
        from: text,
        kind: text,
        workers: number,
        counts: object<Record<WorkerState, number>>({
          idle: number,
          reconciling: number,
          throttled: number,
          waitingForApi: number,
          locked: number,
          external: number,
          other: number,
        }),
        stacks: longList(object<WorkerStack>({ state: workerState, count: number, group: number })),
      }),
    ),
    notes: list(text),
  }),
});
const growth = object<Growth>({
  times: list(number),
  totals: list(number),
  minutes: maybe(number),
  stacks: longList(
    object<GrownStack>({
      stack: longList(stackFrame),
      createdBy: maybe(stackFrame),
      state: text,
      counts: list(number),
      change: number,
      groups: longList(number),
      ended: maybe(number),
    }),
  ),
  changes: longList(number),
  stuck: longList(
    object<Stuck>({
      group: number,
      ids: longList(number),
      why: oneOf('worker', 'lock', 'send'),
      pool: maybe(number),
      still: flag,
    }),
  ),
  verdict: maybe(object<Verdict>({ stack: number, leak: maybe(oneOf('rises', 'none ended')) })),
  notes: list(text),
});

export const GOROUTINES: Protocol<ToGoroutinesPage, FromGoroutinesPage, GoroutinesReplies> = {
  page: 'goroutines',
  version: 2,
  toPage: { ...TO_PROFILE_PAGE, init: { facts: pageFacts } },
  toHost: { ...FROM_PROFILE_PAGE, ready: {}, goroutines: {}, compare: { base: text } },
  replies: {
    goroutines: dump,
    compare: object<Compared>({
      earlier: list(object<EarlierDump>({ key: text, label: text, same: oneOf('process', 'workload', 'other') })),
      base: text,
      growth: optional(growth),
      labels: list(text),
    }),
  },
};
