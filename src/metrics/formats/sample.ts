/** What both readers, of text and of protobuf, make of a body. */
import { each } from './labelText';
import { newLabels, normalFloat } from '../labels';
import type { Family, Labels, NativeHistogram, ScrapedSample } from '../types';

export interface ReadOptions {
  /**
   * Asked once for each run of samples of a name (`x_bucket`, not `x`); those of other names are counted and passed
   * over. Default: all are read.
   */
  readonly wants?: (name: string) => boolean;
}

export interface Read {
  readonly samples: readonly KeyedSample[];
  readonly families: ReadonlyMap<string, Family>;
  /** Samples in the body, wanted or not. */
  readonly counted: number;
  readonly warnings: readonly string[];
}

/** A sample with a text that stands for its labels: cheaper to compare than they are to read. */
export interface KeyedSample extends ScrapedSample {
  /**
   * Equal texts of one process' samples of one name mean equal labels; different texts may too. May share the memory of
   * the whole body: copy it to keep it.
   */
  readonly raw: string;
}

/** The label of which a family's values are numbers; '' = none. */
export type FloatLabel = '' | 'le' | 'quantile';

/** A sample of a text; its labels are read when they are first asked for. */
export class TextSample implements KeyedSample {
  declare readonly time?: number;
  #labels: Labels | undefined;

  constructor(
    readonly name: string,
    readonly raw: string,
    readonly value: number | NativeHistogram,
    time: number | undefined,
    readonly floats: FloatLabel,
  ) {
    if (time !== undefined) this.time = time;
  }

  get labels(): Labels {
    return (this.#labels ??= readLabels(this.raw, this.floats));
  }
}

/** A sample whose labels are at hand. */
export class PlainSample implements KeyedSample {
  declare readonly time?: number;
  #raw: string | undefined;

  constructor(
    readonly name: string,
    readonly labels: Labels,
    readonly value: number | NativeHistogram,
    time: number | undefined,
  ) {
    if (time !== undefined) this.time = time;
  }

  /** In the order that the process gave them, which it keeps; begins as no text's label set does. */
  get raw(): string {
    if (this.#raw === undefined) {
      let raw = '';
      for (const name in this.labels) raw += `\u0000${name}\u0000${this.labels[name] ?? ''}`;
      this.#raw = raw;
    }
    return this.#raw;
  }
}

/**
 * What stands between the braces, as a label set; `floats` in the form of floatLabel. The last of two equal names
 * stands.
 */
function readLabels(raw: string, floats: FloatLabel): Labels {
  const labels = newLabels();
  if (raw !== '')
    each(raw, (name, value) => {
      labels[name] = value;
      return true;
    });
  const value = floats === '' ? undefined : labels[floats];
  if (floats !== '' && value !== undefined) labels[floats] = normalFloat(value);
  return labels;
}

/** A text of its own that does not keep the one it was cut from in memory. */
export function ownCopy(s: string): string {
  // V8 joins into new memory when the joined text is cut; short ones are copied by slice itself.
  return s.length < 13 ? s : ` ${s}`.slice(1);
}
