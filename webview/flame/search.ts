/** The search: asks the host a moment after the last key, and keeps only the newest answer. */
import { Problem } from '../../src/base/problem';
import type { Part } from '../../src/profile/types';
import { debounce } from '../shared/dom';
import type { FlameChannel } from './channel';

/** Debounce after a key, ms. */
const WAIT = 120;

export class Search {
  /** Functions that match; undefined without a search. */
  result: ReadonlySet<number> | undefined;
  /** Share of the total in stacks with a match. */
  share = 0;
  /** Why the search failed (an invalid regular expression); undefined when it succeeded. */
  problem: string | undefined;
  #text = '';
  #asked: { readonly sampleType: number; readonly part: Part } = { sampleType: 0, part: {} };
  #turn = 0;
  readonly #later = debounce(WAIT, () => {
    void this.#ask();
  });

  constructor(
    private readonly host: FlameChannel,
    private readonly changed: () => void,
  ) {}

  get active(): boolean {
    return this.#text.trim() !== '';
  }

  set(text: string, asked: { readonly sampleType: number; readonly part: Part }, now = false): void {
    this.#text = text;
    this.#asked = asked;
    if (text.trim() === '') {
      this.#later.cancel();
      this.#turn++;
      this.#answer(undefined, 0, undefined);
    } else if (now) {
      this.#later.cancel();
      void this.#ask();
    } else this.#later();
  }

  async #ask(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const result = await this.host.ask({ type: 'search', query: { text: this.#text, ...this.#asked } });
      if (turn === this.#turn) this.#answer(new Set(result.ids), result.share, undefined);
    } catch (e) {
      if (turn === this.#turn) this.#answer(undefined, 0, Problem.from(e).message);
    }
  }

  #answer(result: ReadonlySet<number> | undefined, share: number, problem: string | undefined): void {
    this.result = result;
    this.share = share;
    this.problem = problem;
    this.changed();
  }
}
