/**
 * The person's own queries: the host knows only the catalog's panels, so these are asked for here, one round at a time.
 */
import { Problem } from '../../src/base/problem';
import type { ChartData } from '../../src/protocol/metrics';
import type { Range } from './panel';
import type { OwnPanel, PageState } from './state';

export interface OwnQueryEvents {
  /** Those in sight. */
  wanted(): readonly OwnPanel[];
  query(promql: string, width: number): Promise<{ readonly chart: ChartData; readonly range: Range }>;
  width(): number;
  show(chart: ChartData, range: Range): void;
  /** Another round in live time. */
  tick(): void;
}

/** A point more is worth asking for, at this width; never more often than every 5 s nor less than every 60 s, s. */
const OFTEN = 5,
  SELDOM = 60,
  POINTS = 500;

export class OwnQueries {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy = false;
  #again = false;
  constructor(private readonly events: OwnQueryEvents) {}

  /** Asks in `millis`, and from then on as the range makes sense; once only while paused. */
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
