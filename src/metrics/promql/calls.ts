/** Functions of instant vectors (promql/functions.go). */
import { equalLabels } from './absent';
import type { CallExpr, Expr } from './ast';
import { keyOf, withLabel, without } from './labels';
import { FLOAT, HISTOGRAM, NONE, merged, nameless, newLine, relabelled, type Line, type Steps } from './lines';
import { goRegExp } from './match';
import { bucketQuantile, histogramQuantile, leOf, type ClassicBuckets } from './quantile';

const EACH: ReadonlyMap<string, (v: number) => number> = new Map<string, (v: number) => number>([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['sqrt', Math.sqrt],
  ['exp', Math.exp],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sgn', Math.sign],
]);

/** Applies `f` to the numbers of each line; drops native histograms and the name. */
function each(lines: readonly Line[], steps: Steps, f: (v: number, i: number) => number): Line[] {
  return merged(
    lines.map((line) => {
      const to = newLine(nameless(line.labels), steps);
      for (let i = 0; i < steps.count; i++)
        if (line.has[i] === FLOAT) {
          to.has[i] = FLOAT;
          to.values[i] = f(line.values[i] ?? NaN, i);
        }
      return to;
    }),
    steps,
  );
}

/** Go's math.Max and math.Min: unlike in JavaScript, infinity wins over NaN. */
function goMax(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}
function goMin(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}

export function scalarLine(steps: Steps, at: (i: number) => number): Line {
  const line = newLine({}, steps);
  for (let i = 0; i < steps.count; i++) {
    line.has[i] = FLOAT;
    line.values[i] = at(i);
  }
  return line;
}

/** `args`: the evaluated arguments; those of a text argument are not used. */
export function call(
  expr: CallExpr,
  args: readonly (readonly Line[])[],
  steps: Steps,
  warn: (text: string) => void,
): Line[] {
  const vector = args[0] ?? [];
  const number = (arg: number, i: number): number => args[arg]?.[0]?.values[i] ?? NaN;
  const f = EACH.get(expr.name);
  if (f) return each(vector, steps, f);
  switch (expr.name) {
    case 'time':
      return [scalarLine(steps, (i) => (steps.start + i * steps.step) / 1000)];
    case 'pi':
      return [scalarLine(steps, () => Math.PI)];
    case 'vector':
      return [...vector];
    case 'scalar':
      return [
        scalarLine(steps, (i) => {
          const found = vector.filter((line) => line.has[i] === FLOAT);
          return found.length === 1 ? (found[0]?.values[i] ?? NaN) : NaN;
        }),
      ];
    case 'timestamp':
      return each(vector.map(stamped(steps)), steps, (v) => v);
    case 'absent': {
      const line = newLine(equalLabels(expr.args[0]), steps);
      for (let i = 0; i < steps.count; i++)
        if (vector.every((v) => v.has[i] === NONE)) {
          line.has[i] = FLOAT;
          line.values[i] = 1;
        }
      return [line];
    }
    case 'round':
      return each(vector, steps, (v, i) => {
        const inverse = 1 / (args.length > 1 ? number(1, i) : 1);
        return Math.floor(v * inverse + 0.5) / inverse;
      });
    case 'clamp_min':
      return each(vector, steps, (v, i) => goMax(number(1, i), v));
    case 'clamp_max':
      return each(vector, steps, (v, i) => goMin(number(1, i), v));
    case 'clamp': {
      const clamped = each(vector, steps, (v, i) => goMax(number(1, i), goMin(number(2, i), v)));
      for (const line of clamped)
        for (let i = 0; i < steps.count; i++) if (number(2, i) < number(1, i)) line.has[i] = NONE;
      return clamped;
    }
    case 'histogram_count':
      return histograms(vector, steps, (h) => h.count);
    case 'histogram_sum':
      return histograms(vector, steps, (h) => h.sum);
    case 'histogram_avg':
      return histograms(vector, steps, (h) => h.sum / h.count);
    case 'histogram_quantile':
      return quantiles(args[1] ?? [], (i) => number(0, i), steps, warn);
    case 'label_replace':
      return labelReplace(expr, vector, steps);
    default:
      throw new Error(`no function ${expr.name}`);
  }
}

/**
 * The evaluation time of each value. The time of the sample itself, for a bare selector, is handled where the selector
 * is read.
 */
function stamped(steps: Steps): (line: Line) => Line {
  return (line) => ({
    labels: line.labels,
    has: line.has.map((h) => (h === NONE ? NONE : FLOAT)),
    values: line.values.map((_, i) => (steps.start + i * steps.step) / 1000),
  });
}

function histograms(lines: readonly Line[], steps: Steps, f: (h: { count: number; sum: number }) => number): Line[] {
  return merged(
    lines
      .filter((line) => line.histograms)
      .map((line) => {
        const to = newLine(nameless(line.labels), steps);
        for (let i = 0; i < steps.count; i++) {
          const h = line.has[i] === HISTOGRAM ? line.histograms?.[i] : undefined;
          if (h) {
            to.has[i] = FLOAT;
            to.values[i] = f(h);
          }
        }
        return to;
      }),
    steps,
  );
}

/** The buckets of one classic histogram, without `le` in the labels. */
interface Classic {
  readonly labels: Line['labels'];
  readonly buckets: { readonly le: number; readonly line: Line }[];
}

/**
 * funcHistogramQuantile and resetHistograms: buckets that differ in `le` only belong together; where both kinds meet,
 * neither counts.
 */
function quantiles(
  lines: readonly Line[],
  q: (i: number) => number,
  steps: Steps,
  warn: (text: string) => void,
): Line[] {
  const native = new Map(lines.filter((line) => line.histograms).map((line) => [keyOf(line.labels), line]));
  const classic = classicHistograms(lines, warn);
  return merged(
    [
      ...[...native].map(([key, line]) => nativeQuantiles(line, classic.get(key), q, steps, warn)),
      ...[...classic].map(([key, histogram]) => classicQuantiles(histogram, native.get(key), q, steps, warn)),
    ],
    steps,
  );
}

/** By their labels without `le`. */
function classicHistograms(lines: readonly Line[], warn: (text: string) => void): Map<string, Classic> {
  const found = new Map<string, Classic>();
  for (const line of lines) {
    if (!line.has.includes(FLOAT)) continue;
    const le = leOf(line.labels['le']);
    if (le === undefined) {
      warn(
        'histogram_quantile passed over a series without a usable "le": ' +
          `${line.labels['le'] === undefined ? 'it has none' : `le="${line.labels['le']}"`}.`,
      );
      continue;
    }
    const labels = without(line.labels, ['le']);
    const key = keyOf(labels);
    const histogram = found.get(key);
    if (histogram) histogram.buckets.push({ le, line });
    else found.set(key, { labels, buckets: [{ le, line }] });
  }
  return found;
}

/** `beside`: a classic histogram with the same labels. */
function nativeQuantiles(
  line: Line,
  beside: Classic | undefined,
  q: (i: number) => number,
  steps: Steps,
  warn: (text: string) => void,
): Line {
  const to = newLine(nameless(line.labels), steps);
  for (let i = 0; i < steps.count; i++) {
    const h = line.has[i] === HISTOGRAM ? line.histograms?.[i] : undefined;
    if (!h) continue;
    if (beside?.buckets.some((b) => b.line.has[i] === FLOAT) === true) {
      warn('histogram_quantile met a classic and a native histogram with the same labels: it has no value there.');
      continue;
    }
    to.has[i] = FLOAT;
    to.values[i] = histogramQuantile(q(i), h);
  }
  return to;
}

/** `beside`: a native histogram with the same labels. */
function classicQuantiles(
  { labels, buckets }: Classic,
  beside: Line | undefined,
  q: (i: number) => number,
  steps: Steps,
  warn: (text: string) => void,
): Line {
  buckets.sort((a, b) => a.le - b.le);
  const to = newLine(nameless(labels), steps);
  const b: ClassicBuckets = {
    bounds: new Float64Array(buckets.length),
    counts: new Float64Array(buckets.length),
    n: 0,
  };
  for (let i = 0; i < steps.count; i++) {
    b.n = 0;
    for (const { le, line } of buckets)
      if (line.has[i] === FLOAT) {
        b.bounds[b.n] = le;
        b.counts[b.n++] = line.values[i] ?? NaN;
      }
    if (b.n === 0 || beside?.has[i] === HISTOGRAM) continue;
    to.has[i] = FLOAT;
    to.values[i] = bucketQuantile(q(i), b, () => {
      warn('Counts of some buckets fell from one bound to the next; histogram_quantile took them as rising.');
    });
  }
  return to;
}

/** evalLabelReplace: the pattern must match the whole value. */
function labelReplace({ args }: CallExpr, lines: readonly Line[], steps: Steps): Line[] {
  const [target, replacement, source, pattern] = args.slice(1).map(textOf) as [string, string, string, string];
  const re = goRegExp(pattern);
  return merged(
    lines.map((line) => {
      const m = re.exec(line.labels[source] ?? '');
      return m ? relabelled(line, withLabel(line.labels, target, expand(replacement, m))) : line;
    }),
    steps,
  );
}

function textOf(expr: Expr): string {
  return expr.kind === 'string' ? expr.value : '';
}

/** Go's regexp.Expand: $1, ${1}, $name, $$. "$1x" names the group "1x"; a missing group gives ''. */
function expand(template: string, m: RegExpExecArray): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (all, braced?: string, bare?: string) => {
    if (all === '$$') return '$';
    const name = braced ?? bare ?? '';
    return (/^\d+$/.test(name) ? m[Number(name)] : m.groups?.[name]) ?? '';
  });
}
