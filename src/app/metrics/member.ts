/** One subject of a metrics page: where its numbers come from, what happened to it, and what a scrape costs. */
import { pause } from '../../base/abort';
import { Disposables, type Disposable } from '../../base/dispose';
import { isAbort, Problem, type ProblemData } from '../../base/problem';
import { PANELS, type Panel } from '../../metrics/catalog/index';
import type { Scrape } from '../../metrics/types';
import type {
  Annotation,
  ChartData,
  ComparedSubject,
  CompletionQuestion,
  MetricsFacts,
  MetricsQuery,
  MetricsWatch,
} from '../../protocol/metrics';
import { chartFrom, chartsFrom, promqlOf, windowOf, type Asked } from '../../series/feed';
import { wantsOf } from '../../series/prometheus/ask';
import type { ScrapeReport } from '../../series/scraper';
import { Cost } from './cost';
import { Annotations } from './annotations';
import type { MetricsDeps } from './deps';
import type { KnownPrometheus } from './prometheus/prometheuses';
import { tryAgain } from './retry';
import { PageSources } from './pageSources';
import type { Subject } from './subject';

/** How long a page waits for the first scrape before it says that there is none, ms. */
const FIRST_MS = 10_000;

export interface MemberEvents {
  /** The list of sources or the chosen source changed. */
  sources(): void;
  scraped(): void;
  /** The processes or the leader changed. */
  processes(): void;
  happened(): void;
}

export class Member implements Disposable {
  readonly #own = new Disposables();
  readonly sources: PageSources;
  readonly #annotations: Annotations;
  readonly #cost = new Cost();
  /** When last asked, the chosen Prometheus wanted credentials, or its certificate was not trusted. */
  #locked = false;
  /** Why its processes can't be asked at all. */
  barred: Problem | undefined;

  /**
   * `name`: what the page calls it beside others. `lender`: a member with the same processes, whose scrapes are shared.
   */
  constructor(
    readonly subject: Subject,
    readonly name: string,
    private readonly deps: MetricsDeps,
    events: MemberEvents,
    lender?: Member,
  ) {
    this.sources =
      lender?.sources ??
      this.#own.add(
        new PageSources(subject, deps, () => {
          this.#locked = false;
          events.sources();
        }),
      );
    this.#annotations = this.#own.add(new Annotations(subject, deps));
    this.#own.add(
      this.#annotations.onDidChange(() => {
        events.happened();
      }),
    );
    this.#own.add(
      this.sources.scraper.onDidScrape((report: ScrapeReport) => {
        if (report.problem && !lender)
          deps.editor.log.problem(`Scraping ${subject.title} (${report.id})`, report.problem);
        if (!report.problem) this.barred = undefined;
        this.#cost.add(report);
        events.scraped();
      }),
    );
    this.#own.add(
      subject.onDidChange(() => {
        this.sources.scraper.set(subject.processes);
        events.processes();
      }),
    );
    this.#own.add(subject);
    this.sources.scraper.set(subject.processes);
  }

  get annotations(): readonly Annotation[] {
    return this.#annotations.all;
  }
  get #controller(): string | undefined {
    return 'context' in this.subject.id ? this.subject.id.controller : undefined;
  }

  /** What to ask its source for. If only one controller or replica is compared, narrowed to that. */
  asked(watch: MetricsWatch | undefined): Asked {
    const controller = this.#controller;
    const replica = 'context' in this.subject.id ? this.subject.id.replica : undefined;
    if (!watch || (controller === undefined && replica === undefined)) return this.sources.asked(watch);
    return this.sources.asked({
      ...watch,
      ...(controller !== undefined && { controller }),
      ...(replica !== undefined && { replica }),
    });
  }

  async charts(
    panels: readonly Panel[],
    watch: MetricsWatch,
    grid: number | undefined,
    now: number,
    signal: AbortSignal,
  ): ReturnType<typeof chartsFrom> {
    const { current } = this.sources;
    const exported = current.kind !== 'prometheus' ? await this.#exported(signal) : undefined;
    const told = await chartsFrom(
      current,
      panels,
      { ...this.asked(watch), ...(grid !== undefined && { grid }) },
      exported,
      now,
      signal,
    );
    this.#locked = told.charts.some((c) => c.problem && wantsOf(c.problem) !== 'address');
    return told;
  }

  /**
   * A query that the user typed. `narrowed`: restricted to this member's processes, since the answer appears under its
   * name beside others.
   */
  async query(m: MetricsQuery, narrowed: boolean, grid: number, now: number, signal: AbortSignal): Promise<ChartData> {
    const { current } = this.sources;
    let { promql } = m;
    // If the query can't be parsed, the source reports it.
    if (narrowed)
      try {
        promql = promqlOf(m, current, this.asked(undefined));
      } catch {
        /* the source reports it */
      }
    return chartFrom(current, 'query', promql, windowOf(m.range, m.width / 2, grid, now), signal);
  }

  promql(panel: Panel): string {
    return promqlOf(panel, this.sources.current, { ...this.asked(undefined), spacing: this.sources.spacing });
  }

  /** A query failed; a Prometheus may want credentials. */
  failed(e: unknown): void {
    this.#locked = e instanceof Problem && wantsOf(e) !== 'address';
  }

  /** Undefined until a scrape has come in: until then no panel is reported as missing. */
  async #exported(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    const families = await this.sources.current.families(signal);
    return families.length === 0 ? undefined : new Set(families.map((f) => f.name));
  }

  /** Waits for the first scrape, but at most FIRST_MS; [] when none has come in by then. */
  async wholeScrapes(signal: AbortSignal): Promise<readonly Scrape[]> {
    const { sources } = this;
    if (sources.lastScrapes.length === 0)
      await firstScrape(sources.scraper, () => sources.lastScrapes.length > 0, signal);
    return sources.lastScrapes;
  }

  controllers(): readonly string[] {
    if (this.#controller !== undefined) return [this.#controller];
    const names = new Set<string>();
    for (const [name, label] of [
      ['controller_runtime_max_concurrent_reconciles', 'controller'],
      ['workqueue_depth', 'name'],
    ] as const) {
      for (const s of this.sources.store.select([{ label: '__name__', op: '=', value: name }])) {
        const v = s.labels[label];
        if (v !== undefined && v !== '') names.add(v);
      }
      if (names.size > 0) break;
    }
    return [...names].sort();
  }

  facts(): MetricsFacts {
    const { subject } = this;
    const { scraper, current, live } = this.sources;
    const problems = new Map(scraper.reports.map((r) => [r.id, r.problem]));
    const cost = live ? this.#cost.words(scraper.everyMs, subject.processes.length) : undefined;
    return {
      title: subject.title,
      subtitle: subject.subtitle,
      sourceLabel: subject.saved ? '' : `from ${current.label}`,
      ...this.sources.choices,
      ...(cost && { cost }),
      ...(subject.saved && { span: subject.saved.span }),
      replicas: subject.replicas((id) => problems.get(id)?.toJSON()),
      controllers: this.controllers(),
    };
  }

  /** The same facts, in short, for a page that compares. */
  compared(): ComparedSubject {
    const { subtitle, replicas } = this.facts();
    const barred = this.barred ? [{ who: '', problem: this.barred.toJSON() }] : [];
    const problems = this.sources.live
      ? replicas.flatMap((r) => (r.problem ? [{ who: r.label, problem: r.problem }] : []))
      : [];
    return { name: this.name, subtitle, sourceLabel: this.sources.current.label, problems: [...barred, ...problems] };
  }

  /** Why none of its processes answers: the page shows this instead of an empty chart. */
  get silent(): ProblemData | undefined {
    const { reports } = this.sources.scraper;
    const [first] = reports;
    return this.sources.live && first?.problem && reports.every((r) => r.problem) ? first.problem.toJSON() : undefined;
  }

  /**
   * Retries at once, without the slow pace for a process that failed. If credentials were missing, asks for them first.
   */
  async retry(again: () => void): Promise<void> {
    const { scraper, live, prometheus } = this.sources;
    await tryAgain(
      { problems: live ? scraper.reports.map((r) => r.problem) : [], locked: this.#locked && prometheus !== undefined },
      {
        authenticate: () => this.deps.authenticate(this.subject),
        unlock: async () => {
          if (prometheus) await this.#unlock(prometheus);
        },
        again: () => {
          if (live) {
            scraper.stop();
            scraper.set([]);
            scraper.set(this.subject.processes);
          }
          again();
        },
      },
    );
  }

  /** Chooses a source. If it can't be asked as it is, first asks the user for what it needs. */
  async choose(id: string): Promise<void> {
    const prometheus = this.sources.find(id);
    if (prometheus?.problem) await this.#unlock(prometheus);
    else this.sources.choose(id);
  }

  async #unlock(prometheus: KnownPrometheus): Promise<void> {
    const id = await prometheus.unlock();
    await this.sources.ofSettings();
    this.sources.opened(id);
    this.sources.choose(id);
  }

  async complete({ kind, name, label }: CompletionQuestion, signal: AbortSignal): Promise<readonly string[]> {
    const { current } = this.sources;
    if (kind === 'values') return current.labelValues(label, name === '' ? undefined : name, signal);
    if (kind === 'names') return current.labelValues('__name__', undefined, signal);
    const labels = new Set<string>();
    for (const s of this.sources.store.select(name === '' ? [] : [{ label: '__name__', op: '=', value: name }]))
      for (const l of Object.keys(s.labels)) labels.add(l);
    labels.delete('__name__');
    return [...labels].sort();
  }

  dispose(): void {
    this.#own.dispose();
  }
}

/**
 * The charts of one member for the whole page, or for each chart the problem why it is missing. Rejects with AbortError
 * only.
 */
export async function chartsOrProblem(
  member: Member,
  ids: readonly string[],
  watch: MetricsWatch,
  grid: number,
  now: number,
  signal: AbortSignal,
): Promise<readonly ChartData[]> {
  try {
    await member.sources.learn(signal);
    const { charts } = await member.charts(
      PANELS.filter((p) => ids.includes(p.id)),
      watch,
      grid,
      now,
      signal,
    );
    const silent = member.barred?.toJSON() ?? member.silent;
    return silent === undefined
      ? charts
      : charts.map(({ empty, ...chart }) => (empty === undefined ? chart : { ...chart, problem: silent }));
  } catch (e) {
    if (isAbort(e)) throw e;
    member.failed(e);
    const problem = Problem.from(e, 'metrics.failed').toJSON();
    return ids.map((panel) => ({ panel, times: new Float64Array(0), series: [], warnings: [], problem }));
  }
}

/** Resolves after a scrape for which `there` returns true, or after FIRST_MS. Rejects with AbortError. */
async function firstScrape(scraper: PageSources['scraper'], there: () => boolean, signal: AbortSignal): Promise<void> {
  const enough = new AbortController();
  const heard = scraper.onDidScrape(() => {
    if (there()) enough.abort();
  });
  try {
    await pause(FIRST_MS, AbortSignal.any([signal, enough.signal]));
  } catch (e) {
    if (signal.aborted) throw e;
  } finally {
    heard.dispose();
  }
}
