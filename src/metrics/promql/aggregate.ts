/** Aggregations (promql/engine.go, rangeEvalAgg, aggregation, aggregationK). */
import { Problem } from '../../base/problem';
import type { NativeHistogram } from '../types';
import type { AggregateExpr, AggregateOp } from './ast';
import { KahanMean, KahanSum } from './kahan';
import { keyOf, keyWith, only, without } from './labels';
import { FLOAT, HISTOGRAM, NONE, copyStep, newLine, putHistogram, type Line, type Steps } from './lines';
import { quantileOf } from './quantile';
import { HistogramSum } from './sum';

export function aggregate(
  expr: AggregateExpr,
  lines: readonly Line[],
  param: Line | undefined,
  steps: Steps,
  warn: (text: string) => void,
): Line[] {
  const groups = new Map<string, Line[]>();
  const dropped = ['__name__', ...expr.labels];
  const one = !expr.without && expr.labels.length === 0;
  for (const line of lines) {
    const key = one ? '' : expr.without ? keyOf(without(line.labels, dropped)) : keyWith(line.labels, expr.labels);
    const group = groups.get(key);
    if (group) group.push(line);
    else groups.set(key, [line]);
  }
  const out: Line[] = [];
  for (const group of groups.values()) {
    if (expr.op === 'topk' || expr.op === 'bottomk') {
      out.push(...extremes(expr.op, group, param, steps));
      continue;
    }
    const labels = group[0]?.labels ?? {};
    const into = newLine(expr.without ? without(labels, dropped) : only(labels, expr.labels), steps);
    fold(expr.op, group, into, param, warn);
    out.push(into);
  }
  return out;
}

/** Operators that return a single number unchanged. */
const ITSELF: ReadonlySet<AggregateOp> = new Set<AggregateOp>(['sum', 'avg', 'min', 'max']);

function fold(
  op: AggregateOp,
  group: readonly Line[],
  into: Line,
  param: Line | undefined,
  warn: (text: string) => void,
): void {
  const floats: number[] = [];
  const histograms: NativeHistogram[] = [];
  const mixed = group.some((line) => line.histograms !== undefined);
  const [first] = group;
  if (first && group.length === 1 && !mixed && ITSELF.has(op)) {
    into.has.set(first.has);
    into.values.set(first.values);
    return;
  }
  for (let i = 0; i < into.has.length; i++) {
    floats.length = 0;
    histograms.length = 0;
    for (const line of group) {
      const has = line.has[i];
      if (has === FLOAT) floats.push(line.values[i] ?? NaN);
      else if (has === HISTOGRAM) {
        const h = line.histograms?.[i];
        if (h) histograms.push(h);
      }
    }
    if (mixed && histograms.length > 0) {
      if (op === 'sum' || op === 'avg') {
        if (floats.length > 0) {
          warn(`"${op}" met numbers and native histograms in one group: it has no value there.`);
          continue;
        }
        putHistogram(into, i, op === 'sum' ? HistogramSum.of(histograms).total() : HistogramSum.of(histograms).mean());
        continue;
      }
      if (op === 'count' || op === 'group') {
        into.has[i] = FLOAT;
        into.values[i] = op === 'group' ? 1 : floats.length + histograms.length;
        continue;
      }
      warn(`"${op}" passed over native histograms: it takes numbers.`);
    }
    if (floats.length === 0) continue;
    into.has[i] = FLOAT;
    into.values[i] = numbers(op, floats, param?.values[i] ?? NaN);
  }
}

function numbers(op: AggregateOp, v: number[], param: number): number {
  switch (op) {
    // Prometheus starts with the first value instead of 0: the same, except for -0.
    case 'sum': {
      const s = new KahanSum();
      for (const x of v) s.add(x);
      return s.sum + s.rest;
    }
    case 'avg': {
      const m = new KahanMean();
      for (const x of v) m.add(x);
      return m.mean;
    }
    case 'min':
      return v.reduce((best, x) => (x < best || Number.isNaN(best) ? x : best));
    case 'max':
      return v.reduce((best, x) => (x > best || Number.isNaN(best) ? x : best));
    case 'count':
      return v.length;
    case 'group':
      return 1;
    case 'quantile':
      return quantileOf(param, v);
    case 'stdvar':
      return variance(v);
    case 'stddev':
      return Math.sqrt(variance(v));
    case 'topk':
    case 'bottomk':
      return NaN;
  }
}

/**
 * Welford's algorithm as in `aggregation`: without Kahan's correction, and NaN as soon as the first value is not
 * finite.
 */
function variance(v: readonly number[]): number {
  let mean = v[0] ?? NaN;
  let sum = Number.isFinite(mean) ? 0 : NaN;
  for (let n = 2; n <= v.length; n++) {
    const x = v[n - 1] ?? NaN;
    const delta = x - mean;
    mean += delta / n;
    sum += delta * (x - mean);
  }
  return sum / v.length;
}

/** The k largest or smallest at each step, with their own labels. NaN comes last; of equal ones the first stays. */
function extremes(op: 'topk' | 'bottomk', group: readonly Line[], param: Line | undefined, steps: Steps): Line[] {
  const out = group.map((line) => newLine(line.labels, steps));
  const order: number[] = [];
  /** 1: ascending. */
  const sign = op === 'topk' ? -1 : 1;
  for (let i = 0; i < steps.count; i++) {
    const wanted = param?.values[i] ?? NaN;
    if (Number.isNaN(wanted))
      throw new Problem('metrics.promqlData', `"${op}" was told to keep NaN series.`, { next: 'Give it a number.' });
    const k = Math.trunc(Math.min(wanted, group.length));
    if (k < 1) continue;
    order.length = 0;
    for (let j = 0; j < group.length; j++) if (group[j]?.has[i] === FLOAT) order.push(j);
    if (order.length > k) {
      order.sort((a, b) => {
        const [x, y] = [group[a]?.values[i] ?? NaN, group[b]?.values[i] ?? NaN];
        if (Number.isNaN(x) || Number.isNaN(y)) return (Number.isNaN(x) ? 1 : 0) - (Number.isNaN(y) ? 1 : 0) || a - b;
        return x === y ? a - b : x < y ? -sign : sign;
      });
    }
    for (const j of order.slice(0, k)) {
      const [from, to] = [group[j], out[j]];
      if (from && to) copyStep(from, to, i);
    }
  }
  return out.filter((line) => line.has.some((h) => h !== NONE));
}
