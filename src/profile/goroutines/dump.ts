/** Goroutine text of any form → groups. Our captures are the text of debug=1, a blank line, and the text of debug=2. */
import { type CountedStack, HEADER as HEADER1, readDebug1 } from './debug1';
import { ANY_HEADER, type Goroutine, readDebug2 } from './debug2';
import { Frames } from './lines';
import type { GoroutineDump, GoroutineGroup } from '../types';
import { workersOf } from './workers/workers';

/** How many ids of a group are kept, lowest first: more than a leak usually has when the user looks at it. */
const IDS = 10_000;
/**
 * How many creators of a group's goroutines are kept: more than any process has controllers, fewer than a server has
 * connections.
 */
const CREATORS = 500;

/** Whether a text is a goroutine dump; checks its first line and, for the output of a crash, the first 256 KiB. */
export function isGoroutineText(text: string): boolean {
  const line = text.slice(0, 200).split(/\r?\n/, 1)[0] ?? '';
  return HEADER1.test(line) || ANY_HEADER.test(text.slice(0, 262_144));
}

export function readDump(text: string): GoroutineDump {
  const frames = new Frames();
  const first = text.slice(0, 200).split(/\r?\n/, 1)[0] ?? '';
  if (!HEADER1.test(first)) {
    const two = readDebug2(text, frames);
    return finish(bundle(two.goroutines), frames, [...two.warnings]);
  }
  const split = text.search(ANY_HEADER);
  const one = readDebug1(split < 0 ? text : text.slice(0, split), frames);
  if (split < 0)
    return finish(
      one.stacks.map((s) => ({ ...plain(s), labels: s.labels })),
      frames,
      [...one.warnings],
    );
  const two = readDebug2(text.slice(split), frames);
  const warnings = [...one.warnings, ...two.warnings];
  const missing = one.total - two.goroutines.length;
  if (two.warnings.length > 0 && missing > 0)
    warnings.push(`States are known of ${two.goroutines.length} of about ${one.total} goroutines.`);
  return finish(label(bundle(two.goroutines), one.stacks, joinKey(frames)), frames, warnings);
}

interface Group {
  count: number;
  state: string;
  /** Shortest and longest wait. */
  least: number;
  minutes: number;
  locked: number;
  labels: Readonly<Record<string, string>>;
  createdBy: number | undefined;
  stack: readonly number[];
  elided: boolean;
  ids: number[];
  /** How many of the goroutines each creator started, by its id. */
  creators: Map<number, number>;
}

function plain(s: CountedStack): Group {
  return {
    count: s.count,
    state: '',
    least: 0,
    minutes: 0,
    locked: 0,
    labels: {},
    createdBy: undefined,
    stack: s.stack,
    elided: false,
    ids: [],
    creators: new Map(),
  };
}

/** Goroutines of one stack, state, creator and set of labels are one group. */
function bundle(goroutines: readonly Goroutine[]): Group[] {
  const groups = new Map<string, Group>();
  for (const g of goroutines) {
    const key = `${g.state}\n${g.createdBy ?? ''}\n${g.elided ? 'e' : ''}${g.stack.join(',')}\n${Object.keys(g.labels).length === 0 ? '' : JSON.stringify(g.labels)}`;
    let group = groups.get(key);
    if (!group) {
      group = {
        count: 0,
        state: g.state,
        least: g.minutes,
        minutes: 0,
        locked: 0,
        labels: g.labels,
        createdBy: g.createdBy,
        stack: g.stack,
        elided: g.elided,
        ids: [],
        creators: new Map(),
      };
      groups.set(key, group);
    }
    group.count++;
    if (g.locked) group.locked++;
    if (g.minutes > group.minutes) group.minutes = g.minutes;
    if (g.minutes < group.least) group.least = g.minutes;
    group.ids.push(g.id);
    if (g.creator !== undefined) group.creators.set(g.creator, (group.creators.get(g.creator) ?? 0) + 1);
  }
  return [...groups.values()];
}

/**
 * debug=2 leaves out the middle of stacks deeper than this: 50 frames at either end stay (`tracebackInnerFrames` and
 * -Outer).
 */
const WHOLE = 100;
const INNER = 40;

type JoinKey = (stack: readonly number[], elided: boolean) => string;

/**
 * A key that a stack has in both texts. debug=2 hides the runtime's own frames (`runtime.main` and the like) while
 * debug=1 shows some, so the key leaves them out. A stack whose middle is left out is identified by its innermost
 * frames.
 */
function joinKey(frames: Frames): JoinKey {
  const hidden = frames.list.map((f) => /^(runtime\.[^A-Z]|panic$)/.test(f.name));
  return (stack, elided) => {
    const shown = stack.filter((f) => hidden[f] !== true);
    return elided ? `${shown.slice(0, INNER).join(',')}…` : shown.join(',');
  };
}

/**
 * Gives groups the labels that their stacks have in debug=1. When all goroutines of a stack have the same set of
 * labels, all its groups get it. With several sets (having none is one), the group is divided by their counts if it is
 * the only one of that stack, all its goroutines waited equally long and the counts agree, so nothing is guessed.
 * Otherwise the values are put side by side ("a, b", with "(none)" for goroutines without), so that they can be found
 * and read. The two texts were taken a moment apart; stacks that are only in debug=2 stay without labels.
 */
function label(groups: readonly Group[], stacks: readonly CountedStack[], joined: JoinKey): Group[] {
  const sets = new Map<string, CountedStack[]>();
  for (const s of stacks) {
    const key = joined(s.stack, s.stack.length > WHOLE);
    const known = sets.get(key);
    if (known) known.push(s);
    else sets.set(key, [s]);
  }
  const keys = groups.map((g) => joined(g.stack, g.elided));
  const sharing = new Map<string, number>();
  for (const key of keys) sharing.set(key, (sharing.get(key) ?? 0) + 1);
  const out: Group[] = [];
  for (const [i, g] of groups.entries()) {
    const key = keys[i] as string;
    const found = sets.get(key) ?? [];
    const labelled = found.filter((s) => Object.keys(s.labels).length > 0);
    if (labelled.length === 0 || Object.keys(g.labels).length > 0) {
      out.push(g);
      continue;
    }
    const [only] = labelled;
    if (only && found.length === 1) {
      out.push({ ...g, labels: only.labels });
      continue;
    }
    const sum = found.reduce((n, s) => n + s.count, 0);
    const exact =
      sharing.get(key) === 1 && g.least === g.minutes && sum === g.count && (g.locked === 0 || g.locked === g.count);
    if (!exact) {
      out.push({ ...g, labels: sideBySide(found) });
      continue;
    }
    // The dump doesn't say which goroutine has which labels, so the parts have no ids, and a creator only if the group
    // has one.
    for (const s of found) {
      const creators = new Map(g.creators.size === 1 ? [...g.creators.keys()].map((id) => [id, s.count]) : []);
      out.push({ ...g, count: s.count, locked: g.locked === 0 ? 0 : s.count, labels: s.labels, ids: [], creators });
    }
  }
  return out;
}

function sideBySide(stacks: readonly CountedStack[]): Record<string, string> {
  const keys = new Set(stacks.flatMap((s) => Object.keys(s.labels)));
  return Object.fromEntries(
    [...keys].map((k) => [k, [...new Set(stacks.map((s) => s.labels[k] ?? '(none)'))].join(', ')]),
  );
}

function finish(groups: Group[], frames: Frames, warnings: string[]): GoroutineDump {
  const list: GoroutineGroup[] = groups.map((g) => ({
    count: g.count,
    state: g.state,
    minutes: g.minutes,
    lockedToThread: g.locked,
    labels: g.labels,
    createdBy: g.createdBy === undefined ? undefined : frames.get(g.createdBy),
    stack: g.stack.map((f) => frames.get(f)),
    elided: g.elided,
    ids: g.ids.sort((a, b) => a - b).slice(0, IDS),
    creators: [...g.creators].slice(0, CREATORS).map(([goroutine, count]) => ({ goroutine, count })),
  }));
  // The sort is stable: equal groups keep the dump's order.
  list.sort((a, b) => b.count - a.count || b.minutes - a.minutes);
  if (list.length === 0) warnings.push('The dump holds no goroutines.');
  return { total: list.reduce((n, g) => n + g.count, 0), groups: list, warnings, workers: workersOf(list) };
}
