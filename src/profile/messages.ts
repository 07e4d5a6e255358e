/** The small messages of profile.proto, read one at a time: value types, mappings, labels. */
import type { Label, Mapping } from './columns';
import { BYTES, type Cursor, VARINT } from './proto';
import type { Strings } from './strings';

/** What the first pass over a profile finds. Strings are indexes into the string table. */
export interface Head {
  readonly sampleTypes: (readonly [type: number, unit: number])[];
  samples: number;
  sampleBytes: number;
  /** Byte ranges. */
  readonly mappings: (readonly [number, number])[];
  /** True when a second string table starts in the middle: two profiles were concatenated. */
  joined: boolean;
  readonly comments: number[];
  dropFrames: number;
  timeNanos: bigint;
  durationNanos: number;
  period: number;
  periodType: readonly [type: number, unit: number];
  defaultSampleType: number;
  docUrl: number;
  readonly strings: Strings;
}

export type Text = (index: number) => string;

export function readValueType(c: Cursor): readonly [number, number] {
  let type = 0;
  let unit = 0;
  while (c.more) {
    const key = c.key();
    if (key === ((1 << 3) | VARINT)) type = c.unsigned();
    else if (key === ((2 << 3) | VARINT)) unit = c.unsigned();
    else c.skip(key);
  }
  return [type, unit];
}

export function readMapping(c: Cursor, text: Text): Mapping {
  const n = [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n];
  while (c.more) {
    const key = c.key();
    const field = key >>> 3;
    if ((key & 7) === VARINT && field <= 10) n[field] = c.big();
    else c.skip(key);
  }
  const at = (i: number) => n[i] ?? 0n;
  const flag = (i: number) => at(i) !== 0n;
  return {
    id: at(1),
    start: at(2),
    limit: at(3),
    offset: at(4),
    file: text(Number(at(5))),
    buildId: text(Number(at(6))),
    hasFunctions: flag(7),
    hasFilenames: flag(8),
    hasLineNumbers: flag(9),
    hasInlineFrames: flag(10),
  };
}

/** The labels of one sample message. */
export function readLabels(c: Cursor, text: Text): Label[] {
  const labels: Label[] = [];
  while (c.more) {
    const key = c.key();
    if (key !== ((3 << 3) | BYTES)) {
      c.skip(key);
      continue;
    }
    const end = c.length('a label') + c.pos;
    let name = 0;
    let str = 0;
    let num = 0;
    let unit = 0;
    while (c.pos < end) {
      const k = c.key();
      if (k === ((1 << 3) | VARINT)) name = c.unsigned();
      else if (k === ((2 << 3) | VARINT)) str = c.unsigned();
      else if (k === ((3 << 3) | VARINT)) num = c.signed();
      else if (k === ((4 << 3) | VARINT)) unit = c.unsigned();
      else c.skip(k);
    }
    c.pos = end;
    // pprof ignores a label that has no text, no unit, and no number other than 0.
    if (str !== 0 || num !== 0 || unit !== 0)
      labels.push({ key: text(name), value: str === 0 ? num : text(str), unit: str === 0 ? text(unit) : '' });
  }
  return labels;
}
