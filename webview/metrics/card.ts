/**
 * A station, or a kind of request: its number, what else is known, and its recent history. The element is updated, not
 * made anew.
 */
import type { Heat, PipelineAction, Reading, Spark, Station } from '../../src/protocol/metrics';
import { h, setText } from '../shared/dom';
import { Sparkline } from './spark';

export interface CardView {
  readonly id?: string;
  readonly title: string;
  readonly main: string;
  readonly readings: readonly Reading[];
  readonly spark: Spark;
  readonly heat: Heat;
  readonly why?: string;
  readonly action?: Station['action'];
}

/** Counts cards, for unique ids. */
let cards = 0;

export class Card {
  readonly element: HTMLElement;
  readonly #title = h('span', {});
  readonly #heat = h('span', { class: 'heat' });
  readonly #main = h('div', { class: 'main num' });
  readonly #readings = h('div', { class: 'readings num' });
  readonly #why = h('div', { class: 'why', id: `why-${++cards}`, hidden: true });
  /** "warm", "hot", "more": opens the reason, which the card's tooltip shows too. */
  readonly #word = h('button', {
    class: 'link',
    type: 'button',
    'aria-controls': this.#why.id,
    'aria-expanded': 'false',
    click: () => {
      this.#open = !this.#open;
      this.#showWhy();
    },
  });
  readonly #action: HTMLButtonElement;
  readonly #spark = new Sparkline();
  #shownReadings = '';
  #reason = '';
  #unknown = false;
  #open = false;
  #does: PipelineAction | undefined;

  constructor(act: (action: PipelineAction) => void) {
    this.#action = h('button', {
      class: 'link',
      type: 'button',
      hidden: true,
      click: () => {
        if (this.#does) act(this.#does);
      },
    });
    this.element = h(
      'div',
      { class: 'card', role: 'listitem' },
      h('div', { class: 'cardtitle' }, this.#title, this.#heat),
      this.#main,
      this.#readings,
      this.#why,
      this.#action,
      this.#spark.element,
    );
  }

  /**
   * `named`: the verdict is about this station, so only this card is coloured; other warm stations only get the word.
   */
  show(v: CardView, named: boolean): void {
    const unknown = v.main === '';
    if (v.id !== undefined) this.element.dataset['station'] = v.id;
    this.element.classList.toggle('unknown', unknown);
    this.element.classList.toggle('warm', named && v.heat !== 'hot');
    this.element.classList.toggle('hot', named && v.heat === 'hot');
    const notable = v.heat === 'warm' || v.heat === 'hot';
    setText(this.#title, v.title);
    const more = unknown && v.why !== undefined && firstSentence(v.why) !== v.why;
    this.#showHeat(
      named ? 'bottleneck' : more ? 'more' : notable ? v.heat : '',
      more || (v.why !== undefined && !unknown),
    );
    setText(this.#main, unknown ? 'not known' : v.main);
    const readings = JSON.stringify(v.readings);
    if (readings !== this.#shownReadings) {
      this.#shownReadings = readings;
      this.#readings.replaceChildren(...v.readings.map((r) => h('div', { title: r.title }, r.text)));
    }
    const why = (this.#reason = v.why ?? '');
    this.#unknown = unknown;
    this.#showWhy();
    this.element.title = unknown && !more ? '' : why;
    if (why === '') this.element.removeAttribute('aria-describedby');
    else this.element.setAttribute('aria-describedby', this.#why.id);
    this.#does = v.action?.id;
    this.#action.hidden = v.action === undefined;
    setText(this.#action, v.action?.title ?? '');
    this.#spark.show(v.spark);
  }

  /** The word beside the title. With a reason it is a button, so that the keyboard reaches the reason too. */
  #showHeat(word: string, reason: boolean): void {
    const button = word !== '' && reason;
    if (!button) this.#open = false;
    setText(this.#word, button ? word : '');
    if (button !== (this.#word.parentElement === this.#heat))
      this.#heat.replaceChildren(...(button ? [this.#word] : []));
    if (!button) setText(this.#heat, word);
  }

  /**
   * A card is narrow: it always says that a metric isn't exported, but only on request how to get it or why a station
   * is warm.
   */
  #showWhy(): void {
    const said = this.#unknown && !this.#open ? firstSentence(this.#reason) : this.#reason;
    // Names of metrics are longer than a card is wide, so they break after an underscore.
    if (this.#why.textContent !== said)
      this.#why.replaceChildren(
        ...said.split(/(?<=_)/).flatMap((part, i) => (i === 0 ? [part] : [document.createElement('wbr'), part])),
      );
    this.#why.hidden = this.#why.textContent === '' || !(this.#unknown || this.#open);
    this.#word.setAttribute('aria-expanded', String(this.#open));
  }
}

/** The first sentence. Names have dots too, but not followed by a space and a capital. */
function firstSentence(text: string): string {
  return /^.*?\.(?=\s+[A-Z]|$)/s.exec(text)?.[0] ?? text;
}
