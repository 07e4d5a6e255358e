/**
 * Reads profile.proto into columns. Two passes over the top level: the first counts and finds the strings and the
 * sample types, wherever they stand; the second fills the columns. Field numbers are those of
 * https://github.com/google/pprof/blob/main/proto/profile.proto
 */
import { count as counted } from '../base/format';
import { Growing, type Columns } from './columns';
import { readLabels, readMapping, readValueType, type Head } from './messages';
import { BYTES, Cursor, VARINT, broken } from './proto';
import { Samples } from './samples';
import { Strings } from './strings';
import { Symbols } from './symbols';

/** Throws a Problem: `profile.truncated`, `profile.broken`, `profile.notProfile`. */
export function readProfile(bytes: Uint8Array): Columns {
  const head = survey(bytes);
  const symbols = new Symbols();
  const types = Math.max(head.sampleTypes.length, head.samples === 0 ? 0 : 1);
  const samples = new Samples(head.samples, head.sampleBytes, types, symbols.locations);
  const c = new Cursor(bytes, 0, bytes.length);
  const end = bytes.length;
  while (c.more) {
    const key = c.key();
    if ((key & 7) !== BYTES) {
      c.skip(key);
      continue;
    }
    const field = key >>> 3;
    const stop = c.length('a field') + c.pos;
    c.end = stop;
    if (field === 2) samples.read(c);
    else if (field === 4) symbols.location(c);
    else if (field === 5) symbols.function(c);
    c.pos = stop;
    c.end = end;
  }
  const warnings: string[] = [];
  const columns = assemble(bytes, head, samples, symbols, warnings);
  samples.warn(warnings);
  if (head.strings.missing.size > 0)
    warnings.push(
      `${counted(head.strings.missing.size, 'text')} that the profile refers to ` +
        `${head.strings.missing.size === 1 ? 'is' : 'are'} missing from it.`,
    );
  return columns;
}

function assemble(bytes: Uint8Array, head: Head, samples: Samples, symbols: Symbols, warnings: string[]): Columns {
  const { strings } = head;
  const text = (i: number) => strings.get(i) ?? '';
  const sampleTypes = head.sampleTypes.map(([type, unit]) => ({ type: text(type), unit: text(unit) }));
  if (sampleTypes.length === 0) {
    sampleTypes.push({ type: 'samples', unit: 'count' });
    warnings.push('The profile does not say what its values are.');
  }
  if (head.samples === 0) warnings.push('The profile holds no samples: nothing happened while it was taken.');
  if (head.joined)
    warnings.push(
      'The file seems to be several profiles one after the other; names may be wrong. Join them with `go tool ' +
        'pprof -proto FILE FILE` instead.',
    );
  if (head.dropFrames !== 0) warnings.push('The profile asks to leave some frames out (drop_frames); they are shown.');
  const mappings = head.mappings.map((m) => readMapping(new Cursor(bytes, m[0], m[1]), text));
  const table = symbols.finish(strings, mappings, warnings);
  const wanted = text(head.defaultSampleType);
  const named = wanted === '' ? -1 : sampleTypes.findIndex((t) => t.type === wanted);
  const values = samples.values.slice(0, sampleTypes.length);
  while (values.length < sampleTypes.length) values.push(new Float64Array(samples.count));
  const { frameAt, frames } = samples.frames(table.lineAt);
  return {
    ...table,
    sampleTypes,
    defaultSampleType: named >= 0 ? named : sampleTypes.length - 1,
    samples: samples.count,
    values,
    frameAt,
    frames,
    mappings,
    labels: (i) => samples.labelsAt(i, (from, to) => readLabels(new Cursor(bytes, from, to), text)),
    labelKeys: samples.labelKeys(text),
    timeNanos: head.timeNanos,
    durationNanos: head.durationNanos,
    period: head.period,
    periodType: { type: text(head.periodType[0]), unit: text(head.periodType[1]) },
    comments: head.comments.map(text),
    docUrl: text(head.docUrl),
    maxDepth: deepest(frameAt),
    warnings,
  };
}

/** The first pass: sizes, strings, and all fields of which there are few. */
function survey(bytes: Uint8Array): Head {
  const c = new Cursor(bytes, 0, bytes.length);
  const starts = new Growing(new Uint32Array(1024));
  const lengths = new Growing(new Uint32Array(1024));
  const head: Head = {
    sampleTypes: [],
    samples: 0,
    sampleBytes: 0,
    mappings: [],
    joined: false,
    comments: [],
    dropFrames: 0,
    timeNanos: 0n,
    durationNanos: 0,
    period: 0,
    periodType: [0, 0],
    defaultSampleType: 0,
    docUrl: 0,
    strings: new Strings(bytes, new Uint32Array(), new Uint32Array()),
  };
  while (c.more) {
    const key = c.key();
    const field = key >>> 3;
    const type = key & 7;
    if (type === BYTES) {
      const n = c.length(PARTS[field] ?? 'a field');
      const { pos } = c;
      const stop = pos + n;
      if (field === 2) {
        head.samples++;
        head.sampleBytes += n;
      } else if (field === 6) {
        if (n === 0 && starts.length > 0) head.joined = true;
        starts.push(pos);
        lengths.push(n);
      } else if (field === 1) head.sampleTypes.push(readValueType(new Cursor(bytes, pos, stop)));
      else if (field === 3) head.mappings.push([pos, stop]);
      else if (field === 11) head.periodType = readValueType(new Cursor(bytes, pos, stop));
      else if (field === 13) {
        const packed = new Cursor(bytes, pos, stop);
        while (packed.more) head.comments.push(packed.unsigned());
      }
      c.pos = stop;
    } else if (type === VARINT) {
      if (field === 9) head.timeNanos = BigInt.asIntN(64, c.big());
      else if (field === 10) head.durationNanos = c.signed();
      else if (field === 12) head.period = c.signed();
      else if (field === 13) head.comments.push(c.unsigned());
      else if (field === 14) head.defaultSampleType = c.unsigned();
      else if (field === 15) head.docUrl = c.unsigned();
      else if (field === 7) head.dropFrames = c.unsigned();
      else c.skip(key);
    } else c.skip(key);
  }
  if (head.sampleTypes.length > 64) throw broken(`it has ${head.sampleTypes.length} kinds of values`);
  return { ...head, strings: new Strings(bytes, starts.done(), lengths.done()) };
}

/** Names for what was cut off, for the message. */
const PARTS: Readonly<Record<number, string>> = {
  2: 'a sample',
  3: 'a mapping',
  4: 'a location',
  5: 'a function',
  6: 'the names',
};

function deepest(frameAt: Uint32Array): number {
  let most = 0;
  for (let i = 1; i < frameAt.length; i++) most = Math.max(most, (frameAt[i] as number) - (frameAt[i - 1] as number));
  return most;
}
