/**
 * The text about a worker pool: one sentence with its numbers, in parts that each describe some of the workers. Pure.
 */
import { grouped } from '../../src/base/format';
import type { GoroutineGroup, WorkerPool, WorkerState } from '../../src/profile/types';

/** Labels and icons for the legend and the seats, in the order of the seats. */
export const STATES: readonly { readonly state: WorkerState; readonly label: string; readonly icon: string }[] = [
  { state: 'throttled', label: 'rate limiter', icon: 'watch' },
  { state: 'locked', label: 'lock', icon: 'lock' },
  { state: 'waitingForApi', label: 'API server', icon: 'cloud' },
  { state: 'external', label: 'external call', icon: 'globe' },
  { state: 'other', label: 'other wait', icon: 'ellipsis' },
  { state: 'reconciling', label: 'in Reconcile', icon: 'play' },
  { state: 'idle', label: 'idle', icon: 'circle-large' },
];

export interface Part {
  readonly state: WorkerState;
  readonly count: number;
  readonly text: string;
  /**
   * True for what holds the pool back: at least half of its workers wait for the client's limiter, or several for a
   * lock.
   */
  readonly strong: boolean;
}

/** "7 of 8 wait in the client's rate limiter", "1 in Reconcile": most workers first. */
export function sentence(pool: WorkerPool, groups: readonly GoroutineGroup[]): readonly Part[] {
  const order = STATES.map((s) => s.state);
  const there = order.filter((s) => pool.counts[s] > 0).sort((a, b) => pool.counts[b] - pool.counts[a]);
  return there.map((state, i) => {
    const count = pool.counts[state];
    const does = doing(pool, state, count, groups);
    const who =
      pool.workers === 1
        ? '1 worker, '
        : there.length === 1
          ? count === 2
            ? 'Both '
            : `All ${grouped(count)} `
          : i === 0
            ? `${grouped(count)} of ${grouped(pool.workers)} `
            : `${grouped(count)} `;
    return {
      state,
      count,
      text: who + does,
      strong: 2 * count >= pool.workers && (state === 'throttled' || (state === 'locked' && count > 1)),
    };
  });
}

function doing(pool: WorkerPool, state: WorkerState, count: number, groups: readonly GoroutineGroup[]): string {
  const waits = count === 1 ? 'waits' : 'wait';
  switch (state) {
    case 'idle':
      return 'idle';
    case 'reconciling':
      return pool.kind === 'controller-runtime' ? 'in Reconcile' : 'at work';
    case 'throttled':
      return `${waits} in the client's rate limiter`;
    case 'waitingForApi':
      return `${waits} for the API server`;
    case 'locked':
      return `${waits} for a lock`;
    case 'external':
      return 'in an external call';
    case 'other':
      return count === 1 ? one(pool, groups, 'waits') : one(pool, groups, 'wait');
  }
}

/** Uses the dump's own word for the state if it is the same for all of these workers. */
function one(pool: WorkerPool, groups: readonly GoroutineGroup[], waits: string): string {
  const states = new Set(pool.stacks.filter((s) => s.state === 'other').map((s) => groups[s.group]?.state ?? ''));
  const [state] = states;
  return states.size === 1 && state !== undefined && state !== ''
    ? `${waits} elsewhere (${state})`
    : `${waits} elsewhere`;
}

/** A pool's name on the page; the dump has none for a controller whose workers are all idle. */
export function poolName(pool: WorkerPool): string {
  return pool.controller ?? 'unnamed';
}

/**
 * The most informative pools first: held back, then busy, then all idle. Within these, the dump's order stays, which is
 * by name.
 */
export function orderPools(pools: readonly WorkerPool[], groups: readonly GoroutineGroup[]): readonly WorkerPool[] {
  const rank = (p: WorkerPool): number =>
    sentence(p, groups).some((s) => s.strong) ? 0 : p.counts.idle < p.workers ? 1 : 2;
  return [...pools].sort((a, b) => rank(a) - rank(b));
}
