/**
 * The second line of the toolbar: the words that say which part is shown, as chips that the user adds, changes and
 * removes.
 */
import type { Normalize, Part, ProfileSummary } from '../../src/profile/types';
import { h, icon, setText } from '../shared/dom';
import { MenuButton } from '../shared/menu';
import {
  chipsOf,
  GRANULARITIES,
  textOf,
  toggled,
  withGranularity,
  without,
  withText,
  WORDS,
  type Chip,
  type Word,
} from './part';

/** Longest text shown on a chip, in characters. */
const LONGEST = 48;

/** How files of different length are scaled for comparison. */
const SCALES: readonly { readonly how: Normalize; readonly title: string; readonly short: string }[] = [
  { how: 'none', title: 'As They Were Captured', short: 'as captured' },
  { how: 'duration', title: 'Per Second of Each Capture', short: 'per second' },
  { how: 'total', title: 'To the Same Total', short: 'same total' },
];

export interface ChipsEvents {
  part(part: Part): void;
  compareWith(): void;
  normalize(how: Normalize): void;
}

export class Chips {
  readonly element: HTMLElement;
  readonly #filter: MenuButton;
  readonly #cut: HTMLButtonElement;
  readonly #list = h('div', { class: 'chips', role: 'list', 'aria-label': 'Filters' });
  readonly #shows = h('span', { class: 'num dim', id: 'shows' });
  #part: Part = {};

  readonly #compare: HTMLButtonElement;
  readonly #scale: MenuButton;
  readonly #scaled = h('span', {});
  #normalize: Normalize = 'none';

  /** `tools` come at the end of the line. */
  constructor(
    private readonly events: ChipsEvents,
    tools: readonly HTMLElement[],
  ) {
    this.#compare = h(
      'button',
      {
        class: 'tool',
        id: 'compare',
        title: 'Compare with another profile: what grew and what fell',
        onclick: () => {
          events.compareWith();
        },
      },
      icon('diff'),
      h('span', {}, 'Compare with…'),
    );
    this.#scale = new MenuButton({ label: 'How the two are scaled to each other', class: 'tool', icon: 'law' }, () =>
      SCALES.map((s) => ({
        title: s.title,
        checked: s.how === this.#normalize,
        does: (): void => {
          events.normalize(s.how);
        },
      })),
    );
    this.#scale.button.id = 'scale';
    this.#scale.button.append(this.#scaled);
    this.#scale.button.hidden = true;
    this.#filter = new MenuButton({ label: 'Add a filter (f)', class: 'tool', icon: 'filter', text: 'Filter' }, () => [
      ...WORDS.map((w) => ({
        title: `${w.title}…`,
        hint: w.does,
        does: (): void => {
          this.edit(w);
        },
      })),
      undefined,
      ...GRANULARITIES.map((g) => ({
        title: `Granularity: ${g.title.toLowerCase()}`,
        checked: (this.#part.granularity ?? 'functions') === g.id,
        does: (): void => {
          this.events.part(withGranularity(this.#part, g.id));
        },
      })),
      {
        title: 'No inlined frames',
        checked: this.#part.noInlines === true,
        does: (): void => {
          this.events.part(toggled(this.#part, 'noInlines'));
        },
      },
    ]);
    this.#filter.button.id = 'filter';
    this.#cut = h(
      'button',
      {
        class: 'tool',
        id: 'cut',
        'aria-pressed': 'false',
        title: "Cut the framework: each controller's Reconcile becomes a root; what runs outside of them goes (c)",
        onclick: () => {
          this.toggleCut();
        },
      },
      icon('fold-up'),
      h('span', {}, 'Cut the framework'),
    );
    this.element = h(
      'div',
      { class: 'bar parts', role: 'toolbar', 'aria-label': 'Part of the profile' },
      this.#filter.button,
      this.#cut,
      this.#list,
      this.#shows,
      h('span', { class: 'grow' }),
      this.#scale.button,
      this.#compare,
      ...tools,
    );
  }

  set(part: Part): void {
    this.#part = part;
    this.#cut.setAttribute('aria-pressed', String(part.cut === true));
    const held = this.#list.contains(document.activeElement);
    this.#list.replaceChildren(...chipsOf(part).map((c) => this.#chip(c)));
    if (held) (this.#list.querySelector<HTMLElement>('button') ?? this.#filter.button).focus();
  }

  /** "4.2 s · 24.3 %": how much of all values is shown; '' when all are. */
  setShows(text: string): void {
    setText(this.#shows, text);
  }

  /** Adapts the line to one file, to several added up, or to a comparison. */
  setCombined(combined: ProfileSummary['combined']): void {
    const compared = (combined?.bases ?? 0) > 0;
    this.#compare.hidden = combined !== undefined;
    this.#scale.button.hidden = !compared;
    this.#normalize = combined?.normalize ?? 'none';
    setText(this.#scaled, SCALES.find((s) => s.how === this.#normalize)?.short ?? '');
  }

  openMenu(): void {
    this.#filter.open();
  }
  toggleCut(): void {
    this.events.part(toggled(this.#part, 'cut'));
  }

  /**
   * Shows a text field in place of the word's chip, or after the last one. Enter applies the text, Escape discards it.
   */
  edit(word: Word): void {
    const now = textOf(this.#part, word);
    const field = h('input', {
      class: 'mono',
      type: 'text',
      value: now,
      placeholder: word.placeholder,
      spellcheck: 'false',
      size: 24,
      'aria-label': `${word.title}: ${word.does}`,
      title: word.does,
    });
    const box = h('span', { class: 'chip editing', role: 'listitem' }, h('span', {}, word.word), field);
    let done = false;
    const end = (take: boolean, refocus: boolean): void => {
      if (done) return;
      done = true;
      box.remove();
      if (take && field.value.trim() !== now) this.events.part(withText(this.#part, word, field.value.trim()));
      else this.set(this.#part);
      if (refocus) this.#filter.button.focus();
    };
    field.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter' && e.key !== 'Escape') return;
      e.preventDefault();
      e.stopPropagation();
      end(e.key === 'Enter', true);
    });
    field.addEventListener('blur', () => {
      end(true, false);
    });
    const chip = this.#list.querySelector(`[data-key="${word.key}"]`);
    if (chip) chip.replaceWith(box);
    else this.#list.append(box);
    field.focus();
    field.select();
  }

  #chip(c: Chip): HTMLElement {
    const shown = c.shown.length > LONGEST ? `${c.shown.slice(0, LONGEST)}…` : c.shown;
    const { edits } = c;
    const body = [c.word, ...(shown === '' ? [] : [' ', h('b', {}, shown)])];
    return h(
      'span',
      { class: 'chip', role: 'listitem', 'data-key': c.key },
      edits
        ? h(
            'button',
            {
              title: `${c.does}: ${c.text.slice(0, 2000)}`,
              onclick: () => {
                this.edit(edits);
              },
            },
            ...body,
          )
        : h('span', { title: c.does }, ...body),
      h(
        'button',
        {
          class: 'remove',
          title: `Take away ${c.word}`,
          'aria-label': `Take away ${c.word} ${shown}`,
          onclick: () => {
            this.events.part(without(this.#part, c.key));
          },
        },
        icon('close'),
      ),
    );
  }
}
