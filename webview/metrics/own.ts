/**
 * The user's own queries. The host knows only the catalog's panels, so the page itself queries these, one round at a
 * time.
 */
import { Problem } from '../../src/base/problem';
import type { ChartData } from '../../src/protocol/metrics';
import type { Range } from './panel';
import type { OwnPanel, PageState } from './state';

export interface OwnQueryEvents {
  /** Those that are visible. */
  wanted(): readonly OwnPanel[];
  query(promql: string, width: number): Promise<{ readonly chart: ChartData; readonly range: Range }>;
  width(): number;
  show(chart: ChartData, range: Range): void;
  /** Another round starts, for live data. */
  tick(): void;
}

/**
 * A round starts whenever the range has moved on by one of `POINTS` points, at most once every `OFTEN` and at least
 * once every `SELDOM` seconds.
 */
const OFTEN = 5,
  SELDOM = 60,
  POINTS = 500;

export class OwnQueries {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  constructor(private readonly events: OwnQueryEvents) {}

  /** Asks after `millis` ms, then again at an interval that depends on the range; only once while paused. */
  schedule(state: PageState, millis: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#round(state);
    }, millis);
  }

  async #round(state: PageState): Promise<void> {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    for (const own of this.events.wanted()) {
      try {
        const { chart, range } = await this.events.query(own.promql, this.events.width());
        this.events.show({ ...chart, panel: own.id }, range);
      } catch (e) {
        const end = state.range.end ?? Date.now() / 1000;
        this.events.show(
          { panel: own.id, times: new Float64Array(), series: [], warnings: [], problem: Problem.from(e).toJSON() },
          { start: end - state.range.seconds, end },
        );
      }
    }
    this.#busy = false;
    if (this.#again) {
      this.#again = false;
      this.schedule(state, 0);
      return;
    }
    clearTimeout(this.#timer);
    if (state.paused || document.hidden) return;
    this.#timer = setTimeout(
      () => {
        this.events.tick();
        void this.#round(state);
      },
      1000 * Math.min(SELDOM, Math.max(OFTEN, state.range.seconds / POINTS)),
    );
  }
}
