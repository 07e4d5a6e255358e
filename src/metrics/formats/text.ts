/** Reads both text formats as samples and families. */
import { Problem } from '../../base/problem';
import { readComposite } from './composite';
import { scan, type Dialect } from './scan';
import { TextSample, type FloatLabel, type KeyedSample, type Read, type ReadOptions } from './sample';
import type { MetricType, NativeHistogram } from '../types';

/** A family while it is read. */
interface Told {
  name: string;
  type: MetricType;
  help: string;
  unit: string;
}

const TYPES: Readonly<Record<string, MetricType>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  gaugehistogram: 'gaugehistogram',
  summary: 'summary',
  info: 'info',
  stateset: 'stateset',
};

/** How much of a line a warning or a detail shows, in characters. */
const SHOWN = 120;

/**
 * Reads the text format (0.0.4 and 1.0.0) or OpenMetrics 1.0. Throws Problem `metrics.truncated` when OpenMetrics lacks
 * `# EOF`, or the last line of a text is incomplete. Other lines that are no exposition are skipped, with a warning.
 */
export function readText(
  text: string,
  dialect: Exclude<Dialect, 'any'>,
  options: ReadOptions,
  bytes?: Uint8Array,
): Read {
  const reader = new Reader(dialect, options.wants);
  const { samples, bad, badAt, eof, cut } = scan(text, reader.visitor, dialect, bytes);
  if (dialect === 'openmetrics' ? !eof : cut && !/(^|\n)# EOF\s*$/.test(text.slice(-16)))
    throw truncated(text, samples, dialect);
  const warnings = reader.warnings();
  if (bad > 0) {
    const at = badAt ?? 0;
    const [line = ''] = text.slice(at, at + SHOWN).split('\n', 1);
    warnings.push(
      `${bad === 1 ? '1 line is' : `${bad.toLocaleString('en')} lines are`} no exposition and left out, ` +
        `${bad === 1 ? '' : 'the first of them '}line ${(lines(text, at) + 1).toLocaleString('en')}: ${line.trim()}`,
    );
  }
  return { samples: reader.samples, families: reader.families, counted: samples - reader.left, warnings };
}

class Reader {
  readonly samples: KeyedSample[] = [];
  readonly families = new Map<string, Told>();
  /** Samples that don't count: repeated ones, and OpenMetrics' creation times. */
  left = 0;
  #twice = 0;
  #firstTwice = '';
  /** By name, then by label text: the sample's index. */
  readonly #seen = new Map<string, Map<string, number>>();
  #name = '';
  #ofName = new Map<string, number>();
  #type: MetricType = 'unknown';
  #created = false;

  constructor(
    private readonly dialect: Exclude<Dialect, 'any'>,
    private readonly wanted: ((name: string) => boolean) | undefined,
  ) {}

  readonly visitor = {
    type: (name: string, kind: string): void => {
      this.#type = this.#family(name).type = TYPES[kind] ?? 'unknown';
      this.#name = '';
    },
    help: (name: string, help: string): void => {
      this.#family(name).help = help;
    },
    unit: (name: string, unit: string): void => {
      this.#family(name).unit = unit;
    },
    wants: (name: string): boolean => {
      this.#created = this.dialect === 'openmetrics' && name.endsWith('_created') && HAS_CREATED.has(this.#type);
      return this.#created || (this.wanted?.(name) ?? true);
    },
    composite: (name: string, raw: string, text: string, timestamp: number): boolean => {
      const value = readComposite(text);
      if (value !== undefined) this.#keep(name, raw, value, timestamp);
      return value !== undefined;
    },
    sample: (name: string, raw: string, value: number, timestamp: number): void => {
      this.#keep(name, raw, value, timestamp);
    },
  };

  #keep(name: string, raw: string, value: number | NativeHistogram, timestamp: number): void {
    if (this.#created) {
      this.left++;
      return;
    }
    if (name !== this.#name) {
      this.#name = name;
      let of = this.#seen.get(name);
      if (of === undefined) this.#seen.set(name, (of = new Map<string, number>()));
      this.#ofName = of;
    }
    const before = this.#ofName.get(raw);
    const time = Number.isNaN(timestamp) ? undefined : timestamp / 1000;
    if (before !== undefined) {
      // In OpenMetrics a series may have several points, each later than the one before.
      const earlier = this.samples[before]?.time;
      if (time === undefined || earlier === undefined || time <= earlier) {
        if (this.#twice++ === 0) this.#firstTwice = raw === '' ? name : `${name}{${raw}}`;
        this.left++;
        return;
      }
    }
    this.#ofName.set(raw, this.samples.length);
    this.samples.push(new TextSample(name, raw, value, time, FLOATS[this.#type] ?? ''));
  }

  warnings(): string[] {
    if (this.#twice === 0) return [];
    return [
      `${this.#twice === 1 ? '1 sample came' : `${this.#twice.toLocaleString('en')} samples came`} twice, ` +
        `the first was kept: ${this.#firstTwice.slice(0, SHOWN)}`,
    ];
  }

  #family(name: string): Told {
    let family = this.families.get(name);
    if (family === undefined) this.families.set(name, (family = { name, type: 'unknown', help: '', unit: '' }));
    return family;
  }
}

/** Types with `_created` samples in OpenMetrics: for Prometheus these are start times, not series. */
const HAS_CREATED: ReadonlySet<MetricType> = new Set<MetricType>(['counter', 'histogram', 'summary']);

/** As in normalizeFloatsInLabelValues: by the `# TYPE` above the sample. */
const FLOATS: Readonly<Partial<Record<MetricType, FloatLabel>>> = { histogram: 'le', summary: 'quantile' };

function truncated(text: string, samples: number, dialect: Dialect): Problem {
  const from = text.lastIndexOf('\n', text.length - 2) + 1;
  const why = dialect === 'openmetrics' ? 'without the line "# EOF" that has to be last' : 'in the middle of a line';
  return new Problem(
    'metrics.truncated',
    `The metrics end ${why}, after ${some(samples, 'sample')} in ${some(lines(text, text.length), 'line')}.`,
    {
      next: 'The answer was cut off: try again, and look whether a proxy or a time limit stands between.',
      detail: text.slice(from, from + SHOWN).trimEnd(),
    },
  );
}

function some(n: number, of: string): string {
  return `${n.toLocaleString('en')} ${of}${n === 1 ? '' : 's'}`;
}

/** Counts line ends before `at`. */
function lines(text: string, at: number): number {
  let n = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) n++;
  return n;
}
