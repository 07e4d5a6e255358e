/** Evaluates a query over all steps at once (promql/engine.go, eval). */
import { Problem } from '../../base/problem';
import type { QueryResult, ResultSeries, SeriesStore } from '../types';
import { aggregate } from './aggregate';
import { SET_OPS, type CallExpr, type Expr, type SelectorExpr } from './ast';
import { negated, numbers, setOperation, vectors, withScalar } from './binary';
import { call, scalarLine } from './calls';
import { typeOf } from './check';
import { compareLabels } from './labels';
import { FLOAT, HISTOGRAM, NONE, merged, nameless, newLine, type Line, type Steps } from './lines';
import { OVER, quantileOver } from './over';
import { instant } from './series';
import { slide, type Over } from './windows';

/** Most steps, as in Prometheus (web/api/v1: 11,000 points per series). */
const MAX_STEPS = 11_000;

/**
 * Evaluates at start, start + step, … not after end (s). Results equal Prometheus 3's to the last digits of a float.
 * @throws Problem `metrics.promqlData` for series that cannot be matched, `metrics.promqlResult` for a result that is
 * no vector, `metrics.promqlSteps` for a step that is not positive or too small for the time asked for
 */
export function evaluate(
  expr: Expr,
  store: SeriesStore,
  range: { readonly start: number; readonly end: number; readonly step: number },
): QueryResult {
  const type = typeOf(expr);
  if (type === 'matrix' || type === 'string') {
    throw new Problem(
      'metrics.promqlResult',
      `The query gives ${type === 'matrix' ? 'a range of samples' : 'a text'}, which no chart can draw.`,
      { next: type === 'matrix' ? 'Put a function such as rate() around it.' : 'Ask for a metric.' },
    );
  }
  const evaluation = new Evaluation(store, stepsOf(range));
  return evaluation.result(expr);
}

/** The moments of a range, in ms as Prometheus counts. */
function stepsOf({ start, end, step }: { readonly start: number; readonly end: number; readonly step: number }): Steps {
  const [from, to, by] = [Math.round(start * 1000), Math.round(end * 1000), Math.round(step * 1000)];
  const count = from === to ? 1 : Math.floor((to - from) / by) + 1;
  if (!Number.isFinite(count) || count < 0 || (by <= 0 && from !== to))
    throw new Problem(
      'metrics.promqlSteps',
      `A query from ${start} to ${end} by ${step} s has no moments to evaluate.`,
      { next: 'Give a positive step, and an end behind the start.' },
    );
  if (count > MAX_STEPS)
    throw new Problem('metrics.promqlSteps', `The query has ${count} steps; at most ${MAX_STEPS} are evaluated.`, {
      next: 'Choose a longer step or a shorter time.',
    });
  return { start: from, step: by, count };
}

class Evaluation {
  readonly #warnings = new Set<string>();
  readonly #warn = (text: string): void => {
    this.#warnings.add(text);
  };

  constructor(
    readonly store: SeriesStore,
    readonly steps: Steps,
  ) {}

  result(expr: Expr): QueryResult {
    const series: ResultSeries[] = [];
    let histograms = 0;
    for (const line of this.#eval(expr)) {
      if (line.has.includes(HISTOGRAM)) histograms++;
      const n = line.has.reduce((sum, h) => sum + (h === FLOAT ? 1 : 0), 0);
      if (n === 0) continue;
      const [times, values] = [new Float64Array(n), new Float64Array(n)];
      for (let i = 0, at = 0; i < this.steps.count; i++) {
        if (line.has[i] !== FLOAT) continue;
        times[at] = (this.steps.start + i * this.steps.step) / 1000;
        values[at++] = line.values[i] ?? NaN;
      }
      series.push({ labels: line.labels, times, values });
    }
    series.sort((a, b) => compareLabels(a.labels, b.labels));
    if (histograms > 0)
      this.#warn(
        `${histograms} series of the result are native histograms, which are not drawn: ` +
          'put histogram_quantile(), histogram_count() or histogram_avg() around them.',
      );
    return { series, warnings: [...this.#warnings] };
  }

  /** Calls itself once per level of the tree, whose depth the parser bounds. */
  #eval(expr: Expr): Line[] {
    const { steps } = this;
    switch (expr.kind) {
      case 'number':
        return [scalarLine(steps, () => expr.value)];
      case 'string':
        return [];
      case 'selector':
        return this.#named(this.store.select(expr.matchers).map((s) => instant(s, expr, steps)));
      case 'call':
        return this.#call(expr);
      case 'aggregate':
        return aggregate(expr, this.#eval(expr.of), expr.param && this.#eval(expr.param)[0], steps, this.#warn);
      case 'negate': {
        const lines = this.#eval(expr.of);
        return negated(lines, steps);
      }
      case 'binary': {
        const [left, right] = [this.#eval(expr.left), this.#eval(expr.right)];
        const [leftType, rightType] = [typeOf(expr.left), typeOf(expr.right)];
        const [a, b] = [left[0], right[0]];
        if (leftType === 'scalar' && rightType === 'scalar')
          return [scalarLine(steps, (i) => numbers(expr.op, a?.values[i] ?? NaN, b?.values[i] ?? NaN))];
        if (rightType === 'scalar') return b ? withScalar(expr, left, b, false, steps, this.#warn) : [];
        if (leftType === 'scalar') return a ? withScalar(expr, right, a, true, steps, this.#warn) : [];
        return SET_OPS.has(expr.op)
          ? setOperation(expr, left, right, steps)
          : vectors(expr, left, right, steps, this.#warn);
      }
    }
  }

  /** Only the lines that have a value at some step. */
  #named(lines: readonly Line[]): Line[] {
    return lines.filter((line) => line.has.some((h) => h !== NONE));
  }

  #call(expr: CallExpr): Line[] {
    const { steps } = this;
    const [first, second] = expr.args;
    const over = OVER.get(expr.name);
    if (over && first?.kind === 'selector') return this.#over(first, expr.name === 'last_over_time', over);
    if (expr.name === 'quantile_over_time' && first && second?.kind === 'selector') {
      const q = this.#eval(first)[0];
      return this.#over(second, false, (w) =>
        quantileOver(q?.values[Math.round((w.to + second.offset - steps.start) / (steps.step || 1))] ?? NaN, w),
      );
    }
    if (expr.name === 'timestamp' && first?.kind === 'selector') {
      // The sample's own time, for a bare selector (engine.go, rangeEvalTimestampFunctionOverVectorSelector).
      return merged(
        this.store.select(first.matchers).map((s) => {
          const times = newLine(nameless(s.labels), steps);
          instant(s, first, steps, times);
          return times;
        }),
        steps,
      );
    }
    return call(
      expr,
      expr.args.map((arg) => this.#eval(arg)),
      steps,
      this.#warn,
    );
  }

  #over(selector: SelectorExpr, keepsName: boolean, over: Over): Line[] {
    const lines = this.store
      .select(selector.matchers)
      .map((s) => slide(s, selector, this.steps, keepsName ? s.labels : nameless(s.labels), over));
    return merged(this.#named(lines), this.steps);
  }
}
