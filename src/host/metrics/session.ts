/** One metrics page: hears what it shows, asks the source for that and no more, and tells it again as scrapes come in. */
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import { asksForToken } from '../../cluster/reach';
import { fill, PANELS } from '../../metrics/catalog/index';
import { pipelineQueries } from '../../metrics/pipeline/index';
import type { Matcher, Scrape, Source } from '../../metrics/types';
import { pageHtml } from '../../protocol/html';
import { fromMetricsPage, METRICS_PROTOCOL, type FromMetricsPage, type MetricsFacts, type PanelInfo, type ToMetricsPage } from '../../protocol/metrics';
import { namesIn, Scraper } from '../../sources/scraper';
import type { Clusters } from '../clusters';
import type { Log } from '../log';
import { settings } from '../settings';
import { told } from '../told';
import { act, spanAct, type ActDeps } from './acts';
import { explored } from './explore';
import { chartFrom, chartsFrom, pipelineFrom, promqlOf, windowOf, type Asked } from '../../sources/feed';
import { savePage } from './save';
import { forNames, historiesOf, matchersOf, type History } from './history';
import type { Subject } from './subject';

export interface MetricsDeps extends ActDeps {
  readonly clusters: Clusters;
  readonly log: Log;
  /** The folder with the pages' bundles. */
  readonly pages: vscode.Uri;
}

type Body<T> = T extends unknown ? Omit<T, 'v'> : never;
type Watch = Extract<FromMetricsPage, { type: 'watch' }>;

/** What is kept of the scrapes, s: the longest range that the page offers live. */
const KEEP_S = 3600;
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
  readonly #scraper: Scraper;
  #source: Source;
  /** Found in the cluster while the page is open. */
  #histories: readonly History[] = [];
  /** How the chosen history has its series; undefined until it told. */
  #rewrite: ((promql: string) => string) | undefined;
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
    this.#scraper = this.#own.add(new Scraper({
      everyMs: () => settings.scrapeMs, maxBytes: () => settings.maxScrapeBytes, idleTimeoutMs: () => settings.idleTimeoutMs, keepSeconds: KEEP_S,
    }));
    this.#source = this.#scraper;
    this.#want();
    this.#scraper.set(subject.processes);
    this.#own.add(this.#scraper.onDidScrape(({ problem, id }) => {
      if (problem) deps.log.problem(`Scraping ${subject.title} (${id})`, problem);
      this.#tellFacts();
      this.#soon(TOGETHER_MS);
    }));
    this.#own.add(subject.onDidChange(() => { this.#scraper.set(subject.processes); this.#tellFacts(); }));
    this.#own.add(subject);
    this.#own.add({ dispose: () => { this.#ended.abort(); clearTimeout(this.#timer); this.#telling?.abort(); } });
    panel.webview.options = { enableScripts: true, localResourceRoots: [deps.pages] };
    this.#own.add(panel.webview.onDidReceiveMessage((m: unknown) => { this.#hear(m); }));
    this.#own.add(panel.onDidChangeViewState(() => { this.#seen(); }));
    const uri = (file: string): string => panel.webview.asWebviewUri(vscode.Uri.joinPath(deps.pages, file)).toString();
    panel.webview.html = pageHtml({ cspSource: panel.webview.cspSource, scriptUri: uri('metrics.js'), styleUri: uri('metrics.css'), title: `${subject.title} metrics` });
    this.#seen();
    void this.#findHistories();
  }

  /** What keeps the processes from being asked at all. */
  failed(problem: Problem): void { this.#send({ type: 'failed', problem: problem.toJSON() }); }

  /** A page that nobody sees costs the process nothing. A hidden one starts anew when it is shown, and says `ready` again. */
  #seen(): void {
    if (this.panel.visible && this.#watch?.paused !== true && this.#live) this.#scraper.start(); else this.#scraper.stop();
    if (!this.panel.visible) { this.#ready = false; this.#watch = undefined; }
  }

  #send(m: Body<ToMetricsPage>): void { if (!this.#own.disposed) void this.panel.webview.postMessage({ v: METRICS_PROTOCOL, ...m }); }

  #hear(raw: unknown): void {
    const m = fromMetricsPage(raw);
    if (!m) return;
    switch (m.type) {
      case 'ready':
        this.#ready = true;
        this.#facts = '';
        this.#send({ type: 'init', facts: this.#current(), panels: this.#panels(), view: 'pipeline', range: { seconds: 300 }, subject: this.subject.id });
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
      case 'save': void this.#guard(() => savePage(m, { subject: this.subject, scraper: this.#scraper, controllers: this.#controllers() })); return;
      case 'copy': void vscode.env.clipboard.writeText(m.text); return;
      case 'retry':
        void this.#guard(() => this.#retry());
        return;
      case 'source': this.#choose(m.source); return;
    }
  }

  /** At once, and not at the slow pace of a process that failed; where a token was asked for, with one. */
  async #retry(): Promise<void> {
    if (this.#scraper.reports.some(({ problem }) => problem && asksForToken(problem)) && !(await this.deps.authenticate(this.subject))) return;
    this.#scraper.stop();
    this.#scraper.set([]);
    this.#scraper.set(this.subject.processes);
    this.#seen();
    this.#soon(0);
  }

  #want(): void {
    const sets = [kept(), ...this.#asks.values()];
    this.#scraper.want(sets.includes(undefined) ? undefined : new Set(sets.flatMap((names) => [...names ?? []])), this.#watch?.view === 'explore');
  }

  get #live(): boolean { return this.#source === this.#scraper; }

  async #findHistories(): Promise<void> {
    try {
      this.#histories = await historiesOf(this.subject.id, this.deps.clusters, this.deps.log, this.#ended.signal);
    } catch { return; }
    this.#tellFacts();
  }

  #choose(id: string): void {
    const history = this.#histories.find((h) => h.id === id);
    if (history?.problem) { this.#send({ type: 'failed', problem: history.problem }); return; }
    this.#source = history?.source ?? this.#scraper;
    this.#rewrite = undefined;
    this.#seen();
    this.#tellFacts();
    this.#soon(0);
  }

  #asked(): Asked {
    const w = this.#watch;
    const replica = w?.replica ?? '';
    const shown = { range: w?.range ?? { seconds: 300 }, width: w?.width ?? 600, controller: w?.controller ?? '' };
    if (this.#live) return { ...shown, process: this.#process(replica), spacing: this.#scraper.everyMs / 1000 };
    return { ...shown, process: matchersOf(this.subject.id, replica), spacing: undefined, ...(this.#rewrite && { rewrite: this.#rewrite }) };
  }

  #process(replica: string): readonly Matcher[] { return replica === '' ? [] : [{ label: 'url' in this.subject.id ? 'instance' : 'pod', op: '=', value: replica }]; }

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
    try {
      if (!this.#live) {
        this.#rewrite ??= forNames(new Set(await this.#source.labelValues('__name__', undefined, signal)));
        // No scrape of ours tells when there is something new.
        if (!watch.paused && watch.range.end === undefined) this.#soon(HISTORY_MS);
      }
      if (watch.view === 'pipeline') {
        const pipeline = await pipelineFrom(this.#source, this.#asked(), now, signal);
        if (!signal.aborted) this.#send({ type: 'pipeline', pipeline });
      } else if (watch.view === 'charts' && watch.panels.length > 0) {
        const shown = PANELS.filter((p) => watch.panels.includes(p.id));
        const exported = this.#live ? await this.#exported(signal) : undefined;
        const { charts, window } = await chartsFrom(this.#source, shown, this.#asked(), exported, now, signal);
        if (!signal.aborted) this.#send({ type: 'charts', charts, range: { start: window.end - watch.range.seconds, end: window.end } });
      }
    } catch (e) {
      if (isAbort(e)) return;
      this.deps.log.problem(`Metrics of ${this.subject.title}`, e);
      this.#send({ type: 'failed', problem: told(e, 'metrics.failed').toJSON() });
    }
  }

  /** Undefined while no scrape has come in: a panel is not told to be missing then. */
  async #exported(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const families = await this.#source.families(signal);
    return families.length === 0 ? undefined : new Set(families.map((f) => f.name));
  }

  /** Waits for the first one. */
  async #wholeScrapes(): Promise<readonly Scrape[]> {
    for (let i = 0; i < 50 && this.#scraper.lastScrapes().length === 0; i++) await pause(200, undefined, { signal: this.#ended.signal });
    return this.#scraper.lastScrapes();
  }

  #controllers(): readonly string[] {
    const names = new Set<string>();
    for (const [name, label] of [['controller_runtime_max_concurrent_reconciles', 'controller'], ['workqueue_depth', 'name']] as const) {
      for (const s of this.#scraper.ring.select([{ label: '__name__', op: '=', value: name }])) { const v = s.labels[label]; if (v !== undefined && v !== '') names.add(v); }
      if (names.size > 0) break;
    }
    return [...names].sort();
  }

  #current(): MetricsFacts {
    const { subject } = this;
    const problems = new Map(this.#scraper.reports.map((r) => [r.id, r.problem]));
    return {
      title: subject.title, subtitle: subject.subtitle, sourceLabel: `from ${this.#source.label}`,
      sources: [{ id: 'scrape', label: this.#scraper.label }, ...this.#histories.map((h) => ({ id: h.id, label: h.source.label }))], source: this.#histories.find((h) => h.source === this.#source)?.id ?? 'scrape',
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
    if (!this.#live) return;
    // Nobody answers: the page says why instead of an empty picture.
    const { reports } = this.#scraper;
    const [first] = reports;
    if (first?.problem && reports.every((r) => r.problem)) this.#send({ type: 'failed', problem: first.problem.toJSON() });
  }

  #panels(): readonly PanelInfo[] {
    const asked = { controller: '', process: [], spacing: this.#scraper.everyMs / 1000 };
    return PANELS.map(({ needs: _, ...panel }) => ({ ...panel, promql: promqlOf(panel, this.#source, asked) }));
  }

  async #query(m: Extract<FromMetricsPage, { type: 'query' }>): ReturnType<typeof chartFrom> {
    const spacing = this.#live ? this.#scraper.everyMs / 1000 : 15;
    if (this.#live && !this.#asks.has(m.promql)) {
      // One that can't be read is told by the evaluation below.
      try { this.#asks.set(m.promql, namesIn([m.promql])); } catch { /* told below */ }
      for (const oldest of this.#asks.keys()) { if (this.#asks.size <= ASKS) break; this.#asks.delete(oldest); }
      this.#want();
    }
    return chartFrom(this.#source, 'query', m.promql, windowOf(m.range, m.width / 2, spacing, Date.now() / 1000), this.#ended.signal);
  }

  async #complete({ kind, name, label }: Extract<FromMetricsPage, { type: 'complete' }>): Promise<readonly string[]> {
    const { signal } = this.#ended;
    if (kind === 'values') return this.#source.labelValues(label, name === '' ? undefined : name, signal);
    if (kind === 'names') return this.#source.labelValues('__name__', undefined, signal);
    const labels = new Set<string>();
    for (const s of this.#scraper.ring.select(name === '' ? [] : [{ label: '__name__', op: '=', value: name }])) for (const l of Object.keys(s.labels)) labels.add(l);
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
