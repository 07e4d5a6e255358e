/** Where a page's numbers come from: its own scrapes, a chosen Prometheus, or a saved file. */
import { Disposables, type Disposable } from '../../base/dispose';
import type { Matcher, Scrape, SeriesStore, SeriesSource, StoredSeries } from '../../metrics/types';
import type { MetricsFacts, MetricsWatch } from '../../protocol/metrics';
import type { Asked } from '../../series/feed';
import { Scraper } from '../../series/scraper';
import { forNames, matchersOf } from './prometheus/matchers';
import type { MetricsDeps } from './deps';
import type { KnownPrometheus } from './prometheus/prometheuses';
import type { Subject } from './subject';

/** How long scrapes are kept, s: the longest range that the page offers for live data. */
const KEEP_S = 3600;
/** Interval between points for a source that doesn't state it, s: the usual scrape interval of Prometheus. */
const SPACING_S = 15;

export class PageSources implements Disposable {
  readonly #own = new Disposables();
  readonly scraper: Scraper;
  #current: SeriesSource;
  #configured: readonly KnownPrometheus[] = [];
  #found: readonly KnownPrometheus[] = [];
  /** Id of the chosen Prometheus; '' = none. */
  #id = '';
  /** Rewrites queries for the histograms that the chosen Prometheus has; undefined until `learn` has asked it. */
  #rewrite: ((promql: string) => string) | undefined;
  readonly #ended = new AbortController();

  /** `changed` is called when the list of sources or the chosen source changes. */
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
  /** The chosen Prometheus; undefined if the source is of another kind. */
  get prometheus(): KnownPrometheus | undefined {
    return this.live || this.subject.saved ? undefined : this.find(this.#id);
  }
  find(id: string): KnownPrometheus | undefined {
    return this.#prometheuses.find((h) => h.id === id);
  }
  get #prometheuses(): readonly KnownPrometheus[] {
    return [...this.#configured, ...this.#found];
  }

  /** The choices of the source menu. */
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

  /** Chooses a source. The id of no known Prometheus selects the first source: the scrapes or the file. */
  choose(id: string): void {
    const prometheus = this.find(id);
    this.#id = prometheus?.id ?? '';
    this.#current = prometheus?.source ?? this.subject.saved ?? this.scraper;
    this.#rewrite = undefined;
    this.changed();
  }

  /** Reloads the Prometheuses of the settings, with their secrets. */
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

  /** The chosen Prometheus may have changed (its address, its certificate) or be gone. */
  #again(): void {
    if (this.#ended.signal.aborted) return;
    if (this.#id !== '' && this.find(this.#id)?.source !== this.#current) this.choose(this.#id);
    else this.changed();
  }

  /** From now on the Prometheus of this id, found in the cluster, lets us in. */
  opened(id: string): void {
    this.#found = this.#found.map((h) => (h.id === id ? { ...h, problem: undefined } : h));
  }

  /** What to ask the current source for. */
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

  /** Interval between points of the current source, s. */
  get spacing(): number {
    return this.subject.saved
      ? (this.subject.saved.span.spacing ?? SPACING_S)
      : this.live
        ? this.scraper.everyMs / 1000
        : SPACING_S;
  }

  /** Asks a Prometheus once which form its histograms have. */
  async learn(signal: AbortSignal): Promise<void> {
    if (this.live || this.subject.saved) return;
    this.#rewrite ??= forNames(new Set(await this.#current.labelValues('__name__', undefined, signal)));
  }

  /** The process's own series: those of the file, otherwise the scrapes, whatever the source is. */
  get store(): SeriesStore & { names(): readonly string[] } {
    return this.subject.saved?.store ?? this.scraper.ring;
  }
  /** Everything that a saved file would contain: the series kept over time, and the last value of all others. */
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
