/** Every message between the host and the metrics page, both ways. Times in s since the epoch unless a name says millis. */
import type { ProblemData } from '../base/problem';
import type { Family, Labels } from '../metrics/types';

export type { Family, Labels } from '../metrics/types';

export const METRICS_PROTOCOL = 1;

export type MetricsView = 'pipeline' | 'charts' | 'explore';

/** A shown process. */
export interface Lane {
  readonly id: string;
  readonly label: string;
  readonly leader: boolean;
  readonly problem?: ProblemData;
}

/** One of those that a page compares. */
export interface ComparedSubject {
  /** What its series carry as `subject`, and for people: "widgets · kind-a". */
  readonly name: string;
  /** "team-a in kind-a · 2 replicas". */
  readonly subtitle: string;
  /** "/metrics every 2 s". */
  readonly sourceLabel: string;
  /** What fails, and whose: a replica, or '' for the whole of it. */
  readonly problems: readonly { readonly who: string; readonly problem: ProblemData }[];
}

/** The facts line and the choices of the toolbar; on a page that compares, of the one in focus. */
export interface MetricsFacts {
  readonly title: string;
  /** "2 replicas, …-bd87l leads": worded. */
  readonly subtitle: string;
  /** "from /metrics every 2 s". */
  readonly sourceLabel: string;
  readonly sources: readonly { readonly id: string; readonly label: string }[];
  readonly source: string;
  /** What watching costs the process; `title` has the whole of it. Absent: nothing was asked yet, or no process is. */
  readonly cost?: { readonly text: string; readonly title: string };
  /** Of a saved file, from its first to its last scrape: there is no "live" then, and no process to profile. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly replicas: readonly Lane[];
  /** Names of the controllers inside the process, as metrics name them. */
  readonly controllers: readonly string[];
  /** Those that are compared, in the order in which they were chosen. Absent: a page of one. */
  readonly subjects?: readonly ComparedSubject[];
  /** Name of the compared one whose pipe, families and sources are shown. */
  readonly focus?: string;
}

export type StationId = 'events' | 'queue' | 'workers' | 'reconcile' | 'client' | 'limiter' | 'apiserver';
/** none: nothing measured. calm … hot by the thresholds of src/metrics/pipeline. */
export type Heat = 'none' | 'calm' | 'warm' | 'hot';

/** A line of a station: "8 ms p50, 41 ms p99". */
export interface Reading {
  readonly text: string;
  readonly title?: string;
}

export interface StationView {
  readonly id: StationId;
  readonly title: string;
  /** The large number, worded: "340", "8 of 8", "1.9 s p99"; '' = not known. */
  readonly main: string;
  readonly readings: readonly Reading[];
  /** Of the large number, over the window; NaN = a gap. */
  readonly spark: { readonly times: Float64Array; readonly values: Float64Array };
  readonly heat: Heat;
  /** Why it is warm or hot, or why nothing is known, and what would tell. */
  readonly why?: string;
  /** What the person can do about a number that isn't exported. */
  readonly action?: { readonly id: PipelineAction; readonly title: string };
}

export type PipelineAction = 'exportLimiterMetric' | 'setQps' | 'setWorkers' | 'goroutines' | 'profileCpu' | 'why';

/** One controller of the process. */
export interface PipelineLane {
  readonly controller: string;
  readonly stations: readonly StationView[];
}

export interface Verdict {
  readonly controller: string;
  readonly station: StationId;
  /** "The client's rate limiter holds this controller back." */
  readonly headline: string;
  /** The numbers behind it. */
  readonly sentence: string;
  readonly actions: readonly { readonly id: PipelineAction; readonly title: string }[];
  /** The evidence, a sentence each, for "Why?". */
  readonly evidence: readonly string[];
}

export interface PipelineView {
  readonly time: number;
  readonly lanes: readonly PipelineLane[];
  /** Requests of the whole process by verb and code, most first. */
  readonly requests: readonly {
    readonly title: string;
    readonly main: string;
    readonly readings: readonly Reading[];
    readonly spark: StationView['spark'];
  }[];
  readonly verdict: Verdict | undefined;
  /** Why there is no verdict: "none seen", "not enough yet: 8 s of 30 s". */
  readonly noVerdict: string;
}

export type Unit = 'none' | 'seconds' | 'bytes' | 'perSecond' | 'percent' | 'cores' | 'count';

/** A panel of the catalog, as the page needs it. */
export interface PanelInfo {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly unit: Unit;
  readonly promql: string;
  /** On a page that compares: the query as each is asked; `promql` is then what they have in common. */
  readonly queries?: readonly { readonly subject: string; readonly promql: string }[];
  /** What it tells, a sentence or two. */
  readonly tells: string;
  /** Where the query comes from: a project, a document. */
  readonly from: string;
  /** Lines drawn across, with their reason. */
  readonly thresholds?: readonly { readonly value: number; readonly text: string }[];
}

export interface ChartSeries {
  readonly label: string;
  readonly labels: Labels;
  readonly values: Float64Array;
  /** Whose it is, on a page that compares. */
  readonly subject?: string;
}

/** Of one of those that are compared: why it has no series in this chart. */
export interface ChartGap {
  readonly subject: string;
  readonly problem?: ProblemData;
  readonly empty?: string;
}

export interface ChartData {
  readonly panel: string;
  /** Shared by all series; values are NaN where a series has none. */
  readonly times: Float64Array;
  readonly series: readonly ChartSeries[];
  readonly warnings: readonly string[];
  /** Instead of series. */
  readonly problem?: ProblemData;
  /** Why there is nothing to draw, and what would change that. */
  readonly empty?: string;
  /** On a page that compares: those without a series, while others have some or not. */
  readonly gaps?: readonly ChartGap[];
}

/** How a chart differs from what the page was sent of it before: points left at the front, others came at the end. */
export interface ChartAppend {
  readonly panel: string;
  /** The revision of the chart that it changes. */
  readonly after: number;
  /** Points that leave at the front. */
  readonly drop: number;
  /** Points behind those that stay as they are; what followed them is replaced. */
  readonly keep: number;
  readonly times: Float64Array;
  /** Of each series, in the order in which they were sent. */
  readonly values: readonly Float64Array[];
}

/** A chart, or what is new in it. `revision` tells what the page has then. */
export type ChartUpdate =
  | { readonly revision: number; readonly chart: ChartData }
  | { readonly revision: number; readonly append: ChartAppend };

/** Something that happened, drawn over all charts. */
export interface Annotation {
  readonly time: number;
  readonly kind: 'capture' | 'restart' | 'leader' | 'setting';
  readonly text: string;
}

/** A family as Explore lists it. */
export interface ExploredFamily extends Family {
  readonly series: number;
  /** Up to 20 values of each label. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Up to 50 series with their last value. */
  readonly sample: readonly { readonly labels: Labels; readonly value: number }[];
}

export interface TimeRange {
  /** Seconds shown, ending now (live) or at `end`. */
  readonly seconds: number;
  /** Undefined = live. */
  readonly end?: number;
}

export type ToMetricsPage =
  | {
      readonly v: number;
      readonly type: 'init';
      readonly facts: MetricsFacts;
      readonly panels: readonly PanelInfo[];
      readonly view: MetricsView;
      readonly range: TimeRange;
      /** Kept by the page as `subject` of its state: what the host brings the tab back by. */ readonly subject?: unknown;
    }
  | { readonly v: number; readonly type: 'facts'; readonly facts: MetricsFacts }
  | { readonly v: number; readonly type: 'view'; readonly view: MetricsView }
  | { readonly v: number; readonly type: 'pipeline'; readonly pipeline: PipelineView }
  | {
      readonly v: number;
      readonly type: 'charts';
      /** One that is as it was sent last is not among them. */
      readonly charts: readonly ChartUpdate[];
      readonly range: { readonly start: number; readonly end: number };
    }
  | { readonly v: number; readonly type: 'annotations'; readonly annotations: readonly Annotation[] }
  | { readonly v: number; readonly type: 'loading'; readonly text: string }
  | { readonly v: number; readonly type: 'failed'; readonly problem: ProblemData }
  | { readonly v: number; readonly type: 'families'; readonly id: number; readonly families: readonly ExploredFamily[] }
  | { readonly v: number; readonly type: 'completed'; readonly id: number; readonly words: readonly string[] }
  | { readonly v: number; readonly type: 'queried'; readonly id: number; readonly chart: ChartData }
  | { readonly v: number; readonly type: 'problem'; readonly id: number; readonly problem: ProblemData };

export type FromMetricsPage =
  | { readonly v: number; readonly type: 'ready' }
  /** What the page shows: the host queries only that. `width`: of a chart, px, for the step. */
  | {
      readonly v: number;
      readonly type: 'watch';
      readonly view: MetricsView;
      readonly panels: readonly string[];
      readonly range: TimeRange;
      readonly width: number;
      readonly paused: boolean;
      readonly controller: string;
      readonly replica: string;
      /** Name of the compared one in focus; '' = the first. */ readonly focus: string;
    }
  /** What came of these panels does not fit what the page has of them: they are sent whole. */
  | { readonly v: number; readonly type: 'resend'; readonly panels: readonly string[] }
  | { readonly v: number; readonly type: 'source'; readonly source: string }
  | { readonly v: number; readonly type: 'families'; readonly id: number }
  | {
      readonly v: number;
      readonly type: 'complete';
      readonly id: number;
      readonly kind: 'names' | 'labels' | 'values';
      readonly name: string;
      readonly label: string;
    }
  | {
      readonly v: number;
      readonly type: 'query';
      readonly id: number;
      readonly promql: string;
      readonly range: TimeRange;
      readonly width: number;
    }
  | { readonly v: number; readonly type: 'act'; readonly action: PipelineAction; readonly controller: string }
  | {
      readonly v: number;
      readonly type: 'span';
      readonly what: 'profile' | 'captures';
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly v: number;
      readonly type: 'save';
      readonly what: 'csv' | 'png' | 'grafana' | 'rules' | 'scrapes';
      readonly panel: string;
      readonly content?: string;
    }
  | { readonly v: number; readonly type: 'copy'; readonly text: string }
  | { readonly v: number; readonly type: 'retry' };

/** A message from the page, checked; undefined for anything else. */
export function fromMetricsPage(m: unknown): FromMetricsPage | undefined {
  if (typeof m !== 'object' || m === null) return undefined;
  const { v, type } = m as { v?: unknown; type?: unknown };
  return v === METRICS_PROTOCOL && typeof type === 'string' && KNOWN.has(type) ? (m as FromMetricsPage) : undefined;
}

const KNOWN = new Set<string>([
  'ready',
  'watch',
  'resend',
  'source',
  'families',
  'complete',
  'query',
  'act',
  'span',
  'save',
  'copy',
  'retry',
] satisfies FromMetricsPage['type'][]);
