/** A station, or a kind of request: its number, what else is known, and how it went. Kept and changed, not made anew. */
import type { Heat, PipelineAction, Reading, StationView } from '../../src/protocol/metrics';
import { h, setText } from '../shared/dom';
import { Spark } from './spark';

export interface CardView {
  readonly id?: string;
  readonly title: string;
  readonly main: string;
  readonly readings: readonly Reading[];
  readonly spark: StationView['spark'];
  readonly heat: Heat;
  readonly why?: string;
  readonly action?: StationView['action'];
}

export class Card {
  readonly element: HTMLElement;
  readonly #title = h('span', {});
  readonly #heat = h('span', { class: 'heat' });
  readonly #main = h('div', { class: 'main num' });
  readonly #readings = h('div', { class: 'readings num' });
  readonly #why = h('div', { class: 'why' });
  readonly #action: HTMLButtonElement;
  readonly #spark = new Spark();
  #shownReadings = '';
  #does: PipelineAction | undefined;

  constructor(act: (action: PipelineAction) => void) {
    this.#action = h('button', { class: 'link', type: 'button', hidden: true, click: () => { if (this.#does) act(this.#does); } });
    this.element = h('div', { class: 'card', role: 'listitem' }, h('div', { class: 'cardtitle' }, this.#title, this.#heat), this.#main, this.#readings, this.#why, this.#action, this.#spark.element);
  }

  /** `named`: the verdict is about this station, so that it alone is coloured; warm elsewhere is a word. */
  show(v: CardView, named: boolean): void {
    const unknown = v.main === '';
    if (v.id !== undefined) this.element.dataset['station'] = v.id;
    this.element.classList.toggle('unknown', unknown);
    this.element.classList.toggle('warm', named && v.heat !== 'hot');
    this.element.classList.toggle('hot', named && v.heat === 'hot');
    const notable = v.heat === 'warm' || v.heat === 'hot';
    setText(this.#title, v.title);
    setText(this.#heat, named ? 'bottleneck' : notable ? v.heat : '');
    setText(this.#main, unknown ? 'not known' : v.main);
    const readings = JSON.stringify(v.readings);
    if (readings !== this.#shownReadings) {
      this.#shownReadings = readings;
      this.#readings.replaceChildren(...v.readings.map((r) => h('div', { title: r.title }, r.text)));
    }
    // Why it is warm is a hover away; why nothing is known is said at once.
    const why = unknown ? v.why ?? '' : '';
    // Names of metrics are longer than a card is wide: they break behind an underscore.
    if (this.#why.textContent !== why) this.#why.replaceChildren(...why.split(/(?<=_)/).flatMap((part, i) => (i === 0 ? [part] : [document.createElement('wbr'), part])));
    this.#heat.title = v.why ?? '';
    this.element.title = unknown ? '' : v.why ?? '';
    this.#does = v.action?.id;
    this.#action.hidden = v.action === undefined;
    setText(this.#action, v.action?.title ?? '');
    this.#spark.show(v.spark);
  }
}
