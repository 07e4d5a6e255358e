/** All panels by group. Only visible panels have a chart and are queried. */
import type { Annotation, ChartData, PanelInfo } from '../../src/protocol/metrics';
import { debounce, h, icon, setText } from '../shared/dom';
import { boundsOf, comparedSlots, isDrawn, partOf } from './data';
import { OWN, Panel, type PanelEvents, type Range } from './panel';
import type { OwnPanel, PageState } from './state';
import { onThemeChange } from './theme';
import { Tip } from './tip';
import { clock, span } from './units';

export interface ChartsEvents {
  readonly state: PageState;
  /** Other panels are visible, or the charts' width has changed. */
  watch(): void;
  changed(): void;
  zoom(start: number, end: number): void;
  back(): void;
  copy(text: string): void;
  save(what: 'csv' | 'png', panel: string, content: string): void;
  explore(promql: string): void;
  retry(): void;
  span(what: 'profile' | 'captures', start: number, end: number): void;
  /** True when the page shows a saved file. */
  saved(): boolean;
}

/** Panels this near to the visible area, px, count as visible, so that they are drawn when the user scrolls to them. */
const AHEAD = 120;

export class Charts {
  readonly element: HTMLElement;
  readonly #events: ChartsEvents;
  readonly #scroll: HTMLElement;
  readonly #filter: HTMLInputElement;
  readonly #shownCount = h('span', { class: 'dim num', role: 'status', 'aria-live': 'polite' });
  readonly #spanBar = h('div', { class: 'spanbar', hidden: true });
  readonly #tip = new Tip();
  readonly #panels = new Map<string, Panel>();
  #infos: readonly PanelInfo[] = [];
  /** Names of the compared subjects; empty on a page with one subject. */
  #subjects: readonly string[] = [];
  /** What each panel shows, by its id. */
  readonly #last = new Map<string, { readonly chart: ChartData; readonly range: Range }>();
  readonly #bounds = new Map<string, ReturnType<typeof boundsOf>>();
  readonly #layout = h('div', { class: 'seg', role: 'group', 'aria-label': 'Layout', hidden: true });
  #annotations: readonly Annotation[] = [];
  #width = 0;
  #sight: IntersectionObserver | undefined;
  #sizes: ResizeObserver | undefined;
  #endTheme: (() => void) | undefined;
  readonly #watch = debounce(40, () => {
    this.#events.watch();
  });

  constructor(events: ChartsEvents) {
    this.#events = events;
    this.#filter = h('input', {
      class: 'search',
      type: 'search',
      'aria-label': 'Filter panels',
      placeholder: 'Filter panels by title, group or metric',
      spellcheck: 'false',
      value: events.state.filter,
      input: () => {
        this.#applyFilter();
      },
    });
    this.#scroll = h('div', { class: 'scroll groups' });
    this.element = h(
      'div',
      { class: 'charts' },
      h('div', { class: 'subbar' }, this.#layout, this.#filter, this.#shownCount),
      this.#spanBar,
      this.#scroll,
      this.#tip.element,
      h(
        'p',
        { class: 'sr', id: 'chart-keys' },
        'Left and right move the crosshair, with Shift they choose a span, Enter zooms to it, Escape goes back ' +
          'to live, L turns the logarithmic scale on and off.',
      ),
    );
  }

  /** Visible panels that the host knows. */
  get watched(): string[] {
    return [...this.#panels.values()]
      .filter((p) => p.visible && p.info.group !== OWN)
      .map((p) => p.info.id)
      .filter((id, i, all) => all.indexOf(id) === i);
  }
  get ownInSight(): OwnPanel[] {
    return this.#events.state.own.filter((o) =>
      [...this.#panels.values()].some((p) => p.info.id === o.id && p.visible),
    );
  }
  /** Width of one chart, px. */
  get width(): number {
    return this.#width;
  }

  setPanels(infos: readonly PanelInfo[]): void {
    const before = JSON.stringify(this.#infos);
    this.#infos = infos;
    if (JSON.stringify(infos) !== before || this.#panels.size === 0) this.#make();
  }

  setSubjects(names: readonly string[]): void {
    if (JSON.stringify(names) === JSON.stringify(this.#subjects)) return;
    this.#subjects = names;
    this.#showLayout();
    if (this.#panels.size > 0) this.#make();
  }

  /** Switches between one chart for all subjects and a chart for each. */
  toggleLayout(): void {
    if (this.#subjects.length > 0) this.#setLayout(this.#side ? 'overlaid' : 'side');
  }

  get #side(): boolean {
    return this.#subjects.length > 0 && this.#events.state.layout === 'side';
  }

  #setLayout(layout: PageState['layout']): void {
    if (layout === this.#events.state.layout) return;
    this.#events.state.layout = layout;
    this.#showLayout();
    this.#events.changed();
    this.#make();
  }

  #showLayout(): void {
    this.#layout.hidden = this.#subjects.length === 0;
    const choice = (layout: PageState['layout'], text: string): HTMLElement =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(this.#events.state.layout === layout),
          title: `${text} (S)`,
          click: () => {
            this.#setLayout(layout);
            this.#layout.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();
          },
        },
        text,
      );
    this.#layout.replaceChildren(choice('overlaid', 'Overlaid'), choice('side', 'Side by side'));
  }

  /** The user's own panels have changed. */
  remake(): void {
    this.#make();
  }

  /** Shows what the host sent. It leaves out unchanged charts; those only move on with the time. */
  update(charts: readonly ChartData[], range: Range): void {
    this.show(charts, range);
    const changed = new Set(charts.map((c) => c.panel));
    for (const p of this.#panels.values()) if (p.info.group !== OWN && !changed.has(p.info.id)) p.setRange(range);
  }

  show(charts: readonly ChartData[], range: Range): void {
    for (const chart of charts) {
      this.#last.set(chart.panel, { chart, range });
      this.#draw(chart, range);
    }
  }

  #draw(chart: ChartData, range: Range): void {
    if (this.#subjects.length === 0) {
      this.#panels.get(chart.panel)?.show(chart, range);
      return;
    }
    this.#measure(chart.panel);
    const slots = comparedSlots(chart.series, this.#subjects);
    this.#panels.get(chart.panel)?.show(chart, range, slots);
    this.#subjects.forEach((subject, i) => {
      this.#panels.get(partKey(chart.panel, i))?.show(
        partOf(chart, subject),
        range,
        slots.filter((_, k) => chart.series[k]?.subject === subject),
      );
    });
  }

  /** Measures the value axis that a panel's charts share, over everything drawn in any of them. */
  #measure(id: string): void {
    const { isolated, muted, log } = this.#events.state;
    const { series = [] } = this.#last.get(id)?.chart ?? {};
    const labels = series.map((s) => s.label);
    this.#bounds.set(
      id,
      boundsOf(series, (s) => isDrawn(s.label, labels, isolated[id], muted[id] ?? []), log.includes(id)),
    );
  }

  setRange(range: Range): void {
    for (const p of this.#panels.values()) p.setRange(range);
  }
  setAnnotations(annotations: readonly Annotation[]): void {
    this.#annotations = annotations;
    for (const p of this.#panels.values()) p.redraw();
  }

  /** The view is shown: starts observing which panels are visible. */
  start(): void {
    this.#sight ??= new IntersectionObserver(
      (entries) => {
        for (const e of entries) this.#panelOf(e.target)?.setVisible(e.isIntersecting);
        this.#watch();
      },
      { root: this.#scroll, rootMargin: `${AHEAD}px 0px` },
    );
    this.#sizes ??= new ResizeObserver((entries) => {
      for (const e of entries) this.#panelOf(e.target)?.setWidth(e.contentRect.width);
      const width = Math.floor(entries[0]?.contentRect.width ?? 0);
      if (width > 0 && Math.abs(width - this.#width) > 1) {
        this.#width = width;
        this.#watch();
      }
    });
    this.#endTheme ??= onThemeChange(
      debounce(16, () => {
        for (const p of this.#panels.values()) p.restyle();
      }),
    );
    for (const p of this.#panels.values()) {
      this.#sight.observe(p.element);
      this.#sizes.observe(p.element);
    }
    this.showSpan();
  }

  /** The view is hidden: removes all charts and stops observing. */
  stop(): void {
    this.#sight?.disconnect();
    this.#sizes?.disconnect();
    this.#endTheme?.();
    this.#sight = this.#sizes = this.#endTheme = undefined;
    this.#watch.cancel();
    this.#tip.hide();
    for (const p of this.#panels.values()) p.setVisible(false);
  }

  focusFilter(): void {
    this.#filter.focus();
    this.#filter.select();
  }

  /** Shows what can be done with the shown span. */
  showSpan(): void {
    const { end, seconds } = this.#events.state.range;
    // For a saved file there is no process to ask about a span; the toolbar leads back to the whole file.
    this.#spanBar.hidden = end === undefined || this.#events.saved();
    if (end === undefined || this.#events.saved()) {
      this.#spanBar.replaceChildren();
      return;
    }
    const start = end - seconds;
    const link = (text: string, does: () => void): HTMLElement =>
      h('button', { class: 'link', type: 'button', click: does }, text);
    this.#spanBar.replaceChildren(
      h('span', { class: 'num' }, `${clock(start)} to ${clock(end)}, ${span(seconds)}`),
      link('Profile this controller now', () => {
        this.#events.span('profile', start, end);
      }),
      link('Captures in this span', () => {
        this.#events.span('captures', start, end);
      }),
      link('Back to live', () => {
        this.#events.back();
      }),
    );
  }

  #panelOf(element: Element): Panel | undefined {
    return this.#panels.get((element as HTMLElement).dataset['panel'] ?? '');
  }

  #make(): void {
    const { state } = this.#events;
    const started = this.#sight !== undefined;
    if (started) this.stop();
    for (const p of this.#panels.values()) p.dispose();
    this.#panels.clear();
    const own = state.own.map((o): PanelInfo => ({ ...o, group: OWN, tells: '', from: '' }));
    const shown = [...own, ...this.#infos].filter((p) => !state.hidden.includes(p.id));
    const groups = new Map<string, PanelInfo[]>();
    for (const info of shown) groups.set(info.group, [...(groups.get(info.group) ?? []), info]);
    const hidden = this.#infos.length + own.length - shown.length;
    this.#scroll.replaceChildren(
      ...[...groups].map(([name, infos]) => this.#group(name, infos)),
      ...(hidden === 0
        ? []
        : [
            h(
              'button',
              {
                class: 'link unhide',
                type: 'button',
                click: () => {
                  state.hidden = [];
                  this.#events.changed();
                  this.#make();
                },
              },
              `Show ${hidden} hidden ${hidden === 1 ? 'panel' : 'panels'}`,
            ),
          ]),
    );
    // The host doesn't send unchanged charts again.
    for (const { chart, range } of this.#last.values()) this.#draw(chart, range);
    this.#applyFilter();
    if (started) this.start();
  }

  #group(name: string, infos: readonly PanelInfo[]): HTMLElement {
    const { state } = this.#events;
    const grid = h('div', { class: 'grid' });
    const fold = h(
      'button',
      {
        class: 'fold',
        type: 'button',
        'aria-expanded': 'true',
        click: () => {
          state.folded = state.folded.includes(name) ? state.folded.filter((g) => g !== name) : [...state.folded, name];
          this.#events.changed();
          apply();
        },
      },
      icon('chevron-down'),
      name,
      h('span', { class: 'num' }, String(infos.length)),
    );
    const apply = (): void => {
      const folded = state.folded.includes(name);
      fold.setAttribute('aria-expanded', String(!folded));
      grid.hidden = folded;
    };
    for (const info of infos) {
      const parts = this.#side
        ? this.#subjects.map(
            (subject, slot) =>
              new Panel(info, this.#panelEvents(info), partKey(info.id, slot), { name: subject, slot }),
          )
        : [new Panel(info, this.#panelEvents(info))];
      for (const panel of parts) this.#panels.set(panel.key, panel);
      grid.append(
        ...(this.#side
          ? [h('div', { class: 'multiples' }, ...parts.map((p) => p.element))]
          : parts.map((p) => p.element)),
      );
    }
    apply();
    return h('section', { class: 'group', 'aria-label': name }, h('h2', {}, fold), grid);
  }

  #panelEvents(info: PanelInfo): PanelEvents {
    const events = this.#events;
    return {
      state: events.state,
      tip: this.#tip,
      annotations: () => this.#annotations,
      zoom: (start, end) => {
        events.zoom(start, end);
      },
      back: () => {
        events.back();
      },
      bounds: () => (this.#side ? this.#bounds.get(info.id) : undefined),
      changed: () => {
        events.changed();
        if (!this.#side) return;
        this.#measure(info.id);
        for (const p of this.#panels.values()) if (p.info.id === info.id) p.follow();
      },
      copy: (text) => {
        events.copy(text);
      },
      save: (what, content) => {
        events.save(what, info.id, content);
      },
      explore: (promql) => {
        events.explore(promql);
      },
      retry: () => {
        events.retry();
      },
      drop: () => {
        if (info.group === OWN) {
          events.state.own = events.state.own.filter((o) => o.id !== info.id);
          // A later panel may get the same id.
          this.#last.delete(info.id);
        } else events.state.hidden = [...events.state.hidden, info.id];
        events.changed();
        this.#make();
        if (document.hasFocus()) this.#filter.focus();
      },
    };
  }

  #applyFilter(): void {
    const { state } = this.#events;
    state.filter = this.#filter.value;
    const words = state.filter
      .toLowerCase()
      .split(/\s+/)
      .filter((w) => w !== '');
    let n = 0;
    for (const { info, element } of this.#panels.values()) {
      const text = `${info.title} ${info.group} ${info.promql}`.toLowerCase();
      element.hidden = !words.every((w) => text.includes(w));
      if (!element.hidden) n++;
    }
    for (const g of this.#scroll.querySelectorAll<HTMLElement>('.group'))
      g.hidden = !g.querySelector('.panel:not([hidden])');
    for (const m of this.#scroll.querySelectorAll<HTMLElement>('.multiples'))
      m.hidden = !m.querySelector('.panel:not([hidden])');
    const each = this.#side ? this.#subjects.length : 1;
    setText(
      this.#shownCount,
      words.length === 0
        ? ''
        : n === 0
          ? 'nothing matches; Escape clears'
          : `${n / each} of ${this.#panels.size / each} panels`,
    );
    this.#events.changed();
  }
}

/** Key of one compared subject's panel, when each subject has its own. */
function partKey(panel: string, subject: number): string {
  return `${panel}@${subject}`;
}
