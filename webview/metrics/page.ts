/** The metrics page: handles the host's messages, keeps what is shown, and updates the three views. */
import type { ProblemData } from '../../src/base/problem';
import type { Handlers } from '../../src/protocol/channel';
import {
  METRICS,
  type ChartData,
  type FromMetricsPage,
  type MetricsFacts,
  type MetricsReplies,
  type MetricsView,
  type PanelInfo,
  type TimeRange,
  type ToMetricsPage,
} from '../../src/protocol/metrics';
import { Channel } from '../shared/channel';
import { debounce, h } from '../shared/dom';
import { ReceivedCharts } from './data';
import { Charts } from './charts';
import { Explore } from './explore';
import { Header, wholeOf } from './header';
import type { Range } from './panel';
import { Pipeline } from './pipeline';
import { OwnQueries } from './own';
import { metricIn, unitOf } from './promql';
import { FRESH, readState, type PageState } from './state';

/** Keys that a view understands, for the foot. */
const KEYS: Readonly<Record<MetricsView, string>> = {
  pipeline: '1 2 3 views   Space pause, back to live',
  charts:
    '1 2 3 views   Space pause, back to live   / filter   ← → crosshair   Shift ← → span, Enter zooms   L ' +
    'logarithmic   Escape back to live',
  explore: '1 2 3 views   / search   ↑ ↓ walk   → open   Enter charts a family   Ctrl+Space completes',
};

export class MetricsPage {
  readonly #host: Channel<ToMetricsPage, FromMetricsPage, MetricsReplies>;
  readonly #state: PageState;
  /** True when there is saved state: it overrides the host's initial view and range. */
  readonly #restored: boolean;
  readonly #header: Header;
  readonly #pipeline: Pipeline;
  readonly #charts: Charts;
  readonly #explore: Explore;
  readonly #own: OwnQueries;
  readonly #received = new ReceivedCharts();
  readonly #view = h('main', { id: 'view', role: 'tabpanel', tabindex: -1 });
  readonly #foot = h('div', { class: 'foot dim' });
  #facts: MetricsFacts | undefined;
  /** What the page is about, from the host, which restores the tab from it after a reload. */
  #subject: unknown;
  #lastRange: Range | undefined;
  #shownView: MetricsView | undefined;
  #lastWatch = '';
  readonly #save = debounce(50, () => {
    this.#store();
  });
  readonly #watchSoon = debounce(20, () => {
    this.#watch();
  });

  constructor(private readonly app: HTMLElement) {
    this.#host = new Channel(METRICS, this.#handlers());
    const state = readState(this.#host.state);
    this.#restored = state !== undefined;
    this.#state = state ?? { ...FRESH };
    const save = (): void => {
      this.#save();
    };
    this.#header = new Header({
      view: (v) => {
        this.#setView(v);
      },
      controller: (name) => {
        this.#state.controller = name;
        this.#pipeline.choose(name);
        this.#changed();
      },
      replica: (id) => {
        this.#state.replica = id;
        this.#explore.forget();
        this.#changed();
      },
      source: (source) => {
        this.#host.send({ type: 'source', source });
        this.#explore.forget();
      },
      focus: (name) => {
        this.#state.focus = name;
        this.#explore.forget();
        this.#changed();
      },
      seconds: (seconds) => {
        this.#seconds(seconds);
      },
      pause: (paused) => {
        if (paused) this.#pause();
        else this.#back();
      },
      profile: () => {
        this.#host.send({ type: 'act', action: 'profileCpu', controller: this.#state.controller });
      },
      retry: () => {
        this.#host.send({ type: 'retry' });
      },
      save: (what) => {
        this.#host.send({ type: 'save', what, panel: '' });
      },
    });
    this.#pipeline = new Pipeline({
      act: (action, controller) => {
        this.#host.send({ type: 'act', action, controller });
      },
    });
    const shared = {
      state: this.#state,
      changed: save,
      zoom: (a: number, b: number) => {
        this.#zoom(a, b);
      },
      back: () => {
        this.#back();
      },
      copy: (text: string) => {
        this.#host.send({ type: 'copy', text });
      },
    };
    this.#charts = new Charts({
      ...shared,
      watch: () => {
        this.#watch();
      },
      save: (what, panel, content) => {
        this.#host.send({ type: 'save', what, panel, content });
      },
      explore: (promql) => {
        this.#explore.edit(promql);
        this.#setView('explore');
      },
      retry: () => {
        this.#host.send({ type: 'retry' });
      },
      span: (what, start, end) => {
        this.#host.send({ type: 'span', what, start, end });
      },
      saved: () => this.#facts?.span !== undefined,
    });
    const query = async (
      promql: string,
      width: number,
    ): Promise<{ readonly chart: ChartData; readonly range: Range }> => {
      const range = this.#state.range;
      const chart = await this.#host.ask({ type: 'query', promql, range, width: Math.max(1, width) });
      const end = range.end ?? Math.max(chart.times[chart.times.length - 1] ?? 0, Date.now() / 1000 - 1);
      return { chart, range: { start: end - range.seconds, end } };
    };
    this.#explore = new Explore({
      ...shared,
      query,
      complete: (kind, name, label) => this.#host.ask({ type: 'complete', kind, name, label }),
      families: () => this.#host.ask({ type: 'families' }),
      add: (promql) => {
        this.#addPanel(promql);
      },
      save: (what, content) => {
        this.#host.send({ type: 'save', what, panel: 'explore', content });
      },
    });
    this.#own = new OwnQueries({
      wanted: () => (this.#shownView === 'charts' && !document.hidden ? this.#charts.ownInSight : []),
      query,
      width: () => this.#charts.width,
      show: (chart, range) => {
        this.#charts.show([chart], range);
      },
      tick: () => {
        if (this.#shownView === 'explore' && !document.hidden) this.#explore.refresh();
      },
    });
    document.addEventListener('keydown', (e) => {
      this.#key(e);
    });
    addEventListener('pagehide', () => {
      this.#store();
    });
    addEventListener('focus', () => {
      this.#takeFocus();
    });
    document.addEventListener('visibilitychange', () => {
      this.#own.schedule(this.#state, 0);
    });
    this.#notice('loading', h('div', { class: 'notice', role: 'status' }, 'Asking for metrics.'));
    this.#host.send({ type: 'ready' });
  }

  #handlers(): Handlers<ToMetricsPage> {
    return {
      init: (m) => {
        this.#subject = m.subject;
        this.#init(m.facts, m.panels, m.view, m.range);
      },
      facts: (m) => {
        this.#facts = m.facts;
        this.#header.facts(m.facts, this.#state);
        this.#charts.setSubjects(namesOf(m.facts));
      },
      pipeline: (m) => {
        this.#answered();
        this.#pipeline.show(m.pipeline, this.#state.controller);
      },
      charts: (m) => {
        this.#answered();
        this.#lastRange = m.range;
        const { charts, misfits } = this.#received.take(m.charts);
        this.#charts.update(charts, m.range);
        if (misfits.length > 0) this.#host.send({ type: 'resend', panels: misfits });
      },
      annotations: (m) => {
        this.#charts.setAnnotations(m.annotations);
      },
      failed: (m) => {
        if (this.#facts) this.#header.failed(m.problem);
        else this.#notice('failed', this.#problem(m.problem));
      },
    };
  }

  #answered(): void {
    this.#header.failed(undefined);
  }

  #init(facts: MetricsFacts, panels: readonly PanelInfo[], view: MetricsView, range: TimeRange): void {
    const first = this.#facts === undefined;
    this.#facts = facts;
    const s = this.#state;
    if (first && !this.#restored)
      Object.assign(s, { view, range, liveSeconds: range.seconds, paused: range.end !== undefined });
    // The file may have been written anew since.
    if (
      facts.span &&
      (s.range.end === undefined ||
        s.range.end > facts.span.end ||
        s.range.end - s.range.seconds < wholeOf(facts.span).end! - wholeOf(facts.span).seconds)
    )
      Object.assign(s, { range: wholeOf(facts.span), paused: true });
    if (!facts.controllers.includes(s.controller)) s.controller = '';
    if (!facts.replicas.some((r) => r.id === s.replica)) s.replica = '';
    if (!namesOf(facts).includes(s.focus)) s.focus = '';
    this.#header.failed(undefined);
    this.#header.facts(facts, s);
    this.#charts.setSubjects(namesOf(facts));
    this.#charts.setPanels(panels);
    if (first || this.app.dataset['state'] !== 'ready') {
      this.app.dataset['state'] = 'ready';
      this.app.replaceChildren(this.#header.element, this.#view, this.#foot);
      this.#showView();
      if (document.hasFocus()) this.#takeFocus();
    }
    this.#lastWatch = '';
    this.#watch();
    this.#save();
  }

  /** Focuses the tabs, unless something else has the focus. */
  #takeFocus(): void {
    if (this.#facts && document.activeElement === document.body) this.#header.focusTab();
  }

  #setView(view: MetricsView): void {
    this.#state.view = view;
    if (!this.#facts) return;
    this.#showView();
    this.#changed();
  }

  #showView(): void {
    const { view } = this.#state;
    if (this.#shownView === view) return;
    const hadFocus = this.#view.contains(document.activeElement);
    if (this.#shownView === 'charts') this.#charts.stop();
    if (this.#shownView === 'explore') this.#explore.stop();
    this.#shownView = view;
    this.#view.dataset['view'] = view;
    this.#view.setAttribute('aria-labelledby', `tab-${view}`);
    this.#view.replaceChildren(
      { pipeline: this.#pipeline, charts: this.#charts, explore: this.#explore }[view].element,
    );
    if (this.#facts?.subjects && view === 'charts')
      this.#foot.textContent = KEYS.charts.replace('   / filter', '   S side by side   / filter');
    else
      this.#foot.textContent = this.#facts?.span
        ? KEYS[view].replace('   Space pause, back to live', '').replace('back to live', 'back to the whole file')
        : KEYS[view];
    this.#header.state(this.#state);
    if (view === 'charts') this.#charts.start();
    if (view === 'explore') this.#explore.start();
    if (hadFocus && document.hasFocus()) this.#header.focusTab();
    this.#own.schedule(this.#state, 0);
  }

  #zoom(start: number, end: number): void {
    this.#setRange({ seconds: end - start, end }, true);
  }
  #pause(): void {
    const end = this.#state.range.end ?? this.#lastRange?.end ?? Date.now() / 1000;
    this.#setRange({ seconds: this.#state.range.seconds, end }, true);
  }
  #seconds(seconds: number): void {
    const file = this.#facts?.span;
    if (file) {
      this.#setRange({ seconds, end: file.end }, true);
      return;
    }
    this.#state.liveSeconds = seconds;
    this.#setRange({ seconds }, false);
  }
  #back(): void {
    const file = this.#facts?.span;
    if (file) this.#setRange(wholeOf(file), true);
    else if (this.#state.paused || this.#state.range.end !== undefined)
      this.#setRange({ seconds: this.#state.liveSeconds }, false);
  }

  #setRange(range: TimeRange, paused: boolean): void {
    Object.assign(this.#state, { range, paused });
    const end = range.end ?? this.#lastRange?.end;
    // The drawn points move at once; finer points come with the answer.
    if (end !== undefined) this.#charts.setRange({ start: end - range.seconds, end });
    this.#charts.showSpan();
    this.#changed();
    this.#own.schedule(this.#state, 0);
    if (this.#shownView === 'explore') this.#explore.refresh();
  }

  #changed(): void {
    this.#header.state(this.#state);
    this.#save();
    this.#watchSoon();
  }

  /** Tells the host what is visible, if that has changed. */
  #watch(): void {
    if (!this.#facts) return;
    const { view, range, paused, controller, replica, focus } = this.#state;
    const charts = view === 'charts';
    const m = {
      type: 'watch',
      view,
      panels: charts ? this.#charts.watched : [],
      range,
      width: charts ? this.#charts.width : this.app.clientWidth,
      paused,
      controller,
      replica,
      focus,
    } as const;
    // Charts that aren't laid out yet have no width, which the number of points depends on.
    if (charts && m.width === 0) return;
    const text = JSON.stringify(charts ? m : { ...m, width: 0 });
    if (charts) this.#own.schedule(this.#state, 0);
    if (text === this.#lastWatch) return;
    this.#lastWatch = text;
    this.#host.send(m);
  }

  #addPanel(promql: string): void {
    const s = this.#state;
    const known = s.own.find((o) => o.promql === promql);
    if (!known) {
      const taken = new Set(s.own.map((o) => o.id));
      let n = 1;
      while (taken.has(`own-${n}`)) n++;
      s.own = [
        ...s.own,
        {
          id: `own-${n}`,
          promql,
          unit: unitOf(promql),
          title: promql.length > 60 ? metricIn(promql) || promql.slice(0, 60) : promql,
        },
      ];
      this.#charts.remake();
    }
    s.filter = '';
    this.#setView('charts');
  }

  #key(e: KeyboardEvent): void {
    const target = e.target as HTMLElement;
    const typing =
      target instanceof HTMLInputElement ||
      target instanceof HTMLTextAreaElement ||
      target instanceof HTMLSelectElement;
    if (typing && target instanceof HTMLInputElement && e.key === 'Escape') {
      target.value = '';
      target.dispatchEvent(new Event('input'));
      e.preventDefault();
      return;
    }
    if (!this.#facts) return;
    const find = (e.key === '/' && !typing) || (e.key === 'f' && (e.ctrlKey || e.metaKey));
    if (find && this.#shownView !== 'pipeline') {
      if (this.#shownView === 'charts') this.#charts.focusFilter();
      else this.#explore.focusSearch();
      e.preventDefault();
      return;
    }
    if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
    const view = ({ 1: 'pipeline', 2: 'charts', 3: 'explore' } as const)[e.key];
    if (view) this.#setView(view);
    else if (e.key === ' ' && !(target instanceof HTMLButtonElement)) {
      if (this.#state.paused) this.#back();
      else this.#pause();
    } else if (e.key === 's' && this.#shownView === 'charts') this.#charts.toggleLayout();
    else if (e.key === 'Escape' && this.#shownView !== 'pipeline') this.#back();
    else return;
    e.preventDefault();
  }

  #store(): void {
    this.#save.cancel();
    this.#host.state = { ...this.#state, ...(this.#subject !== undefined && { subject: this.#subject }) };
  }

  #notice(state: 'loading' | 'failed', element: HTMLElement): void {
    this.app.dataset['state'] = state;
    this.app.replaceChildren(element);
  }

  #problem(p: ProblemData): HTMLElement {
    return h(
      'div',
      { class: 'notice', role: 'alert' },
      h('p', {}, h('b', {}, p.message)),
      ...(p.next ? [h('p', {}, p.next)] : []),
      ...(p.detail ? [h('pre', {}, p.detail)] : []),
      h(
        'button',
        {
          class: 'link',
          type: 'button',
          click: () => {
            this.#host.send({ type: 'retry' });
          },
        },
        'Try again',
      ),
    );
  }
}

/** Names of the compared subjects; empty on a page with one subject. */
function namesOf(facts: MetricsFacts): readonly string[] {
  return (facts.subjects ?? []).map((s) => s.name);
}
