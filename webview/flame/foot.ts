/** Below the picture: the focused frame with its figures and source, the keys, and what the colours mean. */
import type { Frame } from '../../src/profile/types';
import { h } from '../shared/dom';
import { HELP } from './keys';
import { foldTypeArguments, shortPackage, splitName } from './labels';
import { amount, changeWords, footPlace, type Figures } from './words';

export interface FootEvents {
  open(): void;
  keys(): void;
  searchFor(text: string): void;
}

/** One entry of the legend; a click searches for `search`. */
export interface LegendEntry {
  readonly colour: string;
  readonly label: string;
  readonly title: string;
  readonly search: string | undefined;
}

export class Foot {
  readonly element: HTMLElement;
  readonly legend = h('div', { class: 'legend', id: 'legend', 'aria-label': 'Colours', role: 'group' });
  readonly live = h('div', { class: 'sr', id: 'live', role: 'status', 'aria-live': 'polite' });
  readonly #focused = h('div', { class: 'focused', id: 'focused' });
  readonly #keys: HTMLElement;
  readonly #help: HTMLElement;
  readonly #name = h('b', { class: 'mono' });
  readonly #self = h('span', { class: 'num', id: 'focused-self' });
  readonly #total = h('span', { class: 'num', id: 'focused-total' });
  readonly #link: HTMLButtonElement;
  #fitting = 0;
  #saying: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly events: FootEvents) {
    this.#link = h('button', {
      class: 'link mono',
      id: 'focused-source',
      onclick: () => {
        events.open();
      },
    });
    this.#focused.append(this.#name, this.#self, this.#total, this.#link);
    this.#help = h(
      'button',
      {
        class: 'keyhelp',
        id: 'help',
        title: 'All keys (?)',
        'aria-expanded': 'false',
        'aria-controls': 'keys',
        onclick: () => {
          events.keys();
        },
      },
      ...HELP.filter((k) => k.foot !== undefined).map((k) =>
        h('span', {}, h('kbd', {}, k.keys.length > 2 ? k.keys.join('') : k.keys[0]), ` ${k.foot}`),
      ),
    );
    this.#keys = h(
      'dl',
      { class: 'keys', id: 'keys', hidden: true, 'aria-label': 'Keys' },
      ...HELP.flatMap((k) => [
        h('dt', {}, ...k.keys.flatMap((key, i) => [i > 0 ? ' ' : '', h('kbd', {}, key)])),
        h('dd', {}, k.does),
      ]),
      h('dt', {}, h('kbd', {}, 'Ctrl'), ' click'),
      h('dd', {}, 'Open the source of a frame (Cmd on a Mac)'),
    );
    new ResizeObserver(() => {
      this.#oneLine();
    }).observe(this.legend);
    this.element = h('div', { class: 'foot' }, this.#focused, this.#help, this.#keys, this.legend, this.live);
  }

  setFocused(frame: Frame, f: Figures, grandTotal: number, unit: string): void {
    const { pkg, rest } = splitName(frame.name);
    const short = foldTypeArguments(rest);
    // A method's type says enough; a function needs its package.
    const name = pkg === '' || short.startsWith('(') ? short : `${pkg}.${short}`;
    this.#name.textContent = name.length > 300 ? `${name.slice(0, 300)}…` : name;
    this.#name.title = frame.name.slice(0, 2000);
    this.#self.textContent = `self ${amount(f.self, grandTotal, unit)}`;
    const change = changeWords(f, unit);
    this.#total.textContent = `total ${amount(f.total, grandTotal, unit)}${change === '' ? '' : ` (${change})`}`;
    const where = footPlace(frame);
    this.#link.textContent = where;
    this.#link.title = `Open ${frame.file}${frame.line > 0 ? `:${frame.line}` : ''} (o)`;
    this.#link.setAttribute('aria-label', `Open source ${where}`);
    this.#link.hidden = where === '';
  }

  /** Announces the text to screen readers once the user pauses, so that a held key doesn't announce every frame. */
  say(text: string): void {
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.live.textContent = text;
    }, 60);
  }

  /** Shows or hides the help with all keys; returns whether it is shown now. */
  toggleKeys(shown = this.#keys.hidden): boolean {
    this.#keys.hidden = !shown;
    this.#help.setAttribute('aria-expanded', String(shown));
    return shown;
  }
  get keysShown(): boolean {
    return !this.#keys.hidden;
  }

  setLegend(entries: readonly LegendEntry[]): void {
    this.legend.replaceChildren(
      ...entries.map((e) => {
        const swatch = h('i', { class: 'swatch' });
        swatch.style.backgroundColor = e.colour;
        const { search } = e;
        return search === undefined
          ? h('span', { title: e.title }, swatch, e.label)
          : h(
              'button',
              {
                title: e.title,
                onclick: () => {
                  this.events.searchFor(search);
                },
              },
              swatch,
              e.label,
            );
      }),
    );
    // In the next animation frame, so that it doesn't delay the picture.
    cancelAnimationFrame(this.#fitting);
    this.#fitting = requestAnimationFrame(() => {
      this.#oneLine();
    });
  }

  /**
   * The legend keeps to one line, so that the picture doesn't move. Entries that wrap are invisible, and Tab skips
   * them.
   */
  #oneLine(): void {
    const entries = [...this.legend.children] as HTMLElement[];
    const top = entries[0]?.offsetTop ?? 0;
    const hidden = entries.map((e) => e.offsetTop > top);
    entries.forEach((e, i) => {
      e.style.visibility = hidden[i] ? 'hidden' : '';
    });
  }
}

/** The legend's name of a package. */
export function legendName(pkg: string): string {
  return pkg === '' ? 'no package' : shortPackage(pkg);
}
