/** Columns → profile.proto, gzipped, by `pprof-format`: to export a dump as a profile, or the result of a merge. */
import { gzipSync } from 'node:zlib';
import { Function as Fn, Label, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { NONE, UNKNOWN, type Columns, type Label as ColumnLabel } from './columns';

/**
 * A gzipped profile that `go tool pprof` and `openProfile` read back with the same samples, frames, labels and
 * mappings. Values are exact up to 2^53 either side of zero, as the columns are. Makes an object per sample: for a file
 * of millions of samples it needs gigabytes, so call it in the file's own thread.
 */
export function writeProfile(columns: Columns): Uint8Array {
  return gzipSync(encodeProfile(columns));
}

/** Like `writeProfile`, but not packed. */
export function encodeProfile(c: Columns): Uint8Array {
  const stringTable = new StringTable();
  const s = (text: string) => stringTable.dedup(text);
  // pprof-format counts no bytes for an empty message but writes two, so it never gets an empty one.
  const valueType = (t: { type: string; unit: string }) =>
    ValueType.create({ type: s(t.type === '' && t.unit === '' ? UNKNOWN : t.type), unit: s(t.unit) });
  const { periodType } = c;
  const mapping = c.mappings.map((m) =>
    Mapping.create({
      id: m.id,
      memoryStart: m.start,
      memoryLimit: m.limit,
      fileOffset: m.offset,
      filename: s(m.file),
      buildId: s(m.buildId),
      hasFunctions: m.hasFunctions,
      hasFilenames: m.hasFilenames,
      hasLineNumbers: m.hasLineNumbers,
      hasInlineFrames: m.hasInlineFrames,
    }),
  );
  const location: Location[] = [];
  for (let l = 0; l < c.locAddress.length; l++) {
    const from = c.lineAt[l] as number;
    const to = c.lineAt[l + 1] as number;
    const line: Line[] = [];
    // The reader's placeholders are left out again, so that the mapping names the location.
    for (let k = from; k < to; k++)
      if ((c.lineFn[k] as number) < c.fnKnown)
        line.push(Line.create({ functionId: (c.lineFn[k] as number) + 1, line: c.lineNo[k] as number }));
    const at = c.locMapping[l] as number;
    location.push(
      Location.create({
        id: l + 1,
        mappingId: at === NONE ? 0 : (c.mappings[at]?.id ?? 0),
        address: c.locAddress[l] as bigint,
        line,
        isFolded: c.locFolded[l] === 1,
      }),
    );
  }
  const fn = c.fnName.slice(0, c.fnKnown).map((name, i) =>
    Fn.create({
      id: i + 1,
      name: s(name),
      systemName: s(c.fnSystemName[i] ?? ''),
      filename: s(c.fnFile[i] ?? ''),
      startLine: c.fnStart[i] ?? 0,
    }),
  );
  // Ids of locations, by their innermost line: a location is on a stack wherever that line is.
  const idOf = new Uint32Array(c.lineFn.length);
  for (let l = 0; l < c.locAddress.length; l++) idOf[c.lineAt[l] as number] = l + 1;
  const sample: Sample[] = [];
  for (let i = 0; i < c.samples; i++) {
    sample.push(
      Sample.create({
        locationId: Array.from(c.frames.subarray(c.frameAt[i], c.frameAt[i + 1]), (k) => idOf[k] as number).filter(
          (id) => id !== 0,
        ),
        // A value of -0 has no place in an integer.
        value: c.values.map((v) => Math.trunc(v[i] ?? 0) + 0),
        label: c
          .labels(i)
          .filter((l) => l.key !== '')
          .map((l) => label(l, s)),
      }),
    );
  }
  return new Profile({
    sampleType: c.sampleTypes.map(valueType),
    sample,
    mapping,
    location,
    function: fn,
    timeNanos: c.timeNanos,
    durationNanos: c.durationNanos,
    period: c.period,
    ...(periodType.type === '' && periodType.unit === '' ? {} : { periodType: valueType(periodType) }),
    comment: c.comments.map(s),
    defaultSampleType: s(c.sampleTypes[c.defaultSampleType]?.type ?? ''),
    docUrl: s(c.docUrl),
    stringTable,
  }).encode();
}

function label(l: ColumnLabel, s: (text: string) => number): Label {
  return Label.create(
    typeof l.value === 'string'
      ? { key: s(l.key), str: s(l.value) }
      : { key: s(l.key), num: l.value, numUnit: s(l.unit) },
  );
}
