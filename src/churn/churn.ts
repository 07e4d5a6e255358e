/** Everything that is watched at once. It takes in objects as lists and events bring them, and counts what changed. */
import { differences, type Difference } from './diff';
import { Fights, type LastSet } from './fights';
import { heartbeat } from './heartbeats';
import { pathText, sectionOf } from './paths';
import { isSecret, packState, readObject, unpackState, type ObjectState, type SeenObject } from './objects';
import { States } from './states';
import { Tally } from './tally';
import { timeMoved } from './times';
import type { ChangeEvent, EventType, FieldChange, Finding, KindInfo, Worth, Writer } from './types';
import { UNKNOWN } from './types';
import { fieldChange, MOST_CHANGES } from './values';
import { writerOf } from './writer';

/** Objects kept apart, over all kinds. */
const MOST_OBJECTS = 100_000;
/** Events kept with their changes: over all objects, and of the one that somebody looks at. */
const MOST_EVENTS = 4000;
const MOST_FOLLOWED = 500;
/** Fields of an object whose last values are kept for fights. */
const MOST_SETS = 32;
/**
 * An object that enters a label selector and is older than the start by more than this, ms, was not created just now.
 * Clocks differ by less.
 */
const CLOCKS = 60_000;

export interface ChurnOptions {
  /** When watching began, ms since the epoch. */
  readonly start: number;
  /** True under a label selector: objects then appear and vanish as their labels change. */
  readonly selected?: boolean;
  /** For tests: how many objects are kept apart (default 100,000) and the characters of all states (default 48 Mi). */
  readonly mostObjects?: number;
  readonly mostChars?: number;
}

interface Known {
  uid: string;
  version: string;
  generation: number;
  tally: Tally | undefined;
}

/** A kind that is watched. */
interface Ledger {
  readonly kind: KindInfo;
  /** By `namespace/name`. */
  readonly known: Map<string, Known>;
  /** Namespaces ('' = all) whose first list is complete: what comes after is new. */
  readonly listed: Set<string>;
  /** Counts of the objects beyond the limit. */
  readonly beyond: Tally;
  beyondSeen: boolean;
}

/** What comparing an object with its last state showed. */
interface Compared {
  readonly writer: Writer;
  readonly changes: readonly Difference[];
  readonly worth: Worth;
  readonly why: string | undefined;
}

export class Churn {
  readonly start: number;
  readonly #ledgers = new Map<string, Ledger>();
  readonly #states: States;
  readonly #fights = new Fights();
  readonly #events: { readonly object: string; readonly event: ChangeEvent }[] = [];
  #followed: { readonly object: string; readonly events: ChangeEvent[] } | undefined;
  #objects = 0;

  constructor(private readonly options: ChurnOptions) {
    this.start = options.start;
    this.#states = new States(options.mostChars);
  }

  /**
   * Takes in an object of a list, or of an event, where `as` says which. Gives its `namespace/name`; undefined for
   * anything that is no object.
   */
  seen(
    kind: KindInfo,
    raw: unknown,
    at: number,
    { scope = '', as }: { readonly scope?: string; readonly as?: 'added' | 'modified' | undefined } = {},
  ): string | undefined {
    const ledger = this.#ledger(kind);
    const object = readObject(kind, raw);
    if (!object) return undefined;
    const { key, id } = keysOf(kind, object);
    const known = ledger.known.get(key);
    if (known && older(object.resourceVersion, known.version)) return key;
    if (!known) {
      this.#appeared(ledger, key, id, object, at, { fresh: ledger.listed.has(scope), as });
      return key;
    }
    if (known.uid !== object.uid) {
      // Another object had this name and was deleted. Either we heard of that, or it happened during a gap.
      if (known.uid !== '') this.#count(ledger, known, key, id, { type: 'delete', at });
      this.#count(ledger, known, key, id, { type: 'add', at, compared: made(object) });
      known.tally?.sets.clear();
    } else if (known.version !== object.resourceVersion) {
      const state = this.#states.get(id);
      const before = state === undefined ? undefined : unpackState(state);
      // After a gap one comparison may stand for several writes. The generation tells how many of them changed the
      // spec.
      const times = Math.max(1, object.generation - known.generation);
      this.#count(ledger, known, key, id, { type: 'update', at, times, compared: compare(kind, before, object) });
    }
    known.uid = object.uid;
    known.version = object.resourceVersion;
    known.generation = object.generation;
    this.#remember(id, object);
    return key;
  }

  /** An object of a DELETED event. */
  deleted(kind: KindInfo, raw: unknown, at: number): void {
    const ledger = this.#ledger(kind);
    const object = readObject(kind, raw);
    if (object) this.#gone(ledger, keysOf(kind, object), at, object.resourceVersion);
  }

  /**
   * A list is complete, of one namespace or ('') of all. `keys` (`namespace/name`) are all that exist; the others were
   * deleted.
   */
  listed(kind: KindInfo, scope: string, keys: ReadonlySet<string>, at: number): void {
    const ledger = this.#ledger(kind);
    if (ledger.listed.has(scope)) {
      for (const key of [...ledger.known.keys()]) {
        if (!keys.has(key) && (scope === '' || key.startsWith(`${scope}/`)))
          this.#gone(ledger, { key, id: idOf(kind, key) }, at);
      }
    }
    ledger.listed.add(scope);
  }

  /**
   * The kind, or one namespace of it, is gone or may no longer be seen: from here on nothing is known of its objects.
   */
  lost(kind: KindInfo, scope: string): void {
    const ledger = this.#ledger(kind);
    ledger.listed.delete(scope);
    for (const [key, { tally }] of ledger.known) {
      if (scope !== '' && !key.startsWith(`${scope}/`)) continue;
      this.#states.delete(idOf(kind, key));
      if (tally) continue;
      ledger.known.delete(key);
      this.#objects--;
    }
  }

  /** Every kind seen so far. */
  get kinds(): readonly KindInfo[] {
    return [...this.#ledgers.values()].map((l) => l.kind);
  }

  /** Objects known now; kinds that have more than are kept apart; states given up for want of room. */
  get size(): { readonly objects: number; readonly beyond: readonly KindInfo[]; readonly dropped: number } {
    return {
      objects: this.#objects,
      beyond: [...this.#ledgers.values()].filter((l) => l.beyondSeen).map((l) => l.kind),
      dropped: this.#states.dropped,
    };
  }

  /**
   * Objects to which something happened. After those of a kind comes one with the name '' that stands for all beyond
   * the limit.
   */
  *tallies(): Generator<{ readonly kind: KindInfo; readonly tally: Tally }> {
    for (const { kind, known, beyond } of this.#ledgers.values()) {
      for (const { tally } of known.values()) if (tally && tally.total > 0) yield { kind, tally };
      if (beyond.total > 0) yield { kind, tally: beyond };
    }
  }

  tally(kind: Pick<KindInfo, 'group' | 'kind'>, namespace: string, name: string): Tally | undefined {
    return this.#ledgers.get(kindKey(kind))?.known.get(`${namespace}/${name}`)?.tally;
  }

  findings(now: number): readonly Finding[] {
    return this.#fights.findings(now);
  }

  /** Keeps more events of this object than of others from now on; undefined ends that. */
  follow(
    object:
      | { readonly kind: Pick<KindInfo, 'group' | 'kind'>; readonly namespace: string; readonly name: string }
      | undefined,
  ): void {
    const id = object && idOf(object.kind, `${object.namespace}/${object.name}`);
    if (id === this.#followed?.object) return;
    this.#followed =
      id === undefined
        ? undefined
        : { object: id, events: this.#events.filter((e) => e.object === id).map((e) => e.event) };
  }

  /** The kept events of the followed object, the oldest first. */
  get followed(): readonly ChangeEvent[] {
    return this.#followed?.events ?? [];
  }

  #ledger(kind: KindInfo): Ledger {
    const key = kindKey(kind);
    let ledger = this.#ledgers.get(key);
    if (!ledger)
      this.#ledgers.set(
        key,
        (ledger = { kind, known: new Map(), listed: new Set(), beyond: new Tally('', ''), beyondSeen: false }),
      );
    return ledger;
  }

  #appeared(
    ledger: Ledger,
    key: string,
    id: string,
    object: SeenObject,
    at: number,
    { fresh, as }: { readonly fresh: boolean; readonly as: 'added' | 'modified' | undefined },
  ): void {
    if (this.#objects >= (this.options.mostObjects ?? MOST_OBJECTS)) {
      ledger.beyondSeen = true;
      // Nothing is kept of it, so only its events count, not its appearance in a list.
      if (as) ledger.beyond.count(as === 'added' ? 'add' : 'update', at, 1);
      return;
    }
    const known: Known = {
      uid: object.uid,
      version: object.resourceVersion,
      generation: object.generation,
      tally: undefined,
    };
    ledger.known.set(key, known);
    this.#objects++;
    this.#remember(id, object);
    if (!fresh) return;
    const old = this.options.selected === true && object.createdAt > 0 && object.createdAt < this.start - CLOCKS;
    this.#count(
      ledger,
      known,
      key,
      id,
      old
        ? { type: 'update', at, compared: compare(ledger.kind, undefined, object) }
        : { type: 'add', at, compared: made(object) },
    );
  }

  /** An object nested too deep to be written as JSON is counted but not compared. */
  #remember(id: string, object: SeenObject): void {
    try {
      this.#states.set(id, packState(object));
    } catch (e) {
      if (!(e instanceof RangeError)) throw e;
      this.#states.delete(id);
    }
  }

  #gone(
    ledger: Ledger,
    { key, id }: { readonly key: string; readonly id: string },
    at: number,
    version?: string,
  ): void {
    const known = ledger.known.get(key);
    if (!known) {
      if (ledger.beyondSeen) ledger.beyond.count('delete', at, 1);
      return;
    }
    // Its counts stay and are shown; an object that takes its name is another one.
    if (known.uid === '' || older(version ?? '', known.version)) return;
    this.#count(ledger, known, key, id, { type: 'delete', at });
    this.#states.delete(id);
    known.tally?.sets.clear();
    known.uid = '';
    known.version = version ?? known.version;
  }

  #count(
    ledger: Ledger,
    known: Known,
    key: string,
    id: string,
    {
      type,
      at,
      times = 1,
      compared,
    }: { readonly type: EventType; readonly at: number; readonly times?: number; readonly compared?: Compared },
  ): void {
    const { kind } = ledger;
    const slash = key.indexOf('/');
    const tally = (known.tally ??= new Tally(key.slice(0, slash), key.slice(slash + 1)));
    tally.count(type, at, times);
    const { writer = NOBODY, changes = [], worth = 'change', why } = compared ?? {};
    const secret = isSecret(kind);
    const shownChanges = changes.slice(0, MOST_CHANGES).map((c) => fieldChange(c, secret));
    if (type === 'update') this.#blame(kind, tally, key, at, times, { writer, changes, worth, why }, shownChanges);
    const event: ChangeEvent = {
      ...writer,
      at,
      type,
      worth,
      times,
      changes: shownChanges,
      more: changes.length - shownChanges.length,
    };
    this.#events.push({ object: id, event });
    if (this.#events.length > 2 * MOST_EVENTS) this.#events.splice(0, MOST_EVENTS);
    if (this.#followed?.object === id) {
      this.#followed.events.push(event);
      if (this.#followed.events.length > 2 * MOST_FOLLOWED) this.#followed.events.splice(0, MOST_FOLLOWED);
    }
  }

  #blame(
    kind: KindInfo,
    tally: Tally,
    object: string,
    at: number,
    times: number,
    { writer, changes, worth, why }: Compared,
    said: readonly FieldChange[],
  ): void {
    const { manager } = writer;
    const paths = changes.map((c) => pathText(c.path));
    tally.blame(manager, paths, times, worth !== 'change');
    if (worth === 'heartbeat') {
      tally.heartbeats += times;
      tally.why = why ?? '';
      return;
    }
    if (worth !== 'change') {
      tally.wasted += times;
      const [first] = changes;
      const stamp = first !== undefined && changes.every((c) => sectionOf(c.path) !== 'status');
      this.#fights.wasted(
        stamp ? 'stamp' : 'noop',
        kind,
        object,
        manager,
        paths[0] ?? '',
        said[0]?.after ?? '',
        at,
        times,
      );
      return;
    }
    for (const [i, change] of changes.entries()) {
      const text = paths[i] ?? '';
      const last = tally.sets.get(text);
      if (last === undefined && tally.sets.size >= MOST_SETS) continue;
      const { path, before, after } = change;
      const next: LastSet = this.#fights.set(
        kind,
        object,
        manager,
        { path, text, before: valueKey(before), after: valueKey(after), shown: said[i]?.after ?? '' },
        last,
        at,
      );
      tally.sets.set(text, next);
    }
  }
}

const NOBODY: Writer = { manager: UNKNOWN, operation: '', subresource: '' };

/** For a new object. */
function made(object: SeenObject): Compared {
  return { writer: writerOf(undefined, object.managed, []), changes: [], worth: 'change', why: undefined };
}

function compare(kind: KindInfo, before: ObjectState | undefined, now: SeenObject): Compared {
  const changes =
    before === undefined
      ? []
      : differences(
          before.rest,
          now.rest,
          now.managed.map((m) => m.fields),
        );
  const why = heartbeat(kind, changes);
  // Without the state before, nobody knows what changed, so we can't say that nothing did.
  const worth: Worth =
    why !== undefined
      ? 'heartbeat'
      : before === undefined
        ? 'change'
        : changes.length === 0
          ? 'nothing'
          : changes.every((c) => timeMoved(c.before, c.after))
            ? 'time'
            : 'change';
  return { writer: writerOf(before?.managed, now.managed, changes), changes, worth, why };
}

/** Tells values apart: a short one is its own key, a long one has a hash. */
function valueKey(v: unknown): string {
  const text = v === undefined ? '' : JSON.stringify(v);
  if (text.length <= 64) return text;
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return `${text.length}:${hash}:${text.slice(0, 32)}`;
}

/**
 * True for a version that comes again after a gap. Only versions that are whole numbers can be compared: those grow.
 */
function older(version: string, than: string): boolean {
  return (
    /^\d+$/.test(version) &&
    /^\d+$/.test(than) &&
    (version.length - than.length || (version < than ? -1 : version === than ? 0 : 1)) < 0
  );
}

function kindKey({ group, kind }: Pick<KindInfo, 'group' | 'kind'>): string {
  return `${kind}.${group}`;
}
function idOf(kind: Pick<KindInfo, 'group' | 'kind'>, key: string): string {
  return `${kindKey(kind)} ${key}`;
}
function keysOf(kind: KindInfo, { namespace, name }: SeenObject): { readonly key: string; readonly id: string } {
  const key = `${namespace}/${name}`;
  return { key, id: idOf(kind, key) };
}
