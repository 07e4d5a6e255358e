/**
 * The worker pools: a row for each, with a seat for each worker and a sentence with the numbers. It has one tab stop:
 * arrow keys move between its seats and the parts of its sentences, Enter shows the stacks behind one.
 */
import { count, grouped } from '../../src/base/format';
import type { GoroutineGroup, WorkerPool, WorkerState } from '../../src/profile/types';
import type { Workers } from '../../src/profile/types';
import { h, icon } from '../shared/dom';
import { orderPools, poolName, sentence, STATES } from './words';

/** Most workers drawn as seats; a bigger pool has a bar with a piece for each state. */
const SEATS = 60;
/** How many idle pools are shown; the others share one line until the user asks for them. */
const RESTING = 6;

export interface PoolEvents {
  /** Shows the stacks of a pool's workers in one state. */
  show(pool: WorkerPool, state: WorkerState): void;
}

export class Pools {
  readonly element = h('div', { class: 'pools' });
  #all = false;
  #groups: readonly GoroutineGroup[] = [];

  constructor(private readonly events: PoolEvents) {
    this.element.addEventListener('keydown', (e) => {
      this.#onKey(e);
    });
    this.element.addEventListener('focusin', (e) => {
      this.#mark(e.target as HTMLElement);
    });
  }

  show(workers: Workers, groups: readonly GoroutineGroup[]): void {
    this.#groups = groups;
    const pools = orderPools(workers.pools, groups);
    const resting = pools.filter((p) => p.counts.idle === p.workers);
    const folded = this.#all || resting.length <= RESTING + 1 ? [] : resting.slice(RESTING);
    const rows = pools.filter((p) => !folded.includes(p)).map((p) => this.#row(p));
    const grid = h('div', { role: 'grid', 'aria-label': 'Worker pools', class: 'grid' }, ...rows);
    const more =
      folded.length === 0
        ? undefined
        : h(
            'button',
            {
              class: 'link rest',
              click: () => {
                this.#all = true;
                this.show(workers, groups);
                this.focus();
              },
            },
            `${count(folded.length, 'more pool')} with ${count(
              folded.reduce((n, p) => n + p.workers, 0),
              'worker',
            )}, all idle`,
          );
    const used = STATES.filter((s) => pools.some((p) => p.counts[s.state] > 0));
    const total = pools.reduce((n, p) => n + p.workers, 0);
    const what =
      pools.length === 0
        ? 'No worker pool: no goroutine waits in a workqueue or runs a known controller loop.'
        : `${count(total, 'worker')}, ${grouped(pools.reduce((n, p) => n + p.counts.idle, 0))} idle`;
    this.element.replaceChildren(
      h(
        'div',
        { class: 'head' },
        h('h2', {}, 'Worker pools'),
        h('span', { class: 'dim num' }, what),
        h('span', { class: 'grow' }),
        h('div', { class: 'legend', 'aria-hidden': 'true' }, ...used.map((s) => h('span', {}, seat(s.state), s.label))),
      ),
      grid,
      ...(more ? [more] : []),
      ...workers.notes.map((n) => h('p', { class: 'dim note' }, n)),
    );
    this.#mark(this.#stops()[0]);
  }

  /** Focuses the seat or part that had the focus last; returns false when there is no pool. */
  focus(): boolean {
    const stop = this.element.querySelector<HTMLElement>('[tabindex="0"]');
    stop?.focus();
    return stop !== null;
  }

  /** Marks what the filter shows now; undefined: no pool. */
  select(pool: string | undefined, state: string | undefined): void {
    for (const e of this.#stops())
      e.classList.toggle(
        'shown',
        e.dataset['pool'] === pool && pool !== undefined && e.dataset['state']?.toLowerCase() === state,
      );
  }

  #row(pool: WorkerPool): HTMLElement {
    const name = poolName(pool);
    const parts = sentence(pool, this.#groups);
    const target = (state: WorkerState): Record<string, string | number | ((e: never) => void)> => ({
      tabindex: -1,
      'data-pool': name.toLowerCase(),
      'data-state': state,
      click: () => {
        this.events.show(pool, state);
      },
    });
    const seats =
      pool.workers > SEATS
        ? this.#bar(pool, target)
        : STATES.flatMap(({ state, label }) =>
            Array.from({ length: pool.counts[state] }, () =>
              seat(state, { ...target(state), title: `${name}: ${label}. Show its stack` }, `${name}: ${label}`),
            ),
          );
    const known = pool.controller === undefined ? 'The dump does not tell its name' : `Name from: ${pool.from}`;
    return h(
      'div',
      { role: 'row', class: 'pool' },
      h(
        'span',
        {
          role: 'rowheader',
          class: pool.controller === undefined ? 'name dim' : 'name',
          title: `${known}. Loop: ${pool.kind}`,
        },
        name,
      ),
      h(
        'span',
        { role: 'gridcell', class: 'seats', 'aria-label': `${count(pool.workers, 'worker')} of ${name}` },
        ...seats,
      ),
      h(
        'span',
        { role: 'gridcell', class: 'sentence num' },
        ...parts.flatMap((p, i) => [
          ...(i > 0 ? [', '] : []),
          h(
            'button',
            {
              ...target(p.state),
              class: p.strong ? `part strong ${p.state}` : 'part',
              title: 'Show the stacks of these workers',
            },
            p.text,
          ),
        ]),
        ...(parts.some((p) => p.strong) ? ['.'] : []),
      ),
    );
  }

  #bar(
    pool: WorkerPool,
    target: (state: WorkerState) => Record<string, string | number | ((e: never) => void)>,
  ): HTMLElement[] {
    return STATES.filter(({ state }) => pool.counts[state] > 0).map(({ state, label }) => {
      const text = `${poolName(pool)}: ${grouped(pool.counts[state])} ${label}`;
      const piece = seat(state, { ...target(state), title: `${text}. Show their stacks` }, text);
      piece.classList.add('piece');
      piece.style.flexGrow = String(pool.counts[state]);
      return piece;
    });
  }

  /** All elements that the arrow keys reach. */
  #stops(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('.pool button')];
  }

  #mark(at: HTMLElement | undefined): void {
    if (!at?.matches('.pool button')) return;
    for (const e of this.#stops()) e.tabIndex = e === at ? 0 : -1;
  }

  #onKey(e: KeyboardEvent): void {
    const target = e.target as HTMLElement;
    const row = target.closest('.pool');
    if (!row) return;
    const rows = [...this.element.querySelectorAll('.pool')];
    const own = [...row.querySelectorAll<HTMLElement>('button')];
    const at = own.indexOf(target);
    // The same kind of element in another row: from a seat to a seat, from a sentence to a sentence.
    const beside = (step: number): HTMLElement | undefined => {
      const next = rows[rows.indexOf(row) + step];
      const part = target.classList.contains('part');
      return next?.querySelector<HTMLElement>(part ? '.part' : '.seat') ?? undefined;
    };
    const to = {
      ArrowRight: own[at + 1],
      ArrowLeft: own[at - 1],
      Home: own[0],
      End: own.at(-1),
      ArrowDown: beside(1),
      ArrowUp: beside(-1),
    }[e.key];
    if (to === undefined) return;
    to.focus();
    to.scrollIntoView({ block: 'nearest' });
    e.preventDefault();
  }
}

/** A button if it does something, otherwise only decoration. */
function seat(
  state: WorkerState,
  attributes?: Record<string, string | number | ((e: never) => void)>,
  label?: string,
): HTMLElement {
  const look = STATES.find((s) => s.state === state);
  const sign = icon(look?.icon ?? 'blank');
  return attributes
    ? h('button', { ...attributes, class: `seat ${state}`, 'aria-label': label }, sign)
    : h('span', { class: `seat ${state}` }, sign);
}
