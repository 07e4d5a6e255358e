/**
 * Small profiles of every shape that the format has, and parts of them, at random; the same again for the same seed.
 */
import { Function as Fn, Label, Line, Location, Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import type { Granularity, Part } from '../../src/profile/types';
import type { Random } from '../fuzz/random';

const NAMES = [
  'main.main',
  'main.(*Widget).Reconcile',
  'main.Work',
  'example.com/a/pkg.Do',
  'example.com/a/pkg.Do.func1',
  'example.com/a/pkg.Sum[go.shape.int]',
  'runtime.mallocgc',
  'runtime.gcBgMarkWorker',
  'k8s.io/client-go/tools/cache.(*Reflector).ListAndWatch',
  'encoding/json.Unmarshal',
  'main.loop',
  'main.Wörk',
];
const FILES = [
  '/src/main.go',
  '/src/widget.go',
  '/go/pkg/mod/example.com/a@v1.0.0/pkg/do.go',
  '/usr/local/go/src/runtime/malloc.go',
];
const TYPES = [
  ['samples', 'count'],
  ['objects', 'count'],
  ['hits', 'count'],
] as const;
const KEYS = ['controller', 'namespace', 'bytes', 'latency'];

/** `mapped`: some functions occur in several binaries. */
export interface Made {
  readonly bytes: Uint8Array;
  readonly types: number;
  readonly mapped: boolean;
}

/** `signed`: with values below zero, as a difference has. `types`: how many value types. */
export function randomProfile(r: Random, signed: boolean, types = 1 + r.below(TYPES.length)): Made {
  const stringTable = new StringTable();
  const s = (text: string) => stringTable.dedup(text);
  const maybe = (p: number) => r.next() < p;
  const mapping = maybe(0.7)
    ? [
        Mapping.create({
          id: 1,
          memoryStart: 0x400000,
          memoryLimit: 0x500000,
          filename: s('/bin/manager'),
          hasFunctions: true,
        }),
        Mapping.create({
          id: 2,
          memoryStart: 0x700000,
          memoryLimit: 0x800000,
          filename: s('/lib/libc.so'),
          hasFunctions: true,
        }),
      ]
    : [];
  const names = NAMES.slice(0, 2 + r.below(NAMES.length - 1));
  // A name in two files is one function by name, two by file and name.
  const fns = Array.from({ length: names.length + r.below(4) }, (_, i) =>
    Fn.create({
      id: i + 1,
      name: s(names[i % names.length] as string),
      systemName: s(names[i % names.length] as string),
      filename: s(maybe(0.9) ? r.one(FILES) : ''),
    }),
  );
  const location = Array.from({ length: 1 + r.below(16) }, (_, i) => {
    const lines = maybe(0.08) ? 0 : maybe(0.3) ? 2 + r.below(2) : 1;
    const m = mapping.length > 0 && maybe(0.9) ? 1 + r.below(2) : 0;
    return Location.create({
      id: i + 1,
      mappingId: m,
      address: (m === 2 ? 0x700000 : 0x400000) + i * 16,
      line: Array.from({ length: lines }, () =>
        Line.create({ functionId: 1 + r.below(fns.length), line: maybe(0.9) ? 1 + r.below(9) : 0 }),
      ),
    });
  });
  const sample = Array.from({ length: r.below(24) }, () =>
    Sample.create({
      locationId: Array.from({ length: maybe(0.05) ? 0 : 1 + r.below(8) }, () => 1 + r.below(location.length)),
      value: Array.from({ length: types }, () =>
        maybe(0.1) ? 0 : signed && maybe(0.4) ? -1 - r.below(60) : 1 + r.below(100),
      ),
      label: maybe(0.5) ? Array.from({ length: 1 + r.below(3) }, () => label(r, s)) : [],
    }),
  );
  return {
    types,
    mapped: mapping.length > 0,
    bytes: new Profile({
      sampleType: TYPES.slice(0, types).map(([type, unit]) => ValueType.create({ type: s(type), unit: s(unit) })),
      sample,
      mapping,
      location,
      function: fns,
      stringTable,
    }).encode(),
  };
}

function label(r: Random, s: (text: string) => number): Label {
  const key = r.one(KEYS);
  if (key === 'bytes') return Label.create({ key: s(key), num: 1 << r.below(20), numUnit: s('bytes') });
  if (key === 'latency')
    return Label.create({ key: s(key), num: r.below(5) * 700, numUnit: s(r.one(['nanoseconds', 'nanoseconds', ''])) });
  return Label.create({ key: s(key), str: s(r.one(['widget', 'gadget', 'default'])) });
}

const EXPRESSIONS = [
  'main',
  'Work',
  'W.rk',
  '^runtime',
  'Reconcile$',
  '(?i)WORK',
  'pkg\\.Do',
  'widget|malloc',
  '\\.func\\d',
  '\\(\\*Widget\\)',
  'libc',
  'manager',
  'nothing here',
  '[[:upper:]]o',
  'malloc\\.go',
  '\\Q[go.shape\\E',
  'm(?:ain|alloc)',
];
const TAGS = [
  'widget',
  'controller=widget',
  'controller=widget,gadget',
  'namespace=def',
  'bytes=1kb:',
  ':64kb',
  'bytes=512b',
  'bytes=1kb:1mb',
  'controller:gadget',
  'latency=1us:',
  'gadget,default',
  '(?i)WIDGET',
];
const GRANULARITIES: readonly Granularity[] = ['functions', 'filefunctions', 'files', 'lines', 'addresses'];

/**
 * Most have one or two filters. `files`: pprof counts a file anew for each binary, so that only what has none can be
 * compared.
 */
export function randomPart(r: Random, files: boolean): Part {
  const some = (p: number) => r.next() < p;
  return {
    ...(some(0.25) && { focus: r.one(EXPRESSIONS) }),
    ...(some(0.2) && { ignore: r.one(EXPRESSIONS) }),
    ...(some(0.25) && { hide: r.one(EXPRESSIONS) }),
    ...(some(0.15) && { show: r.one(EXPRESSIONS) }),
    ...(some(0.2) && { showFrom: r.one(EXPRESSIONS) }),
    ...(some(0.2) && { tagFocus: [r.one(TAGS)] }),
    ...(some(0.15) && { tagIgnore: [r.one(TAGS)] }),
    ...(some(0.6) && { granularity: r.one(GRANULARITIES.filter((g) => files || g !== 'files')) }),
    ...(some(0.25) && { noInlines: true }),
    ...(some(0.1) && { tagRoot: [r.one(['controller', 'namespace'])] }),
    ...(some(0.1) && { tagLeaf: [r.one(['bytes', 'controller'])] }),
  };
}
