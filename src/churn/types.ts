/** Who changes what: the types that this room, the watch and the page share. */

/** A kind that can be listed and watched, as discovery gives it. */
export interface KindInfo {
  /** '' = core. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, as in paths and RBAC. */
  readonly resource: string;
  readonly namespaced: boolean;
}

export type EventType = 'add' | 'update' | 'delete';

export interface Counts {
  readonly adds: number;
  readonly updates: number;
  readonly deletes: number;
}

/** A field that changed. Values as JSON, cut; undefined = absent. */
export interface FieldChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Who wrote, by managedFields: a manager's name, the operation, and the subresource ('' = the object itself). */
export interface Writer {
  readonly manager: string;
  readonly operation: string;
  readonly subresource: string;
}

/** A writer that managedFields don't name: something unowned was removed, or the object has no managedFields. */
export const UNKNOWN = '(unknown)';

/** What an update was worth: a real change, only a known heartbeat, only a time, or nothing at all. */
export type Worth = 'change' | 'heartbeat' | 'time' | 'nothing';

export interface ChangeEvent extends Writer {
  /** When we heard of it, ms since the epoch. */
  readonly at: number;
  readonly type: EventType;
  readonly worth: Worth;
  readonly changes: readonly FieldChange[];
  /** How many changes are left out. */
  readonly more: number;
  /** Updates that one comparison stands for: more than one after a gap in the watch, by the object's generation. */
  readonly times: number;
}

/** A row of the page. */
export interface ViewRow {
  /** Of a kind, a namespace in it, or an object. */
  readonly id: string;
  readonly level: 1 | 2 | 3;
  readonly label: string;
  /** Of a kind or namespace: whether its rows are shown. */
  readonly open: boolean;
  readonly adds: number;
  readonly updates: number;
  readonly deletes: number;
  /** Per second, over the last minute. */
  readonly rate: number;
  /** ms since the epoch. */
  readonly last: number;
  /** A count for each of the last 60 seconds. */
  readonly spark: readonly number[];
  /** Who updated it most; '' = nobody did. */
  readonly by: string;
  /** Why all of its updates are known heartbeats; '' = they are not. */
  readonly quiet: string;
}

/**
 * fight: two managers keep setting one field back and forth.
 *
 * self: one manager undoes its own changes.
 *
 * stamp: writes nothing but a time, into metadata or spec.
 *
 * noop: updates that change nothing, or only a time in the status.
 */
export type FindingKind = 'fight' | 'self' | 'stamp' | 'noop';

export interface Finding {
  readonly what: FindingKind;
  readonly kind: KindInfo;
  readonly managers: readonly string[];
  /** '' = nothing visible changed. */
  readonly path: string;
  /** How many objects showed it. */
  readonly objects: number;
  /** One of them, `namespace/name`. */
  readonly example: string;
  /** Updates per second, over the last minute or since it began. */
  readonly perSecond: number;
  /**
   * What each manager set, in the order of `managers`; of a single manager, the two values it goes back and forth
   * between.
   */
  readonly values: readonly string[];
  /** When it was first seen, ms since the epoch. */
  readonly since: number;
}
