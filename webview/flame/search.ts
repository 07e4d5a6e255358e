/** The search: asks the host a moment after the last key, keeps the newest answer only. */
import { Problem } from '../../src/base/problem';
import { debounce } from '../shared/dom';
import type { Host } from '../shared/host';

/** Wait after a key, ms. */
const WAIT = 120;

export class Search {
  /** Functions that match; undefined without a search. */
  result: ReadonlySet<number> | undefined;
  /** Share of the total in stacks with a match. */
  share = 0;
  /** Why the search could not be made (a regular expression that is not one); undefined when it could. */
  problem: string | undefined;
  #text = '';
  #sampleType = 0;
  #turn = 0;
  readonly #later = debounce(WAIT, () => { void this.#ask(); });

  constructor(private readonly host: Host, private readonly changed: () => void) {}

  get active(): boolean { return this.#text.trim() !== ''; }

  set(text: string, sampleType: number, now = false): void {
    this.#text = text;
    this.#sampleType = sampleType;
    if (text.trim() === '') {
      this.#later.cancel();
      this.#turn++;
      this.#answer(undefined, 0, undefined);
    } else if (now) { this.#later.cancel(); void this.#ask(); } else this.#later();
  }

  async #ask(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const { result } = await this.host.ask({ type: 'search', text: this.#text, sampleType: this.#sampleType });
      if (turn === this.#turn) this.#answer(new Set(result.ids), result.share, undefined);
    } catch (e) {
      if (turn === this.#turn) this.#answer(undefined, 0, Problem.from(e).message);
    }
  }

  #answer(result: ReadonlySet<number> | undefined, share: number, problem: string | undefined): void {
    this.result = result; this.share = share; this.problem = problem;
    this.changed();
  }
}
