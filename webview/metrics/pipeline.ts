/** The pipeline: the verdict, a lane of seven stations for each controller, and the process's requests below. */
import type { PipelineAction, PipelineLane, PipelineView, Station, Verdict } from '../../src/protocol/metrics';
import { h, setText } from '../shared/dom';
import { Card } from './card';

export interface PipelineEvents {
  act(action: PipelineAction, controller: string): void;
}

export class Pipeline {
  readonly element = h('div', { class: 'pipeline' });
  readonly #verdict = h('section', { class: 'verdict', 'aria-label': 'Verdict' });
  readonly #quiet = h('p', { class: 'quiet dim', role: 'status' });
  readonly #lanes = h('div', {});
  readonly #requests = h('section', { class: 'lanebox', 'aria-labelledby': 'requests-title' });
  readonly #requestRow = h('div', { class: 'requests', role: 'list' });
  readonly #byController = new Map<string, Lane>();
  readonly #requestCards = new Map<string, Card>();
  #shownVerdict = '';
  #why = false;
  #last: PipelineView | undefined;

  constructor(private readonly events: PipelineEvents) {
    this.#requests.append(h('h2', { id: 'requests-title' }, 'Requests to the API server'), this.#requestRow);
    this.element.append(this.#verdict, this.#quiet, this.#lanes, this.#requests);
    this.#verdict.hidden = true;
    this.#requests.hidden = true;
  }

  /** `controller`: the only lane to show; '' = all. */
  show(view: PipelineView, controller: string): void {
    this.#last = view;
    const lanes = controller === '' ? view.lanes : view.lanes.filter((l) => l.controller === controller);
    const verdict =
      view.verdict && (controller === '' || view.verdict.controller === controller) ? view.verdict : undefined;
    this.#showVerdict(verdict, lanes.length > 1);
    setText(
      this.#quiet,
      verdict
        ? ''
        : view.verdict
          ? `This controller holds nothing back; ${view.verdict.controller} does.`
          : lanes.length === 0
            ? 'No controller is measured here yet.'
            : view.noVerdict,
    );
    this.#quiet.hidden = this.#quiet.textContent === '';
    this.#showLanes(lanes, verdict);
    this.#showRequests(view);
  }

  /** Another controller was chosen: shows other lanes with the same numbers. */
  choose(controller: string): void {
    if (this.#last) this.show(this.#last, controller);
  }

  #showVerdict(v: Verdict | undefined, named: boolean): void {
    this.#verdict.hidden = v === undefined;
    // The numbers change with every scrape, but the focusable elements are made anew only for another verdict.
    const key = v ? JSON.stringify([v.controller, v.station, v.headline, v.actions, named]) : '';
    if (!v) {
      this.#verdict.replaceChildren();
      this.#shownVerdict = '';
      return;
    }
    if (key !== this.#shownVerdict) {
      this.#why = false;
      const evidence = h('ul', { id: 'evidence', class: 'evidence', hidden: true });
      const why = h(
        'button',
        {
          class: 'link',
          type: 'button',
          'aria-expanded': 'false',
          'aria-controls': 'evidence',
          click: () => {
            this.#why = !this.#why;
            why.setAttribute('aria-expanded', String(this.#why));
            evidence.hidden = !this.#why;
          },
        },
        v.actions.find((a) => a.id === 'why')?.title ?? 'Why?',
      );
      this.#verdict.replaceChildren(
        h(
          'p',
          { role: 'status' },
          h('b', {}, named ? `${v.controller}: ${v.headline}` : v.headline),
          ' ',
          h('span', { class: 'sentence num' }),
        ),
        h(
          'p',
          { class: 'actions' },
          ...v.actions
            .filter((a) => a.id !== 'why')
            .map((a) =>
              h(
                'button',
                {
                  class: 'link',
                  type: 'button',
                  click: () => {
                    this.events.act(a.id, v.controller);
                  },
                },
                a.title,
              ),
            ),
          why,
        ),
        evidence,
      );
      this.#shownVerdict = key;
    }
    const sentence = this.#verdict.querySelector<HTMLElement>('.sentence');
    if (sentence) setText(sentence, v.sentence);
    const list = this.#verdict.querySelector('.evidence');
    if (list && [...list.children].map((c) => c.textContent).join('\n') !== v.evidence.join('\n'))
      list.replaceChildren(...v.evidence.map((e) => h('li', { class: 'num' }, e)));
  }

  #showLanes(lanes: readonly PipelineLane[], verdict: Verdict | undefined): void {
    for (const [name, lane] of this.#byController)
      if (!lanes.some((l) => l.controller === name)) {
        lane.element.remove();
        this.#byController.delete(name);
      }
    lanes.forEach((lane, i) => {
      let shown = this.#byController.get(lane.controller);
      if (!shown) this.#byController.set(lane.controller, (shown = new Lane(lane.controller, this.events)));
      if (this.#lanes.children[i] !== shown.element)
        this.#lanes.insertBefore(shown.element, this.#lanes.children[i] ?? null);
      shown.show(lane.stations, verdict?.controller === lane.controller ? verdict.station : undefined);
    });
  }

  #showRequests({ requests }: PipelineView): void {
    this.#requests.hidden = requests.length === 0;
    for (const [title, card] of this.#requestCards)
      if (!requests.some((r) => r.title === title)) {
        card.element.remove();
        this.#requestCards.delete(title);
      }
    requests.forEach((r, i) => {
      let card = this.#requestCards.get(r.title);
      if (!card) this.#requestCards.set(r.title, (card = new Card(() => undefined)));
      if (this.#requestRow.children[i] !== card.element)
        this.#requestRow.insertBefore(card.element, this.#requestRow.children[i] ?? null);
      card.show({ ...r, heat: 'calm' }, false);
    });
  }
}

/** The stations of one controller, in the order of the pipeline. */
class Lane {
  readonly element: HTMLElement;
  readonly #row = h('div', { class: 'lane', role: 'list' });
  readonly #cards = new Map<string, Card>();

  constructor(
    private readonly controller: string,
    private readonly events: PipelineEvents,
  ) {
    this.element = h(
      'section',
      { class: 'lanebox', 'aria-label': `Controller ${controller}`, 'data-controller': controller },
      h('h2', {}, controller),
      this.#row,
    );
  }

  show(stations: readonly Station[], named: string | undefined): void {
    for (const [id, card] of this.#cards)
      if (!stations.some((s) => s.id === id)) {
        card.element.remove();
        this.#cards.delete(id);
      }
    stations.forEach((s, i) => {
      let card = this.#cards.get(s.id);
      if (!card)
        this.#cards.set(
          s.id,
          (card = new Card((action) => {
            this.events.act(action, this.controller);
          })),
        );
      if (this.#row.children[i] !== card.element) this.#row.insertBefore(card.element, this.#row.children[i] ?? null);
      card.show(s, s.id === named);
    });
  }
}
