/** The chosen object: who changed which fields how often, and its changes on a timeline, each with its differences. */
import type { ChangeEvent, ChosenObject } from '../../src/protocol/churn';
import { count } from '../../src/base/format';
import { h, icon } from '../shared/dom';
import { eventText } from './words';

/** Colours that distinguish managers; further managers share the last colour, but each has its own lane. */
const COLOURS = 6;
/** How many lanes are drawn; further managers share one. */
const LANES = 8;
/** How many fields are listed for each manager. */
const FIELDS = 8;
/** Shortest timeline, ms. */
const SPAN = 10_000;

export class ChosenView {
  readonly element = h('section', { class: 'chosen', 'aria-label': 'The chosen object' });
  readonly #title = h('h2', {});
  readonly #managers = h('tbody', {});
  readonly #line = h('div', {
    class: 'timeline',
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'Its changes, the oldest first',
    keydown: (e: KeyboardEvent) => {
      this.#key(e);
    },
    click: (e: MouseEvent) => {
      this.#click(e);
    },
  });
  readonly #detail = h('div', { class: 'detail', role: 'status', 'aria-live': 'polite' });
  #events: readonly ChangeEvent[] = [];
  #id = '';
  /** Time of the selected event; undefined: always the latest one. */
  #at: number | undefined;
  #drawn = '';

  constructor(close: () => void) {
    this.element.append(
      h(
        'div',
        { class: 'head' },
        this.#title,
        h('span', { class: 'grow' }),
        h(
          'button',
          { class: 'tool', type: 'button', title: 'Close (Escape)', 'aria-label': 'Close', click: close },
          icon('close'),
        ),
      ),
      this.#line,
      this.#detail,
      h(
        'table',
        { class: 'managers', 'aria-label': 'Updates by manager' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'col' }, 'Manager'),
            h('th', { scope: 'col', class: 'right' }, 'Updates'),
            h('th', { scope: 'col' }, 'Fields it changed'),
          ),
        ),
        this.#managers,
      ),
    );
  }

  show(object: ChosenObject): void {
    if (object.id !== this.#id) {
      this.#id = object.id;
      this.#at = undefined;
      this.#drawn = '';
    }
    this.#title.textContent = object.title;
    const text = JSON.stringify(object.managers);
    const order = object.managers.map((m) => m.manager);
    if (this.#managers.dataset['text'] !== text) {
      this.#managers.dataset['text'] = text;
      this.#managers.replaceChildren(
        ...object.managers.map((m, i) =>
          h(
            'tr',
            {},
            h('td', {}, h('span', { class: `swatch c${Math.min(i, COLOURS - 1)}`, 'aria-hidden': 'true' }), m.manager),
            h('td', { class: 'num right' }, String(m.updates)),
            h(
              'td',
              {},
              ...m.fields
                .slice(0, FIELDS)
                .flatMap((f, n) => [n === 0 ? '' : ', ', h('code', {}, f.path), ` ${f.changes}`]),
              m.fields.length > FIELDS ? `, and ${count(m.fields.length - FIELDS, 'more field', 'more fields')}` : '',
              ...(m.fields.length === 0 ? [h('span', { class: 'dim' }, 'nothing that is told')] : []),
              ...(m.idle > 0
                ? [
                    h(
                      'span',
                      { class: 'dim' },
                      ` · ${m.idle === m.updates ? 'all' : String(m.idle)} of them changed nothing that counts`,
                    ),
                  ]
                : []),
            ),
          ),
        ),
      );
    }
    this.#events = object.events;
    const shown = JSON.stringify([object.events.length, object.events.at(-1)?.at, this.#at, order]);
    if (shown !== this.#drawn) {
      this.#drawn = shown;
      this.#draw(order);
    }
  }

  get #index(): number {
    if (this.#at === undefined) return this.#events.length - 1;
    const found = this.#events.findIndex((e) => e.at === this.#at);
    return found < 0 ? this.#events.length - 1 : found;
  }

  #draw(order: readonly string[]): void {
    const events = this.#events;
    const lanes = [...new Set(events.map((e) => e.manager))]
      .sort((a, b) => order.indexOf(a) - order.indexOf(b))
      .slice(0, LANES);
    const first = events[0]?.at ?? 0,
      last = events.at(-1)?.at ?? 0;
    const span = Math.max(SPAN, last - first);
    const chosen = this.#index;
    this.#line.replaceChildren(
      ...lanes.map((manager, lane) =>
        h(
          'div',
          { class: 'lane', role: 'presentation' },
          h('span', { class: 'who', title: manager }, manager),
          h(
            'div',
            { class: 'ticks', role: 'presentation' },
            ...events.flatMap((e, i) =>
              lanes.indexOf(e.manager) === lane || (lane === LANES - 1 && !lanes.includes(e.manager))
                ? [this.#tick(e, i, i === chosen, order, (e.at - last + span) / span)]
                : [],
            ),
          ),
        ),
      ),
    );
    this.#line.setAttribute('aria-activedescendant', events.length === 0 ? '' : `tick-${chosen}`);
    this.#explain(events[chosen]);
  }

  #tick(e: ChangeEvent, i: number, chosen: boolean, order: readonly string[], place: number): HTMLElement {
    const c = order.indexOf(e.manager);
    const tick = h('span', {
      id: `tick-${i}`,
      role: 'option',
      'aria-selected': String(chosen),
      'aria-label': eventText(e),
      title: eventText(e),
      'data-i': i,
      class: `tick c${c < 0 ? COLOURS - 1 : Math.min(c, COLOURS - 1)} ${e.type}${e.worth === 'change' ? '' : ' idle'}`,
    });
    // Set from code, because the page's content security policy refuses styles in markup.
    tick.style.left = `${(place * 100).toFixed(2)}%`;
    return tick;
  }

  #explain(e: ChangeEvent | undefined): void {
    if (!e) {
      this.#detail.replaceChildren(h('span', { class: 'dim' }, 'No change of it is kept.'));
      return;
    }
    this.#detail.replaceChildren(
      h('div', { class: 'num' }, eventText(e)),
      ...(e.changes.length === 0
        ? []
        : [
            h(
              'table',
              { class: 'diff', 'aria-label': 'What differs' },
              h(
                'tbody',
                {},
                ...e.changes.map((c) =>
                  h(
                    'tr',
                    {},
                    h('th', { scope: 'row' }, h('code', {}, c.path)),
                    h('td', { class: 'before' }, value(c.before)),
                    h('td', { class: 'arrow', 'aria-label': 'becomes' }, '→'),
                    h('td', { class: 'after' }, value(c.after)),
                  ),
                ),
              ),
            ),
          ]),
      ...(e.more > 0 ? [h('div', { class: 'dim' }, `and ${count(e.more, 'more field', 'more fields')}`)] : []),
    );
  }

  #look(i: number): void {
    const e = this.#events[Math.max(0, Math.min(this.#events.length - 1, i))];
    if (!e) return;
    this.#at = e === this.#events.at(-1) ? undefined : e.at;
    const chosen = this.#index;
    for (const tick of this.#line.querySelectorAll<HTMLElement>('.tick'))
      tick.setAttribute('aria-selected', String(tick.dataset['i'] === String(chosen)));
    this.#line.setAttribute('aria-activedescendant', `tick-${chosen}`);
    this.#explain(this.#events[chosen]);
  }

  #click(e: MouseEvent): void {
    const i = e.target instanceof HTMLElement ? e.target.dataset['i'] : undefined;
    if (i !== undefined) this.#look(Number(i));
  }

  #key(e: KeyboardEvent): void {
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: this.#index - 1,
      ArrowRight: this.#index + 1,
      Home: 0,
      End: this.#events.length - 1,
    };
    const i = to[e.key];
    if (i === undefined) return;
    this.#look(i);
    e.preventDefault();
  }
}

function value(v: string | undefined): HTMLElement {
  return v === undefined ? h('span', { class: 'dim' }, 'not there') : h('code', {}, v);
}
