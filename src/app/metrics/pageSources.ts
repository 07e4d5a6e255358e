/** Where a page's numbers come from: its own scrapes, a Prometheus that was chosen, or a saved file. */
import { Disposables, type Disposable } from '../../base/dispose';
import type { Matcher, Scrape, SeriesStore, SeriesSource, StoredSeries } from '../../metrics/types';
import type { MetricsFacts, MetricsWatch } from '../../protocol/metrics';
import type { Asked } from '../../series/feed';
import { Scraper } from '../../series/scraper';
import { forNames, matchersOf } from './prometheus/matchers';
import type { MetricsDeps } from './deps';
import type { KnownPrometheus } from './prometheus/prometheuses';
import type { Subject } from './subject';

/** What is kept of the scrapes, s: the longest range that the page offers live. */
const KEEP_S = 3600;
/** Between two points of a source that does not tell, s: Prometheus' usual pace. */
const SPACING_S = 15;

export class PageSources implements Disposable {
  readonly #own = new Disposables();
  readonly scraper: Scraper;
  #current: SeriesSource;
  #configured: readonly KnownPrometheus[] = [];
  #found: readonly KnownPrometheus[] = [];
  /** Of the chosen Prometheus; '' = none. */
  #id = '';
  /** How the chosen Prometheus has its series; undefined until it told. */
  #rewrite: ((promql: string) => string) | undefined;
  readonly #ended = new AbortController();

  /** `changed`: other sources are there, or the chosen one is another. */
  constructor(
    private readonly subject: Subject,
    private readonly deps: Pick<MetricsDeps, 'prometheuses' | 'editor'>,
    private readonly changed: () => void,
  ) {
    const { prometheuses, editor } = deps;
    const { settings } = editor;
    this.scraper = this.#own.add(
      new Scraper({
        everyMs: () => settings.scrapeMs,
        maxBytes: () => settings.maxScrapeBytes,
        idleTimeoutMs: () => settings.idleTimeoutMs,
        keepSeconds: KEEP_S,
      }),
    );
    this.#current = subject.saved ?? this.scraper;
    this.#own.add({
      dispose: () => {
        this.#ended.abort();
      },
    });
    if (subject.saved) return;
    this.#own.add(
      prometheuses.onDidChange(() => {
        void this.ofSettings();
      }),
    );
    void this.ofSettings();
    void this.#ofCluster();
  }

  get current(): SeriesSource {
    return this.#current;
  }
  get live(): boolean {
    return this.#current === this.scraper;
  }
  /** The chosen Prometheus; undefined = another kind of source. */
  get prometheus(): KnownPrometheus | undefined {
    return this.live || this.subject.saved ? undefined : this.find(this.#id);
  }
  find(id: string): KnownPrometheus | undefined {
    return this.#prometheuses.find((h) => h.id === id);
  }
  get #prometheuses(): readonly KnownPrometheus[] {
    return [...this.#configured, ...this.#found];
  }

  /** For the menu. */
  get choices(): Pick<MetricsFacts, 'sources' | 'source'> {
    const first = this.subject.saved
      ? { id: 'file', label: this.subject.saved.label }
      : { id: 'scrape', label: this.scraper.label };
    return {
      sources: [
        first,
        ...this.#prometheuses.map((h) => ({
          id: h.id,
          label: `${h.source.label}${h.problem ? ' (asks for more)' : ''}`,
        })),
      ],
      source: this.prometheus?.id ?? first.id,
    };
  }

  /** One that is not there any more leaves the choice as it is; any id of no Prometheus is the first source's. */
  choose(id: string): void {
    const prometheus = this.find(id);
    this.#id = prometheus?.id ?? '';
    this.#current = prometheus?.source ?? this.subject.saved ?? this.scraper;
    this.#rewrite = undefined;
    this.changed();
  }

  /** As the settings and the secrets are now. */
  async ofSettings(): Promise<void> {
    this.#configured = await this.deps.prometheuses.ofSettings(this.subject.id);
    this.#again();
  }

  async #ofCluster(): Promise<void> {
    try {
      this.#found = await this.deps.prometheuses.ofCluster(this.subject.id, this.#ended.signal);
    } catch {
      return;
    }
    this.#again();
  }

  /** A chosen one may be another by now (its address, its certificate), or gone. */
  #again(): void {
    if (this.#ended.signal.aborted) return;
    if (this.#id !== '' && this.find(this.#id)?.source !== this.#current) this.choose(this.#id);
    else this.changed();
  }

  /** One in the cluster that lets us in from now on. */
  opened(id: string): void {
    this.#found = this.#found.map((h) => (h.id === id ? { ...h, problem: undefined } : h));
  }

  /** What is to be asked of the current source for this page. */
  asked(w: MetricsWatch | undefined): Asked {
    const shown = { range: w?.range ?? { seconds: 300 }, width: w?.width ?? 600, controller: w?.controller ?? '' };
    const replica = w?.replica ?? '';
    const { saved } = this.subject;
    if (saved) return { ...shown, process: this.#process(replica), spacing: saved.span.spacing };
    if (this.live) return { ...shown, process: this.#process(replica), spacing: this.scraper.everyMs / 1000 };
    return {
      ...shown,
      process: matchersOf(this.subject.id, replica),
      spacing: undefined,
      ...(this.#rewrite && { rewrite: this.#rewrite }),
    };
  }

  #process(replica: string): readonly Matcher[] {
    return replica === '' ? [] : [{ label: 'url' in this.subject.id ? 'instance' : 'pod', op: '=', value: replica }];
  }

  /** s; of the current source. */
  get spacing(): number {
    return this.subject.saved
      ? (this.subject.saved.span.spacing ?? SPACING_S)
      : this.live
        ? this.scraper.everyMs / 1000
        : SPACING_S;
  }

  /** Learns how a Prometheus has its histograms, once. */
  async learn(signal: AbortSignal): Promise<void> {
    if (this.live || this.subject.saved) return;
    this.#rewrite ??= forNames(new Set(await this.#current.labelValues('__name__', undefined, signal)));
  }

  /** The process' own series: those of the file, or of the scrapes whatever the source is. */
  get store(): SeriesStore & { names(): readonly string[] } {
    return this.subject.saved?.store ?? this.scraper.ring;
  }
  /** All that a file of it holds: what is kept over time, and the rest as it was last. */
  get everything(): readonly StoredSeries[] {
    return this.subject.saved?.store.select([]) ?? this.scraper.ring.everything();
  }
  get families(): ReturnType<Scraper['familiesNow']> {
    return (this.subject.saved ?? this.scraper).familiesNow();
  }
  get lastScrapes(): readonly Scrape[] {
    return (this.subject.saved ?? this.scraper).lastScrapes();
  }

  dispose(): void {
    this.#own.dispose();
  }
}
