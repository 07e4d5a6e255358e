/**
 * Every message between the host and the metrics page, both ways. Times in s since the epoch unless a name says millis.
 */
import type { ProblemData } from '../base/problem';
import type { Panel } from '../metrics/catalog/types';
import type {
  ActionLink,
  PipelineAction,
  PipelineLane,
  PipelineView,
  Reading,
  RequestTile,
  Spark,
  Station,
  Verdict,
} from '../metrics/pipeline/types';
import type { Family, Labels } from '../metrics/types';
import type { Protocol } from './channel';
import {
  anything,
  dictionary,
  either,
  flag,
  floats,
  list,
  longList,
  maybe,
  number,
  object,
  oneOf,
  optional,
  problem,
  text,
  type Shape,
} from './shape';

export type {
  Heat,
  PipelineAction,
  PipelineLane,
  PipelineView,
  Reading,
  Spark,
  Station,
  Verdict,
} from '../metrics/pipeline/types';
export type { Family, Labels } from '../metrics/types';
export type { Unit } from '../metrics/units';

export type MetricsView = 'pipeline' | 'charts' | 'explore';

/** A process that the page shows. */
export interface ShownReplica {
  readonly id: string;
  readonly label: string;
  readonly leader: boolean;
  readonly problem?: ProblemData;
}

/** One of the subjects that a page compares. */
export interface ComparedSubject {
  /** The `subject` of its series, also shown to the user: "widgets · kind-a". */
  readonly name: string;
  /** "team-a in kind-a · 2 replicas". */
  readonly subtitle: string;
  /** "/metrics every 2 s". */
  readonly sourceLabel: string;
  /** What fails, and for whom: a replica, or '' for the whole subject. */
  readonly problems: readonly { readonly who: string; readonly problem: ProblemData }[];
}

/** The facts line and the choices of the toolbar; on a page that compares, those of the subject in focus. */
export interface MetricsFacts {
  readonly title: string;
  /** As shown: "2 replicas, …-bd87l leads". */
  readonly subtitle: string;
  /** "from /metrics every 2 s". */
  readonly sourceLabel: string;
  readonly sources: readonly { readonly id: string; readonly label: string }[];
  readonly source: string;
  /**
   * What scraping costs the process; `title` has the details. Absent when nothing was scraped yet, or no process is
   * scraped.
   */
  readonly cost?: { readonly text: string; readonly title: string };
  /** Of a saved file: from its first to its last scrape. Such a page has no "live", and no process to profile. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly replicas: readonly ShownReplica[];
  /** Names of the controllers inside the process, as metrics name them. */
  readonly controllers: readonly string[];
  /** The compared subjects, in the order in which they were chosen. Absent on a page with one subject. */
  readonly subjects?: readonly ComparedSubject[];
  /** Name of the compared subject whose pipeline, families and sources are shown. */
  readonly focus?: string;
}

/** A panel of the catalog, or one of the user's own, as the page needs it. */
export interface PanelInfo extends Omit<Panel, 'group' | 'needs'> {
  readonly group: string;
  /** On a page that compares: the query of each subject; `promql` is then what they have in common. */
  readonly queries?: readonly { readonly subject: string; readonly promql: string }[];
}

export interface ChartSeries {
  readonly label: string;
  readonly labels: Labels;
  readonly values: Float64Array;
  /** On a page that compares: the subject that it belongs to. */
  readonly subject?: string;
}

/** Why one of the compared subjects has no series in this chart. */
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
  /** On a page that compares: the subjects without a series, whether or not others have some. */
  readonly gaps?: readonly ChartGap[];
}

/** How a chart differs from what the page was sent before: points left at the front, and others came at the end. */
export interface ChartAppend {
  readonly panel: string;
  /** The revision of the chart that it changes. */
  readonly after: number;
  /** How many points leave at the front. */
  readonly drop: number;
  /** How many points after those stay as they are; whatever followed them is replaced. */
  readonly keep: number;
  readonly times: Float64Array;
  /** One array for each series, in the order in which the series were sent. */
  readonly values: readonly Float64Array[];
}

/** A chart, or what is new in it. `revision` is the chart's revision once the page has applied it. */
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
      readonly type: 'init';
      readonly facts: MetricsFacts;
      readonly panels: readonly PanelInfo[];
      readonly view: MetricsView;
      readonly range: TimeRange;
      /** The page keeps it as `subject` of its state; the host restores the tab from it. */
      readonly subject?: unknown;
    }
  | { readonly type: 'facts'; readonly facts: MetricsFacts }
  | { readonly type: 'pipeline'; readonly pipeline: PipelineView }
  | {
      readonly type: 'charts';
      /** Without those that have not changed since they were last sent. */
      readonly charts: readonly ChartUpdate[];
      readonly range: { readonly start: number; readonly end: number };
    }
  | { readonly type: 'annotations'; readonly annotations: readonly Annotation[] }
  | { readonly type: 'failed'; readonly problem: ProblemData };

/** What the page shows: the host queries only that. */
export interface MetricsWatch {
  readonly view: MetricsView;
  readonly panels: readonly string[];
  readonly range: TimeRange;
  /** Of a chart, px; the step of the queries depends on it. */
  readonly width: number;
  readonly paused: boolean;
  /** '' = all. */
  readonly controller: string;
  /** Id of a replica; '' = all. */
  readonly replica: string;
  /** Name of the compared subject in focus; '' = the first. */
  readonly focus: string;
}

/** A query of the user's own. */
export interface MetricsQuery {
  readonly promql: string;
  readonly range: TimeRange;
  /** Of the chart, px. */
  readonly width: number;
}

/** Asks for completions of what is typed in a query: names of metrics, of labels of `name`, or values of `label`. */
export interface CompletionQuestion {
  readonly kind: 'names' | 'labels' | 'values';
  /** Name of a metric; '' = any. */
  readonly name: string;
  readonly label: string;
}

export type MetricsFile = 'csv' | 'png' | 'grafana' | 'rules' | 'scrapes';

/** `content` is a table or a picture, when the page makes it itself. */
export interface SaveMetrics {
  readonly what: MetricsFile;
  readonly panel: string;
  readonly content?: string;
}

export type FromMetricsPage =
  | { readonly type: 'ready' }
  | ({ readonly type: 'watch' } & MetricsWatch)
  /** The updates of these panels don't fit what the page has: the host sends the whole charts. */
  | { readonly type: 'resend'; readonly panels: readonly string[] }
  | { readonly type: 'source'; readonly source: string }
  | { readonly type: 'families' }
  | ({ readonly type: 'complete' } & CompletionQuestion)
  | ({ readonly type: 'query' } & MetricsQuery)
  | { readonly type: 'act'; readonly action: PipelineAction; readonly controller: string }
  | {
      readonly type: 'span';
      readonly what: 'profile' | 'captures';
      readonly start: number;
      readonly end: number;
    }
  | ({ readonly type: 'save' } & SaveMetrics)
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'retry' };

export interface MetricsReplies {
  readonly families: readonly ExploredFamily[];
  readonly complete: readonly string[];
  readonly query: ChartData;
}

const view: Shape<MetricsView> = oneOf('pipeline', 'charts', 'explore');
const timeRange = object<TimeRange>({ seconds: number, end: optional(number) });
const span = object<{ readonly start: number; readonly end: number }>({ start: number, end: number });
const texts = list(text);
const labels = dictionary(text);

const facts = object<MetricsFacts>({
  title: text,
  subtitle: text,
  sourceLabel: text,
  sources: list(object<MetricsFacts['sources'][number]>({ id: text, label: text })),
  source: text,
  cost: optional(object({ text, title: text })),
  span: optional(span),
  replicas: list(object<ShownReplica>({ id: text, label: text, leader: flag, problem: optional(problem) })),
  controllers: texts,
  subjects: optional(
    list(
      object<ComparedSubject>({
        name: text,
        subtitle: text,
        sourceLabel: text,
        problems: list(object<ComparedSubject['problems'][number]>({ who: text, problem })),
      }),
    ),
  ),
  focus: optional(text),
});

const panel = object<PanelInfo>({
  id: text,
  group: text,
  title: text,
  unit: oneOf('none', 'seconds', 'bytes', 'perSecond', 'percent', 'cores', 'count'),
  promql: text,
  queries: optional(list(object({ subject: text, promql: text }))),
  tells: text,
  from: text,
  thresholds: optional(list(object({ value: number, text }))),
});

const station = oneOf('events', 'queue', 'workers', 'reconcile', 'client', 'limiter', 'apiserver');
const action: Shape<PipelineAction> = oneOf(
  'exportLimiterMetric',
  'setQps',
  'setWorkers',
  'goroutines',
  'profileCpu',
  'why',
);
const actionLink = object<ActionLink>({ id: action, title: text });
const readings = list(object<Reading>({ text, title: optional(text) }));
const spark = object<Spark>({ times: floats, values: floats });
const pipeline = object<PipelineView>({
  time: number,
  lanes: list(
    object<PipelineLane>({
      controller: text,
      stations: list(
        object<Station>({
          id: station,
          title: text,
          main: text,
          readings,
          spark,
          heat: oneOf('none', 'calm', 'warm', 'hot'),
          why: optional(text),
          action: optional(actionLink),
        }),
      ),
    }),
  ),
  requests: list(object<RequestTile>({ title: text, main: text, readings, spark })),
  verdict: maybe(
    object<Verdict>({
      controller: text,
      station,
      headline: text,
      sentence: text,
      actions: list(actionLink),
      evidence: texts,
    }),
  ),
  noVerdict: text,
});

const chart = object<ChartData>({
  panel: text,
  times: floats,
  series: list(object<ChartSeries>({ label: text, labels, values: floats, subject: optional(text) })),
  warnings: texts,
  problem: optional(problem),
  empty: optional(text),
  gaps: optional(list(object<ChartGap>({ subject: text, problem: optional(problem), empty: optional(text) }))),
});
const append = object<ChartAppend>({
  panel: text,
  after: number,
  drop: number,
  keep: number,
  times: floats,
  values: list(floats),
});
const update: Shape<ChartUpdate> = either(
  object<{ readonly revision: number; readonly chart: ChartData }>({ revision: number, chart }),
  object<{ readonly revision: number; readonly append: ChartAppend }>({ revision: number, append }),
);

const family = object<ExploredFamily>({
  name: text,
  type: oneOf('counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset', 'unknown'),
  help: text,
  unit: text,
  series: number,
  labels: dictionary(texts),
  sample: list(object<ExploredFamily['sample'][number]>({ labels, value: number })),
});

export const METRICS: Protocol<ToMetricsPage, FromMetricsPage, MetricsReplies> = {
  page: 'metrics',
  version: 2,
  toPage: {
    init: { facts, panels: list(panel), view, range: timeRange, subject: optional(anything) },
    facts: { facts },
    pipeline: { pipeline },
    charts: { charts: list(update), range: span },
    annotations: {
      annotations: list(
        object<Annotation>({ time: number, kind: oneOf('capture', 'restart', 'leader', 'setting'), text }),
      ),
    },
    failed: { problem },
  },
  toHost: {
    ready: {},
    watch: {
      view,
      panels: texts,
      range: timeRange,
      width: number,
      paused: flag,
      controller: text,
      replica: text,
      focus: text,
    },
    resend: { panels: texts },
    source: { source: text },
    families: {},
    complete: { kind: oneOf('names', 'labels', 'values'), name: text, label: text },
    query: { promql: text, range: timeRange, width: number },
    act: { action, controller: text },
    span: { what: oneOf('profile', 'captures'), start: number, end: number },
    save: { what: oneOf('csv', 'png', 'grafana', 'rules', 'scrapes'), panel: text, content: optional(text) },
    copy: { text },
    retry: {},
  },
  replies: { families: longList(family), complete: texts, query: chart },
};
