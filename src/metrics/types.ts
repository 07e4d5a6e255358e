/**
 * The types that everything about metrics shares: scrapes, stored series, answers to queries. Times are seconds since
 * the epoch, as in PromQL; values are as the process or Prometheus gave them.
 */

/** Without `__name__` in a scrape's samples; with it where a query keeps it. Names and values are unescaped. */
export type Labels = Readonly<Record<string, string>>;

export type MetricType =
  'counter' | 'gauge' | 'histogram' | 'gaugehistogram' | 'summary' | 'info' | 'stateset' | 'unknown';

/** A metric family: what `# TYPE`, `# HELP` and `# UNIT` say, or the protobuf's own fields. */
export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  /** '' = none given. */
  readonly unit: string;
}

/**
 * Buckets of one sign as parallel columns, ascending by index, without empty ones. A count is that of its bucket alone.
 */
export interface Buckets {
  readonly index: Int32Array;
  readonly count: Float64Array;
}

/**
 * A native histogram. With an exponential schema s, bucket i has the upper bound (2^(2^-s))^i for positive
 * observations, and its mirror image for negative ones. Observations within ±zeroThreshold are in zeroCount.
 */
export interface NativeHistogram {
  /** -4 … 8; histograms with other schemas are left out. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  /** The process says, or a query found, that the counts started over here. */
  readonly reset?: boolean;
}

/**
 * One scrape of one process. Classic histograms and summaries appear as their `_bucket`, `_sum` and `_count` series.
 */
export interface Scrape {
  /** When the scrape was requested, s. */
  readonly time: number;
  readonly samples: readonly ScrapedSample[];
  readonly families: ReadonlyMap<string, Family>;
  /** Bytes on the wire and after decompression. */
  readonly bytes: { readonly wire: number; readonly body: number };
  /** Lines that are no exposition, repeated series, ignored timestamps: sentences with numbers. */
  readonly warnings: readonly string[];
}

export interface ScrapedSample {
  readonly name: string;
  readonly labels: Labels;
  /** A number, or the native histogram of this series (name without `_bucket`). */
  readonly value: number | NativeHistogram;
  /** s; undefined = that of the scrape. */
  readonly time?: number;
}

/** Kind of a point: a float, a native histogram, or Prometheus' stale marker (the series ended here). */
export const FLOAT = 0,
  HISTOGRAM = 1,
  STALE = 2;

/** Points of one series, oldest first, as parallel columns. */
export interface Points {
  readonly times: Float64Array;
  /** Values of floats; NaN for the other kinds. */
  readonly values: Float64Array;
  /** FLOAT, HISTOGRAM or STALE for each point; undefined = all floats. */
  readonly kinds?: Uint8Array;
  /** Values of HISTOGRAM points; undefined when there are none. */
  readonly histograms?: readonly (NativeHistogram | undefined)[];
}

export type MatchOp = '=' | '!=' | '=~' | '!~';
export interface Matcher {
  readonly label: string;
  readonly op: MatchOp;
  readonly value: string;
}

/** What the evaluator reads: a ring of scrapes, or a file of them. */
export interface SeriesStore {
  /** The series that match all; one matcher may be for `__name__`. */
  select(matchers: readonly Matcher[]): readonly StoredSeries[];
}

export interface StoredSeries {
  /** With `__name__`. */
  readonly labels: Labels;
  /** Points with from < time <= to (PromQL's left-open windows), s. */
  points(from: number, to: number): Points;
}

/** A query over time, evaluated at start, start + step, … up to end. s. */
export interface RangeQuery {
  readonly promql: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface ResultSeries {
  readonly labels: Labels;
  /** Parallel, with only the steps that have a value. Values may be NaN or ±Infinity. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface QueryResult {
  readonly series: readonly ResultSeries[];
  /** Prometheus' own warnings and infos (partial data…), or ours; sentences. */
  readonly warnings: readonly string[];
}

/** Where series come from. To the pages a scrape, Prometheus and a file differ in nothing else. */
export interface SeriesSource {
  readonly kind: 'scrape' | 'prometheus' | 'file';
  /** For people: "/metrics every 2 s", "Prometheus monitoring/prometheus-k8s". */
  readonly label: string;
  /** Rejects with a Problem (`metrics.…`, `prometheus.…`, `target.…`) or an AbortError. */
  query(query: RangeQuery, signal: AbortSignal): Promise<QueryResult>;
  /** Every known family, by name. */
  families(signal: AbortSignal): Promise<readonly Family[]>;
  /** Values of a label, of the series of `name` where given; sorted. */
  labelValues(label: string, name: string | undefined, signal: AbortSignal): Promise<readonly string[]>;
}
