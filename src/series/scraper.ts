/**
 * Scrapes the metrics of some processes at a steady pace, in parallel, into one ring: the live source of the metrics
 * page. A process that fails delays no other, and is asked less often until it answers again.
 */
import { Disposables, Emitter, type Disposable } from '../base/dispose';
import { isAbort, Problem } from '../base/problem';
import { evaluate, metricNames, parsed } from '../metrics/promql/index';
import { Ring } from '../metrics/store/ring';
import { ACCEPT, parseScrape } from '../metrics/formats/scrape';
import type { Family, Labels, QueryResult, RangeQuery, Scrape, SeriesSource } from '../metrics/types';
import { expectOk } from '../target/expect';
import { get } from '../target/get';
import type { Target } from '../target/types';

/** A process to scrape. */
export interface Scraped {
  /** Stays the same for the same process. */
  readonly id: string;
  /** Added to each of its series: instance, namespace, pod, job. */
  readonly labels: Labels;
  /**
   * Where its metrics are. `again`: the place found before no longer answers. Asked once, and again after a failure.
   */
  readonly find: (signal: AbortSignal, again: boolean) => Promise<{ readonly target: Target; readonly path: string }>;
}

export interface ScraperOptions {
  /** Time between two scrapes of a process, ms; read each time. */
  readonly everyMs: () => number;
  /** Largest body, bytes, before and after decompression. */
  readonly maxBytes: () => number;
  /** Longest silence of a process, ms. */
  readonly idleTimeoutMs: () => number;
  /** How long the ring keeps points, s. */
  readonly keepSeconds: number;
  /** ms since the epoch. */
  readonly now?: () => number;
}

/** What a scrape cost, and how it went. */
export interface ScrapeReport {
  readonly id: string;
  /** s since the epoch. */
  readonly time: number;
  /** From the request to the last byte, ms. */
  readonly millis: number;
  readonly bytes: { readonly wire: number; readonly body: number };
  readonly warnings: readonly string[];
  readonly problem: Problem | undefined;
}

/** Longest time between two attempts at a failing process, ms. */
const SELDOM_MS = 30_000;
/**
 * How often to read everything that a process exports, not only what is wanted, ms: its set of families rarely changes.
 */
const WHOLE_MS = 30_000;
/** Codes after which the endpoint may have moved: it is looked up again. */
const MOVED =
  /^(target\.(refused|html|redirect|scheme|protocol)|kube\.portRefused|metrics\.(notExposition|html|empty))$/;

/** Names that these queries read; undefined when one may read any. Throws Problem `metrics.promql`. */
export function namesIn(queries: readonly string[]): ReadonlySet<string> | undefined {
  const all = queries.map((promql) => metricNames(parsed(promql)));
  return all.includes(undefined) ? undefined : new Set(all.flatMap((names) => names ?? []));
}

export class Scraper implements SeriesSource, Disposable {
  readonly kind = 'scrape';
  readonly #own = new Disposables();
  readonly #scraped = this.#own.add(new Emitter<ScrapeReport>());
  readonly #loops = new Map<string, Loop>();
  readonly ring: Ring;
  #running = false;
  #wanted: ReadonlySet<string> | undefined = new Set();
  #whole = false;
  /** When each process was last read as a whole, ms. */
  readonly #wholeAt = new Map<string, number>();

  constructor(private readonly options: ScraperOptions) {
    this.ring = new Ring({
      seconds: options.keepSeconds,
      wants: (name) => this.#wanted === undefined || this.#wanted.has(name),
    });
  }

  readonly onDidScrape = this.#scraped.event;

  get label(): string {
    return `/metrics every ${this.options.everyMs() / 1000} s`;
  }
  /** How the last scrape of each process went. */
  get reports(): readonly ScrapeReport[] {
    return [...this.#loops.values()].flatMap((l) => l.last ?? []);
  }

  /** The processes to scrape; those that stay are not disturbed. */
  set(processes: readonly Scraped[]): void {
    const before = new Map(this.#loops);
    for (const process of processes) {
      if (before.delete(process.id)) continue;
      const loop = new Loop(process, this);
      this.#loops.set(process.id, loop);
      if (this.#running) loop.start();
    }
    for (const [id, loop] of before) {
      loop.stop();
      this.#loops.delete(id);
      this.#wholeAt.delete(id);
      this.ring.fail(loop.process.labels, this.now() / 1000);
    }
  }

  /**
   * Names whose series are kept over time; undefined = all. Others exist only in the last two whole scrapes: those of
   * now with `whole`, else those of the last minute.
   */
  want(names: ReadonlySet<string> | undefined, whole: boolean): void {
    this.#wanted = names;
    this.#whole = whole;
  }

  /** Starts scraping; safe to call again. */
  start(): void {
    if (this.#running || this.#own.disposed) return;
    this.#running = true;
    for (const loop of this.#loops.values()) loop.start();
  }

  /** Ends scrapes under way; what was scraped is kept. */
  stop(): void {
    this.#running = false;
    for (const loop of this.#loops.values()) loop.stop();
  }

  async query(query: RangeQuery, signal: AbortSignal): Promise<QueryResult> {
    signal.throwIfAborted();
    return evaluate(parsed(query.promql), this.ring, query);
  }

  async families(): Promise<readonly Family[]> {
    return [...this.familiesNow().values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Of the last scrape of each process. */
  familiesNow(): ReadonlyMap<string, Family> {
    const found = new Map<string, Family>();
    for (const { families } of this.lastScrapes()) for (const [name, family] of families) found.set(name, family);
    return found;
  }

  /** The last whole scrape of each process that has one. */
  lastScrapes(): readonly Scrape[] {
    return this.ring.whole().flatMap(({ scrapes }) => scrapes.at(-1) ?? []);
  }

  async labelValues(label: string, name: string | undefined): Promise<readonly string[]> {
    const values = new Set<string>();
    const series = this.ring.select(name === undefined ? [] : [{ label: '__name__', op: '=', value: name }]);
    for (const s of series) {
      const value = s.labels[label];
      if (value !== undefined) values.add(value);
    }
    return [...values].sort();
  }

  /** Scrapes one process once into the ring; gives how it went. Throws AbortError only. */
  async scrape(
    process: Scraped,
    place: { readonly target: Target; readonly path: string },
    signal: AbortSignal,
  ): Promise<ScrapeReport> {
    const started = performance.now();
    const time = this.now() / 1000;
    const report = (scrape: Scrape | undefined, problem: Problem | undefined): ScrapeReport => ({
      id: process.id,
      time,
      millis: performance.now() - started,
      bytes: scrape?.bytes ?? { wire: 0, body: 0 },
      warnings: scrape?.warnings ?? [],
      problem,
    });
    try {
      const { target, path } = place;
      // The answer arrives decompressed; only its progress shows the bytes on the wire.
      let wire = 0;
      const answer = await get(target, path, {
        signal,
        idleTimeoutMs: this.options.idleTimeoutMs(),
        maxBytes: this.options.maxBytes(),
        headers: { Accept: ACCEPT },
        onProgress: (n) => {
          wire = n;
        },
      });
      const { body, headers } = expectOk(answer, target, path);
      const wanted = this.#wanted;
      const all = this.#whole || this.now() - (this.#wholeAt.get(process.id) ?? -Infinity) >= WHOLE_MS;
      if (all) this.#wholeAt.set(process.id, this.now());
      const scrape = parseScrape(body, headers['content-type'] ?? '', time, {
        all,
        wire,
        ...(wanted && { wants: (name) => wanted.has(name) }),
      });
      this.ring.add(scrape, process.labels);
      return report(scrape, undefined);
    } catch (e) {
      if (isAbort(e)) throw e;
      this.ring.fail(process.labels, time);
      return report(undefined, Problem.from(e, 'metrics.scrape'));
    }
  }

  /** Reports a failure before there was anything to scrape. */
  failed(process: Scraped, e: unknown): ScrapeReport {
    const time = this.now() / 1000;
    this.ring.fail(process.labels, time);
    return {
      id: process.id,
      time,
      millis: 0,
      bytes: { wire: 0, body: 0 },
      warnings: [],
      problem: Problem.from(e, 'metrics.scrape'),
    };
  }

  /** Tells the listeners about a scrape that `reports` already has. */
  told(report: ScrapeReport): void {
    this.#scraped.fire(report);
  }

  get everyMs(): number {
    return this.options.everyMs();
  }
  now(): number {
    return (this.options.now ?? Date.now)();
  }

  dispose(): void {
    this.stop();
    this.#loops.clear();
    this.#own.dispose();
  }
}

/** The scrapes of one process, one after the other. */
class Loop {
  last: ScrapeReport | undefined;
  #stop: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #place: { readonly target: Target; readonly path: string } | undefined;
  #failures = 0;

  constructor(
    readonly process: Scraped,
    private readonly scraper: Scraper,
  ) {}

  start(): void {
    if (this.#stop) return;
    const stop = (this.#stop = new AbortController());
    void this.#run(stop.signal);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.#stop = undefined;
  }

  /** Keeps the given pace. A scrape that takes longer delays the next one; two never run at once. */
  async #run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const began = this.scraper.now();
    try {
      this.last = await this.#once(signal);
    } catch (e) {
      if (isAbort(e) && signal.aborted) return;
      this.last = this.scraper.failed(this.process, e);
    }
    this.scraper.told(this.last);
    // A listener stopped it.
    if (signal.aborted) return;
    this.#failures = this.last.problem ? this.#failures + 1 : 0;
    const every = this.last.problem
      ? Math.min(SELDOM_MS, this.scraper.everyMs * 2 ** Math.min(this.#failures, 6))
      : this.scraper.everyMs;
    const wait = Math.max(every / 4, began + every - this.scraper.now());
    this.#timer = setTimeout(() => {
      void this.#run(signal);
    }, wait);
  }

  async #once(signal: AbortSignal): Promise<ScrapeReport> {
    const again = this.#failures > 0 && this.last?.problem !== undefined && MOVED.test(this.last.problem.code);
    const place = this.#place && !again ? this.#place : (this.#place = await this.process.find(signal, again));
    return this.scraper.scrape(this.process, place, signal);
  }
}
