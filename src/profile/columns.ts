/**
 * A profile as columns: one typed array per fact, and indexes instead of objects, so two million samples of thirty
 * frames are a handful of arrays. The file's ids become dense indexes, in the order in which they first occur.
 */
import type { ValueType } from './types';

/** Shown where the file gives neither a name nor a mapping; `go tool pprof` writes the same. */
export const UNKNOWN = '<unknown>';

export interface Label {
  readonly key: string;
  /** Text, or a number with its unit. */
  readonly value: string | number;
  readonly unit: string;
}

export interface Mapping {
  readonly id: bigint;
  readonly start: bigint;
  readonly limit: bigint;
  readonly offset: bigint;
  readonly file: string;
  readonly buildId: string;
  readonly hasFunctions: boolean;
  readonly hasFilenames: boolean;
  readonly hasLineNumbers: boolean;
  readonly hasInlineFrames: boolean;
}

/** No mapping or no function: the highest index. */
export const NONE = 0xffffffff;

export interface Columns {
  readonly sampleTypes: readonly ValueType[];
  readonly defaultSampleType: number;
  readonly samples: number;
  /** One column per sample type, `samples` long. */
  readonly values: readonly Float64Array[];
  /**
   * Sample i has the frames `frames[frameAt[i] .. frameAt[i + 1])`, leaf first: indexes of lines. All lines of a
   * location are there, in order, so inlined frames need no special handling.
   */
  readonly frameAt: Uint32Array;
  readonly frames: Uint32Array;
  /**
   * Location l has the lines `[lineAt[l] .. lineAt[l + 1])`, innermost first. There is at least one: a placeholder if
   * need be.
   */
  readonly lineAt: Uint32Array;
  /** Function (index into the `fn…` columns) and line number of each line. */
  readonly lineFn: Uint32Array;
  readonly lineNo: Float64Array;
  readonly locAddress: BigUint64Array;
  /** Index into `mappings`, or NONE. */
  readonly locMapping: Uint32Array;
  readonly locFolded: Uint8Array;
  /** From this index on, functions are the reader's placeholders for locations that have none. */
  readonly fnKnown: number;
  readonly fnName: readonly string[];
  readonly fnSystemName: readonly string[];
  readonly fnFile: readonly string[];
  readonly fnStart: Float64Array;
  readonly mappings: readonly Mapping[];
  readonly labels: (sample: number) => readonly Label[];
  /** Keys of the labels of any sample, by name. */
  readonly labelKeys: readonly string[];
  readonly timeNanos: bigint;
  readonly durationNanos: number;
  readonly period: number;
  readonly periodType: ValueType;
  readonly comments: readonly string[];
  readonly docUrl: string;
  /** Number of frames of the deepest stack, including inlined ones. */
  readonly maxDepth: number;
  readonly warnings: readonly string[];
}

/** An array of numbers that grows by half when full, which plain typed arrays can't do. */
export class Growing<A extends Uint32Array | Float64Array | BigUint64Array> {
  length = 0;
  constructor(public array: A) {}

  /** Makes room for `n` more and returns the array to write to, from `length` on. */
  room(n: number): A {
    if (this.length + n > this.array.length) {
      const make = this.array.constructor as new (n: number) => A;
      const wider = new make(Math.max(16, this.length + n, Math.ceil(this.array.length * 1.5)));
      (wider as Uint32Array).set(this.array as Uint32Array);
      this.array = wider;
    }
    return this.array;
  }

  push(v: number): void {
    (this.room(1) as Uint32Array)[this.length++] = v;
  }

  /** The filled part, not copied. */
  done(): A {
    return this.array.subarray(0, this.length) as A;
  }
}

/**
 * Gives ids of any size (they may be addresses) dense indexes in the order in which they first occur. Small ids, which
 * nearly every writer uses, go through a table; others through a map, without loss of precision.
 */
export class Interner {
  #table = new Uint32Array(1024);
  #map = new Map<string, number>();
  count = 0;

  small(id: number): number {
    if (id >= this.#table.length) {
      if (id > 8_000_000) return this.large(0, id);
      const wider = new Uint32Array(Math.max(id + 1, this.#table.length * 2));
      wider.set(this.#table);
      this.#table = wider;
    }
    const known = this.#table[id] as number;
    if (known !== 0) return known - 1;
    this.#table[id] = ++this.count;
    return this.count - 1;
  }

  large(high: number, low: number): number {
    if (high === 0 && low <= 8_000_000) return this.small(low);
    const key = `${high}:${low}`;
    let index = this.#map.get(key);
    if (index === undefined) this.#map.set(key, (index = this.count++));
    return index;
  }
}
