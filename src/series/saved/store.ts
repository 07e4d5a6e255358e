/** The series of a saved file: all their points, in columns of their own length. */
import { matching, seriesKey, valueTest } from '../../metrics/labels';
import type { KeyedSample } from '../../metrics/formats/sample';
import {
  FLOAT,
  HISTOGRAM,
  STALE,
  type Family,
  type Labels,
  type Matcher,
  type NativeHistogram,
  type Points,
  type Scrape,
  type ScrapedSample,
  type SeriesStore,
  type StoredSeries,
} from '../../metrics/types';

/** Labels that tell processes apart in what "Save these metrics" wrote. */
const TARGET = ['namespace', 'pod', 'instance', 'job'] as const;
/** A process without a scrape for this many spacings did not answer in between, as the page's lines showed it. */
const GAP = 2.5;
/** Scrapes that are kept in full, as in the ring. */
const WHOLE_LOOKS = 2;

/** The time of its points: one moment, or a run of scrapes. */
export interface SavedSpan {
  /** s since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Time between two scrapes of a process, s; undefined = there is only one. */
  readonly spacing: number | undefined;
  /** Scrapes of the process that has the most. */
  readonly scrapes: number;
}

interface Growing {
  readonly labels: Labels;
  readonly times: number[];
  readonly values: (number | NativeHistogram)[];
}

export class SavedStore implements SeriesStore {
  readonly #byName: ReadonlyMap<string, readonly SavedSeries[]>;

  private constructor(
    byName: ReadonlyMap<string, readonly SavedSeries[]>,
    readonly span: SavedSpan,
  ) {
    this.#byName = byName;
  }

  /**
   * Samples without a time of their own are from `moment`, s. The labels of a series keep the text that they were read
   * from.
   */
  static of(samples: readonly KeyedSample[], moment: number): SavedStore {
    const names = grow(samples, moment);
    const run = [...names.values()].some((of) => of.some((s) => s.times.length > 1));
    // A file with a time for each sample and each series once is a single scrape whose values differ in age.
    const lines = run ? timelines(names) : undefined;
    const byName = new Map<string, readonly SavedSeries[]>();
    for (const [name, of] of names) {
      const line = lineOf(of, lines);
      byName.set(
        name,
        of.map((s) => new SavedSeries({ __name__: name, ...s.labels }, columns(s, line(s)))),
      );
    }
    return new SavedStore(byName, spanOf(names, lines));
  }

  get size(): number {
    let n = 0;
    for (const of of this.#byName.values()) n += of.length;
    return n;
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  select(matchers: readonly Matcher[]): readonly SavedSeries[] {
    const ofName = matchers
      .filter((m) => m.label === '__name__')
      .map((m) => ({ ...m, test: valueTest(m.op, m.value) }));
    const fits = matching(matchers.filter((m) => m.label !== '__name__'));
    const exact = ofName.find((m) => m.op === '=')?.value;
    const out: SavedSeries[] = [];
    for (const name of exact === undefined ? this.#byName.keys() : [exact]) {
      if (!ofName.every((m) => m.test(name))) continue;
      for (const series of this.#byName.get(name) ?? []) if (fits(series.labels)) out.push(series);
    }
    return out;
  }

  /** Every series with its last value, as one look. */
  lastLook(families: ReadonlyMap<string, Family>): Scrape {
    const samples: ScrapedSample[] = [];
    for (const [name, of] of this.#byName) {
      for (const {
        labels: { __name__: _, ...labels },
        last,
      } of of)
        if (last !== undefined) samples.push({ name, labels, value: last });
    }
    return { time: this.span.end, samples, families, bytes: { wire: 0, body: 0 }, warnings: [] };
  }
}

class SavedSeries implements StoredSeries {
  constructor(
    readonly labels: Labels,
    private readonly all: Points,
  ) {}

  get last(): number | NativeHistogram | undefined {
    const { times, values, kinds, histograms } = this.all;
    for (let i = times.length - 1; i >= 0; i--)
      if ((kinds?.[i] ?? FLOAT) !== STALE) return histograms?.[i] ?? values[i];
    return undefined;
  }

  points(from: number, to: number): Points {
    const { times, values, kinds, histograms } = this.all;
    const [a, b] = [after(times, from), after(times, to)];
    return {
      times: times.subarray(a, b),
      values: values.subarray(a, b),
      ...(kinds && { kinds: kinds.subarray(a, b) }),
      ...(histograms && { histograms: histograms.slice(a, b) }),
    };
  }
}

function grow(samples: readonly KeyedSample[], moment: number): ReadonlyMap<string, readonly Growing[]> {
  const names = new Map<string, Map<string, Growing>>();
  /** The same labels in another order are the same series. */
  const byKey = new Map<string, Map<string, Growing>>();
  for (const sample of samples) {
    const texts = nested(names, sample.name);
    let series = texts.get(sample.raw);
    if (series === undefined) {
      const keys = nested(byKey, sample.name);
      const key = seriesKey(sample.labels);
      series = keys.get(key);
      if (series === undefined) keys.set(key, (series = { labels: sample.labels, times: [], values: [] }));
      texts.set(sample.raw, series);
    }
    const time = sample.time ?? moment;
    // Not later than the one before: the first counts, as in a scrape.
    if (time <= (series.times.at(-1) ?? -Infinity)) continue;
    series.times.push(time);
    series.values.push(sample.value);
  }
  return new Map([...byKey].map(([name, keys]) => [name, [...keys.values()]]));
}

/** When each process was scraped, and the moments at which it no longer answered. */
interface SavedLine {
  readonly times: Float64Array;
  readonly scrapes: number;
  readonly spacing: number | undefined;
}

function timelines(names: ReadonlyMap<string, readonly Growing[]>): ReadonlyMap<string, SavedLine> {
  const seen = new Map<string, Set<number>>();
  let end = -Infinity;
  for (const of of names.values()) {
    for (const { labels, times } of of) {
      const key = targetOf(labels);
      let set = seen.get(key);
      if (set === undefined) seen.set(key, (set = new Set()));
      for (const t of times) set.add(t);
      end = Math.max(end, times.at(-1) ?? -Infinity);
    }
  }
  return new Map(
    [...seen].map(([key, set]): [string, SavedLine] => {
      const real = Float64Array.from(set).sort();
      const spacing = median(real);
      if (spacing === undefined) return [key, { times: real, scrapes: real.length, spacing }];
      const times: number[] = [];
      for (let i = 0; i < real.length; i++) {
        const t = real[i] as number;
        times.push(t);
        if ((real[i + 1] ?? end) - t > GAP * spacing) times.push(t + spacing);
      }
      return [key, { times: Float64Array.from(times), scrapes: real.length, spacing }];
    }),
  );
}

/**
 * The moments that end the series of a name. A name seen at two moments at most, of a process that was scraped more
 * often, comes from the full scrapes at the end and was not asked for in between: it has no such end.
 */
function lineOf(
  series: readonly Growing[],
  lines: ReadonlyMap<string, SavedLine> | undefined,
): (one: Growing) => Float64Array | undefined {
  const moments = new Map<string, Set<number>>();
  for (const { labels, times } of series) {
    const key = targetOf(labels);
    let set = moments.get(key);
    if (set === undefined) moments.set(key, (set = new Set()));
    for (let i = 0; i < times.length && set.size <= WHOLE_LOOKS; i++) set.add(times[i] as number);
  }
  return ({ labels }) => {
    const key = targetOf(labels);
    const line = lines?.get(key);
    return line === undefined || ((moments.get(key)?.size ?? 0) <= WHOLE_LOOKS && line.scrapes > WHOLE_LOOKS)
      ? undefined
      : line.times;
  };
}

/** Its points, with a marker that it ended where its process was scraped and no longer had it. */
function columns({ times, values }: Growing, line: Float64Array | undefined): Points {
  const outTimes: number[] = [];
  const outValues: number[] = [];
  const kinds: number[] = [];
  let histograms: (NativeHistogram | undefined)[] | undefined;
  let plain = true;
  for (let i = 0; i < times.length; i++) {
    const t = times[i] as number;
    const v = values[i] as number | NativeHistogram;
    if (typeof v !== 'number')
      (histograms ??= new Array<NativeHistogram | undefined>(outTimes.length).fill(undefined))[outTimes.length] = v;
    else if (histograms) histograms[outTimes.length] = undefined;
    outTimes.push(t);
    outValues.push(typeof v === 'number' ? v : NaN);
    kinds.push(typeof v === 'number' ? FLOAT : HISTOGRAM);
    if (typeof v !== 'number') plain = false;
    const next = line?.[after(line, t)];
    if (next === undefined || next >= (times[i + 1] ?? Infinity)) continue;
    if (histograms) histograms[outTimes.length] = undefined;
    outTimes.push(next);
    outValues.push(NaN);
    kinds.push(STALE);
    plain = false;
  }
  return {
    times: Float64Array.from(outTimes),
    values: Float64Array.from(outValues),
    ...(!plain && { kinds: Uint8Array.from(kinds) }),
    ...(histograms && { histograms }),
  };
}

function spanOf(
  names: ReadonlyMap<string, readonly Growing[]>,
  lines: ReadonlyMap<string, SavedLine> | undefined,
): SavedSpan {
  let start = Infinity;
  let end = -Infinity;
  for (const of of names.values()) {
    for (const { times } of of) {
      start = Math.min(start, times[0] ?? Infinity);
      end = Math.max(end, times.at(-1) ?? -Infinity);
    }
  }
  const most = [...(lines?.values() ?? [])].reduce<SavedLine | undefined>(
    (a, b) => (a && a.scrapes >= b.scrapes ? a : b),
    undefined,
  );
  return { start: lines ? start : end, end, spacing: most?.spacing, scrapes: most?.scrapes ?? 1 };
}

function targetOf(labels: Labels): string {
  return TARGET.map((l) => labels[l] ?? '').join('\u0000');
}

function median(times: Float64Array): number | undefined {
  if (times.length < 2) return undefined;
  const gaps = Float64Array.from(
    { length: times.length - 1 },
    (_, i) => (times[i + 1] as number) - (times[i] as number),
  ).sort();
  // To the millisecond, like the times in the file.
  return Math.round((gaps[gaps.length >> 1] as number) * 1000) / 1000;
}

/** The first index of a time above `t`. */
function after(times: Float64Array, t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) > t) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nested<V>(map: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let inner = map.get(name);
  if (inner === undefined) map.set(name, (inner = new Map<string, V>()));
  return inner;
}
