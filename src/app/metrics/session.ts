/**
 * One metrics page, of one subject or of several to compare: the page says what it shows, and the session queries
 * exactly that and sends updates as scrapes come in.
 */
import { Disposables, type Disposable } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import { fill, PANELS } from '../../metrics/catalog/index';
import { pipelineQueries } from '../../metrics/pipeline/index';
import { HostChannel, type Handlers } from '../../protocol/channel';
import {
  METRICS,
  type Annotation,
  type ChartData,
  type FromMetricsPage,
  type MetricsFacts,
  type MetricsQuery,
  type MetricsReplies,
  type MetricsWatch,
  type SaveMetrics,
  type PanelInfo,
  type TimeRange,
  type ToMetricsPage,
} from '../../protocol/metrics';
import { mergeCharts } from '../../series/compare';
import { pipelineFrom, windowOf } from '../../series/feed';
import { namesIn } from '../../series/scraper';
import { SentCharts } from '../../series/updates';
import { withNextStep } from '../problems';
import type { PagePanel } from '../pages/panel';
import { act, spanAct } from './actions';
import { explored } from './explore';
import { namesOf, type ComparedId } from './compare';
import { chartsOrProblem, Member, type MemberEvents } from './member';
import type { MetricsDeps } from './deps';
import { savePage } from './save';
import { subjectKey, type Subject } from './subject';

/** Scrapes of several replicas arrive together: wait this long and update the page once, ms. */
const TOGETHER_MS = 150;
/** How many of the user's own queries keep their series. */
const ASKS = 20;
/** Interval between two updates from a Prometheus, ms: it usually scrapes no more often than this. */
const HISTORY_MS = 15_000;
/**
 * The series that panels and the pipeline may need. They are kept from the start, so that a panel that scrolls into
 * view has a history. Computed once, by the first page.
 */
const kept = (): ReadonlySet<string> | undefined =>
  (keptNames ??= {
    names: namesIn([
      ...pipelineQueries({ window: 60 }).map((q) => q.promql),
      ...PANELS.map((p) => fill(p.promql, { window: 60 })),
    ]),
  }).names;
let keptNames: { readonly names: ReadonlySet<string> | undefined } | undefined;

export class MetricsSession implements Disposable {
  readonly #own = new Disposables();
  readonly #members: readonly Member[];
  readonly #channel: HostChannel<ToMetricsPage, FromMetricsPage, MetricsReplies>;
  #watch: MetricsWatch | undefined;
  readonly #sent = new SentCharts();
  #ready = false;
  #facts = '';
  /** Aborts the update in progress; the next update ends it. */
  #telling: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new AbortController();
  /** The user's latest queries, with the names of the series that they read, which are kept too. */
  readonly #asks = new Map<string, ReadonlySet<string> | undefined>();

  /** `subjects`: one, or the subjects to compare. */
  constructor(
    private readonly panel: PagePanel,
    subjects: readonly [Subject, ...Subject[]],
    private readonly deps: MetricsDeps,
  ) {
    const names = subjects.length > 1 ? namesOf(subjects.map((s) => s.id as ComparedId)) : [];
    const heard: MemberEvents = {
      sources: () => {
        this.#sourceChanged();
      },
      processes: () => {
        this.#tellFacts();
      },
      happened: () => {
        this.#tellEvents();
      },
      scraped: () => {
        this.#tellFacts();
        this.#soon(TOGETHER_MS);
      },
    };
    const lenders = new Map<string, Member>();
    this.#members = subjects.map((subject, i) => {
      // Controllers of one process are told apart by labels: scrape the process once.
      const { id } = subject;
      const key = subjectKey(
        'context' in id
          ? { context: id.context, workload: id.workload, ...(id.replica !== undefined && { replica: id.replica }) }
          : id,
      );
      const member = this.#own.add(new Member(subject, names[i] ?? subject.title, deps, heard, lenders.get(key)));
      if (!lenders.has(key)) lenders.set(key, member);
      return member;
    });
    this.#want();
    this.#own.add({
      dispose: () => {
        this.#ended.abort();
        clearTimeout(this.#timer);
        this.#telling?.abort();
      },
    });
    this.#channel = this.#own.add(
      new HostChannel(METRICS, panel, this.#handlers(), {
        problemOf: (e) =>
          isAbort(e)
            ? new Problem('metrics.closed', 'The page was closed.', { next: 'Open it again.' })
            : withNextStep(e, 'metrics.failed'),
        failed: (_, e) => {
          if (!isAbort(e)) void deps.editor.messages.problem(e, { what: `Metrics of ${this.title}` });
        },
        dropped: (why) => {
          deps.editor.log.warn(`Metrics of ${this.title}: a message was dropped: ${why}`);
        },
      }),
    );
    this.#own.add(
      panel.onDidChangeVisible(() => {
        this.#seen();
      }),
    );
    panel.load('metrics', `${this.title} metrics`);
    this.#seen();
  }

  /** Display title: the names of all members. */
  get title(): string {
    return this.#members.map((m) => m.name).join(', ');
  }
  get #compares(): boolean {
    return this.#members.length > 1;
  }
  /** The member whose pipeline, families and sources are shown, and which is profiled. */
  get #focus(): Member {
    return this.#members.find((m) => m.name === this.#watch?.focus) ?? this.#members[0]!;
  }

  /** Reports why the processes of this context can't be asked at all. */
  failed(context: string, problem: Problem): void {
    if (!this.#compares) {
      this.#channel.send({ type: 'failed', problem: problem.toJSON() });
      return;
    }
    for (const m of this.#members)
      if ('context' in m.subject.id && m.subject.id.context === context) m.barred = problem;
    this.#tellFacts();
  }

  /**
   * Stops scraping while the page is hidden or paused, so that it costs the processes nothing. A page that was hidden
   * is loaded anew when it is shown, and sends `ready` again.
   */
  #seen(): void {
    for (const {
      sources: { scraper, live },
    } of this.#members)
      if (this.panel.visible && this.#watch?.paused !== true && live) scraper.start();
      else scraper.stop();
    if (!this.panel.visible) {
      this.#ready = false;
      this.#watch = undefined;
    }
  }

  #tellEvents(): void {
    if (!this.#ready) return;
    const annotations = this.#compares
      ? this.#members
          .flatMap(({ name, annotations: own }) => own.map((a): Annotation => ({ ...a, text: `${name}: ${a.text}` })))
          .sort((a, b) => a.time - b.time)
      : this.#focus.annotations;
    this.#channel.send({ type: 'annotations', annotations });
  }

  #handlers(): Handlers<FromMetricsPage, MetricsReplies> {
    return {
      ready: () => {
        this.#begin();
      },
      watch: (m) => {
        const before = this.#watch?.focus;
        this.#watch = m;
        this.#want();
        this.#seen();
        if (this.#compares && before !== m.focus) this.#tellFacts();
        this.#soon(0);
      },
      resend: (m) => {
        this.#sent.forget(m.panels);
        this.#soon(0);
      },
      families: async () => explored(await this.#focus.wholeScrapes(this.#ended.signal)),
      complete: (m) => this.#focus.complete(m, this.#ended.signal),
      query: (m) => this.#query(m),
      act: (m) => act(m.action, this.#focus.subject, m.controller, this.deps),
      span: (m) => spanAct(m.what, { start: m.start, end: m.end }, this.#focus.subject, this.deps),
      save: (m) => this.#savePage(m),
      copy: async (m) => {
        await this.deps.editor.copy(m.text);
      },
      retry: () => this.#retry(),
      source: (m) => this.#choose(m.source),
    };
  }

  /** The page knows nothing yet: it was just opened, or shown again. */
  #begin(): void {
    this.#ready = true;
    this.#facts = '';
    this.#sent.forgetAll();
    this.#channel.send({
      type: 'init',
      facts: this.#current(),
      panels: this.#panels(),
      view: this.#compares ? 'charts' : 'pipeline',
      range: this.#firstRange(),
      subject: this.#compares ? { compare: this.#members.map((m) => m.subject.id) } : this.#focus.subject.id,
    });
    this.#tellEvents();
  }

  /** When comparing, retries only the members that failed. */
  async #retry(): Promise<void> {
    const again = (): void => {
      this.#seen();
      this.#soon(0);
    };
    const failing = this.#members.filter((m) => m.compared().problems.length > 0);
    for (const m of failing.length === 0 ? [this.#focus] : failing) {
      const { id } = m.subject;
      if (m.barred && 'context' in id) {
        try {
          await this.deps.clusters.connect(id.context);
          m.barred = undefined;
        } catch (e) {
          this.failed(id.context, Problem.from(e));
          continue;
        }
      }
      await m.retry(again);
    }
  }

  /**
   * A picture or table covers the whole page; everything else covers the member in focus and has its name in the file
   * name.
   */
  async #savePage(m: SaveMetrics): Promise<void> {
    const focus = this.#focus;
    const { store, families } = focus.sources;
    const title = m.what === 'csv' || m.what === 'png' ? this.title : focus.name;
    await savePage(
      m,
      {
        title,
        subject: focus.subject,
        controllers: focus.controllers(),
        names: () => store.names(),
        series: () => focus.sources.everything,
        families: () => families,
      },
      this.deps,
    );
  }

  /** The whole span of a file; for live data the last five minutes. */
  #firstRange(): TimeRange {
    const span = this.#focus.subject.saved?.span;
    return span ? { seconds: Math.max(60, span.end - span.start), end: span.end } : { seconds: 300 };
  }

  #want(): void {
    const sets = [kept(), ...this.#asks.values()];
    const names = sets.includes(undefined) ? undefined : new Set(sets.flatMap((set) => [...(set ?? [])]));
    const exploring = this.#watch?.view === 'explore' ? this.#focus.sources : undefined;
    for (const { sources } of this.#members) sources.scraper.want(names, sources === exploring);
  }

  #sourceChanged(): void {
    this.#seen();
    this.#tellFacts();
    this.#soon(0);
  }

  /** When the user cancels, the menu returns to the current source. */
  async #choose(id: string): Promise<void> {
    try {
      await this.#focus.choose(id);
    } finally {
      this.#facts = '';
      this.#tellFacts();
    }
  }

  #soon(ms: number): void {
    if (this.#timer !== undefined && ms > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#tell();
    }, ms);
  }

  /** Sends the current state to the page. A paused page gets it once, when it asks. */
  async #tell(): Promise<void> {
    const watch = this.#watch;
    if (!watch || !this.#ready || !this.panel.visible) return;
    this.#telling?.abort();
    const telling = (this.#telling = new AbortController());
    const { signal } = telling;
    const now = Date.now() / 1000;
    const focus = this.#focus;
    try {
      // Without scrapes, nothing signals new data: poll.
      if (this.#members.some((m) => !m.sources.live) && !watch.paused && watch.range.end === undefined)
        this.#soon(HISTORY_MS);
      if (watch.view === 'pipeline') {
        await focus.sources.learn(signal);
        const pipeline = await pipelineFrom(focus.sources.current, focus.asked(watch), now, signal);
        if (!signal.aborted) this.#channel.send({ type: 'pipeline', pipeline });
      } else if (watch.view === 'charts' && watch.panels.length > 0) {
        const { charts, end } = await (this.#compares
          ? this.#together(watch, now, signal)
          : this.#alone(watch, now, signal));
        if (!signal.aborted)
          this.#channel.send({
            type: 'charts',
            charts: this.#sent.updates(charts),
            range: { start: end - watch.range.seconds, end },
          });
      }
    } catch (e) {
      if (isAbort(e)) return;
      this.deps.editor.log.problem(`Metrics of ${focus.name}`, e);
      focus.failed(e);
      this.#channel.send({ type: 'failed', problem: withNextStep(e, 'metrics.failed').toJSON() });
    }
  }

  async #alone(
    watch: MetricsWatch,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly charts: readonly ChartData[]; readonly end: number }> {
    await this.#focus.sources.learn(signal);
    const { charts, window } = await this.#focus.charts(
      PANELS.filter((p) => watch.panels.includes(p.id)),
      watch,
      undefined,
      now,
      signal,
    );
    return { charts, end: window.end };
  }

  /** Each member from its own source, all on the time grid of the coarsest source. */
  async #together(
    watch: MetricsWatch,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly charts: readonly ChartData[]; readonly end: number }> {
    const grid = this.#grid;
    const parts = await Promise.all(
      this.#members.map(async (m) => ({
        subject: m.name,
        charts: await chartsOrProblem(m, watch.panels, watch, grid, now, signal),
      })),
    );
    const charts = watch.panels.map((id) =>
      mergeCharts(
        id,
        parts.flatMap(({ subject, charts: own }) => {
          const chart = own.find((c) => c.panel === id);
          return chart ? [{ subject, chart }] : [];
        }),
      ),
    );
    return { charts, end: windowOf(watch.range, watch.width / 2, grid, now).end };
  }

  get #grid(): number {
    return Math.max(...this.#members.map((m) => m.sources.spacing));
  }

  #current(): MetricsFacts {
    const facts = this.#focus.facts();
    if (!this.#compares) return facts;
    // These differ between members; `subjects` has the problems.
    return {
      ...facts,
      title: `${this.#members.length} compared`,
      replicas: [],
      controllers: [],
      subjects: this.#members.map((m) => m.compared()),
      focus: this.#focus.name,
    };
  }

  #tellFacts(): void {
    if (!this.#ready) return;
    const facts = this.#current();
    const text = JSON.stringify(facts);
    if (text === this.#facts) return;
    this.#facts = text;
    this.#channel.send({ type: 'facts', facts });
    const silent = this.#compares ? undefined : this.#focus.silent;
    if (silent) this.#channel.send({ type: 'failed', problem: silent });
  }

  #panels(): readonly PanelInfo[] {
    return PANELS.map((panel) => {
      const { needs: _, ...info } = panel;
      if (!this.#compares) return { ...info, promql: this.#focus.promql(panel) };
      return {
        ...info,
        promql: fill(panel.promql, { window: 60 }),
        queries: this.#members.map((m) => ({ subject: m.name, promql: m.promql(panel) })),
      };
    });
  }

  async #query(m: MetricsQuery): Promise<ChartData> {
    if (this.#members.some(({ sources }) => sources.live) && !this.#asks.has(m.promql)) {
      // If the query can't be parsed, the evaluation below reports it.
      try {
        this.#asks.set(m.promql, namesIn([m.promql]));
      } catch {
        /* reported below */
      }
      for (const oldest of this.#asks.keys()) {
        if (this.#asks.size <= ASKS) break;
        this.#asks.delete(oldest);
      }
      this.#want();
    }
    const { signal } = this.#ended;
    const now = Date.now() / 1000;
    if (!this.#compares) return this.#focus.query(m, false, this.#focus.sources.spacing, now, signal);
    return mergeCharts(
      'query',
      await Promise.all(
        this.#members.map(async (member) => ({
          subject: member.name,
          chart: await member.query(m, true, this.#grid, now, signal),
        })),
      ),
    );
  }

  dispose(): void {
    this.#own.dispose();
  }
}
