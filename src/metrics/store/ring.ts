/** The last scrapes of some processes as series, in bounded memory. */
import { matching, seriesKey, storedLabels, valueTest } from '../labels';
import { ownCopy, type KeyedSample } from '../formats/sample';
import { fixedSeries, Stored, Timeline } from './timeline';
import type { Labels, Matcher, NativeHistogram, Scrape, ScrapedSample, SeriesStore, StoredSeries } from '../types';

export interface RingOptions {
  /** Points are kept at least this long, s, and at most 127 scrapes longer. Default: an hour. */
  readonly seconds?: number;
  /** Most series of all targets together; further ones are left out, with a warning. Default: 100,000. */
  readonly maxSeries?: number;
  /** Names whose samples become series. Default: all names in a scrape. */
  readonly wants?: (name: string) => boolean;
}

type Wrong = 'early' | 'full' | 'twice' | 'late';

/** A process that was not scraped for this long, s, is gone, and with it its whole scrapes; its series stay. */
const WHOLE_SECONDS = 300;

/** A process' last two whole scrapes, older first. */
export interface WholeScrapes {
  readonly target: Labels;
  readonly scrapes: readonly Scrape[];
}

/**
 * A store that is fed with scrapes. A target is identified by its labels (`instance`, `pod`), which all of its series
 * get. A series that is missing in a scrape ends there, as in Prometheus, unless it has timestamps of its own; a failed
 * scrape ends all series of its target. If a scrape has several points of a series, the last is kept. Only `select`
 * throws, for a pattern that can't be read (`metrics.regex`).
 */
export class Ring implements SeriesStore {
  readonly #seconds: number;
  readonly #maxSeries: number;
  readonly #wants: ((name: string) => boolean) | undefined;
  readonly #targets = new Map<string, Timeline>();
  /** By name, then by all labels. */
  readonly #byName = new Map<string, Map<string, Stored>>();
  #series = 0;
  /** How often each thing went wrong, with the first case of it. */
  readonly #wrong: Record<Wrong, number> = { early: 0, full: 0, twice: 0, late: 0 };
  readonly #first: Record<Wrong, string> = { early: '', full: '', twice: '', late: '' };
  #latest = -Infinity;
  /** Each label value once, as a copy that doesn't keep a scrape's text in memory. */
  #values = new Map<string, string>();
  readonly #own = (value: string): string => {
    let own = this.#values.get(value);
    if (own === undefined) this.#values.set((own = ownCopy(value)), own);
    return own;
  };

  constructor(options: RingOptions = {}) {
    this.#seconds = options.seconds ?? 3600;
    this.#maxSeries = options.maxSeries ?? 100_000;
    this.#wants = options.wants;
  }

  /** Series that are kept, including ended ones. */
  get size(): number {
    return this.#series;
  }

  /** What was left out since the ring was made: sentences with numbers. */
  get warnings(): readonly string[] {
    const { early, full, twice, late } = this.#wrong;
    const out: string[] = [];
    if (early > 0)
      out.push(
        `${some(early, 'scrape was', 'scrapes were')} not later than the one before and left out: ` +
          `${this.#first.early}.`,
      );
    if (full > 0)
      out.push(
        `${some(full, 'series was', 'series were')} left out, because ${this.#maxSeries.toLocaleString('en')} ` +
          `are kept at most: ${this.#first.full}.`,
      );
    if (twice > 0)
      out.push(
        `${some(twice, 'sample was', 'samples were')} left out, because the scrape had the series already: ` +
          `${this.#first.twice}.`,
      );
    if (late > 0)
      out.push(
        `${some(late, 'sample was', 'samples were')} left out, because of a timestamp before that of the last ` +
          `one: ${this.#first.late}.`,
      );
    return out;
  }

  /** Takes in a scrape. One that is not later than the target's last is refused, with a warning. */
  add(scrape: Scrape, target: Labels): void {
    const line = this.#line(target, scrape.time);
    if (line === undefined) return;
    const slot = line.add(scrape.time);
    const before = line.active;
    const now: Stored[] = [];
    let name = '';
    let wanted = false;
    let texts = new Map<string, Stored | undefined>();
    for (const sample of scrape.samples) {
      if (sample.name !== name) {
        name = sample.name;
        wanted = this.#wants?.(name) ?? true;
        if (wanted) texts = nested(line.byText, name);
      }
      if (!wanted) continue;
      const text = (sample as ScrapedSample & Partial<KeyedSample>).raw ?? seriesKey(sample.labels);
      let series = texts.get(text);
      if (series === undefined) {
        if (texts.has(text) && this.#series >= this.#maxSeries) continue;
        series = this.#find(line, sample, slot);
        texts.set(ownCopy(text), series);
        if (series === undefined) continue;
      }
      if (series.seen === slot && (sample.time === undefined || !series.timed)) {
        this.#tell('twice', series.key);
        continue;
      }
      series.seen = slot;
      if (sample.time === undefined) {
        series.timed = false;
        if (series.put(slot, sample.value, undefined)) now.push(series);
        else this.#tell('late', series.key);
      } else {
        series.timed = true;
        if (!series.put(slot, sample.value, sample.time)) this.#tell('late', series.key);
      }
    }
    for (const series of before) if (series.seen !== slot) series.end(slot);
    line.active = now;
    if ((scrape as { readonly whole?: boolean }).whole !== false) line.whole = [...line.whole.slice(-1), scrape];
    this.#drop();
  }

  /** The target did not answer at this time: its series end. */
  fail(target: Labels, time: number): void {
    const line = this.#line(target, time);
    if (line === undefined) return;
    const slot = line.add(time);
    for (const series of line.active) series.end(slot);
    line.active = [];
    this.#drop();
  }

  select(matchers: readonly Matcher[]): readonly StoredSeries[] {
    const ofName = matchers
      .filter((m) => m.label === '__name__')
      .map((m) => ({ ...m, test: valueTest(m.op, m.value) }));
    const fits = matching(matchers.filter((m) => m.label !== '__name__'));
    const exact = ofName.find((m) => m.op === '=')?.value;
    const out: Stored[] = [];
    for (const name of exact === undefined ? this.#byName.keys() : [exact]) {
      if (!ofName.every((m) => m.test(name))) continue;
      for (const series of this.#byName.get(name)?.values() ?? []) if (fits(series.labels)) out.push(series);
    }
    return out;
  }

  /** Every series: those that are kept, and the others from the last two whole scrapes of each target. */
  everything(): readonly StoredSeries[] {
    const others = new Map<
      string,
      { readonly labels: Labels; readonly points: [number, number | NativeHistogram][] }
    >();
    for (const { target, scrapes } of this.whole()) {
      for (const { samples, time } of scrapes) {
        for (const sample of samples) {
          const labels = storedLabels(sample.name, sample.labels, target, (value) => value);
          const key = seriesKey(labels);
          if (this.#byName.get(sample.name)?.has(key) === true) continue;
          let series = others.get(key);
          if (series === undefined) others.set(key, (series = { labels, points: [] }));
          const at = sample.time ?? time;
          if (at > (series.points.at(-1)?.[0] ?? -Infinity)) series.points.push([at, sample.value]);
        }
      }
    }
    return [...this.select([]), ...[...others.values()].map(({ labels, points }) => fixedSeries(labels, points))];
  }

  /** The last two whole scrapes of each target ("Explore"): those in which every sample was read. */
  whole(): readonly WholeScrapes[] {
    return [...this.#targets.values()]
      .filter((t) => t.whole.length > 0)
      .map((t) => ({ target: t.labels, scrapes: t.whole }));
  }

  /** Names that have series, in no order. */
  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The target's timeline, made if it is new; undefined: this time is not after its last. */
  #line(target: Labels, time: number): Timeline | undefined {
    const key = seriesKey(target);
    let line = this.#targets.get(key);
    if (line === undefined) this.#targets.set(key, (line = new Timeline({ ...target })));
    if (!(time > line.last)) {
      this.#tell('early', `${time} s after ${line.last} s`);
      return undefined;
    }
    this.#latest = Math.max(this.#latest, time);
    return line;
  }

  #find(line: Timeline, sample: ScrapedSample, slot: number): Stored | undefined {
    const labels = storedLabels(this.#own(sample.name), sample.labels, line.labels, this.#own);
    const key = seriesKey(labels);
    const of = nested(this.#byName, sample.name);
    const known = of.get(key);
    if (known !== undefined) return known;
    if (this.#series >= this.#maxSeries) {
      if (of.size === 0) this.#byName.delete(sample.name);
      this.#tell('full', sample.name);
      return undefined;
    }
    const series = new Stored(labels, key, line, slot);
    of.set(key, series);
    this.#series++;
    return series;
  }

  /** Drops points that are too old, series without points, and targets that are no longer scraped. */
  #drop(): void {
    const oldest = this.#latest - this.#seconds;
    for (const [key, line] of this.#targets) {
      if (line.last < this.#latest - WHOLE_SECONDS) line.whole = [];
      const over = line.last < oldest;
      if (!over && !line.dropBefore(oldest)) continue;
      this.#values.clear();
      for (const [name, texts] of line.byText) {
        for (const [text, series] of texts) {
          if (!over) series?.dropBefore(line.first);
          if (series === undefined || (!over && !series.gone)) continue;
          texts.delete(text);
          const of = this.#byName.get(name);
          if (of?.delete(series.key) === true) this.#series--;
          if (of?.size === 0) this.#byName.delete(name);
        }
        // Refused series may find room now, and their texts would pile up.
        for (const [text, series] of texts) if (series === undefined) texts.delete(text);
        if (texts.size === 0) line.byText.delete(name);
      }
      if (over) this.#targets.delete(key);
    }
  }

  #tell(what: Wrong, which: string): void {
    if (this.#wrong[what]++ === 0) this.#first[what] = which.replaceAll('\u0000', ' ').trim();
  }
}

function nested<V>(map: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let inner = map.get(name);
  if (inner === undefined) map.set(ownCopy(name), (inner = new Map<string, V>()));
  return inner;
}

function some(n: number, one: string, more: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : more}`;
}
