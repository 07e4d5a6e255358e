/** The series of a chart by name, with their value at the crosshair, or their last value. A click isolates a series. */
import type { Unit } from '../../src/protocol/metrics';
import { h, setText } from '../shared/dom';
import { slotClass } from './theme';
import { shown } from './units';

export interface LegendEvents {
  isolate(name: string): void;
  hide(name: string): void;
}
export interface LegendEntry {
  readonly name: string;
  readonly slot: number;
  readonly drawn: boolean;
  readonly isolated: boolean;
  /** The text shown when the entry stands below its `group`. */
  readonly text?: string;
  readonly group?: string;
}

export class Legend {
  readonly element: HTMLElement;
  readonly #entries = new Map<string, { readonly button: HTMLButtonElement; readonly value: HTMLElement }>();
  #order = '';
  #state = '';

  constructor(
    private readonly unit: Unit,
    private readonly events: LegendEvents,
  ) {
    this.element = h('div', {
      class: 'legend',
      role: 'toolbar',
      'aria-label': 'Series',
      keydown: (e: KeyboardEvent) => {
        this.#key(e);
      },
    });
  }

  show(entries: readonly LegendEntry[]): void {
    const order = JSON.stringify(entries.map((e) => [e.name, e.slot, e.group]));
    if (order !== this.#order) this.#make(entries);
    this.#order = order;
    // This runs for every answer, but what is drawn changes only when the user chooses.
    const state = JSON.stringify(entries);
    if (state === this.#state) return;
    this.#state = state;
    for (const e of entries) {
      const button = this.#entries.get(e.name)?.button;
      if (!button) continue;
      button.classList.toggle('off', !e.drawn);
      button.setAttribute('aria-pressed', String(e.isolated));
      button.setAttribute('aria-label', `${e.name}${e.drawn ? '' : ', hidden'}`);
    }
  }

  /** In the order of the entries. */
  values(values: readonly number[]): void {
    let i = 0;
    for (const { value } of this.#entries.values()) setText(value, shown(values[i++] ?? NaN, this.unit));
  }

  #make(entries: readonly LegendEntry[]): void {
    const focused = [...this.#entries].find(([, { button }]) => button === document.activeElement)?.[0];
    this.#entries.clear();
    for (const e of entries) {
      const value = h('span', { class: 'num' });
      const button = h(
        'button',
        {
          type: 'button',
          tabindex: -1,
          title: `${e.name}\nClick: alone (Enter). Ctrl or Alt click: hide (H).`,
          click: (event: MouseEvent) => {
            if (event.ctrlKey || event.altKey || event.metaKey) this.events.hide(e.name);
            else this.events.isolate(e.name);
          },
        },
        h('i', { class: `swatch ${slotClass(e.slot)}` }),
        h('span', { class: 'name' }, e.text ?? e.name),
        value,
      );
      this.#entries.set(e.name, { button, value });
    }
    const buttons = [...this.#entries.values()].map((x) => x.button);
    this.element.replaceChildren(
      ...entries.flatMap((e, i) => [
        ...(e.group !== undefined && e.group !== entries[i - 1]?.group
          ? [h('span', { class: 'legendgroup' }, e.group)]
          : []),
        ...buttons.slice(i, i + 1),
      ]),
    );
    buttons[0]?.setAttribute('tabindex', '0');
    if (focused !== undefined) this.#entries.get(focused)?.button.focus();
  }

  #key(e: KeyboardEvent): void {
    const buttons = [...this.#entries.values()].map((x) => x.button);
    const at = buttons.indexOf(e.target as HTMLButtonElement);
    if (at < 0) return;
    const name = [...this.#entries.keys()][at] ?? '';
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: buttons.length - 1,
    }[e.key];
    if (to !== undefined) {
      const next = buttons[(to + buttons.length) % buttons.length];
      buttons[at]?.setAttribute('tabindex', '-1');
      next?.setAttribute('tabindex', '0');
      next?.focus();
    } else if (e.key === 'h' || (e.key === 'Enter' && (e.ctrlKey || e.altKey || e.metaKey))) this.events.hide(name);
    else return;
    e.preventDefault();
    e.stopPropagation();
  }
}
