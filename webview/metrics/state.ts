/** The page's state that survives hiding its tab and reloading the window. */
import type { MetricsView, TimeRange, Unit } from '../../src/protocol/metrics';

/** A panel that the user made from a query; the page itself asks for its data. */
export interface OwnPanel {
  readonly id: string;
  readonly title: string;
  readonly promql: string;
  readonly unit: Unit;
}

export interface PageState {
  view: MetricsView;
  range: TimeRange;
  /** Seconds of the live range that "Back to live" goes back to. */
  liveSeconds: number;
  paused: boolean;
  /** '' = all. */
  controller: string;
  /** Id of a replica; '' = all. */
  replica: string;
  /** The compared subject whose pipeline, families and sources are shown; '' = the first. */
  focus: string;
  /** How the compared subjects are drawn. */
  layout: 'overlaid' | 'side';
  /** Ids of panels that are not shown. */
  hidden: readonly string[];
  /** Names of groups that are folded. */
  folded: readonly string[];
  /** Panels with a logarithmic axis. */
  log: readonly string[];
  /** By panel, labels of the series shown alone. */
  isolated: Readonly<Record<string, string>>;
  /** By panel, labels of the series not shown. */
  muted: Readonly<Record<string, readonly string[]>>;
  own: readonly OwnPanel[];
  /** Filter of the charts; `search` is that of the families. */
  filter: string;
  search: string;
  promql: string;
}

export const FRESH: Readonly<PageState> = {
  view: 'pipeline',
  range: { seconds: 300 },
  liveSeconds: 300,
  paused: false,
  controller: '',
  replica: '',
  focus: '',
  layout: 'overlaid',
  hidden: [],
  folded: [],
  log: [],
  isolated: {},
  muted: {},
  own: [],
  filter: '',
  search: '',
  promql: '',
};

const VIEWS: readonly MetricsView[] = ['pipeline', 'charts', 'explore'];
const UNITS: readonly Unit[] = ['none', 'seconds', 'bytes', 'perSecond', 'percent', 'cores', 'count'];

/** The stored state, with each part checked: an older version may have written it. Undefined when there is none. */
export function readState(raw: unknown): PageState | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const s = raw as Partial<Record<keyof PageState, unknown>>;
  const range = rangeOf(s.range);
  return {
    view: VIEWS.find((v) => v === s.view) ?? FRESH.view,
    range,
    liveSeconds: positive(s.liveSeconds) ?? range.seconds,
    paused: s.paused === true,
    controller: text(s.controller),
    replica: text(s.replica),
    focus: text(s.focus),
    layout: s.layout === 'side' ? 'side' : 'overlaid',
    hidden: texts(s.hidden),
    folded: texts(s.folded),
    log: texts(s.log),
    isolated: Object.fromEntries(
      Object.entries(record(s.isolated)).filter((e): e is [string, string] => typeof e[1] === 'string'),
    ),
    muted: Object.fromEntries(Object.entries(record(s.muted)).map(([k, v]) => [k, texts(v)])),
    own: (Array.isArray(s.own) ? s.own : []).flatMap((o: unknown) => ownPanel(o)),
    filter: text(s.filter),
    search: text(s.search),
    promql: text(s.promql),
  };
}

function ownPanel(raw: unknown): OwnPanel[] {
  const { id, title, promql, unit } = record(raw);
  if (typeof id !== 'string' || typeof promql !== 'string' || promql === '') return [];
  return [
    { id, promql, title: typeof title === 'string' ? title : promql, unit: UNITS.find((u) => u === unit) ?? 'none' },
  ];
}

function rangeOf(raw: unknown): TimeRange {
  const { seconds, end } = record(raw);
  const s = positive(seconds) ?? FRESH.range.seconds;
  const e = positive(end);
  return e === undefined ? { seconds: s } : { seconds: s, end: e };
}

function positive(v: unknown): number | undefined {
  return typeof v === 'number' && Number.isFinite(v) && v > 0 ? v : undefined;
}
function text(v: unknown): string {
  return typeof v === 'string' ? v : '';
}
function texts(v: unknown): string[] {
  return Array.isArray(v) ? v.filter((t): t is string => typeof t === 'string') : [];
}
function record(v: unknown): Record<string, unknown> {
  return typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {};
}
