/** Successive dumps of one process → what grew, what shrank, and which goroutines are stuck. */
import type { GoroutineDump, GoroutineGroup } from '../../types';
import { keysOf, type KeyOf } from './keys';
import { placesOf, stuckOf } from './stuck';
import type { DumpAt, GrownStack, Growth, Verdict } from './types';

/** Fewer new goroutines than this can't be distinguished from normal fluctuation. */
const LEAST = 10;
/** With this many goroutines, some would have ended if they ever ended at all. */
const ENOUGH = 5;

/** The goroutine that writes the dump has a different stack each time. */
const WRITES = /^runtime\/pprof\.(writeGoroutine|writeRuntimeProfile|\(\*Profile\)\.WriteTo)/;

/** `dumps`: at least two, oldest first. */
export function growthOf(dumps: readonly DumpAt[]): Growth {
  const all = dumps.map((d) => d.dump);
  const first = all[0] as GoroutineDump;
  const last = all.at(-1) as GoroutineDump;
  const keyOf = keysOf(all);
  const times = dumps.map((d) => d.at);
  const other = otherProcess(dumps, keyOf);
  const span = times.every((t, i) => t > 0 && (i === 0 || t > (times[i - 1] as number)))
    ? (times.at(-1) as number) - (times[0] as number)
    : 0;
  const stacks = stacksOf(all, keyOf).filter((s) => s.counts.some((n) => n !== s.counts[0]));
  stacks.sort((a, b) => b.change - a.change || (b.counts.at(-1) as number) - (a.counts.at(-1) as number));
  const notes: string[] = [];
  if (other !== undefined) notes.push(other);
  else if (span === 0) notes.push('When the dumps were taken is not known, so neither is the growth per minute.');
  return {
    times,
    totals: all.map((d) => d.total),
    minutes: span > 0 && other === undefined ? span / 60_000 : undefined,
    stacks,
    changes: changesOf(first, last, keyOf),
    stuck: other === undefined ? stuckOf(all, keyOf, span) : [],
    verdict: other === undefined ? verdictOf(stacks) : undefined,
    notes,
  };
}

function stacksOf(dumps: readonly GoroutineDump[], keyOf: KeyOf): GrownStack[] {
  interface Found {
    group: GoroutineGroup;
    counts: number[];
    groups: number[];
    before: number[];
    after: Set<number>;
    known: boolean;
  }
  const found = new Map<string, Found>();
  dumps.forEach((dump, at) => {
    dump.groups.forEach((group, index) => {
      if (group.stack.some((frame) => WRITES.test(frame.name))) return;
      const key = keyOf(group);
      let f = found.get(key);
      if (!f)
        found.set(
          key,
          (f = { group, counts: dumps.map(() => 0), groups: [], before: [], after: new Set(), known: true }),
        );
      // Groups come largest first, so the first one of a dump has the state of most goroutines.
      if (f.counts[at] === 0) f.group = group;
      f.counts[at] = (f.counts[at] as number) + group.count;
      if (at > 0 && at < dumps.length - 1) return;
      f.known &&= group.ids.length === group.count;
      if (at === 0) f.before.push(...group.ids);
      else {
        f.groups.push(index);
        for (const id of group.ids) f.after.add(id);
      }
    });
  });
  return [...found.values()].map(({ group, counts, groups, before, after, known }) => ({
    stack: group.stack,
    createdBy: group.createdBy,
    state: group.state,
    counts,
    groups,
    change: (counts.at(-1) as number) - (counts[0] as number),
    ended: known ? before.filter((id) => !after.has(id)).length : undefined,
  }));
}

/** Groups of the same stack and state are compared as one, unless the last dump separates them by their labels. */
function changesOf(first: GoroutineDump, last: GoroutineDump, keyOf: KeyOf): number[] {
  const plain = (g: GoroutineGroup): string => `${keyOf(g)}\n${g.state}`;
  const labelled = (g: GoroutineGroup): string => `${plain(g)}\n${JSON.stringify(Object.entries(g.labels).sort())}`;
  const count = (
    groups: readonly GoroutineGroup[],
    key: (g: GoroutineGroup) => string,
    of: (g: GoroutineGroup) => number,
  ): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const g of groups) sums.set(key(g), (sums.get(key(g)) ?? 0) + of(g));
    return sums;
  };
  const apart = count(last.groups, plain, () => 1);
  const before = count(first.groups, plain, (g) => g.count);
  const beforeLabelled = count(first.groups, labelled, (g) => g.count);
  return last.groups.map(
    (g) => g.count - ((apart.get(plain(g)) === 1 ? before.get(plain(g)) : beforeLabelled.get(labelled(g))) ?? 0),
  );
}

/** Only with evidence: enough new goroutines, and either the signs of a leak or at least half of all growth. */
function verdictOf(stacks: readonly GrownStack[]): Verdict | undefined {
  const grown = stacks.reduce((n, s) => n + Math.max(0, s.change), 0);
  const index = stacks.findIndex((s) => s.change >= LEAST && leakOf(s) !== undefined);
  const [top] = stacks;
  if (top && index <= 0 && top.change >= LEAST && (index === 0 || top.change >= grown / 2))
    return { stack: 0, leak: leakOf(top) };
  return index < 0 ? undefined : { stack: index, leak: leakOf(stacks[index] as GrownStack) };
}

function leakOf({ counts, ended, change }: GrownStack): Verdict['leak'] {
  if (change <= 0) return undefined;
  if (counts.length > 2 && counts.every((n, i) => i === 0 || n > (counts[i - 1] as number))) return 'rises';
  return ended === 0 && (counts[0] as number) >= ENOUGH ? 'none ended' : undefined;
}

/**
 * Why the dumps are not of one process; undefined when they are. Ids only grow, but each of Go's Ps hands them out from
 * a batch of 16 (`goidcache`, runtime/proc.go), so the highest id of a later dump may be a little lower. In that case,
 * goroutines that are still in the same place show that it is the same process.
 */
function otherProcess(dumps: readonly DumpAt[], keyOf: KeyOf): string | undefined {
  const processes = new Set(dumps.map((d) => d.process).filter((p) => p !== ''));
  if (processes.size > 1)
    return `The dumps are of different processes, ${[...processes].join(' and ')}: what grew in one of them is not told.`;
  const anew = dumps.some(({ dump }, i) => i > 0 && startedAnew((dumps[i - 1] as DumpAt).dump, dump, keyOf));
  return anew
    ? 'The process was started anew between the dumps, or they are not in the order in which they were taken: what ' +
        'grew is not told.'
    : undefined;
}

function startedAnew(before: GoroutineDump, after: GoroutineDump, keyOf: KeyOf): boolean {
  const newest = (d: GoroutineDump): number => d.groups.reduce((n, g) => Math.max(n, g.ids.at(-1) ?? 0), 0);
  if (newest(after) === 0 || newest(after) >= newest(before)) return false;
  const places = placesOf(before, keyOf);
  const stayed = after.groups.reduce((n, g) => {
    const key = keyOf(g);
    return n + g.ids.filter((id) => places.get(id) === key).length;
  }, 0);
  return stayed < Math.min(before.total, after.total) / 2;
}
