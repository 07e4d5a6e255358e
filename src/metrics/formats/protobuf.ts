/**
 * Prometheus' protobuf format: io.prometheus.client.MetricFamily, each preceded by its length. Field numbers are those
 * of client_model's metrics.proto. A family becomes what Prometheus makes of it (model/textparse/protobufparse.go) with
 * `always_scrape_classic_histograms`: a histogram that is both classic and native gives both.
 */
import { Problem } from '../../base/problem';
import { floatLabel, newLabels } from '../labels';
import { HistogramParts } from './native';
import { PlainSample, type KeyedSample, type Read, type ReadOptions } from './sample';
import type { Family, Labels, MetricType, NativeHistogram } from '../types';
import { Broken, BYTES, Cut, FIXED64, VARINT, Wire } from './wire';

/** enum MetricType, by number. */
const TYPES: readonly MetricType[] = ['counter', 'gauge', 'summary', 'unknown', 'histogram', 'gaugehistogram'];

/** Fields of a Metric with its value: gauge 2, counter 3, summary 4, untyped 5, histogram 7. */
const GAUGE = 2,
  COUNTER = 3,
  SUMMARY = 4,
  UNTYPED = 5,
  HISTOGRAM = 7;

/**
 * Reads a body. Throws Problem `metrics.truncated` or `metrics.broken`. A native histogram that can't be read is left
 * out, with a warning.
 */
export function readProtobuf(bytes: Uint8Array, options: ReadOptions): Read {
  const reader = new Reader(bytes, options.wants ?? (() => true));
  try {
    reader.all();
  } catch (e) {
    if (e instanceof Cut) throw reader.truncated();
    if (e instanceof Broken || e instanceof RangeError) throw reader.broken(e);
    throw e;
  }
  return { samples: reader.samples, families: reader.families, counted: reader.counted, warnings: reader.warnings() };
}

/** True when bytes begin like a family: its length, then its name as the first field. */
export function beginsAsProtobuf(bytes: Uint8Array): boolean {
  const wire = new Wire(bytes);
  try {
    const n = wire.unsigned();
    const around = wire.pos;
    if (n < 3 || wire.key() !== ((1 << 3) | BYTES)) return false;
    const name = wire.length();
    if (name === 0 || wire.pos + name > around + n) return false;
    for (let i = wire.pos; i < wire.pos + name; i++) if ((bytes[i] as number) < 0x20) return false;
    wire.pos += name;
    if (wire.pos === around + n) return true;
    const next = wire.key();
    return (
      next === ((2 << 3) | BYTES) ||
      next === ((3 << 3) | VARINT) ||
      next === ((4 << 3) | BYTES) ||
      next === ((5 << 3) | BYTES)
    );
  } catch {
    return false;
  }
}

class Reader {
  readonly samples: KeyedSample[] = [];
  readonly families = new Map<string, Family>();
  counted = 0;
  readonly #wire: Wire;
  /** Start of the family that is being read. */
  #familyAt = 0;
  #family: Family = { name: '', type: 'counter', help: '', unit: '' };
  readonly #parts = new HistogramParts();
  #twice = 0;
  #firstTwice = '';
  #leftOut = 0;
  #firstLeftOut = '';

  constructor(
    bytes: Uint8Array,
    private readonly wants: (name: string) => boolean,
  ) {
    this.#wire = new Wire(bytes);
  }

  all(): void {
    const wire = this.#wire;
    while (wire.more) {
      this.#familyAt = wire.pos;
      const around = wire.enter();
      this.#oneFamily();
      wire.leave(around);
    }
  }

  #oneFamily(): void {
    const wire = this.#wire;
    const start = wire.pos;
    let name = '',
      help = '',
      unit = '',
      type = 0,
      metricAt = -1;
    // Every known writer puts the metrics last, but the format doesn't require it: read the name and type first.
    while (wire.more) {
      const at = wire.pos;
      const key = wire.key();
      if (key === ((1 << 3) | BYTES)) name = wire.string();
      else if (key === ((2 << 3) | BYTES)) help = wire.string();
      else if (key === ((3 << 3) | VARINT)) type = wire.unsigned();
      else if (key === ((5 << 3) | BYTES)) unit = wire.string();
      else {
        if (key === ((4 << 3) | BYTES) && metricAt < 0) metricAt = at;
        wire.skip(key);
      }
    }
    if (name === '') throw new Broken('a family has no name');
    const kind = TYPES[type];
    if (kind === undefined) throw new Broken(`the family ${name} is of the type ${type}`);
    this.#family = { name, type: kind, help, unit };
    if (!this.families.has(name)) this.families.set(name, this.#family);
    if (metricAt < 0) return;
    const metric = new MetricNames(name, kind, this.wants);
    const seen = new Set<string>();
    wire.pos = Math.max(start, metricAt);
    while (wire.more) {
      const key = wire.key();
      if (key !== ((4 << 3) | BYTES)) {
        wire.skip(key);
        continue;
      }
      const around = wire.enter();
      this.#metric(metric, seen);
      wire.leave(around);
    }
  }

  #metric(names: MetricNames, seen: Set<string>): void {
    const wire = this.#wire;
    const labels = newLabels();
    let id = '';
    let time = 0;
    let field = 0;
    let value = 0;
    let valueAt = -1;
    while (wire.more) {
      const key = wire.key();
      if (key === ((1 << 3) | BYTES)) {
        if (!names.any) {
          wire.skip(key);
          continue;
        }
        const around = wire.enter();
        let label = '',
          v = '';
        while (wire.more) {
          const k = wire.key();
          if (k === ((1 << 3) | BYTES)) label = wire.string();
          else if (k === ((2 << 3) | BYTES)) v = wire.string();
          else wire.skip(k);
        }
        wire.leave(around);
        labels[label] = v;
        id += `${label}\u0000${v}\u0000`;
      } else if (key === ((6 << 3) | VARINT)) time = wire.signed();
      else if ((key & 7) === BYTES && (key >>> 3 === GAUGE || key >>> 3 === COUNTER || key >>> 3 === UNTYPED)) {
        field = key >>> 3;
        value = this.#number();
      } else if ((key & 7) === BYTES && (key >>> 3 === SUMMARY || key >>> 3 === HISTOGRAM)) {
        field = key >>> 3;
        valueAt = wire.pos;
        wire.skip(key);
      } else wire.skip(key);
    }
    const after = wire.pos;
    const { type, name } = this.#family;
    // The type says which field counts; if that is missing, the value is zero, as for every protobuf reader.
    if (names.any) {
      if (seen.has(id)) {
        if (this.#twice++ === 0) this.#firstTwice = shown(name, labels);
        return;
      }
      seen.add(id);
    }
    const at = time === 0 ? undefined : time / 1000;
    if (type === 'histogram' || type === 'gaugehistogram') {
      if (field === HISTOGRAM) wire.pos = valueAt;
      this.#histogram(names, labels, at, field === HISTOGRAM);
    } else if (type === 'summary') {
      if (field === SUMMARY) wire.pos = valueAt;
      this.#summary(names, labels, at, field === SUMMARY);
    } else {
      this.counted++;
      const right = type === 'gauge' ? GAUGE : type === 'counter' ? COUNTER : UNTYPED;
      if (names.plain) this.samples.push(new PlainSample(name, labels, field === right ? value : 0, at));
    }
    wire.pos = after;
  }

  /** Counter, gauge and untyped have their value in field 1. */
  #number(): number {
    const wire = this.#wire;
    const around = wire.enter();
    let value = 0;
    while (wire.more) {
      const key = wire.key();
      if (key === ((1 << 3) | FIXED64)) value = wire.double();
      else wire.skip(key);
    }
    wire.leave(around);
    return value;
  }

  #summary(names: MetricNames, labels: Labels, at: number | undefined, there: boolean): void {
    const wire = this.#wire;
    let count = 0,
      sum = 0;
    const quantiles: number[] = [];
    const values: number[] = [];
    if (there) {
      const around = wire.enter();
      while (wire.more) {
        const key = wire.key();
        if (key === ((1 << 3) | VARINT)) count = wire.unsigned();
        else if (key === ((2 << 3) | FIXED64)) sum = wire.double();
        else if (key === ((3 << 3) | BYTES)) {
          const inner = wire.enter();
          let q = 0,
            v = 0;
          while (wire.more) {
            const k = wire.key();
            if (k === ((1 << 3) | FIXED64)) q = wire.double();
            else if (k === ((2 << 3) | FIXED64)) v = wire.double();
            else wire.skip(k);
          }
          wire.leave(inner);
          quantiles.push(q);
          values.push(v);
        } else wire.skip(key);
      }
      wire.leave(around);
    }
    this.#sumAndCount(names, labels, at, sum, count);
    this.counted += quantiles.length;
    if (names.plain)
      quantiles.forEach((q, i) => {
        this.samples.push(
          new PlainSample(names.name, withLabel(labels, 'quantile', floatLabel(q)), values[i] as number, at),
        );
      });
  }

  #histogram(names: MetricNames, labels: Labels, at: number | undefined, there: boolean): void {
    const parts = this.#parts;
    const { bounds, cumulative } = parts;
    if (there) parts.take(this.#wire, names.plain);
    else parts.clear();
    const native = parts.isNative;
    if (native) {
      this.counted++;
      if (names.plain) this.#native(labels, at, parts.read());
      // Only native: Prometheus makes no classic series of it.
      if (bounds.length === 0) return;
    }
    this.#sumAndCount(names, labels, at, parts.sum, parts.observations);
    if (bounds.at(-1) !== Infinity) {
      bounds.push(Infinity);
      cumulative.push(parts.observations);
    }
    this.counted += bounds.length;
    if (names.bucket)
      bounds.forEach((le, i) => {
        this.samples.push(
          new PlainSample(names.bucketName, withLabel(labels, 'le', floatLabel(le)), cumulative[i] as number, at),
        );
      });
  }

  #native(labels: Labels, at: number | undefined, histogram: NativeHistogram | string): void {
    if (typeof histogram !== 'string') {
      this.samples.push(new PlainSample(this.#family.name, labels, histogram, at));
      return;
    }
    if (this.#leftOut++ === 0) this.#firstLeftOut = `${shown(this.#family.name, labels)}: ${histogram}`;
  }

  #sumAndCount(names: MetricNames, labels: Labels, at: number | undefined, sum: number, count: number): void {
    this.counted += 2;
    if (names.sum) this.samples.push(new PlainSample(names.sumName, labels, sum, at));
    if (names.count) this.samples.push(new PlainSample(names.countName, labels, count, at));
  }

  warnings(): string[] {
    const out: string[] = [];
    const some = (n: number, one: string, more: string): string =>
      n === 1 ? `1 ${one}` : `${n.toLocaleString('en')} ${more}`;
    if (this.#twice > 0)
      out.push(`${some(this.#twice, 'metric came', 'metrics came')} twice, the first was kept: ${this.#firstTwice}`);
    if (this.#leftOut > 0)
      out.push(
        `${some(this.#leftOut, 'native histogram was', 'native histograms were')} left out: ${this.#firstLeftOut}`,
      );
    return out;
  }

  truncated(): Problem {
    const { bytes } = this.#wire;
    const whole = this.families.size;
    return new Problem(
      'metrics.truncated',
      `The metrics end in the middle of a family: ${bytes.length.toLocaleString('en')} bytes came, ` +
        `${this.#familyAt.toLocaleString('en')} of them are ` +
        `${whole === 1 ? '1 whole family' : `${whole.toLocaleString('en')} whole families`}.`,
      {
        next: 'The answer was cut off: try again, and look whether a proxy or a time limit stands between.',
      },
    );
  }

  broken(cause: Error): Problem {
    return new Problem(
      'metrics.broken',
      `The metrics are damaged in the family that begins at byte ${this.#familyAt.toLocaleString('en')}: ` +
        `${cause instanceof RangeError ? 'a length makes no sense' : cause.message}.`,
      {
        next: 'Try again; if it comes again, the process writes what is no protobuf.',
        cause,
      },
    );
  }
}

/** Which samples of a family are wanted; asked once. */
class MetricNames {
  readonly sumName: string;
  readonly countName: string;
  readonly bucketName: string;
  readonly plain: boolean;
  readonly sum: boolean;
  readonly count: boolean;
  readonly bucket: boolean;
  readonly any: boolean;

  constructor(
    readonly name: string,
    type: MetricType,
    wants: (name: string) => boolean,
  ) {
    const histogram = type === 'histogram' || type === 'gaugehistogram';
    const complex = histogram || type === 'summary';
    this.sumName = `${name}_sum`;
    this.countName = `${name}_count`;
    this.bucketName = `${name}_bucket`;
    this.plain = wants(name);
    this.sum = complex && wants(this.sumName);
    this.count = complex && wants(this.countName);
    this.bucket = histogram && wants(this.bucketName);
    this.any = this.plain || this.sum || this.count || this.bucket;
  }
}

function withLabel(labels: Labels, name: string, value: string): Labels {
  const out = newLabels();
  for (const label in labels) out[label] = labels[label] ?? '';
  out[name] = value;
  return out;
}

/** A series, as warnings name it. */
function shown(name: string, labels: Labels): string {
  return `${name}{${Object.keys(labels)
    .map((label) => `${label}=${JSON.stringify(labels[label])}`)
    .join(',')}}`.slice(0, 160);
}
