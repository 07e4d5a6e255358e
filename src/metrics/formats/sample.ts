/** What both readers, of text and of protobuf, make of a body. */
import { each } from './labelText';
import { newLabels, normalFloat } from '../labels';
import type { Family, Labels, NativeHistogram, ScrapedSample } from '../types';

export interface ReadOptions {
  /**
   * Asked once for each run of samples with the same name (`x_bucket`, not `x`). Samples of unwanted names are counted
   * and skipped. Default: all are read.
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

/** A sample with a text for its labels, which is cheaper to compare than to read. */
export interface KeyedSample extends ScrapedSample {
  /**
   * Within one process and name, equal texts mean equal labels, but different texts may, too. May share the memory of
   * the whole body: copy it to keep it.
   */
  readonly raw: string;
}

/** The label whose values are numbers in a family; '' = none. */
export type FloatLabel = '' | 'le' | 'quantile';

/** A sample of a text; its labels are read on first use. */
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

  /** In the order in which the process gave them. Begins like no text's label set. */
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
 * The text between the braces as a label set; the values of `floats` become floatLabel's form. Of two equal names the
 * last counts.
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

/** A copy that doesn't keep the text from which it was cut in memory. */
export function ownCopy(s: string): string {
  // V8 makes new memory when a joined text is cut; slice itself copies short ones.
  return s.length < 13 ? s : ` ${s}`.slice(1);
}
