import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/base/problem';
import { seriesKey } from '../../../../src/metrics/labels';
import { ACCEPT, parseScrape, type ParseOptions, type ParsedScrape } from '../../../../src/metrics/formats/scrape';
import type { Buckets, Scrape } from '../../../../src/metrics/types';

const dir = path.join(import.meta.dirname, '../../../fixtures/metrics');
const bytes = (name: string): Uint8Array => new Uint8Array(fs.readFileSync(path.join(dir, name)));
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const TEXT = 'text/plain; version=0.0.4';

/** What Prometheus' own parser says: see test/fixtures/make/metrics. */
interface Told {
  readonly contentType: string;
  readonly families: Readonly<Record<string, { readonly type: string; readonly help: string; readonly unit: string }>>;
  readonly samples: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value?: string;
    readonly millis?: number;
    readonly histogram?: {
      readonly schema: number;
      readonly zeroThreshold: number;
      readonly zeroCount: number;
      readonly count: number;
      readonly sum: string;
      readonly positive: readonly (readonly [number, number])[];
      readonly negative: readonly (readonly [number, number])[];
    };
  }[];
}

const FILES = [
  'registry.txt',
  'registry-utf8.txt',
  'registry.openmetrics.txt',
  'registry.pb',
  'floats.pb',
  'edge.txt',
  'edge.openmetrics.txt',
];
const told = (name: string): Told => JSON.parse(fs.readFileSync(path.join(dir, `${name}.json`), 'utf8')) as Told;
const read = (name: string, options?: ParseOptions): ParsedScrape =>
  parseScrape(bytes(name), told(name).contentType, 1000, options);
const parse = (text: string, contentType = TEXT, options?: ParseOptions): ParsedScrape =>
  parseScrape(new TextEncoder().encode(text), contentType, 1000, options);

/** JSON has neither NaN nor ±Inf nor −0. */
const number = (s: string): number => (s === '+Inf' ? Infinity : s === '-Inf' ? -Infinity : Number(s));
const pairs = ({ index, count }: Buckets): [number, number][] => [...index].map((at, i) => [at, count[i] ?? NaN]);

interface Plain {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: unknown;
  readonly millis: number | undefined;
}

function plain(scrape: Scrape): Plain[] {
  return scrape.samples.map(({ name, labels, value, time }) => ({
    name,
    labels: { ...labels },
    millis: time === undefined ? undefined : Math.round(time * 1000),
    value:
      typeof value === 'number'
        ? value
        : { ...value, positive: pairs(value.positive), negative: pairs(value.negative) },
  }));
}

function expected({ samples }: Told): Plain[] {
  return samples.map(({ name, labels, value, millis, histogram }) => ({
    name,
    labels,
    millis,
    value: histogram ? { ...histogram, sum: number(histogram.sum) } : number(value ?? ''),
  }));
}

const inOrder = (samples: readonly Plain[]): Plain[] =>
  [...samples].sort((a, b) => {
    const [x, y] = [a, b].map((s) => `${s.name} ${seriesKey(s.labels)} ${typeof s.value} ${s.millis ?? ''}`) as [
      string,
      string,
    ];
    return x < y ? -1 : x > y ? 1 : 0;
  });

function problem(work: () => unknown): Problem {
  try {
    work();
  } catch (e) {
    if (e instanceof Problem) return e;
    throw e;
  }
  throw new Error('It did not fail.');
}

describe('every format, against the parser of Prometheus', () => {
  it.each(FILES)('%s: the same samples', (name) => {
    const scrape = read(name);
    expect(scrape.warnings).toEqual([]);
    const want = expected(told(name));
    expect(want.length).toBeGreaterThan(10);
    expect(inOrder(plain(scrape))).toEqual(inOrder(want));
    expect(scrape.counted).toBe(want.length);
  });

  it.each(FILES)('%s: the same families', (name) => {
    const { families } = read(name);
    const want = told(name).families;
    for (const [family, { type, help, unit }] of Object.entries(want))
      expect({ ...families.get(family) }).toEqual({ name: family, type, help, unit });
    expect([...families.keys()].sort()).toEqual(Object.keys(want).sort());
  });

  it('one registry in four formats is one set of series', () => {
    // The text formats write -0 as 0, and 0.0.4 names without dots.
    const series = (name: string): Plain[] =>
      inOrder(
        plain(read(name))
          .filter((s) => typeof s.value === 'number')
          .map((s) => ({
            ...s,
            value: s.value === 0 ? 0 : s.value,
            name: s.name === 'sample_utf_8__' ? 'sample.utf-8/ü' : s.name,
            labels:
              'a_label' in s.labels ? { 'a.label': s.labels['a_label'], plain: s.labels['plain'] ?? '' } : s.labels,
          })),
      );
    const protobuf = read('registry.pb');
    // A histogram that is native alone has no classic series in protobuf, and only a +Inf bucket in the texts.
    const classic = (samples: readonly Plain[]): Plain[] => samples.filter((s) => !s.name.startsWith('sample_native'));
    const want = classic(series('registry.pb'));
    expect(want.length).toBeGreaterThan(90);
    for (const name of ['registry.txt', 'registry-utf8.txt', 'registry.openmetrics.txt'])
      expect(classic(series(name))).toEqual(want);
    expect(protobuf.samples.filter((s) => typeof s.value !== 'number')).toHaveLength(6);
  });

  it.each(FILES)('%s: its format is told by the bytes alone', (name) => {
    const known = read(name);
    const guessed = parseScrape(bytes(name), '', 1000);
    expect(guessed.format).toBe(known.format);
    expect(plain(guessed)).toEqual(plain(known));
  });
});

describe('wants', () => {
  it.each(FILES)('%s: reads only the samples of the names asked for, and counts the rest', (name) => {
    const all = read(name);
    const names = [...new Set(all.samples.map((s) => s.name))].filter((_, i) => i % 3 === 0);
    const some = read(name, { wants: (n) => names.includes(n) });
    expect(plain(some)).toEqual(plain(all).filter((s) => names.includes(s.name)));
    expect(some.samples.length).toBeGreaterThan(0);
    expect(some).toMatchObject({ counted: all.counted, whole: false });
    expect([...some.families.keys()]).toEqual([...all.families.keys()]);
    expect(read(name, { wants: () => false, all: true })).toMatchObject({
      whole: true,
      samples: { length: all.samples.length },
    });
  });
});

describe('what processes get wrong', () => {
  it('keeps the first of two equal series and says how many came again', () => {
    const { samples, warnings, counted } = parse('x{a="1"} 1\nx{a="2"} 2\nx{a="1"} 3\nx 4\nx 5\nx{a="1"} 6\n');
    expect(samples.map((s) => s.value)).toEqual([1, 2, 4]);
    expect(counted).toBe(3);
    expect(warnings).toEqual(['3 samples came twice, the first was kept: x{a="1"}']);
  });

  it('keeps two points of a series at two times, in OpenMetrics', () => {
    expect(
      parse('# TYPE x gauge\nx 1 10\nx 2 20\nx 3 20\n# EOF\n', OPENMETRICS).samples.map((s) => [s.time, s.value]),
    ).toEqual([
      [10, 1],
      [20, 2],
    ]);
  });

  it('goes on behind lines that are none, and says where the first is', () => {
    let n = 0;
    const { samples, warnings } = parse(
      `# TYPE a gauge\n${'a 1\n'.repeat(30)}b{x=1} 2\n\nc{x="1} 3\nd{="1"} 4\ne 0x10\nf 1 later\ng{x="1"} 7\nh\n`.replace(
        /a 1/g,
        () => `a{n="${n++}"} 1`,
      ),
    );
    expect(samples.map((s) => s.name)).toEqual([...new Array<string>(30).fill('a'), 'g']);
    expect(warnings).toEqual(['6 lines are no exposition and left out, the first of them line 32: b{x=1} 2']);
  });

  it("reads labels that are called as an object's own things are", () => {
    const { samples } = parse('x{__proto__="a",constructor="b",toString="c"} 1\n');
    expect(Object.entries(samples[0]?.labels ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(parse('x 1\n').samples[0]?.labels['constructor']).toBeUndefined();
  });

  it('takes milliseconds from the text format and seconds from OpenMetrics', () => {
    expect(parse('x 1 1500\ny 1 1.5\n').samples.map((s) => s.time)).toEqual([1.5]);
    expect(parse('x 1 1500\ny 1 1.5\n# EOF\n', OPENMETRICS).samples.map((s) => s.time)).toEqual([1500, 1.5]);
  });

  it('counts the bytes of the wire apart', () => {
    expect(parse('x 1\n', TEXT, { wire: 2 })).toMatchObject({ time: 1000, bytes: { wire: 2, body: 4 } });
    expect(parse('x 1\n').bytes).toEqual({ wire: 4, body: 4 });
  });
});

describe('bodies that are no metrics', () => {
  it.each([
    ['', TEXT],
    ['', 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'],
    [' \n\n', OPENMETRICS],
  ])('%j of %s: nothing', (text, type) => {
    expect(problem(() => parse(text, type)).code).toBe('metrics.empty');
  });

  it('a web page, whatever it calls itself', () => {
    expect(problem(() => parse('<!DOCTYPE html>\n<html><body>Log in</body></html>', 'text/html')).code).toBe(
      'metrics.html',
    );
    expect(problem(() => parse('<!DOCTYPE html>\n<html><body>Log in</body></html>')).code).toBe('metrics.html');
    expect(problem(() => parse('{"error":"no"}', 'application/json')).code).toBe('metrics.notExposition');
  });

  it('an encoding of protobuf that nobody reads', () => {
    expect(
      problem(() =>
        parseScrape(
          bytes('registry.pb'),
          'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=text',
          1,
        ),
      ),
    ).toMatchObject({ code: 'metrics.encoding' });
  });

  it('OpenMetrics without its end, and how far it came', () => {
    const p = problem(() => parse('# TYPE x counter\nx_total 1\nx_total{a="b"} 2\nx_tot', OPENMETRICS));
    expect(p).toMatchObject({ code: 'metrics.truncated', detail: 'x_tot' });
    expect(p.message).toBe('The metrics end without the line "# EOF" that has to be last, after 2 samples in 3 lines.');
    expect(problem(() => parse('# TYPE x counter\nx_total 1\n', OPENMETRICS)).code).toBe('metrics.truncated');
  });

  it('a text that ends within a line', () => {
    expect(problem(() => parse('a 1\nb{x="', TEXT)).message).toBe(
      'The metrics end in the middle of a line, after 1 sample in 1 line.',
    );
    expect(problem(() => parse('a 1\n# HELP b wha', TEXT)).code).toBe('metrics.truncated');
    // Not wanted, but cut all the same.
    expect(problem(() => parse('a 1\nb{x="1', TEXT, { wants: (n) => n === 'a' })).code).toBe('metrics.truncated');
    // Prometheus itself adds the line's end.
    expect(parse('a 1\nb 2').samples).toHaveLength(2);
    expect(parse('a 1\n# EOF').samples).toHaveLength(1);
  });

  it('protobuf that is cut anywhere, but for the ends of families', () => {
    const body = bytes('registry.pb');
    const whole = read('registry.pb').families.size;
    const type = told('registry.pb').contentType;
    const ends: number[] = [];
    for (let n = 1; n < body.length; n += 31) {
      try {
        ends.push(parseScrape(body.subarray(0, n), type, 1).families.size);
      } catch (e) {
        if (
          !(e instanceof Problem) ||
          e.code !== 'metrics.truncated' ||
          !e.message.startsWith(`The metrics end in the middle of a family: ${n.toLocaleString('en')} bytes came, `)
        )
          throw e;
      }
    }
    // Each end of a family is the end of a right body.
    expect(ends.length).toBeLessThan(whole);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
  });

  it('never throws anything but a Problem, whatever the bytes', () => {
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    let read = 0;
    for (const name of FILES) {
      const body = bytes(name);
      const { contentType } = told(name);
      for (let i = 0; i < 40; i++) {
        const spoilt = body.slice();
        for (let k = 0; k < 1 + random() * 6; k++)
          spoilt[Math.floor(random() * spoilt.length)] = Math.floor(random() * 256);
        try {
          for (const s of parseScrape(spoilt, contentType, 1).samples) read += Object.keys(s.labels).length;
        } catch (e) {
          if (!(e instanceof Problem)) throw e;
        }
      }
    }
    expect(read).toBeGreaterThan(5000);
  });
});

describe('ACCEPT', () => {
  it('asks as Prometheus 3 does for native histograms', () => {
    expect(ACCEPT).toBe(
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    );
  });
});
