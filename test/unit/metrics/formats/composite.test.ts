/** Native histograms in text, by the examples' form of the OpenMetrics 2.0 draft. */
import { describe, expect, it } from 'vitest';
import { readComposite, writeComposite } from '../../../../src/metrics/formats/composite';
import { parseScrape } from '../../../../src/metrics/formats/scrape';
import { random } from '../pipeline/simulate';
import { native } from '../promql/store';

describe('a native histogram in text', () => {
  it('is written with spans of neighbours and the gaps between', () => {
    expect(
      writeComposite(native(7, 120, { 1: 5, 2: 7, 6: 10, 7: 9 }, { threshold: 1e-4, zero: 2, negative: { [-3]: 1 } })),
    ).toBe(
      '{count:34.0,sum:120.0,schema:7,zero_threshold:0.0001,zero_count:2.0,negative_spans:[-3:1],negative_buckets:[1.0],positive_spans:[1:2,3:2],positive_buckets:[5.0,7.0,10.0,9.0]}',
    );
    expect(writeComposite(native(0, NaN, {}))).toMatch(
      /^\{count:0\.0,sum:NaN,schema:0,zero_threshold:2\.938735877055719e-39,zero_count:0\.0\}$/,
    );
  });

  it('is read again as it was, whatever is in it', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const rnd = random(seed);
      const side = (): Record<number, number> =>
        Object.fromEntries(
          Array.from({ length: Math.floor(rnd() * 12) }, () => [
            Math.floor(rnd() * 60 - 30),
            rnd() < 0.5 ? Math.ceil(rnd() * 1e9) : rnd(),
          ]),
        );
      const histogram = native(
        Math.floor(rnd() * 13) - 4,
        [rnd() * 1e12 - 5e11, Infinity, -Infinity, NaN][Math.floor(rnd() * 4)] ?? 0,
        side(),
        { negative: side(), zero: Math.floor(rnd() * 5) },
      );
      expect(readComposite(writeComposite(histogram))).toEqual(histogram);
    }
  });

  it.each([
    '{count:17,sum:324789.3,bucket:[0.1:8,0.25:10,+Inf:17]}',
    '{count:17,sum:1,quantile:[0.95:123.7]}',
    '{count:1,sum:1,schema:9,zero_threshold:0,zero_count:1}',
    '{count:1,schema:3,zero_threshold:0,zero_count:1}',
    '{count:1,sum:1,schema:3,zero_threshold:0,zero_count:0,positive_spans:[0:1000000000],positive_buckets:[1]}',
    '{count:1,sum:1,schema:3,zero_threshold:0,zero_count:0,positive_spans:[0:1],positive_buckets:[x]}',
    '{count:1,sum:1,schema:3,zero_threshold:0,zero_count:0,positive_spans:[0:1',
    '{count',
    '{}',
    '{,}',
    '{count:1,sum:1,schema:3,zero_threshold:0,zero_count:0,positive_spans:[0:-1,0:2],positive_buckets:[1]}',
  ])('is not seen in %s', (text) => {
    expect(readComposite(text)).toBeUndefined();
  });

  it("is a line left out with a warning when it can't be read, and the others stay", () => {
    const scrape = parseScrape(
      Buffer.from(
        '# TYPE a histogram\na{x="1"} {count:1,sum:1}\na{x="2"} {count:2,sum:1,schema:0,zero_threshold:0,zero_count:0,positive_spans:[0:1],positive_buckets:[2]} 12\nb 1\n',
      ),
      'text/plain',
      5,
    );
    expect(scrape.samples.map((s) => [s.name, s.labels['x'], typeof s.value, s.time])).toEqual([
      ['a', '2', 'object', 0.012],
      ['b', undefined, 'number', undefined],
    ]);
    expect(scrape.warnings).toEqual(['1 line is no exposition and left out, line 2: a{x="1"} {count:1,sum:1}']);
  });
});
