/** The page's one toolbar: which view, which values, which colours, search, and the picture's orientation. */
import type { ProfileSummary } from '../../src/profile/types';
import { typeKey } from '../../src/protocol/flame';
import { h, icon, setText } from '../shared/dom';
import type { ColourMode } from './colours';
import type { View } from './state';
import { typeLabel } from './words';

export interface ToolbarEvents {
  view(view: View | 'goroutines'): void;
  sampleType(key: string): void;
  colour(mode: ColourMode): void;
  search(text: string): void;
  /** From the search field: to the next match, the previous one, or back to the picture. */
  searchKey(key: 'next' | 'previous' | 'leave'): void;
  flip(): void;
  reset(): void;
}

const COLOURS: readonly { readonly mode: ColourMode; readonly label: string; readonly description: string }[] = [
  {
    mode: 'layer',
    label: 'Colour: layer',
    description: 'What a frame is for: your module, controller-runtime, client-go, encoding, TLS, GC.',
  },
  {
    mode: 'package',
    label: 'Colour: package',
    description: "Each package its own colour, your module's warm, the runtime grey.",
  },
  {
    mode: 'own',
    label: 'Colour: your module',
    description: 'Your module stands out; the standard library and dependencies are muted.',
  },
];

/** Only where there is a base. */
const BY_CHANGE = {
  mode: 'change',
  label: 'Colour: change',
  description: 'Red for what grew, blue for what fell, against the base.',
} as const;

const TABS: readonly { readonly view: View; readonly label: string; readonly title: string }[] = [
  { view: 'flame', label: 'Flame', title: 'The call tree as a picture' },
  { view: 'tree', label: 'Tree', title: 'The same data as a list to open and close' },
  { view: 'sandwich', label: 'Sandwich', title: 'A function between its callers and what it calls' },
  { view: 'top', label: 'Top', title: 'Functions by what they took, as go tool pprof -top' },
];

export class Toolbar {
  readonly element: HTMLElement;
  readonly #tabs = h('div', { class: 'seg', role: 'tablist', 'aria-label': 'View' });
  readonly #types = document.createElement('vscode-single-select');
  readonly #colours = document.createElement('vscode-single-select');
  readonly #search = document.createElement('vscode-textfield');
  readonly #matches = h('span', { id: 'matches', class: 'num matches', slot: 'content-after' });
  readonly #flip: HTMLButtonElement;
  readonly #reset: HTMLButtonElement;
  #keys = '';

  constructor(private readonly events: ToolbarEvents) {
    this.#types.id = 'types';
    this.#types.label = 'Values';
    this.#types.addEventListener('change', () => {
      events.sampleType(this.#types.value);
    });
    this.#colours.id = 'colours';
    this.#colours.label = 'Colours';
    this.setColours(false);
    this.#colours.addEventListener('change', () => {
      events.colour([BY_CHANGE, ...COLOURS].find((c) => c.mode === this.#colours.value)?.mode ?? 'layer');
    });
    this.#search.id = 'search';
    this.#search.label = 'Search frames';
    this.#search.placeholder = 'Search frames or /regex/';
    this.#search.append(this.#matches);
    this.#search.addEventListener('input', () => {
      events.search(this.#search.value);
    });
    this.#search.addEventListener('keydown', (e) => {
      this.#searchKey(e);
    });
    this.#flip = h(
      'button',
      {
        class: 'tool',
        id: 'flip',
        onclick: () => {
          events.flip();
        },
      },
      icon('arrow-swap'),
    );
    this.#reset = h(
      'button',
      {
        class: 'tool',
        id: 'reset',
        title: 'Reset the zoom (0)',
        'aria-label': 'Reset zoom',
        onclick: () => {
          events.reset();
        },
      },
      icon('screen-normal'),
      h('span', {}, 'Reset zoom'),
    );
    this.#tabs.addEventListener('keydown', (e) => {
      this.#tabKey(e);
    });
    this.element = h(
      'div',
      { class: 'bar', role: 'toolbar', 'aria-label': 'Flame graph' },
      this.#tabs,
      this.#types,
      this.#colours,
      this.#search,
      h('span', { class: 'grow' }),
      this.#reset,
      this.#flip,
    );
  }

  /** True when the search field has the focus. */
  get searching(): boolean {
    return document.activeElement === this.#search;
  }
  focusSearch(): void {
    this.#search.focus();
    this.#search.wrappedElement.select();
  }

  setViews(view: View, goroutines: boolean): void {
    const tab = (id: View | 'goroutines', label: string, title: string): HTMLElement =>
      h(
        'button',
        {
          role: 'tab',
          'data-view': id,
          'aria-selected': String(id === view),
          tabindex: id === view ? 0 : -1,
          title,
          onclick: () => {
            this.events.view(id);
          },
        },
        label,
      );
    const held = this.#tabs.contains(document.activeElement);
    this.#tabs.replaceChildren(
      ...(goroutines ? [tab('goroutines', 'Groups', 'Goroutines grouped by stack')] : []),
      ...TABS.map((t, i) => tab(t.view, t.label, `${t.title} (${i + 1})`)),
    );
    if (held) this.#tabs.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    this.#flip.hidden = view !== 'flame';
    this.#reset.classList.toggle('away', view !== 'flame' && view !== 'tree');
  }

  setTypes(types: ProfileSummary['sampleTypes'], selected: number): void {
    const keys = types.map(typeKey).join('\n');
    if (keys !== this.#keys) {
      this.#keys = keys;
      this.#types.replaceChildren(
        ...types.map((t) => {
          const o = document.createElement('vscode-option');
          o.value = typeKey(t);
          o.textContent = typeLabel(t);
          return o;
        }),
      );
    }
    const t = types[selected];
    if (t) {
      this.#types.value = typeKey(t);
      this.#types.title = `Values: ${typeLabel(t)}`;
    }
  }

  /** Sets the choices of what colours mean; `compared`: there is a base. */
  setColours(compared: boolean): void {
    const list = compared ? [BY_CHANGE, ...COLOURS] : COLOURS;
    if (this.#colours.children.length === list.length) return;
    this.#colours.replaceChildren(
      ...list.map((c) => {
        const o = document.createElement('vscode-option');
        o.value = c.mode;
        o.textContent = c.label;
        o.description = c.description;
        return o;
      }),
    );
  }

  setColour(mode: ColourMode): void {
    this.#colours.value = mode;
  }
  setSearch(text: string): void {
    if (this.#search.value !== text) this.#search.value = text;
  }

  setMatches(text: string, wrong: boolean, title = ''): void {
    setText(this.#matches, text);
    this.#matches.classList.toggle('warn', wrong);
    this.#matches.title = title;
    this.#search.invalid = wrong;
  }

  setFlipped(flipped: boolean): void {
    this.#flip.title = flipped
      ? 'Flame: the root is at the bottom. Put it at the top (i)'
      : 'Icicle: the root is at the top. Put it at the bottom (i)';
    this.#flip.setAttribute('aria-label', 'Root at the bottom');
    this.#flip.setAttribute('aria-pressed', String(flipped));
  }

  setZoomed(zoomed: boolean): void {
    this.#reset.hidden = !zoomed;
  }

  #searchKey(e: KeyboardEvent): void {
    if (e.key === 'Escape') this.events.searchKey('leave');
    else if (e.key === 'Enter') this.events.searchKey(e.shiftKey ? 'previous' : 'next');
    else if (e.key === 'ArrowDown') this.events.searchKey('leave');
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  #tabKey(e: KeyboardEvent): void {
    const all = [...this.#tabs.querySelectorAll<HTMLElement>('[role=tab]')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[e.key];
    if (to === undefined || at < 0) return;
    e.preventDefault();
    e.stopPropagation();
    const next = all[(to + all.length) % all.length];
    all[at]!.tabIndex = -1;
    if (next) {
      next.tabIndex = 0;
      next.focus();
    }
  }
}
