/** One metrics page: hears what it shows, asks the source for that and no more, and tells it again as scrapes come in. */
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import { fill, PANELS } from '../../metrics/catalog/index';
import { pipelineQueries } from '../../metrics/pipeline/index';
import type { Scrape } from '../../metrics/types';
import { pageHtml } from '../../protocol/html';
import { fromMetricsPage, METRICS_PROTOCOL, type FromMetricsPage, type MetricsFacts, type PanelInfo, type TimeRange, type ToMetricsPage } from '../../protocol/metrics';
import { wantsOf } from '../../sources/prometheus/ask';
import { namesIn } from '../../sources/scraper';
import type { Clusters } from '../clusters';
import type { Log } from '../log';
import { told } from '../told';
import { act, spanAct, type ActDeps } from './acts';
import { explored } from './explore';
import { chartFrom, chartsFrom, pipelineFrom, promqlOf, windowOf } from '../../sources/feed';
import { Cost } from './cost';
import { Events } from './events';
import type { History, PrometheusBook } from './prometheus/book';
import { tryAgain } from './retry';
import { savePage } from './save';
import { PageSources } from './sources';
import type { Subject } from './subject';

export interface MetricsDeps extends ActDeps {
  readonly log: Log;
  readonly book: PrometheusBook;
  readonly clusters: Clusters;
  /** The folder with the pages' bundles. */
  readonly pages: vscode.Uri;
}

type Body<T> = T extends unknown ? Omit<T, 'v'> : never;
type Watch = Extract<FromMetricsPage, { type: 'watch' }>;

/** Scrapes of several replicas come in together: the page is told once, ms. */
const TOGETHER_MS = 150;
/** Queries of one's own whose series are kept. */
const ASKS = 20;
/** Between two looks at a Prometheus, ms: it scrapes no more often than that as a rule. */
const HISTORY_MS = 15_000;
/** What panels and the pipeline may ask for: kept from the start, so that a panel has its past when it comes into view. Worked out once, by the first page. */
const kept = (): ReadonlySet<string> | undefined => (keptNames ??= { names: namesIn([...pipelineQueries({ window: 60 }).map((q) => q.promql), ...PANELS.map((p) => fill(p.promql, { window: 60 }))]) }).names;
let keptNames: { readonly names: ReadonlySet<string> | undefined } | undefined;

export class MetricsSession implements Disposable {
  readonly #own = new Disposables();
  readonly #sources: PageSources;
  readonly #events: Events;
  readonly #cost = new Cost();
  /** The Prometheus that is the source wanted credentials, or its certificate trusted, when it was last asked. */
  #locked = false;
  #watch: Watch | undefined;
  #ready = false;
  #facts = '';
  /** What is under way for the picture; ended by the next. */
  #telling: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new AbortController();
  /** Queries of the person's own, the last ones: what they read is kept too. */
  readonly #asks = new Map<string, ReadonlySet<string> | undefined>();

  constructor(private readonly panel: vscode.WebviewPanel, readonly subject: Subject, private readonly deps: MetricsDeps) {
    this.#sources = this.#own.add(new PageSources(subject, deps.book, () => { this.#sourceChanged(); }));
    this.#events = this.#own.add(new Events(subject, deps));
    this.#own.add(this.#events.onDidChange(() => { this.#tellEvents(); }));
    const { scraper } = this.#sources;
    this.#want();
    scraper.set(subject.processes);
    this.#own.add(scraper.onDidScrape((report) => {
      const { problem, id } = report;
      if (problem) deps.log.problem(`Scraping ${subject.title} (${id})`, problem);
      this.#cost.add(report);
      this.#tellFacts();
      this.#soon(TOGETHER_MS);
    }));
    this.#own.add(subject.onDidChange(() => { scraper.set(subject.processes); this.#tellFacts(); }));
    this.#own.add(subject);
    this.#own.add({ dispose: () => { this.#ended.abort(); clearTimeout(this.#timer); this.#telling?.abort(); } });
    panel.webview.options = { enableScripts: true, localResourceRoots: [deps.pages] };
    this.#own.add(panel.webview.onDidReceiveMessage((m: unknown) => { this.#hear(m); }));
    this.#own.add(panel.onDidChangeViewState(() => { this.#seen(); }));
    const uri = (file: string): string => panel.webview.asWebviewUri(vscode.Uri.joinPath(deps.pages, file)).toString();
    panel.webview.html = pageHtml({ cspSource: panel.webview.cspSource, scriptUri: uri('metrics.js'), styleUri: uri('metrics.css'), title: `${subject.title} metrics` });
    this.#seen();
  }

  /** What keeps the processes from being asked at all. */
  failed(problem: Problem): void { this.#send({ type: 'failed', problem: problem.toJSON() }); }

  /** A page that nobody sees costs the process nothing. A hidden one starts anew when it is shown, and says `ready` again. */
  #seen(): void {
    const { scraper, live } = this.#sources;
    if (this.panel.visible && this.#watch?.paused !== true && live) scraper.start(); else scraper.stop();
    if (!this.panel.visible) { this.#ready = false; this.#watch = undefined; }
  }

  #tellEvents(): void { if (this.#ready) this.#send({ type: 'annotations', annotations: this.#events.annotations }); }

  #send(m: Body<ToMetricsPage>): void { if (!this.#own.disposed) void this.panel.webview.postMessage({ v: METRICS_PROTOCOL, ...m }); }

  #hear(raw: unknown): void {
    const m = fromMetricsPage(raw);
    if (!m) return;
    switch (m.type) {
      case 'ready':
        this.#ready = true;
        this.#facts = '';
        this.#send({ type: 'init', facts: this.#current(), panels: this.#panels(), view: 'pipeline', range: this.#firstRange(), subject: this.subject.id });
        this.#tellEvents();
        return;
      case 'watch':
        this.#watch = m;
        this.#want();
        this.#seen();
        this.#soon(0);
        return;
      case 'families': void this.#reply(m.id, async () => ({ type: 'families', id: m.id, families: explored(await this.#wholeScrapes()) })); return;
      case 'complete': void this.#reply(m.id, async () => ({ type: 'completed', id: m.id, words: await this.#complete(m) })); return;
      case 'query': void this.#reply(m.id, async () => ({ type: 'queried', id: m.id, chart: await this.#query(m) })); return;
      case 'act': void this.#guard(() => act(m.action, this.subject, m.controller, this.deps)); return;
      case 'span': void this.#guard(() => spanAct(m.what, { start: m.start, end: m.end }, this.subject, this.deps)); return;
      case 'save': void this.#guard(() => this.#savePage(m)); return;
      case 'copy': void vscode.env.clipboard.writeText(m.text); return;
      case 'retry':
        void this.#guard(() => this.#retry());
        return;
      case 'source': void this.#guard(() => this.#choose(m.source)); return;
    }
  }

  /** At once, and not at the slow pace of a process that failed; where credentials were asked for, with them. */
  async #retry(): Promise<void> {
    const { scraper, live, history } = this.#sources;
    await tryAgain({ problems: live ? scraper.reports.map((r) => r.problem) : [], locked: this.#locked && history !== undefined }, {
      authenticate: () => this.deps.authenticate(this.subject),
      unlock: async () => { if (history) await this.#unlock(history); },
      again: () => {
        if (live) {
          scraper.stop();
          scraper.set([]);
          scraper.set(this.subject.processes);
        }
        this.#seen();
        this.#soon(0);
      },
    });
  }

  async #savePage(m: Extract<FromMetricsPage, { type: 'save' }>): Promise<void> {
    const { store, families } = this.#sources;
    await savePage(m, { subject: this.subject, controllers: this.#controllers(), names: () => store.names(), series: () => store.select([]), families: () => families });
  }

  /** The whole of a file; of what is live the last five minutes. */
  #firstRange(): TimeRange {
    const span = this.subject.saved?.span;
    return span ? { seconds: Math.max(60, span.end - span.start), end: span.end } : { seconds: 300 };
  }

  #want(): void {
    const sets = [kept(), ...this.#asks.values()];
    this.#sources.scraper.want(sets.includes(undefined) ? undefined : new Set(sets.flatMap((names) => [...names ?? []])), this.#watch?.view === 'explore');
  }

  #sourceChanged(): void {
    this.#locked = false;
    this.#seen();
    this.#tellFacts();
    this.#soon(0);
  }

  /** One that can't be asked as it is: what it wants is asked for first. The menu goes back to what is shown when the person gives up. */
  async #choose(id: string): Promise<void> {
    const history = this.#sources.find(id);
    if (!history?.problem) { this.#sources.choose(id); return; }
    try {
      await this.#unlock(history);
    } finally {
      this.#facts = '';
      this.#tellFacts();
    }
  }

  async #unlock(history: History): Promise<void> {
    const id = await history.unlock();
    await this.#sources.ofSettings();
    this.#sources.opened(id);
    this.#sources.choose(id);
  }

  #soon(ms: number): void {
    if (this.#timer !== undefined && ms > 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#timer = undefined; void this.#tell(); }, ms);
  }

  /** The picture as it is now. A paused page is told once, when it asks. */
  async #tell(): Promise<void> {
    const watch = this.#watch;
    if (!watch || !this.#ready || !this.panel.visible) return;
    this.#telling?.abort();
    const telling = this.#telling = new AbortController();
    const { signal } = telling;
    const now = Date.now() / 1000;
    const { current, live } = this.#sources;
    try {
      await this.#sources.learn(signal);
      // No scrape of ours tells when there is something new.
      if (!live && !watch.paused && watch.range.end === undefined) this.#soon(HISTORY_MS);
      if (watch.view === 'pipeline') {
        const pipeline = await pipelineFrom(current, this.#sources.asked(watch), now, signal);
        if (!signal.aborted) this.#send({ type: 'pipeline', pipeline });
      } else if (watch.view === 'charts' && watch.panels.length > 0) {
        const shown = PANELS.filter((p) => watch.panels.includes(p.id));
        const exported = current.kind !== 'prometheus' ? await this.#exported(signal) : undefined;
        const { charts, window } = await chartsFrom(current, shown, this.#sources.asked(watch), exported, now, signal);
        this.#locked = charts.some((c) => c.problem && wantsOf(c.problem) !== 'address');
        if (!signal.aborted) this.#send({ type: 'charts', charts, range: { start: window.end - watch.range.seconds, end: window.end } });
      }
    } catch (e) {
      if (isAbort(e)) return;
      this.deps.log.problem(`Metrics of ${this.subject.title}`, e);
      this.#locked = e instanceof Problem && wantsOf(e) !== 'address';
      this.#send({ type: 'failed', problem: told(e, 'metrics.failed').toJSON() });
    }
  }

  /** Undefined while no scrape has come in: a panel is not told to be missing then. */
  async #exported(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const families = await this.#sources.current.families(signal);
    return families.length === 0 ? undefined : new Set(families.map((f) => f.name));
  }

  /** Waits for the first one. */
  async #wholeScrapes(): Promise<readonly Scrape[]> {
    for (let i = 0; i < 50 && this.#sources.lastScrapes.length === 0; i++) await pause(200, undefined, { signal: this.#ended.signal });
    return this.#sources.lastScrapes;
  }

  #controllers(): readonly string[] {
    const names = new Set<string>();
    for (const [name, label] of [['controller_runtime_max_concurrent_reconciles', 'controller'], ['workqueue_depth', 'name']] as const) {
      for (const s of this.#sources.store.select([{ label: '__name__', op: '=', value: name }])) { const v = s.labels[label]; if (v !== undefined && v !== '') names.add(v); }
      if (names.size > 0) break;
    }
    return [...names].sort();
  }

  #current(): MetricsFacts {
    const { subject } = this;
    const { scraper, current, live } = this.#sources;
    const problems = new Map(scraper.reports.map((r) => [r.id, r.problem]));
    const cost = live ? this.#cost.words(scraper.everyMs, subject.processes.length) : undefined;
    return {
      title: subject.title, subtitle: subject.subtitle, sourceLabel: subject.saved ? '' : `from ${current.label}`, ...this.#sources.choices,
      ...(cost && { cost }), ...(subject.saved && { span: subject.saved.span }),
      replicas: subject.lanes((id) => problems.get(id)?.toJSON()), controllers: this.#controllers(),
    };
  }

  #tellFacts(): void {
    if (!this.#ready) return;
    const facts = this.#current();
    const text = JSON.stringify(facts);
    if (text === this.#facts) return;
    this.#facts = text;
    this.#send({ type: 'facts', facts });
    if (!this.#sources.live) return;
    // Nobody answers: the page says why instead of an empty picture.
    const { reports } = this.#sources.scraper;
    const [first] = reports;
    if (first?.problem && reports.every((r) => r.problem)) this.#send({ type: 'failed', problem: first.problem.toJSON() });
  }

  #panels(): readonly PanelInfo[] {
    const asked = { controller: '', process: [], spacing: this.#sources.spacing };
    return PANELS.map(({ needs: _, ...panel }) => ({ ...panel, promql: promqlOf(panel, this.#sources.current, asked) }));
  }

  async #query(m: Extract<FromMetricsPage, { type: 'query' }>): ReturnType<typeof chartFrom> {
    const { current, live, spacing } = this.#sources;
    if (live && !this.#asks.has(m.promql)) {
      // One that can't be read is told by the evaluation below.
      try { this.#asks.set(m.promql, namesIn([m.promql])); } catch { /* told below */ }
      for (const oldest of this.#asks.keys()) { if (this.#asks.size <= ASKS) break; this.#asks.delete(oldest); }
      this.#want();
    }
    return chartFrom(current, 'query', m.promql, windowOf(m.range, m.width / 2, spacing, Date.now() / 1000), this.#ended.signal);
  }

  async #complete({ kind, name, label }: Extract<FromMetricsPage, { type: 'complete' }>): Promise<readonly string[]> {
    const { signal } = this.#ended;
    const { current } = this.#sources;
    if (kind === 'values') return current.labelValues(label, name === '' ? undefined : name, signal);
    if (kind === 'names') return current.labelValues('__name__', undefined, signal);
    const labels = new Set<string>();
    for (const s of this.#sources.store.select(name === '' ? [] : [{ label: '__name__', op: '=', value: name }])) for (const l of Object.keys(s.labels)) labels.add(l);
    labels.delete('__name__');
    return [...labels].sort();
  }

  async #reply(id: number, answer: () => Promise<Body<ToMetricsPage>>): Promise<void> {
    try {
      this.#send(await answer());
    } catch (e) {
      const problem = isAbort(e) ? new Problem('metrics.closed', 'The page was closed.', { next: 'Open it again.' }) : told(e, 'metrics.failed');
      this.#send({ type: 'problem', id, problem: problem.toJSON() });
    }
  }

  async #guard(body: () => Promise<unknown>): Promise<void> {
    try { await body(); } catch (e) {
      if (isAbort(e)) return;
      this.deps.log.problem(`Metrics of ${this.subject.title}`, e);
      void vscode.window.showErrorMessage(told(e).sentence);
    }
  }

  dispose(): void { this.#own.dispose(); }
}
