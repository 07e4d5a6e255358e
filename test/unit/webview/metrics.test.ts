import { describe, expect, it } from 'vitest';
import type { ChartData, ExploredFamily } from '../../../src/protocol/metrics';
import { columns, csvOf, giveSlots, isDrawn, lastValue, linearRange, seriesNames } from '../../../webview/metrics/data';
import { metricIn, queryFor, rank, spotAt, unitOf } from '../../../webview/metrics/promql';
import { FRESH, readState } from '../../../webview/metrics/state';
import { sparkPath } from '../../../webview/metrics/spark';
import { incrementsOf, short, shown, span } from '../../../webview/metrics/units';

const chart = (series: readonly (readonly [string, readonly number[]])[], times = [10, 20, 30]): ChartData => ({
  panel: 'p',
  warnings: [],
  times: Float64Array.from(times),
  series: series.map(([label, v]) => ({ label, labels: {}, values: Float64Array.from(v) })),
});

describe('values', () => {
  it('stand with their unit', () => {
    expect([
      shown(0.0412, 'seconds'),
      shown(0, 'seconds'),
      shown(125, 'seconds'),
      shown(84e6, 'bytes'),
      shown(3.3, 'perSecond'),
      shown(1, 'cores'),
      shown(0.3, 'cores'),
      shown(42, 'percent'),
      shown(12_345, 'count'),
      shown(2.5, 'none'),
    ]).toEqual(['41.2 ms', '0 s', '2 min 5 s', '80.1 MiB', '3.3/s', '1 core', '0.3 cores', '42 %', '12,345', '2.5']);
  });
  it('say when there is none, or no end', () => {
    expect([shown(NaN, 'seconds'), shown(Infinity, 'seconds'), shown(-Infinity, 'bytes')]).toEqual([
      'none',
      '+Inf',
      '-Inf',
    ]);
  });
  it('are shortened from 10,000 on', () => {
    expect([short(9999), short(12_345), short(-2.5e6), short(7.1e9), short(3e12), short(4e16)]).toEqual([
      '9,999',
      '12.3k',
      '-2.5M',
      '7.1G',
      '3T',
      '40000T',
    ]);
  });
  it('have axes with marks that read well', () => {
    expect(incrementsOf('seconds').filter((n) => n >= 10 && n <= 3600)).toEqual([
      10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600,
    ]);
    for (const unit of ['seconds', 'bytes', 'count'] as const) {
      const all = incrementsOf(unit);
      expect(all).toEqual([...all].sort((a, b) => a - b));
    }
  });
  it('name spans', () => {
    expect([span(75), span(300), span(3600), span(86_400), span(5400), span(30)]).toEqual([
      '75 s',
      '5 min',
      '1 h',
      '1 d',
      '1 h 30 min',
      '30 s',
    ]);
  });
});

describe('columns', () => {
  it('have gaps for what cannot be drawn, and are given on whole where all can', () => {
    const c = chart([
      ['a', [1, NaN, Infinity]],
      ['b', [1, 2, 3]],
    ]);
    const [times, a, b, none] = columns(c, ['a', 'b', 'gone'], false);
    expect(times).toBe(c.times);
    expect(a).toEqual([1, null, null]);
    expect(b).toBe(c.series[1]!.values);
    expect(none).toEqual([null, null, null]);
  });
  it('leave out what a logarithm lacks', () => {
    expect(columns(chart([['a', [0, -1, 4]]]), ['a'], true)[1]).toEqual([null, null, 4]);
  });
  it('tell series of one name apart', () => {
    expect(
      seriesNames(
        chart([
          ['x', []],
          ['x', []],
          ['', []],
        ]).series,
      ),
    ).toEqual(['x', 'x (2)', 'value']);
  });
  it('know the last value past gaps', () => {
    expect([
      lastValue(Float64Array.of(1, 2, NaN)),
      lastValue(Float64Array.of(NaN)),
      lastValue(Float64Array.of(1, Infinity)),
    ]).toEqual([2, NaN, Infinity]);
  });
  it("keep a series' colour while others come and go", () => {
    const first = giveSlots(['a', 'b', 'c'], new Map());
    const second = giveSlots(['c', 'd', 'a'], first);
    expect([...second]).toEqual([
      ['c', 2],
      ['a', 0],
      ['d', 1],
    ]);
  });
  it('draw the isolated one alone, where it is there', () => {
    expect(['a', 'b'].map((n) => isDrawn(n, ['a', 'b'], 'b', []))).toEqual([false, true]);
    expect(['a', 'b'].map((n) => isDrawn(n, ['a', 'b'], 'gone', ['a']))).toEqual([false, true]);
  });
  it('have an axis from zero that reaches a threshold only when values come near', () => {
    expect(linearRange(2, 10, [])).toEqual([0, 10.6]);
    expect(linearRange(0, 0.5, [1])[1]).toBeGreaterThan(1);
    expect(linearRange(0, 0.1, [1])[1]).toBeLessThan(0.2);
    expect(linearRange(null, null, [])).toEqual([0, 1]);
    expect(linearRange(-4, 4, [])[0]).toBeLessThan(-4);
  });
  it('are saved as CSV that other programs read', () => {
    expect(
      csvOf(
        chart([
          ['a, "b"', [1, NaN, Infinity]],
          ['=c', [0.5, 2, 3]],
        ]),
      ),
    ).toBe(
      'time,"a, ""b""",=c\r\n1970-01-01T00:00:10.000Z,1,0.5\r\n1970-01-01T00:00:20.000Z,,2\r\n1970-01-01T00:00:30.000Z,+Inf,3\r\n',
    );
  });
});

describe('completion', () => {
  /** The caret stands at |. */
  const at = (text: string) => {
    const s = spotAt(text.replace('|', ''), text.indexOf('|'));
    return s && [s.kind, s.word, s.name, s.label];
  };
  it('knows names, labels and values apart', () => {
    expect(at('sum(rate(work|')).toEqual(['names', 'work', '', '']);
    expect(at('workqueue_depth{na|}')).toEqual(['labels', 'na', 'workqueue_depth', '']);
    expect(at('workqueue_depth{|')).toEqual(['labels', '', 'workqueue_depth', '']);
    expect(at('x{a="1", b=~"w|"}')).toEqual(['values', 'w', 'x', 'b']);
    expect(at('x{a="1,{", b!="|')).toEqual(['values', '', 'x', 'b']);
    expect(at('{|')).toEqual(['labels', '', '', '']);
    expect(at('sum by (le, re|) (rate(foo_total[1m]))')).toEqual(['labels', 're', 'foo_total', '']);
    expect(at('a / b|')).toEqual(['names', 'b', '', '']);
  });
  it('keeps silent in ranges, numbers, behind an operator without a quote, and in other strings', () => {
    for (const text of ['rate(x[1|', '0.9|', 'x{a=|', 'label_replace(x, "a|']) expect(at(text), text).toBeUndefined();
  });
  it('is not misled by escapes in strings', () => {
    expect(at('x{a="q\\"}", b|')).toEqual(['labels', 'b', 'x', '']);
  });
  it('finds the metric of a query', () => {
    expect(metricIn('histogram_quantile(0.99, sum(rate(a_bucket{le="b"}[1m])) by (job, le))')).toBe('a_bucket');
    expect(metricIn('sum by (job) (x) / on (job) y')).toBe('x');
    expect(metricIn('1 + 2')).toBe('');
  });
  it('puts what begins so first', () => {
    expect(rank(['xab', 'abc', 'b', 'AB'], 'ab', 3)).toEqual(['abc', 'AB', 'xab']);
  });
});

describe('a first query', () => {
  const family = (f: Partial<ExploredFamily>): ExploredFamily => ({
    name: 'x',
    type: 'gauge',
    help: '',
    unit: '',
    series: 1,
    labels: {},
    sample: [],
    ...f,
  });
  it('fits the type', () => {
    expect(queryFor(family({ name: 'x_total', type: 'counter' }))).toBe('sum(rate(x_total[1m]))');
    expect(queryFor(family({ type: 'gauge' }), 'a="b"')).toBe('x{a="b"}');
    expect(queryFor(family({ type: 'histogram', labels: { le: ['1'] } }))).toBe(
      'histogram_quantile(0.99, sum by (le) (rate(x_bucket[1m])))',
    );
    expect(queryFor(family({ type: 'histogram' })), 'native').toBe('histogram_quantile(0.99, sum(rate(x[1m])))');
    expect(queryFor(family({ name: 'my.metric' }), 'a="b"'), 'UTF-8').toBe('{"my.metric", a="b"}');
  });
  it('has a unit by its name', () => {
    expect(
      [
        'rate(process_cpu_seconds_total[1m])',
        'process_resident_memory_bytes',
        'sum(rate(x_total[1m]))',
        'histogram_quantile(0.9, sum by (le) (rate(a_seconds_bucket[1m])))',
        'workqueue_depth',
      ].map(unitOf),
    ).toEqual(['cores', 'bytes', 'perSecond', 'seconds', 'none']);
  });
});

describe('state', () => {
  it('survives as it was', () => {
    const s = {
      ...FRESH,
      view: 'charts' as const,
      range: { seconds: 60, end: 100 },
      paused: true,
      isolated: { p: 'a' },
      muted: { q: ['b'] },
      own: [{ id: 'own-1', title: 't', promql: 'x', unit: 'bytes' as const }],
    };
    expect(readState(JSON.parse(JSON.stringify(s)))).toEqual(s);
  });
  it('is checked part by part', () => {
    expect(readState(undefined)).toBeUndefined();
    expect(
      readState({
        view: 'x',
        range: { seconds: -1, end: 'y' },
        isolated: [],
        muted: { p: 3 },
        own: [{ id: 1 }, null],
        hidden: ['a', 2],
      }),
    ).toEqual({ ...FRESH, muted: { p: [] }, hidden: ['a'] });
  });
});

describe('a sparkline', () => {
  const path = (values: readonly number[]): string =>
    sparkPath({ times: Float64Array.from(values, (_, i) => i), values: Float64Array.from(values) });
  it('leaves gaps open and draws a lone point', () => {
    expect(path([1, 1, NaN, 1, 1]).match(/M/g)).toHaveLength(2);
    expect(path([1, 1, NaN, 1]).endsWith('h1')).toBe(true);
  });
  it('has nothing to draw without values', () => {
    expect([path([]), path([NaN, NaN])]).toEqual(['', '']);
  });
  it('lies at the bottom for zeros and in the middle for a level', () => {
    expect([path([0, 0]), path([5, 5])]).toEqual(['M0.0,28.5L100.0,28.5', 'M0.0,15.0L100.0,15.0']);
  });
  it('stays short for many points', () => {
    expect(path(Array.from({ length: 100_000 }, (_, i) => i)).match(/[ML]/g)!.length).toBeLessThan(260);
  });
});
