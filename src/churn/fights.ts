/** Finds managers that undo each other's changes or write for nothing, from updates as they come, in bounded memory. */
import { Window, WINDOW } from './window';
import { sectionOf, type Path } from './paths';
import { UNKNOWN, type Finding, type FindingKind, type KindInfo } from './types';

/**
 * Least number of times that something was undone, or written for nothing, before we report it: twice may be a user at
 * work.
 */
const ENOUGH = 3;
/**
 * The same for a manager that undoes itself, in the last minute. Now and then that follows something that flips; more
 * often it is a fault.
 */
const SELF_ENOUGH = 4;
/** Groups of (kind, path, managers), and objects kept apart in each. */
const MOST_GROUPS = 2000;
const MOST_OBJECTS = 20_000;

/** The last value of a field: who set it, and over which value of whom. Values as text, or as a hash of it. */
export interface LastSet {
  readonly manager: string;
  readonly value: string;
  readonly over: string;
  readonly overBy: string;
}

/** One field of one update. */
export interface SetField {
  readonly path: Path;
  readonly text: string;
  readonly before: string;
  readonly after: string;
  /** For users; cut, or hidden. */
  readonly shown: string;
}

interface Group {
  readonly what: FindingKind;
  readonly kind: KindInfo;
  readonly path: string;
  readonly managers: readonly string[];
  readonly objects: Map<string, number>;
  readonly window: Window;
  /** How often the first manager undid the second, and the second the first. */
  readonly undone: [number, number];
  count: number;
  last: number;
  /** What each manager set last, in the order of `managers`. */
  readonly values: string[];
}

export class Fights {
  readonly #groups = new Map<string, Group>();

  /** Takes in a field that was set after `last`. Gives what to keep for the next time. */
  set(
    kind: KindInfo,
    object: string,
    manager: string,
    field: SetField,
    last: LastSet | undefined,
    at: number,
  ): LastSet {
    const next: LastSet = { manager, value: field.after, over: field.before, overBy: last?.manager ?? '' };
    // Undone: the value is again what it was before the last change.
    if (
      last === undefined ||
      manager === UNKNOWN ||
      last.manager === UNKNOWN ||
      last.value !== field.before ||
      field.after !== last.over
    )
      return next;
    const own = last.manager === manager;
    // Numbers that a controller writes into a status rise and fall with the world.
    if (own && sectionOf(field.path) === 'status') return next;
    const managers = own ? [manager] : [manager, last.manager].sort();
    const group = this.#group(own ? 'self' : 'fight', kind, field.text, managers, at);
    this.#count(group, object, at);
    group.undone[managers.indexOf(manager) === 0 ? 0 : 1]++;
    group.values[Math.max(0, managers.indexOf(manager))] = field.shown;
    if (own) group.values[group.count % 2] = field.shown;
    return next;
  }

  /** Takes in an update that changed nothing worth a write. */
  wasted(
    what: 'stamp' | 'noop',
    kind: KindInfo,
    object: string,
    manager: string,
    path: string,
    value: string,
    at: number,
    times: number,
  ): void {
    const group = this.#group(what, kind, path, [manager], at);
    this.#count(group, object, at, times);
    group.values[0] = value;
  }

  /** What happens now, the fastest first. Whatever stopped a minute ago is left out. */
  findings(now: number): readonly Finding[] {
    const out: Finding[] = [];
    for (const group of this.#groups.values()) {
      const { what, kind, path, managers, window, values } = group;
      const count = window.sum(now);
      const [a, b] = group.undone;
      const enough =
        what === 'fight'
          ? a >= 1 && b >= 1 && a + b >= ENOUGH && count > 0
          : what === 'self'
            ? count >= SELF_ENOUGH
            : count >= ENOUGH && repeated(group);
      if (!enough) continue;
      const [example = ''] = group.objects.keys();
      out.push({
        what,
        kind,
        managers,
        path,
        objects: group.objects.size,
        example,
        perSecond: window.rate(now, window.first),
        values: [...values],
        since: window.first,
      });
    }
    return out.sort((x, y) => y.perSecond - x.perSecond || (x.path < y.path ? -1 : 1));
  }

  #group(what: FindingKind, kind: KindInfo, path: string, managers: readonly string[], at: number): Group {
    const key = JSON.stringify([what, kind.group, kind.kind, path, managers]);
    let group = this.#groups.get(key);
    // A group that was quiet for a minute and starts again counts as new, with its own rate and start.
    if (group && at - group.last > WINDOW * 1000) {
      this.#groups.delete(key);
      group = undefined;
    }
    if (!group) {
      if (this.#groups.size >= MOST_GROUPS) this.#forget();
      group = {
        what,
        kind,
        path,
        managers,
        objects: new Map(),
        window: new Window(at),
        undone: [0, 0],
        count: 0,
        last: at,
        values: [],
      };
      this.#groups.set(key, group);
    }
    return group;
  }

  #count(group: Group, object: string, at: number, times = 1): void {
    group.window.add(at, times);
    group.count += times;
    group.last = at;
    const before = group.objects.get(object);
    if (before !== undefined || group.objects.size < MOST_OBJECTS) group.objects.set(object, (before ?? 0) + times);
  }

  /** Drops the group that has been quiet for longest. */
  #forget(): void {
    let oldest: readonly [string, number] | undefined;
    for (const [key, { last }] of this.#groups) if (!oldest || last < oldest[1]) oldest = [key, last];
    if (oldest) this.#groups.delete(oldest[0]);
  }
}

/**
 * True when it happened to one object again and again. A rollout that writes a time once into each of many objects is
 * no fault.
 */
function repeated({ objects }: Group): boolean {
  for (const n of objects.values()) if (n >= ENOUGH) return true;
  return false;
}
