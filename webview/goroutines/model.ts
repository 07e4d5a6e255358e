/**
 * What the goroutine page shows of a dump: filtering, sorting and the one-line summary of a stack. Pure.
 */
import type { GoroutineGroup, StackFrame, Workers } from '../../src/profile/types';
import { grouped } from '../../src/base/format';
import { originOf, packageOf } from '../../src/profile/names';
import { poolName } from './words';

export type SortKey = 'count' | 'change' | 'state' | 'longest' | 'stack';
export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface Row {
  /** Index in the dump: stable for the file, so that the saved state can refer to a row by it. */
  readonly index: number;
  readonly group: GoroutineGroup;
  readonly summary: readonly StackFrame[];
  /** True when a frame of the user's own module is on the stack. */
  readonly own: boolean;
  /** What the stack is known to wait for, if the state alone ("select") doesn't say. */
  readonly waitsFor: string | undefined;
  /** Lower-case text in which plain words are searched. */
  readonly text: string;
  readonly packages: readonly string[];
  /** What its workers do, in the form that `worker:` matches: "widget/throttled". */
  readonly workers: readonly string[];
}

export function rowsOf(groups: readonly GoroutineGroup[], ownModules: readonly string[], workers?: Workers): Row[] {
  const found = new Map<number, Set<string>>();
  for (const pool of workers?.pools ?? [])
    for (const { group, state } of pool.stacks)
      found.set(group, (found.get(group) ?? new Set()).add(workerWord(poolName(pool), state)));
  return groups.map((group, index) => {
    const frames = group.createdBy ? [...group.stack, group.createdBy] : group.stack;
    const labels = Object.entries(group.labels).map(([k, v]) => `${k}=${v}`);
    const waits = waitsFor(group.stack);
    return {
      index,
      group,
      summary: summaryOf(group.stack, ownModules),
      own: group.stack.some((f) => originOf(f.name, f.file, ownModules) === 'own'),
      waitsFor: waits,
      text: [group.state, waits ?? '', ...labels, ...frames.map((f) => `${f.name} ${f.file}`)].join('\n').toLowerCase(),
      packages: [...new Set(frames.map((f) => packageOf(f.name).toLowerCase()))],
      workers: [...(found.get(index) ?? [])],
    };
  });
}

/** What follows `worker:` for a pool's workers in one state. */
export function workerWord(pool: string, state: string): string {
  return `${pool}/${state}`.toLowerCase();
}

/**
 * The frames that distinguish this stack from others, leaf first, at most three: what the goroutine waits in, without
 * the runtime's parking machinery; then the nearest frames of the user's own code, otherwise of the next packages.
 */
export function summaryOf(stack: readonly StackFrame[], ownModules: readonly string[]): StackFrame[] {
  const first = stack.findIndex((f) => !isMachinery(f.name));
  if (first < 0) return stack.slice(0, 1);
  const leaf = stack[first];
  if (!leaf) return [];
  const picked = [leaf];
  const rest = stack.slice(first + 1);
  for (const f of rest) {
    if (picked.length >= 3) break;
    if (originOf(f.name, f.file, ownModules) === 'own') picked.push(f);
  }
  for (const f of rest) {
    if (picked.length >= 3) break;
    const pkg = packageOf(f.name);
    if (pkg !== '' && !isMachinery(f.name) && !picked.some((p) => packageOf(p.name) === pkg)) picked.push(f);
  }
  const order = new Map(stack.map((f, i) => [f, i]));
  return picked.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/**
 * client-go's limiter (util/flowcontrol, over golang.org/x/time/rate) parks goroutines that exceed QPS and Burst in its
 * Wait.
 */
const LIMITER = /^k8s\.io\/client-go\/util\/flowcontrol\.\(\*tokenBucketRateLimiter\)\.Wait$/;

function waitsFor(stack: readonly StackFrame[]): string | undefined {
  return stack.some((f) => LIMITER.test(f.name)) ? "client's rate limiter" : undefined;
}

/**
 * Frames that every goroutine parked in that way has. They say how it waits (as the state does), not what it waits for.
 */
function isMachinery(name: string): boolean {
  const pkg = packageOf(name);
  return (
    pkg === 'runtime' ||
    pkg.startsWith('runtime/') ||
    pkg === 'sync' ||
    pkg.startsWith('internal/') ||
    pkg === 'syscall' ||
    (pkg === 'time' && name === 'time.Sleep')
  );
}

/** `pkg.(*T).Method` without the directories of the import path: fits in a row and still says where it is. */
export function shortName(name: string): string {
  const bracket = name.indexOf('[');
  const head = bracket < 0 ? name : name.slice(0, bracket);
  const plain = bracket < 0 ? name : `${head}[…]${name.slice(name.lastIndexOf(']') + 1)}`;
  return plain.slice(head.lastIndexOf('/') + 1);
}

export interface Filter {
  readonly words: readonly Word[];
}
interface Word {
  readonly kind: 'text' | 'state' | 'package' | 'label' | 'worker';
  readonly value: string;
  readonly not: boolean;
}

/**
 * `reconcile state:select package:client-go label:controller=widget worker:widget/throttled -pool`: all words must
 * match. Values with spaces are quoted: `state:"IO wait"`. A leading `-` negates a word.
 */
export function parseFilter(text: string): Filter {
  const words: Word[] = [];
  for (const [, minus, prefix, quoted, bare] of text.matchAll(
    /(-?)(?:(state|package|pkg|label|worker):)?(?:"([^"]*)"?|(\S+))/gi,
  )) {
    const value = (quoted ?? bare ?? '').toLowerCase();
    if (value === '') continue;
    const kind =
      prefix === undefined
        ? 'text'
        : prefix.toLowerCase() === 'pkg'
          ? 'package'
          : (prefix.toLowerCase() as Word['kind']);
    words.push({ kind, value, not: minus === '-' });
  }
  return { words };
}

export function matches(row: Row, filter: Filter): boolean {
  return filter.words.every((w) => holds(row, w) !== w.not);
}

function holds({ group, text, packages, workers }: Row, { kind, value }: Word): boolean {
  switch (kind) {
    case 'text':
      return text.includes(value);
    case 'state':
      return group.state.toLowerCase().includes(value);
    case 'package':
      return packages.some((p) => p.includes(value));
    case 'worker':
      return workers.some((w) => w === value || w.startsWith(`${value}/`));
    case 'label':
      return Object.entries(group.labels).some(([k, v]) => `${k}=${v}`.toLowerCase().includes(value));
  }
}

/** `changes`: by how much each group of the dump has grown. */
export function sortRows(rows: readonly Row[], { key, descending }: Sort, changes: readonly number[] = []): Row[] {
  const by: Record<SortKey, (a: Row, b: Row) => number> = {
    count: (a, b) => a.group.count - b.group.count,
    change: (a, b) => (changes[a.index] ?? 0) - (changes[b.index] ?? 0),
    longest: (a, b) => a.group.minutes - b.group.minutes,
    state: (a, b) => a.group.state.localeCompare(b.group.state),
    stack: (a, b) => (a.summary[0]?.name ?? '').localeCompare(b.summary[0]?.name ?? ''),
  };
  const sign = descending ? -1 : 1;
  // Ties are sorted by count, then the user's own code first, then in the dump's order, so that the same input always
  // gives the same page.
  return [...rows].sort(
    (a, b) =>
      sign * by[key](a, b) || b.group.count - a.group.count || Number(b.own) - Number(a.own) || a.index - b.index,
  );
}

/** "+126", "−3", "0": with a real minus sign, as wide as the plus. */
export function signed(n: number): string {
  return n > 0 ? `+${grouped(n)}` : n < 0 ? `−${grouped(-n)}` : '0';
}

/** "5 min", or "< 1 min": the dump has only whole minutes. '' when it has no waits at all (debug=1). */
export function waited({ minutes, state }: GoroutineGroup): string {
  if (state === '' || state === 'running' || state === 'runnable') return '';
  return minutes === 0
    ? '< 1 min'
    : minutes < 120
      ? `${minutes} min`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
