/** Everything that the process exports, and a box for queries. */
import type { ChartData, ExploredFamily, PanelInfo } from '../../src/protocol/metrics';
import { Problem } from '../../src/base/problem';
import { count } from '../../src/base/format';
import { debounce, h, icon, setText } from '../shared/dom';
import { Families, filterFamilies } from './families';
import { Panel, OWN, type Range } from './panel';
import { queryFor, unitOf } from './promql';
import { PromqlBox, type PromqlBoxEvents } from './promqlbox';
import type { PageState } from './state';
import { onThemeChange } from './theme';
import { Tip } from './tip';

export interface ExploreEvents {
  readonly state: PageState;
  readonly complete: PromqlBoxEvents['complete'];
  families(): Promise<readonly ExploredFamily[]>;
  query(promql: string, width: number): Promise<{ readonly chart: ChartData; readonly range: Range }>;
  add(promql: string): void;
  changed(): void;
  zoom(start: number, end: number): void;
  back(): void;
  copy(text: string): void;
  save(what: 'csv' | 'png', content: string): void;
}

export class Explore {
  readonly element: HTMLElement;
  readonly #events: ExploreEvents;
  readonly #box: PromqlBox;
  readonly #result = h('div', { class: 'result', hidden: true });
  readonly #families: Families;
  readonly #search: HTMLInputElement;
  readonly #found = h('span', { class: 'dim num', role: 'status', 'aria-live': 'polite' });
  readonly #add: HTMLButtonElement;
  readonly #tip = new Tip();
  readonly #sizes = new ResizeObserver((entries) => {
    for (const e of entries) this.#panel?.setWidth(e.contentRect.width);
  });
  #all: readonly ExploredFamily[] = [];
  #loaded = false;
  #panel: Panel | undefined;
  #turn = 0;
  #endTheme: (() => void) | undefined;
  readonly #refilter = debounce(80, () => {
    this.#filter();
  });

  constructor(events: ExploreEvents) {
    this.#events = events;
    const { state } = events;
    this.#box = new PromqlBox(
      {
        complete: events.complete,
        run: () => {
          void this.run();
        },
        changed: (text) => {
          state.promql = text;
          this.#add.disabled = text.trim() === '';
          events.changed();
        },
      },
      state.promql,
    );
    this.#add = h(
      'button',
      {
        class: 'tool',
        type: 'button',
        title: 'Keep this query as a panel among the charts',
        disabled: state.promql.trim() === '',
        click: () => {
          events.add(this.#box.text.trim());
        },
      },
      icon('add'),
      'Add to charts',
    );
    this.#families = new Families({
      chart: (f, matcher) => {
        this.#box.text = queryFor(f, matcher);
        void this.run();
      },
    });
    this.#search = h('input', {
      class: 'search',
      type: 'search',
      'aria-label': 'Search metrics',
      placeholder: 'Search names, help, labels and values',
      spellcheck: 'false',
      value: state.search,
      input: () => {
        state.search = this.#search.value;
        events.changed();
        this.#refilter();
      },
      keydown: (e: KeyboardEvent) => {
        if (e.key === 'ArrowDown' || e.key === 'Enter') {
          this.#refilter.cancel();
          this.#filter();
          this.#families.focusFirst();
          e.preventDefault();
        }
      },
    });
    this.element = h(
      'div',
      { class: 'explore' },
      h(
        'div',
        { class: 'subbar query' },
        this.#box.element,
        h(
          'button',
          {
            class: 'tool',
            type: 'button',
            title: 'Run the query (Enter)',
            click: () => {
              void this.run();
            },
          },
          icon('play'),
          'Run',
        ),
        this.#add,
      ),
      this.#result,
      h(
        'div',
        { class: 'subbar' },
        this.#search,
        this.#found,
        h('span', { class: 'grow' }),
        h(
          'button',
          {
            class: 'tool',
            type: 'button',
            title: 'Ask the process again',
            click: () => {
              void this.load();
            },
          },
          icon('refresh'),
          'Refresh',
        ),
      ),
      this.#families.element,
      this.#tip.element,
    );
  }

  start(): void {
    this.#endTheme ??= onThemeChange(
      debounce(16, () => {
        this.#panel?.restyle();
      }),
    );
    if (this.#panel) {
      this.#sizes.observe(this.#panel.element);
      this.#panel.setVisible(true);
    }
    requestAnimationFrame(() => {
      this.#box.fit();
    });
    if (!this.#loaded) void this.load();
    if (this.#events.state.promql.trim() !== '') void this.run();
  }

  stop(): void {
    this.#endTheme?.();
    this.#endTheme = undefined;
    this.#sizes.disconnect();
    this.#panel?.setVisible(false);
    this.#tip.hide();
    this.#turn++;
  }

  /** For another source or replica: the listed families belong to the previous one. */
  forget(): void {
    this.#loaded = false;
    if (this.element.isConnected) void this.load();
  }

  focusSearch(): void {
    this.#search.focus();
    this.#search.select();
  }
  edit(promql: string): void {
    this.#box.text = promql;
  }

  async load(): Promise<void> {
    this.#loaded = true;
    setText(this.#found, 'Asking for all families.');
    try {
      this.#all = await this.#events.families();
      this.#filter();
    } catch (e) {
      this.#loaded = false;
      setText(this.#found, Problem.from(e).sentence);
    }
  }

  /** Runs the query in the box; the answer to an older query is dropped. */
  async run(): Promise<void> {
    const promql = this.#box.text.trim();
    if (promql === '') return;
    const turn = ++this.#turn;
    if (this.#panel?.info.promql !== promql) this.#setPanel(promql);
    const panel = this.#panel;
    try {
      const { chart, range } = await this.#events.query(promql, Math.floor(this.#result.clientWidth));
      if (turn === this.#turn) panel?.show(chart, range);
    } catch (e) {
      if (turn !== this.#turn) return;
      const now = Date.now() / 1000;
      panel?.show(
        { panel: 'explore', times: new Float64Array(), series: [], warnings: [], problem: Problem.from(e).toJSON() },
        { start: now - 60, end: now },
      );
    }
  }

  /** Repeats the query, for live data. */
  refresh(): void {
    if (this.#panel && this.element.isConnected) void this.run();
  }

  #setPanel(promql: string): void {
    const { state } = this.#events;
    this.#panel?.dispose();
    this.#sizes.disconnect();
    for (const key of ['isolated', 'muted'] as const) {
      const { explore: _, ...rest } = state[key];
      Object.assign(state, { [key]: rest });
    }
    const info: PanelInfo = {
      id: 'explore',
      group: OWN,
      title: promql,
      unit: unitOf(promql),
      promql,
      tells: '',
      from: '',
    };
    const events = this.#events;
    this.#panel = new Panel(info, {
      state,
      tip: this.#tip,
      annotations: () => [],
      bounds: () => undefined,
      zoom: (a, b) => {
        events.zoom(a, b);
      },
      back: () => {
        events.back();
      },
      changed: () => {
        events.changed();
      },
      copy: (text) => {
        events.copy(text);
      },
      save: (what, content) => {
        events.save(what, content);
      },
      explore: () => undefined,
      retry: () => {
        void this.run();
      },
      drop: () => {
        this.#panel?.dispose();
        this.#panel = undefined;
        this.#result.hidden = true;
        this.#box.text = '';
        if (document.hasFocus()) this.#box.focus();
      },
    });
    this.#result.replaceChildren(this.#panel.element);
    this.#result.hidden = false;
    this.#panel.setVisible(true);
    this.#sizes.observe(this.#panel.element);
  }

  #filter(): void {
    const found = filterFamilies(this.#all, this.#search.value);
    this.#families.show(found);
    const all = count(this.#all.length, 'family', 'families');
    setText(
      this.#found,
      this.#search.value.trim() === ''
        ? `${all}, ${count(
            this.#all.reduce((n, f) => n + f.series, 0),
            'series',
            'series',
          )}`
        : found.length === 0
          ? 'nothing matches; Escape clears'
          : `${found.length} of ${all}`,
    );
  }
}
