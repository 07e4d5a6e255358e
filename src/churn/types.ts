/** Who changes what: the words that this room, the watching and the page share. */

/** A kind that can be listed and watched, as discovery tells it. */
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

/** A field that is different now. Values as JSON, cut; undefined = not there. */
export interface FieldChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Who wrote, as managedFields tell: a manager's name, how, and through which subresource ('' = the object itself). */
export interface Writer {
  readonly manager: string;
  readonly operation: string;
  readonly subresource: string;
}

/** A writer that managedFields do not tell: a removal of what nobody owned, or an object without them. */
export const UNKNOWN = '(unknown)';

/** What an update was worth: a change, nothing but a known heartbeat, nothing but a time, or nothing at all. */
export type Worth = 'change' | 'heartbeat' | 'time' | 'nothing';

export interface ChangeEvent extends Writer {
  /** Heard of here, ms since the epoch. */
  readonly at: number;
  readonly type: EventType;
  readonly worth: Worth;
  readonly changes: readonly FieldChange[];
  /** Changes beyond those. */
  readonly more: number;
  /**
   * Updates that one comparison stands for: more than one after a gap in the watch, where the object's generation
   * tells.
   */
  readonly times: number;
}

/** A line of what a page shows. */
export interface ViewRow {
  /** Of a kind, a namespace of it, or an object. */
  readonly id: string;
  readonly level: 1 | 2 | 3;
  readonly label: string;
  /** Of a kind or namespace: whether its rows follow. */
  readonly open: boolean;
  readonly adds: number;
  readonly updates: number;
  readonly deletes: number;
  /** A second, over the last minute. */
  readonly rate: number;
  /** ms since the epoch. */
  readonly last: number;
  /** A number for each of the last 60 seconds. */
  readonly spark: readonly number[];
  /** Who updated it most, or all of them; '' = nobody updated. */
  readonly by: string;
  /** Why all of its updates are known heartbeats; '' = they are not. */
  readonly quiet: string;
}

/**
 * fight: two managers set one field back and forth. self: one manager undoes what it did itself. stamp: a time written
 * into metadata or spec, and nothing else. noop: updates that change nothing, or a time in the status.
 */
export type FindingKind = 'fight' | 'self' | 'stamp' | 'noop';

export interface Finding {
  readonly what: FindingKind;
  readonly kind: KindInfo;
  readonly managers: readonly string[];
  /** '' = nothing that is shown changed. */
  readonly path: string;
  /** Objects on which it was seen. */
  readonly objects: number;
  /** One of them, `namespace/name`. */
  readonly example: string;
  /** Updates a second, over the last minute or since it began. */
  readonly perSecond: number;
  /** What each manager set, in the order of `managers`; of one manager, what it goes to and fro between. */
  readonly values: readonly string[];
  /** Seen first, ms since the epoch. */
  readonly since: number;
}
