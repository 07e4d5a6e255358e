/** A panel: its title and menu, the chart while it is visible, its legend, and the same as text for screen readers. */
import type { ProblemData } from '../../src/base/problem';
import type { Annotation, ChartData, PanelInfo } from '../../src/protocol/metrics';
import { debounce, h, icon, setText } from '../shared/dom';
import { columns, csvOf, giveSlots, isDrawn, lastValue, oneEach, seriesNames } from './data';
import { Legend } from './legend';
import { MenuButton, type MenuItem } from '../shared/menu';
import { pictureOf } from './marks';
import { Plot } from './plot';
import type { PageState } from './state';
import { readTheme, slotClass, strokeOf } from './theme';
import { clock, shown } from './units';
import type { Tip } from './tip';

/** The group of panels that the user made. */
export const OWN = 'Added by you';
/** Height of a chart with its time axis, px. */
const HEIGHT = 168;

export interface PanelEvents {
  readonly state: PageState;
  readonly tip: Tip;
  annotations(): readonly Annotation[];
  /** Bounds over all panels that share the axis side by side; undefined = this panel has its own axis. */
  bounds(): { readonly low: number; readonly high: number } | undefined;
  zoom(start: number, end: number): void;
  back(): void;
  changed(): void;
  copy(text: string): void;
  save(what: 'csv' | 'png', content: string): void;
  explore(promql: string): void;
  retry(): void;
  /** Takes the panel away: hides it, or deletes it if it is the user's own. */
  drop(): void;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

export class Panel {
  readonly element: HTMLElement;
  readonly #plotBox: HTMLElement;
  readonly #note = h('div', { class: 'chartnote' });
  readonly #warning = h('span', { class: 'warn', role: 'img' });
  readonly #tells = h('p', { class: 'tells dim', hidden: true });
  readonly #legend: Legend;
  readonly #table = h('table', { class: 'sr' });
  readonly #live = h('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
  readonly #menu: MenuButton;
  #plot: Plot | undefined;
  #plotKey = '';
  #visible = false;
  #width = 0;
  #data: ChartData | undefined;
  #range: Range | undefined;
  #slots = new Map<string, number>();
  #names: readonly string[] = [];
  #index: number | undefined;
  #frame = 0;
  #span: { from: number; to: number } | undefined;
  readonly #say = debounce(150, () => {
    this.#speak();
  });

  /** `part`: the compared subject that this panel shows. */
  constructor(
    readonly info: PanelInfo,
    private readonly events: PanelEvents,
    readonly key = info.id,
    private readonly part?: { readonly name: string; readonly slot: number },
  ) {
    const title = part ? `${info.title}, ${part.name}` : info.title;
    this.#legend = new Legend(info.unit, {
      isolate: (n) => {
        this.#isolate(n);
      },
      hide: (n) => {
        this.#mute(n);
      },
    });
    this.#menu = new MenuButton({ label: `Menu of ${title}`, icon: 'ellipsis', class: 'tool small' }, () =>
      this.#items(),
    );
    this.#plotBox = h('div', {
      class: 'plot',
      tabindex: 0,
      role: 'group',
      'aria-roledescription': 'chart',
      'aria-label': title,
      'aria-describedby': 'chart-keys',
      keydown: (e: KeyboardEvent) => {
        this.#key(e);
      },
      focusout: () => {
        this.#plot?.hideCursor();
      },
    });
    this.#warning.hidden = true;
    this.#warning.append(icon('warning'));
    this.element = h(
      'section',
      { class: 'panel', 'data-panel': key, 'aria-label': title },
      h(
        'div',
        { class: 'panelhead' },
        h('h3', { title: info.tells }, info.title),
        ...(part
          ? [
              h(
                'span',
                { class: 'part', title: part.name },
                h('i', { class: `swatch ${slotClass(part.slot)}` }),
                part.name,
              ),
            ]
          : []),
        this.#warning,
        h('span', { class: 'grow' }),
        this.#menu.button,
      ),
      this.#tells,
      this.#plotBox,
      this.#note,
      this.#legend.element,
      this.#table,
      this.#live,
    );
    this.#sayNote('Waiting for the first points.');
  }

  get visible(): boolean {
    return this.#visible;
  }
  get plotBox(): HTMLElement {
    return this.#plotBox;
  }

  /** A hidden panel has no chart, only its last data. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#draw();
    else this.#unplot();
  }

  setWidth(width: number): void {
    this.#width = Math.floor(width);
    if (this.#plot) this.#plot.setWidth(this.#width);
    else this.#draw();
  }

  /** `slots`: the slot of each series, when several subjects share the slots. */
  show(data: ChartData, range: Range, slots?: readonly number[]): void {
    this.#data = data;
    this.#range = range;
    const names = seriesNames(data.series);
    if (slots) this.#slots = new Map(names.map((name, i) => [name, slots[i] ?? 0]));
    else if (names.join('\n') !== this.#names.join('\n')) this.#slots = giveSlots(names, this.#slots);
    this.#names = names;
    this.element.dataset['state'] = data.problem ? 'failed' : data.series.length === 0 ? 'empty' : 'ready';
    const warnings = [
      ...data.warnings,
      ...(data.series.length === 0 ? [] : (data.gaps ?? [])).map(
        (g) => `${g.subject}: ${g.problem?.message ?? g.empty ?? 'no series'}`,
      ),
    ];
    this.#warning.hidden = warnings.length === 0;
    this.#warning.title = warnings.join('\n');
    this.#warning.setAttribute('aria-label', warnings.join(' '));
    if (data.problem) this.#sayProblem(data.problem);
    else if (data.series.length === 0) this.#sayNote(data.empty ?? 'No series in this time.');
    else this.#note.hidden = true;
    this.#plotBox.hidden = !this.#note.hidden;
    this.#draw();
    this.#words();
  }

  setRange(range: Range): void {
    if (range.start === this.#range?.start && range.end === this.#range.end) return;
    this.#range = range;
    this.#plot?.setRange(range);
  }
  /** The annotations have changed. */
  redraw(): void {
    this.#plot?.redraw();
  }
  /** Another panel that shares the axis has changed what it draws, or how. */
  follow(): void {
    this.#draw();
    this.#plot?.setShown(this.#names.map((n) => this.#drawn(n)));
    this.#plot?.redraw();
  }
  /** Colours or patterns have changed: makes the chart anew. */
  restyle(): void {
    this.#unplot();
    this.#draw();
  }

  dispose(): void {
    this.#menu.close();
    this.#say.cancel();
    cancelAnimationFrame(this.#frame);
    this.#unplot();
    this.element.remove();
  }

  #unplot(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#plotKey = '';
  }

  #drawn(name: string): boolean {
    const { isolated, muted } = this.events.state;
    return isDrawn(name, this.#names, isolated[this.info.id], muted[this.info.id] ?? []);
  }

  /**
   * Between answers only the data changes; the chart is made anew only for other series, another axis or another theme.
   */
  #draw(): void {
    const data = this.#data,
      range = this.#range;
    if (!data || !range || !this.#visible || this.#width === 0 || data.series.length === 0 || data.problem) {
      if (data && (data.problem || data.series.length === 0)) {
        this.#unplot();
        this.#legend.show([]);
      }
      return;
    }
    const log = this.events.state.log.includes(this.info.id);
    const key = JSON.stringify([this.#names, log, [...this.#slots.values()]]);
    const points = columns(data, this.#names, log);
    if (this.#plot && key === this.#plotKey) this.#plot.setData(points, range);
    else {
      this.#unplot();
      this.#plotKey = key;
      const theme = readTheme();
      this.#plot = new Plot(
        this.#plotBox,
        {
          width: this.#width,
          height: HEIGHT,
          unit: this.info.unit,
          log,
          theme,
          thresholds: (this.info.thresholds ?? []).map((t) => t.value),
          annotations: () => this.events.annotations(),
          bounds: () => this.events.bounds(),
          series: this.#names.map((name) => ({ name, slot: this.#slots.get(name) ?? 0, shown: this.#drawn(name) })),
        },
        {
          selected: (start, end) => {
            this.events.zoom(start, end);
          },
          back: () => {
            this.events.back();
          },
          cursor: (index) => {
            this.#index = index;
            this.#frame ||= requestAnimationFrame(() => {
              this.#frame = 0;
              this.#values();
            });
          },
          pointed: (at) => {
            this.#point(at);
          },
        },
        points,
        range,
      );
    }
    this.#showLegend();
  }

  #showLegend(): void {
    const alone = this.events.state.isolated[this.info.id];
    const series = this.#data?.series ?? [];
    const grouped = series.some((s) => s.subject !== undefined) && !oneEach(series);
    this.#legend.show(
      this.#names.map((name, i) => ({
        name,
        slot: this.#slots.get(name) ?? 0,
        drawn: this.#drawn(name),
        isolated: name === alone,
        ...(grouped && { group: series[i]?.subject ?? '', text: name.slice((series[i]?.subject ?? '').length + 1) }),
      })),
    );
    this.#values();
  }

  #values(): void {
    const series = this.#data?.series ?? [];
    this.#legend.values(
      series.map(({ values }) => (this.#index === undefined ? lastValue(values) : (values[this.#index] ?? NaN))),
    );
  }

  #isolate(name: string): void {
    const { state } = this.events;
    const { [this.info.id]: before, ...rest } = state.isolated;
    const { [this.info.id]: _, ...muted } = state.muted;
    state.isolated = before === name ? rest : { ...rest, [this.info.id]: name };
    state.muted = muted;
    this.#selectionChanged();
  }

  #mute(name: string): void {
    const { state } = this.events;
    const { [this.info.id]: alone, ...rest } = state.isolated;
    const before = alone === undefined ? (state.muted[this.info.id] ?? []) : this.#names.filter((n) => n !== alone);
    state.isolated = rest;
    state.muted = {
      ...state.muted,
      [this.info.id]: before.includes(name) ? before.filter((n) => n !== name) : [...before, name],
    };
    this.#selectionChanged();
  }

  #selectionChanged(): void {
    this.#plot?.setShown(this.#names.map((n) => this.#drawn(n)));
    this.#showLegend();
    this.events.changed();
  }

  #items(): (MenuItem | undefined)[] {
    const { info, events } = this;
    const data = this.#data;
    const log = events.state.log.includes(info.id);
    const has = data !== undefined && data.series.length > 0;
    return [
      {
        title: 'What it tells',
        checked: !this.#tells.hidden,
        does: () => {
          this.#tellsToggle();
        },
      },
      {
        title: 'Logarithmic scale',
        hint: 'L',
        checked: log,
        does: () => {
          this.#toggleLog();
        },
      },
      ...(events.state.isolated[info.id] !== undefined || (events.state.muted[info.id] ?? []).length > 0
        ? [
            {
              title: 'Show all series',
              does: () => {
                this.#showAll();
              },
            },
          ]
        : []),
      undefined,
      {
        title: 'Copy PromQL',
        does: () => {
          events.copy(this.#queries());
        },
      },
      {
        title: 'Explore this query',
        does: () => {
          events.explore(info.promql);
        },
      },
      ...(has
        ? [
            {
              title: 'Save as CSV…',
              does: () => {
                events.save('csv', csvOf(this.#named(data)));
              },
            },
            ...(this.#plot
              ? [
                  {
                    title: 'Save as PNG…',
                    does: () => {
                      events.save('png', this.#picture());
                    },
                  },
                ]
              : []),
          ]
        : []),
      undefined,
      {
        title: info.group === OWN ? 'Remove this panel' : 'Hide this panel',
        does: () => {
          events.drop();
        },
      },
    ];
  }

  /** On a page that compares, each subject's own query, under its name. */
  #queries(): string {
    const { queries, promql } = this.info;
    const own = queries?.filter((q) => this.part === undefined || q.subject === this.part.name);
    return own === undefined ? promql : own.map((q) => `# ${q.subject}\n${q.promql}\n`).join('\n');
  }

  /** Adds the subject to the labels, for copies outside the page. */
  #named(data: ChartData): ChartData {
    const { part } = this;
    return part ? { ...data, series: data.series.map((s) => ({ ...s, label: `${part.name} ${s.label}` })) } : data;
  }

  #picture(): string {
    if (!this.#plot) return '';
    const theme = readTheme();
    const series = (this.#data?.series ?? []).flatMap(({ values }, i) => {
      const name = this.#names[i] ?? '';
      return this.#drawn(name)
        ? [{ name, value: shown(lastValue(values), this.info.unit), ...strokeOf(this.#slots.get(name) ?? 0, theme) }]
        : [];
    });
    return pictureOf(
      this.#plot.canvas,
      this.part ? `${this.info.title}, ${this.part.name}` : this.info.title,
      series,
      theme,
    );
  }

  #showAll(): void {
    const { [this.info.id]: _a, ...isolated } = this.events.state.isolated;
    const { [this.info.id]: _b, ...muted } = this.events.state.muted;
    Object.assign(this.events.state, { isolated, muted });
    this.#selectionChanged();
  }

  #toggleLog(): void {
    const { state } = this.events;
    state.log = state.log.includes(this.info.id)
      ? state.log.filter((id) => id !== this.info.id)
      : [...state.log, this.info.id];
    this.#draw();
    this.events.changed();
  }

  #tellsToggle(): void {
    const { tells, from, promql, thresholds = [] } = this.info;
    this.#tells.hidden = !this.#tells.hidden;
    this.#tells.replaceChildren(
      tells,
      ...(from === '' ? [] : [h('span', {}, ` From ${from}.`)]),
      ...thresholds.map((t) => h('span', {}, ` The line at ${shown(t.value, this.info.unit)}: ${t.text}`)),
      h('code', {}, promql),
    );
  }

  #sayNote(text: string): void {
    this.#note.replaceChildren(h('p', {}, text));
    this.#note.hidden = false;
    this.#plotBox.hidden = true;
  }
  #sayProblem(p: ProblemData): void {
    this.#sayNote(p.message);
    this.#note.append(
      ...(p.next ? [h('p', {}, p.next)] : []),
      h(
        'button',
        {
          class: 'link',
          type: 'button',
          click: () => {
            this.events.retry();
          },
        },
        'Try again',
      ),
    );
  }

  /** The last values as a table for screen readers. Made in idle time, because it is not visible. */
  #words(): void {
    const { series = [] } = this.#data ?? {};
    const rows = series.map((s, i) => [this.#names[i] ?? '', shown(lastValue(s.values), this.info.unit)] as const);
    requestIdleCallback(() => {
      const body = this.#table.tBodies[0];
      if (body && body.rows.length === rows.length)
        rows.forEach(([name, value], i) => {
          const [a, b] = [...body.rows[i]!.cells];
          if (a && b) {
            setText(a, name);
            setText(b, value);
          }
        });
      else
        this.#table.replaceChildren(
          h('caption', {}, `${this.info.title}, last values`),
          h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Series'), h('th', { scope: 'col' }, 'Last value'))),
          h(
            'tbody',
            {},
            ...rows.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value))),
          ),
        );
    });
  }

  #point(at: Parameters<ConstructorParameters<typeof Plot>[2]['pointed']>[0]): void {
    if (!at || !this.#data || !this.#plot) {
      this.events.tip.hide();
      return;
    }
    const near = this.#plot.secondsPerPixel * 6;
    const marks = this.events.annotations().filter((a) => Math.abs(a.time - at.time) <= near);
    const series = at.nearest === undefined ? undefined : this.#data.series[at.nearest];
    const lines = [
      ...(series
        ? [`${this.#names[at.nearest ?? 0] ?? ''}  ${shown(series.values[at.index] ?? NaN, this.info.unit)}`]
        : []),
      ...marks.map((a) => `${clock(a.time)}  ${a.text}`),
    ];
    this.events.tip.show(clock(this.#data.times[at.index] ?? at.time), lines, at.x, at.y);
  }

  #speak(): void {
    const { times, series = [] } = this.#data ?? {};
    if (this.#index === undefined || !times) return;
    const parts = series
      .map((s, i) => ({ name: this.#names[i] ?? '', v: s.values[this.#index ?? 0] ?? NaN }))
      .filter((p) => this.#drawn(p.name) && !Number.isNaN(p.v));
    setText(
      this.#live,
      `${clock(times[this.#index] ?? 0)}: ${
        parts
          .slice(0, 8)
          .map((p) => `${p.name} ${shown(p.v, this.info.unit)}`)
          .join(', ') || 'no value'
      }`,
    );
  }

  #key(e: KeyboardEvent): void {
    if (e.target !== this.#plotBox || e.ctrlKey || e.metaKey || e.altKey) return;
    const plot = this.#plot,
      times = this.#data?.times;
    if (!plot || !times) return;
    const move = {
      ArrowRight: (i: number) => i + 1,
      ArrowLeft: (i: number) => i - 1,
      PageUp: (i: number) => i - 10,
      PageDown: (i: number) => i + 10,
      Home: () => 0,
      End: (_: number, last: number) => last,
    }[e.key];
    if (move) {
      const before = this.#index ?? times.length - 1;
      const at = plot.moveCursor(move);
      if (at === undefined) return;
      this.#span = e.shiftKey ? { from: this.#span?.from ?? before, to: at } : undefined;
      this.#showSpan();
      this.#say();
    } else if (e.key === 'Enter' && this.#span) {
      const { from, to } = this.#span;
      this.#span = undefined;
      this.#showSpan();
      const [a, b] = [times[Math.min(from, to)] ?? 0, times[Math.max(from, to)] ?? 0];
      if (b > a) this.events.zoom(a, b);
    } else if (e.key === 'Escape') {
      if (this.#span) {
        this.#span = undefined;
        this.#showSpan();
      } else this.events.back();
    } else if (e.key === 'l') this.#toggleLog();
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  #showSpan(): void {
    const times = this.#data?.times;
    this.#plot?.showSpan(
      this.#span && times ? { start: times[this.#span.from] ?? 0, end: times[this.#span.to] ?? 0 } : undefined,
    );
  }
}
