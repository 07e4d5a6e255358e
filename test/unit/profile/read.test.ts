import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { openModel, openProfile } from '../../../src/profile/open';
import { readProfile } from '../../../src/profile/read';
import { encodeProfile, writeProfile } from '../../../src/profile/write';
import type { Columns } from '../../../src/profile/columns';
import { bytes, file, int, packed, profile, str, table } from './build';
import { fixture } from './fixtures';

const real = ['cpu.prof', 'cpu-trimpath.prof', 'mem.prof', 'heap.pb.gz', 'allocs.pb.gz', 'goroutine.pb.gz'];

/** Samples as text: frames leaf first, values, labels. What two readers must agree on. */
function samples(c: Columns): string[] {
  return Array.from({ length: c.samples }, (_, i) => {
    const frames: string[] = [];
    for (let j = c.frameAt[i] ?? 0; j < (c.frameAt[i + 1] ?? 0); j++) {
      const k = c.frames[j] ?? 0;
      frames.push(`${c.fnName[c.lineFn[k] ?? 0]} ${c.fnFile[c.lineFn[k] ?? 0]}:${c.lineNo[k]}`);
    }
    return JSON.stringify([frames, c.values.map((v) => v[i]), c.labels(i).map((l) => [l.key, l.value, l.unit])]);
  });
}

function samplesOf(p: Profile): string[] {
  const s = (i: number | bigint) => p.stringTable.strings[Number(i)] ?? '';
  const locs = new Map(p.location.map((l) => [BigInt(l.id), l]));
  const fns = new Map(p.function.map((f) => [BigInt(f.id), f]));
  return p.sample.map((x) =>
    JSON.stringify([
      x.locationId.flatMap((id) =>
        (locs.get(BigInt(id))?.line ?? []).map((n) => {
          const f = fns.get(BigInt(n.functionId));
          return `${s(f?.name ?? 0)} ${s(f?.filename ?? 0)}:${n.line}`;
        }),
      ),
      x.value.map(Number),
      x.label.map((l) => [
        s(l.key),
        Number(l.str) === 0 ? Number(l.num) : s(l.str),
        Number(l.str) === 0 ? s(l.numUnit) : '',
      ]),
    ]),
  );
}

describe('reading, checked against pprof-format', () => {
  it.each(real)('%s', (name) => {
    const raw = gunzipSync(fixture(name));
    const c = readProfile(raw);
    const p = Profile.decode(raw);
    const s = (i: number | bigint) => p.stringTable.strings[Number(i)] ?? '';
    expect(samples(c)).toEqual(samplesOf(p));
    expect(c.sampleTypes).toEqual(p.sampleType.map((t) => ({ type: s(t.type), unit: s(t.unit) })));
    expect(c.timeNanos).toBe(BigInt(p.timeNanos));
    expect(c.durationNanos).toBe(Number(p.durationNanos));
    expect(c.mappings.map((m) => [m.start, m.limit, m.file, m.buildId])).toEqual(
      p.mapping.map((m) => [BigInt(m.memoryStart), BigInt(m.memoryLimit), s(m.filename), s(m.buildId)]),
    );
    expect(c.warnings).toEqual([]);
  });

  it.each(real)('%s comes back the same after writing', (name) => {
    const c = openModel(fixture(name), { maxBytes: 1e9 }).model.columns;
    const again = openModel(writeProfile(c), { maxBytes: 1e9 }).model.columns;
    expect(samples(again)).toEqual(samples(c));
    for (const key of [
      'sampleTypes',
      'defaultSampleType',
      'mappings',
      'timeNanos',
      'durationNanos',
      'period',
      'periodType',
      'comments',
      'docUrl',
      'warnings',
    ] as const)
      expect(again[key]).toEqual(c[key]);
    const addresses = (x: Columns) => [...x.locAddress].sort();
    expect(addresses(again)).toEqual(addresses(c));
  });

  it('takes the sample type that pprof takes', () => {
    expect(openProfile(fixture('cpu.prof')).summary).toMatchObject({
      kind: 'pprof',
      defaultSampleType: 1,
      sampleTypes: [{ type: 'samples' }, { type: 'cpu', unit: 'nanoseconds' }],
    });
    expect(openProfile(fixture('mem.prof')).summary.sampleTypes.map((t) => t.type)).toEqual([
      'alloc_objects',
      'alloc_space',
      'inuse_objects',
      'inuse_space',
    ]);
    // `allocs` names alloc_space in default_sample_type, `heap` nothing.
    expect(openProfile(fixture('allocs.pb.gz')).summary.defaultSampleType).toBe(1);
    expect(openProfile(fixture('heap.pb.gz')).summary.defaultSampleType).toBe(3);
  });
});

const t = table('cpu', 'ns', 'main.f', 'f.go', 'main.g', 'key', 'bytes', 'text');
const type = bytes(1, [...int(1, t.at('cpu')), ...int(2, t.at('ns'))]);
const fn = (id: number | bigint, name: number) =>
  bytes(5, [...int(1, id), ...int(2, name), ...int(4, t.at('f.go')), ...int(5, 3)]);
const loc = (id: number | bigint, fnId: number | bigint) =>
  bytes(4, [...int(1, id), ...int(3, 0xffffffff81000000n), ...bytes(4, [...int(1, fnId), ...int(2, 5)])]);

describe('reading what encoders seldom make', () => {
  it('negative values, packed and not; wide numbers', () => {
    const c = readProfile(
      file(
        t.parts,
        type,
        type,
        fn(1, t.at('main.f')),
        loc(1, 1),
        bytes(2, [...int(1, 1), ...int(2, -5), ...int(2, 2 ** 40)]),
        bytes(2, [...packed(1, [1]), ...packed(2, [-(2 ** 50), -1])]),
      ),
    );
    expect(c.values.map((v) => [...v])).toEqual([
      [-5, -(2 ** 50)],
      [2 ** 40, -1],
    ]);
    expect(samples(c)[0]).toContain('main.f f.go:5');
    expect(c.locAddress[0]).toBe(0xffffffff81000000n);
  });

  it('ids that are addresses, told apart beyond 2^53', () => {
    const [a, b] = [0xffffffff81000001n, 0xffffffff81000002n];
    const c = readProfile(
      file(
        t.parts,
        type,
        fn(a, t.at('main.f')),
        fn(b, t.at('main.g')),
        loc(a, a),
        loc(b, b),
        bytes(2, [...packed(1, [a, b, 2 ** 33, 9_000_000]), ...packed(2, [1])]),
        loc(2 ** 33, b),
        loc(9_000_000, a),
      ),
    );
    expect(samples(c)).toEqual([
      JSON.stringify([['main.f f.go:5', 'main.g f.go:5', 'main.g f.go:5', 'main.f f.go:5'], [1], []]),
    ]);
    expect(c.warnings).toEqual([]);
  });

  it('fields in any order, unknown fields of every wire type, groups within groups', () => {
    const odd = [
      ...int(99, 7),
      ...bytes(16, [1, 2, 3]),
      0x89,
      0x08,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      0x8d,
      0x08,
      1,
      2,
      3,
      4,
      0x8b,
      0x08,
      0x93,
      0x08,
      ...int(3, 1),
      0x94,
      0x08,
      0x8c,
      0x08,
    ];
    const sample = bytes(2, [...odd, ...packed(1, [1]), ...odd, ...packed(2, [4])]);
    const c = readProfile(file(sample, odd, loc(1, 1), odd, fn(1, t.at('main.f')), type, t.parts, odd));
    expect(samples(c)).toEqual([JSON.stringify([['main.f f.go:5'], [4], []])]);
    expect(c.warnings).toEqual([]);
  });

  it('labels with text and with numbers and units', () => {
    const label = (...parts: number[]) => bytes(3, parts);
    const c = readProfile(
      file(
        t.parts,
        type,
        bytes(2, [
          ...label(...int(1, t.at('key')), ...int(2, t.at('text'))),
          ...packed(2, [1]),
          ...label(...int(1, t.at('key')), ...int(3, -512), ...int(4, t.at('bytes'))),
        ]),
        bytes(2, packed(2, [1])),
      ),
    );
    expect(c.labels(0)).toEqual([
      { key: 'key', value: 'text', unit: '' },
      { key: 'key', value: -512, unit: 'bytes' },
    ]);
    expect(c.labels(1)).toEqual([]);
    expect(samples(readProfile(encodeProfile(c)))).toEqual(samples(c));
  });

  it('holes are filled and told', async () => {
    const p = openProfile(
      file(
        t.parts,
        type,
        fn(1, 999),
        loc(1, 1),
        loc(2, 77),
        bytes(4, [...int(1, 4), ...int(2, 5)]),
        bytes(3, [...int(1, 6), ...int(5, t.at('f.go'))]),
        bytes(4, [...int(1, 5), ...int(2, 6)]),
        bytes(2, [...packed(1, [1, 2, 3, 4, 5]), ...packed(2, [1, 2])]),
      ),
    );
    const said = p.summary.warnings.join('\n');
    for (const w of [
      '1 location that',
      '1 function that',
      '1 function has no name',
      '1 text that',
      '1 sample has another number',
      'no known binary',
    ])
      expect(said).toContain(w);
    expect([...(await p.top({ sampleType: 0 })).names].sort()).toEqual(['<unknown>', '[f.go]']);
  });

  it('no value types, no samples, nothing but a name', () => {
    const bare = openProfile(file(t.parts, bytes(2, packed(2, [3])))).summary;
    expect(bare).toMatchObject({ samples: 1, sampleTypes: [{ type: 'samples', total: 3 }] });
    expect(bare.warnings.join()).toContain('what its values are');
    const empty = openProfile(file(type, t.parts)).summary;
    expect(empty).toMatchObject({ samples: 0, sampleTypes: [{ type: 'cpu', unit: 'ns', total: 0 }], maxDepth: 0 });
    expect(empty.warnings.join()).toContain('no samples');
  });

  it('a name of 64 kB, and one that is no UTF-8', async () => {
    const long = 'x'.repeat(65_536);
    const top = await openProfile(profile({ stacks: [[`main.${long}`, 1]] })).top({ sampleType: 0 });
    expect(top.names[0]).toBe(`main.${long}`);
    const c = readProfile(file(str(''), bytes(6, [0x66, 0xff]), bytes(1, [...int(1, 1), ...int(2, 1)])));
    expect(c.sampleTypes[0]?.type).toBe('f\ufffd');
  });

  it('two profiles put together byte by byte are told', () => {
    const one = profile({ stacks: [['a', 1]] });
    expect(openProfile(Uint8Array.from([...one, ...one])).summary.warnings.join()).toContain('one after the other');
  });

  it('a proto that was cut off anywhere is a Problem or is told', () => {
    const whole = profile({
      stacks: [
        ['main;work;hash', 4],
        ['main;idle', 2],
      ],
    });
    let problems = 0;
    for (let n = 1; n < whole.length; n++) {
      try {
        openProfile(whole.subarray(0, n));
      } catch (e) {
        expect(e).toBeInstanceOf(Problem);
        expect((e as Problem).code).toMatch(/^profile\.(truncated|broken|notProfile)$/);
        expect((e as Problem).next).toBeTruthy();
        problems++;
      }
    }
    expect(problems).toBeGreaterThan(whole.length / 2);
  });
});
