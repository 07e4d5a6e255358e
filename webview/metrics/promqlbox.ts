/** The input for queries, with a list of completions. Arrow keys choose, Enter accepts or runs, Escape closes. */
import type { FromMetricsPage } from '../../src/protocol/metrics';
import { debounce, h } from '../shared/dom';
import { FUNCTIONS, quoted, rank, spotAt, type Spot } from './promql';

type Kind = Extract<FromMetricsPage, { type: 'complete' }>['kind'];
export interface PromqlBoxEvents {
  complete(kind: Kind, name: string, label: string): Promise<readonly string[]>;
  run(promql: string): void;
  changed(promql: string): void;
}

/** Most completions in the list: with more, typing on is quicker than reading. */
const MOST = 60;
/** The host's answers are cached for this long, ms. */
const KEPT = 10_000;

export class PromqlBox {
  readonly element: HTMLElement;
  readonly #input: HTMLTextAreaElement;
  readonly #list = h('ul', {
    class: 'completions',
    role: 'listbox',
    id: 'completions',
    'aria-label': 'Completions',
    hidden: true,
  });
  readonly #kept = new Map<string, { readonly at: number; readonly words: readonly string[] }>();
  #spot: Spot | undefined;
  #words: readonly string[] = [];
  #at = -1;
  #turn = 0;
  readonly #ask = debounce(60, () => {
    void this.#complete();
  });

  constructor(
    private readonly events: PromqlBoxEvents,
    text: string,
  ) {
    this.#input = h('textarea', {
      class: 'promql mono',
      rows: 1,
      spellcheck: 'false',
      autocapitalize: 'off',
      'aria-label': 'PromQL',
      placeholder: 'PromQL',
      title: 'Enter runs, Shift+Enter makes a line, Ctrl+Space completes',
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-controls': 'completions',
      'aria-expanded': 'false',
      'aria-haspopup': 'listbox',
      input: () => {
        this.#grow();
        this.events.changed(this.#input.value);
        this.#ask();
      },
      keydown: (e: KeyboardEvent) => {
        this.#key(e);
      },
      blur: () => {
        this.#close();
      },
      click: () => {
        this.#close();
      },
    });
    this.#input.value = text;
    this.#list.addEventListener('pointerdown', (e) => {
      e.preventDefault();
    });
    this.element = h('div', { class: 'promqlbox' }, this.#input, this.#list);
  }

  get text(): string {
    return this.#input.value;
  }
  set text(t: string) {
    this.#input.value = t;
    this.#grow();
    this.#close();
    this.events.changed(t);
  }
  focus(): void {
    this.#input.focus();
    this.#input.setSelectionRange(this.text.length, this.text.length);
  }
  /** Makes the box as high as its text; needs it to be on the page. */
  fit(): void {
    this.#grow();
  }

  #grow(): void {
    this.#input.style.height = 'auto';
    if (this.#input.scrollHeight > 0) this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }

  async #complete(): Promise<void> {
    const turn = ++this.#turn;
    const spot = spotAt(this.text, this.#input.selectionStart);
    if (!spot || (spot.kind === 'names' && spot.word === '')) {
      this.#close();
      return;
    }
    const words = await this.#ofHost(spot);
    if (turn !== this.#turn || document.activeElement !== this.#input) return;
    const all = spot.kind === 'names' ? [...words, ...FUNCTIONS] : words;
    this.#spot = spot;
    this.#words = rank(all, spot.word, MOST).filter((w, i, list) => list.indexOf(w) === i);
    if (this.#words.length === 0 || (this.#words.length === 1 && this.#words[0] === spot.word)) this.#close();
    else this.#open();
  }

  /** On an error of the host, the list stays empty: the query reports the error when it runs. */
  async #ofHost({ kind, name, label }: Spot): Promise<readonly string[]> {
    const key = JSON.stringify([kind, name, label]);
    const kept = this.#kept.get(key);
    if (kept && performance.now() - kept.at < KEPT) return kept.words;
    try {
      const words = await this.events.complete(kind, name, label);
      this.#kept.set(key, { at: performance.now(), words });
      return words;
    } catch {
      return [];
    }
  }

  #open(): void {
    this.#at = 0;
    const typed = this.#spot?.word.toLowerCase() ?? '';
    this.#list.replaceChildren(
      ...this.#words.map((w, i) => {
        const hit = w.toLowerCase().indexOf(typed);
        const parts =
          typed === '' || hit < 0
            ? [w]
            : [w.slice(0, hit), h('b', {}, w.slice(hit, hit + typed.length)), w.slice(hit + typed.length)];
        return h(
          'li',
          {
            role: 'option',
            id: `completion-${i}`,
            class: 'mono',
            click: () => {
              this.#take(i);
            },
          },
          ...parts,
        );
      }),
    );
    this.#list.hidden = false;
    this.#list.scrollTop = 0;
    this.#input.setAttribute('aria-expanded', 'true');
    this.#mark();
  }

  #close(): void {
    this.#turn++;
    this.#ask.cancel();
    this.#list.hidden = true;
    this.#at = -1;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #mark(): void {
    [...this.#list.children].forEach((li, i) => {
      li.setAttribute('aria-selected', String(i === this.#at));
    });
    this.#input.setAttribute('aria-activedescendant', `completion-${this.#at}`);
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' });
  }

  #take(i: number): void {
    const spot = this.#spot,
      word = this.#words[i];
    if (!spot || word === undefined) return;
    const rest = this.text.slice(this.#input.selectionStart);
    const text = spot.kind === 'values' ? quoted(word) + (rest.startsWith('"') ? '' : '"') : word;
    this.#input.setRangeText(text, spot.from, this.#input.selectionStart, 'end');
    this.#grow();
    this.#close();
    this.events.changed(this.text);
  }

  #key(e: KeyboardEvent): void {
    const open = !this.#list.hidden;
    const n = this.#words.length;
    if (e.key === 'Escape' && open) this.#close();
    else if (open && e.key === 'ArrowDown') {
      this.#at = (this.#at + 1) % n;
      this.#mark();
    } else if (open && e.key === 'ArrowUp') {
      this.#at = (this.#at + n - 1) % n;
      this.#mark();
    } else if (open && (e.key === 'Tab' || (e.key === 'Enter' && !e.ctrlKey && !e.metaKey && !this.#whole())))
      this.#take(this.#at);
    else if (e.key === 'Enter' && !e.shiftKey) {
      this.#close();
      if (this.text.trim() !== '') this.events.run(this.text.trim());
    } else if (e.key === ' ' && e.ctrlKey) void this.#complete();
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  /** True when the chosen word is already typed in full: Enter then runs the query. */
  #whole(): boolean {
    return this.#words[this.#at] === this.#spot?.word;
  }
}
