import { describe, expect, it } from 'vitest';
import { families, samples, scan } from '../../../../src/metrics/formats/scan';
import { label, parseLabels, unescape } from '../../../../src/metrics/formats/labelText';

/** Samples as one plain list, labels read. */
const read = (text: string) =>
  samples(text).map((s) => [s.name, Object.fromEntries(parseLabels(s.labelsRaw)), s.value]);

describe('samples', () => {
  it('reads values, labels and timestamps', () => {
    const [a, b, c] = samples('# HELP x y\n# TYPE x counter\nx 1\nx{a="b"} 2.5 1395066363000\nx{a="c",} 3e2\n');
    expect([a!.value, b!.value, c!.value]).toEqual([1, 2.5, 300]);
    expect(a!.timestamp).toBeNaN();
    expect(b!.timestamp).toBe(1395066363000);
    expect(parseLabels(c!.labelsRaw)).toEqual(new Map([['a', 'c']]));
  });

  it('undoes escapes in label values and is not led astray by braces, commas, hashes and equals signs in them', () => {
    expect(
      read('x{path="C:\\\\DIR\\\\F.TXT",error="no \\"file\\"\\nhere",odd="}, a=\\"b\\" # {"} 1.458255915e9\n'),
    ).toEqual([['x', { path: 'C:\\DIR\\F.TXT', error: 'no "file"\nhere', odd: '}, a="b" # {' }, 1458255915]]);
  });

  it('takes whitespace wherever Prometheus does, and CRLF', () => {
    expect(read('  x { a = "1" , b\t=\t"2" , }  7  \r\n\r\n\t\r\ny\t8\t\r\n')).toEqual([
      ['x', { a: '1', b: '2' }, 7],
      ['y', {}, 8],
    ]);
  });

  it('reads NaN and the infinities however they are written', () => {
    expect(
      samples('a NaN\nb nan\nc +Inf\nd -Inf\ne Inf\nf +infinity\ng 0x1p-2x\nh -0\n').map((s) => [s.name, s.value]),
    ).toEqual([
      ['a', NaN],
      ['b', NaN],
      ['c', Infinity],
      ['d', -Infinity],
      ['e', Infinity],
      ['f', Infinity],
      ['h', -0],
    ]);
  });

  it('reads UTF-8 names in quotes, with and without labels', () => {
    expect(
      read('{"http.server/requests", "k ö\\"y"="v" , plain="w"} 3\n{"just.a.name"} 4\n{"label"="no name"} 5\n'),
    ).toEqual([
      ['http.server/requests', { 'k ö"y': 'v', plain: 'w' }, 3],
      ['just.a.name', {}, 4],
    ]);
  });

  it('passes over exemplars and stops at # EOF', () => {
    const text = 'x_bucket{le="1"} 17 # {trace_id="a}b"} 0.67 1.5\nx_count 17 1520879607.789 # {t="1"} 1\n# EOF\ny 1\n';
    expect(samples(text).map((s) => [s.name, s.value, s.timestamp])).toEqual([
      ['x_bucket', 17, NaN],
      ['x_count', 17, 1520879607789],
    ]);
    expect(scan(text, {}).eof).toBe(true);
  });

  it('goes on behind lines that are none, and counts them', () => {
    expect(scan('a 1\n<html>\nb{x="unclosed\nc{} 2\nd\ne 3', {})).toEqual({
      samples: 3,
      bad: 3,
      badAt: 4,
      eof: false,
      cut: false,
    });
  });

  it('reads long whole numbers exactly and a last line without an end', () => {
    expect(samples('a 999999999999999\nb 9007199254740991\nc 12').map((s) => s.value)).toEqual([
      999999999999999, 9007199254740991, 12,
    ]);
  });

  it('takes a line for no sample of a quoted name that it begins like', () => {
    expect(samples('{"a b"} 1\na b 2\n{"a b"} 3\nab 4\n').map((s) => [s.name, s.value])).toEqual([
      ['a b', 1],
      ['a b', 3],
      ['ab', 4],
    ]);
    expect(scan('{"a b"} 1\na b 2\n', {}).bad).toBe(1);
  });

  it('reads alike whether it has the bytes or not, in ASCII, in other scripts, and where bytes are no text', () => {
    const bodies = [
      Buffer.from('a{x="1"} 1\nb 2\n'),
      Buffer.from('a{x="größe \u{1f600} \\" ≤"} 1\n{"höhe.m",y="z"} 2\nb 3\n'),
      Buffer.concat([Buffer.from('a{x="'), Buffer.from([0xff, 0xc3]), Buffer.from('"} 1\nb 2\n')]),
      Buffer.from('\ufeffa 1\nb{x="y"} 2\n'),
    ];
    for (const bytes of bodies) {
      const text = new TextDecoder().decode(bytes);
      const read = (given?: Uint8Array): unknown[] => {
        const seen: unknown[] = [];
        scan(
          text,
          {
            sample: (name, labels, value) => {
              seen.push([name, [...parseLabels(labels)], value]);
            },
          },
          'any',
          given,
        );
        return seen;
      };
      expect(read(bytes)).toEqual(read());
      expect(read(bytes).length).toBe(text.includes('höhe') ? 3 : 2);
    }
    expect(samples(bodies[1]!.toString()).map((s) => [s.name, parseLabels(s.labelsRaw).get('x')])).toEqual([
      ['a', 'größe 😀 " ≤'],
      ['höhe.m', undefined],
      ['b', undefined],
    ]);
  });

  it('ends when the visitor says so', () => {
    const seen: string[] = [];
    scan('a 1\nb 1\nc 1\n', {
      sample: (name) => {
        seen.push(name);
        return seen.length < 2;
      },
    });
    expect(seen).toEqual(['a', 'b']);
  });

  it('reads only wanted names, though one begins with another', () => {
    expect(samples('ab 1\nabc 2\na 3\nab{x="y"} 4\nabc{x="z"} 5\n', (n) => n === 'ab').map((s) => s.value)).toEqual([
      1, 4,
    ]);
  });
});

describe('comments', () => {
  it('tells types and help texts, and no others', () => {
    const told: string[] = [];
    scan(
      '# HELP x a \\\\ b\\nc\r\n#TYPE y gauge\n#  TYPE\tx   Counter \n# just words\n# TYPES x\n# HELP "a.b" quoted\n',
      {
        type: (n, k) => {
          told.push(`${n}:${k}`);
        },
        help: (n, t) => {
          told.push(`${n}=${t}`);
        },
      },
    );
    expect(told).toEqual(['x=a \\ b\nc', 'y:gauge', 'x:counter', 'a.b=quoted']);
  });

  it('lists families once, histograms by their own name', () => {
    expect([
      ...families(
        '# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\nplain 1\nplain{a="b"} 2\n# TYPE g gauge\n',
      ),
    ]).toEqual(['h', 'plain', 'g']);
  });
});

describe('labels', () => {
  it('finds one without reading the rest', () => {
    expect(label('a="1",name="x\\"y",broken', 'name')).toBe('x"y');
    expect(label('aname="1"', 'name')).toBeUndefined();
    expect(label('', 'name')).toBeUndefined();
  });

  it('keeps a backslash that escapes nothing', () => expect(unescape('a\\d\\\\n\\n\\')).toBe('a\\d\\n\n\\'));
});

describe('size', () => {
  it('reads a long text to its end', () => {
    const lines: string[] = [];
    for (let i = 0; i < 40_000; i++)
      lines.push(
        `apiserver_request_duration_seconds_bucket{component="apiserver",group="apps",resource="r${i}",scope="cluster",verb="LIST",le="0.5"} ${i}`,
      );
    let sum = 0;
    const result = scan(`${lines.join('\n')}\n`, {
      sample: (_n, _l, v) => {
        sum += v;
      },
    });
    expect(result).toEqual({ samples: 40_000, bad: 0, badAt: undefined, eof: false, cut: false });
    expect(sum).toBe((40_000 * 39_999) / 2);
  });
});
