/** What happened to one object: counts, the rate of the last minute, and who changed which fields how often. */
import type { LastSet } from './fights';
import { Window } from './window';
import type { Counts, EventType } from './types';

/** Fields kept apart for each manager of an object; the rest are counted under this name. */
const MOST_FIELDS = 64;
const OTHER_FIELDS = '(other fields)';

export interface ManagerTally {
  updates: number;
  /** Of these, heartbeats and updates that changed nothing worth a write. */
  idle: number;
  readonly fields: Map<string, number>;
}

export class Tally implements Counts {
  adds = 0;
  updates = 0;
  deletes = 0;
  /** Of the updates: known heartbeats, and (wasted) those that changed nothing or only a time. */
  heartbeats = 0;
  wasted = 0;
  last = 0;
  /** Why its heartbeats count apart; '' = it had none. */
  why = '';
  readonly managers = new Map<string, ManagerTally>();
  /** By path: the last value that was set, for finding fights. */
  readonly sets = new Map<string, LastSet>();
  #window: Window | undefined;

  constructor(
    readonly namespace: string,
    readonly name: string,
  ) {}

  get total(): number {
    return this.adds + this.updates + this.deletes;
  }

  count(type: EventType, at: number, times: number): void {
    if (type === 'add') this.adds += times;
    else if (type === 'update') this.updates += times;
    else this.deletes += times;
    this.last = at;
    (this.#window ??= new Window(at)).add(at, times);
  }

  blame(manager: string, paths: readonly string[], times: number, idle: boolean): void {
    const tally = this.managers.get(manager) ?? { updates: 0, idle: 0, fields: new Map<string, number>() };
    this.managers.set(manager, tally);
    tally.updates += times;
    if (idle) tally.idle += times;
    for (const path of paths) {
      const key = tally.fields.has(path) || tally.fields.size < MOST_FIELDS ? path : OTHER_FIELDS;
      tally.fields.set(key, (tally.fields.get(key) ?? 0) + 1);
    }
  }

  /** Per second, over the last minute or since `from`. */
  rate(now: number, from: number): number {
    return this.#window?.rate(now, from) ?? 0;
  }
  spark(now: number): readonly number[] {
    return this.#window?.values(now) ?? [];
  }
}
