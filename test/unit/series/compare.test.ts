import { describe, expect, it } from 'vitest';
import type { ChartData } from '../../../src/protocol/metrics';
import { mergeCharts } from '../../../src/series/compare';
import { boundsOf, comparedSlots, csvOf, partOf, seriesNames } from '../../../webview/metrics/data';

const chart = (...labels: readonly string[]): ChartData => ({
  panel: 'depth',
  times: Float64Array.of(10, 12),
  warnings: [],
  series: labels.map((label, i) => ({ label, labels: { name: label }, values: Float64Array.of(i + 1, 10 * (i + 1)) })),
});
const none = (extra: Partial<ChartData>): ChartData => ({
  panel: 'depth',
  times: new Float64Array(0),
  series: [],
  warnings: [],
  ...extra,
});
const refused = { code: 'target.refused', message: 'Nothing listens on 8080.', next: 'Pin the endpoint.' };

describe('charts of several subjects', () => {
  it('have the series of each, which say whose they are', () => {
    const merged = mergeCharts('depth', [
      { subject: 'red', chart: chart('paint') },
      { subject: 'blue', chart: chart('paint') },
    ]);
    expect(merged.series.map((s) => [s.subject, s.labels])).toEqual([
      ['red', { name: 'paint', subject: 'red' }],
      ['blue', { name: 'paint', subject: 'blue' }],
    ]);
    expect(seriesNames(merged.series)).toEqual(['red', 'blue']);
    expect(merged.empty).toBeUndefined();
    expect(csvOf(merged).split('\r\n').slice(0, 2)).toEqual(['time,red,blue', '1970-01-01T00:00:10.000Z,1,1']);
  });

  it('lose nothing to one that fails, and say which and why', () => {
    const merged = mergeCharts('depth', [
      { subject: 'red', chart: none({ problem: refused }) },
      { subject: 'blue', chart: { ...chart('a', 'b'), warnings: ['partial'] } },
    ]);
    expect(merged.problem).toBeUndefined();
    expect([...merged.times]).toEqual([10, 12]);
    expect(seriesNames(merged.series)).toEqual(['blue a', 'blue b']);
    expect(merged.gaps).toEqual([{ subject: 'red', problem: refused }]);
    expect(merged.warnings).toEqual(['blue: partial']);
    expect(partOf(merged, 'red')).toMatchObject({ series: [], problem: refused, warnings: [] });
    expect(partOf(merged, 'blue')).toMatchObject({ warnings: ['partial'], series: [{ label: 'a' }, { label: 'b' }] });
    expect(partOf(merged, 'blue').problem).toBeUndefined();
  });

  it('say why once where nobody has a series for the same reason, else for each', () => {
    const empty = none({ empty: 'No series in this span.' });
    expect(
      mergeCharts('depth', [
        { subject: 'red', chart: empty },
        { subject: 'blue', chart: empty },
      ]).empty,
    ).toBe('No series in this span.');
    expect(
      mergeCharts('depth', [
        { subject: 'red', chart: none({ problem: refused }) },
        { subject: 'blue', chart: empty },
      ]).empty,
    ).toBe('red: Nothing listens on 8080. blue: No series in this span.');
  });

  it('give a subject one colour and a label one pattern, whatever else is there', () => {
    const subjects = ['red', 'blue', 'green'];
    const both = mergeCharts('depth', [
      { subject: 'red', chart: chart('ok', 'error') },
      { subject: 'green', chart: chart('error') },
    ]);
    expect(comparedSlots(both.series, subjects)).toEqual([0, 6, 8]);
    const one = mergeCharts('depth', [
      { subject: 'blue', chart: chart('x') },
      { subject: 'green', chart: chart('y') },
    ]);
    expect(comparedSlots(one.series, subjects)).toEqual([1, 2]);
  });

  it('share an axis as far as what is drawn goes', () => {
    const { series } = mergeCharts('depth', [
      { subject: 'red', chart: chart('ok', 'error') },
      { subject: 'blue', chart: chart('ok') },
    ]);
    expect(boundsOf(series, () => true, false)).toEqual({ low: 1, high: 20 });
    expect(boundsOf(series, (s) => s.label === 'ok', false)).toEqual({ low: 1, high: 10 });
    expect(boundsOf([{ ...series[0]!, values: Float64Array.of(0, NaN, 3) }], () => true, true)).toEqual({
      low: 3,
      high: 3,
    });
    expect(boundsOf(series, () => false, false)).toBeUndefined();
  });
});
