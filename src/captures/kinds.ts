/** The kinds of captures: what they are called, what users learn from them, how they are requested. Pure. */
import type { CaptureKind, GoKind, PprofKind } from './types';

interface KindFacts {
  /** On buttons, pages and in the tree. */
  readonly label: string;
  /** What the user learns from it, shown where kinds are chosen. */
  readonly tells: string;
  /** Name in the pprof index and in the path, where it differs from the kind. */
  readonly path?: string;
  /** It records for some seconds; the others answer at once. */
  readonly records?: true;
  /** Takes `?seconds=N`: what changed within that time (net/http/pprof, `profileSupportsDelta` as of Go 1.26). */
  readonly delta?: true;
}

/** In the order in which they are offered to the user. */
const FACTS: Readonly<Record<GoKind, KindFacts>> = {
  cpu: { label: 'CPU', tells: 'Where the time goes, for some seconds', path: 'profile', records: true },
  goroutine: { label: 'Goroutines', tells: 'What every goroutine does right now', delta: true },
  heap: { label: 'Heap', tells: 'Memory in use now, and allocated since the start', delta: true },
  allocs: { label: 'Allocations', tells: 'All memory allocated since the start', delta: true },
  block: { label: 'Blocking', tells: 'Where goroutines waited on channels and locks', delta: true },
  mutex: { label: 'Mutex contention', tells: 'Who held the locks that others waited for', delta: true },
  threadcreate: { label: 'Thread creation', tells: 'Stacks that made new threads of the system', delta: true },
  goroutineleak: {
    label: 'Leaked goroutines',
    tells: 'Goroutines that can never go on; the process runs a garbage collection to find them',
    delta: true,
  },
  trace: {
    label: 'Execution trace',
    tells: 'Every event of the scheduler for some seconds, for go tool trace; large',
    records: true,
  },
};

const CUSTOM = 'custom:';

/** Every kind that Go itself offers, in the order in which they are offered to the user. */
export const GO_KINDS = Object.keys(FACTS) as readonly GoKind[];

/** Name of a profile that the program registered itself; undefined for the other kinds. */
export function customName(kind: CaptureKind): string | undefined {
  return kind.startsWith(CUSTOM) ? kind.slice(CUSTOM.length) : undefined;
}

export function kindLabel(kind: CaptureKind): string {
  return kind === 'metrics' ? 'Metrics' : (customName(kind) ?? FACTS[kind as GoKind].label);
}

export function kindTells(kind: PprofKind): string {
  return customName(kind) === undefined ? FACTS[kind as GoKind].tells : 'A profile that this program keeps itself';
}

/** True for kinds that take a number of seconds to record: CPU and execution traces. */
export function records(kind: CaptureKind): boolean {
  return isGoKind(kind) && FACTS[kind].records === true;
}

/** True for kinds that can be asked what changed within some seconds. */
export function hasDelta(kind: CaptureKind): boolean {
  return isGoKind(kind) && FACTS[kind].delta === true;
}

/** What follows `/debug/pprof/` in the path, escaped. */
export function pathOf(kind: PprofKind): string {
  const own = customName(kind);
  // A profile's name may be any text; Go's documentation advises to begin it with an import path.
  return own === undefined ? (FACTS[kind as GoKind].path ?? kind) : own.split('/').map(encodeURIComponent).join('/');
}

/** The kind that an entry of a pprof index stands for; undefined for an entry that is not a profile. */
export function kindOfEntry(name: string): PprofKind | undefined {
  if (name === 'cmdline' || name === 'symbol' || name === '') return undefined;
  if (name === 'profile') return 'cpu';
  return isGoKind(name) && name !== 'cpu' ? name : `${CUSTOM}${name}`;
}

export function isGoKind(s: unknown): s is GoKind {
  return typeof s === 'string' && Object.hasOwn(FACTS, s);
}

/** True for a word that names a kind. */
export function isKind(s: unknown): s is CaptureKind {
  return isGoKind(s) || s === 'metrics' || (typeof s === 'string' && s.startsWith(CUSTOM) && s.length > CUSTOM.length);
}
