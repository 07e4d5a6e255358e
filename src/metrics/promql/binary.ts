/**
 * Operators between vectors and numbers (promql/engine.go: VectorBinop, VectorscalarBinop, VectorAnd, VectorOr,
 * VectorUnless).
 */
import type { Labels, NativeHistogram } from '../types';
import { COMPARE, type BinaryExpr, type BinaryOp, type Matching } from './ast';
import { compact, equal, plus, scaled, NO_BUCKETS } from './buckets';
import { keyOf, keyWith, only, withLabel, without } from './labels';
import {
  FLOAT,
  HISTOGRAM,
  NONE,
  copyStep,
  merged,
  nameless,
  newLine,
  putHistogram,
  relabelled,
  show,
  type Line,
  type Steps,
} from './lines';
import { conflict } from './problem';

/** Result of an operator for a pair: a value and, for a comparison, whether it holds. */
interface Outcome {
  f: number;
  h: NativeHistogram | undefined;
  keep: boolean;
}

export function numbers(op: BinaryOp, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return power(a, b);
    default:
      return holds(op, a, b) ? 1 : 0;
  }
}

/** Go's math.Pow: unlike in JavaScript, 1 to any power is 1, and so is -1 to ±infinity. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b;
}

function holds(op: BinaryOp, a: number, b: number): boolean {
  switch (op) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return false;
  }
}

/** vectorElemBinop; undefined where the operator has no meaning for the two. */
function element(op: BinaryOp, a: number | NativeHistogram, b: number | NativeHistogram): Outcome | undefined {
  if (typeof a === 'number' && typeof b === 'number')
    return COMPARE.has(op)
      ? { f: a, h: undefined, keep: holds(op, a, b) }
      : { f: numbers(op, a, b), h: undefined, keep: true };
  const give = (h: NativeHistogram, keep = true): Outcome => ({ f: NaN, h, keep });
  if (typeof a !== 'number' && typeof b !== 'number') {
    if (op === '+' || op === '-') return give(plus(a, b, op === '+' ? 1 : -1));
    if (op === '==' || op === '!=') return give(a, equal(a, b) === (op === '=='));
    return undefined;
  }
  if (typeof a === 'number')
    return op === '*' && typeof b !== 'number' ? give(compact(scaled(b, (v) => v * a))) : undefined;
  const n = b as number;
  if (op === '*') return give(compact(scaled(a, (v) => v * n)));
  if (op !== '/') return undefined;
  const divided = scaled(a, (v) => v / n);
  return give(n === 0 ? { ...divided, positive: NO_BUCKETS, negative: NO_BUCKETS } : compact(divided));
}

function valueAt(line: Line, i: number): number | NativeHistogram {
  return line.has[i] === HISTOGRAM ? (line.histograms?.[i] ?? NaN) : (line.values[i] ?? NaN);
}

function put(line: Line, i: number, { f, h, keep }: Outcome, bool: boolean): void {
  if (bool) {
    line.has[i] = FLOAT;
    line.values[i] = keep ? 1 : 0;
  } else if (!keep) line.has[i] = NONE;
  else if (h) putHistogram(line, i, h);
  else {
    line.has[i] = FLOAT;
    line.values[i] = f;
  }
}

/** A vector and a number, either way round. */
export function withScalar(
  expr: BinaryExpr,
  vector: readonly Line[],
  scalar: Line,
  scalarIsLeft: boolean,
  steps: Steps,
  warn: (text: string) => void,
): Line[] {
  const { op, bool } = expr;
  const compares = COMPARE.has(op);
  const out = vector.map((from) => {
    const to = newLine(!compares || bool ? nameless(from.labels) : from.labels, steps);
    for (let i = 0; i < steps.count; i++) {
      if (from.has[i] === NONE) continue;
      const [v, s] = [valueAt(from, i), scalar.values[i] ?? NaN];
      const outcome = scalarIsLeft ? element(op, s, v) : element(op, v, s);
      if (!outcome) {
        warn(senseless(op));
        continue;
      }
      // A filter keeps the vector's value, on whichever side it stands.
      if (compares && scalarIsLeft && typeof v === 'number') outcome.f = v;
      put(to, i, outcome, bool);
    }
    return to;
  });
  return merged(out, steps);
}

function senseless(op: BinaryOp): string {
  return `"${op}" means nothing between a native histogram and what stands on its other side: it has no value there.`;
}

/** The labels that decide which series belong together. */
function signature({ on, labels }: Matching): (of: Labels) => string {
  if (on) return (l) => keyWith(l, labels);
  const ignored = ['__name__', '__type__', '__unit__', ...labels];
  return (l) => keyOf(without(l, ignored));
}

/** Lines by signature, in their order. */
function bySignature(lines: readonly Line[], matching: Matching): Map<string, Line[]> {
  const sign = signature(matching);
  const out = new Map<string, Line[]>();
  for (const line of lines) {
    const key = sign(line.labels);
    const group = out.get(key);
    if (group) group.push(line);
    else out.set(key, [line]);
  }
  return out;
}

export function setOperation(
  { op, matching }: BinaryExpr,
  left: readonly Line[],
  right: readonly Line[],
  steps: Steps,
): Line[] {
  const filter = (
    lines: readonly Line[],
    others: ReadonlyMap<string, readonly Line[]>,
    keepMatched: boolean,
  ): Line[] => {
    const sign = signature(matching);
    return lines.map((line) => {
      const against = others.get(sign(line.labels));
      if (!against) return keepMatched ? newLine(line.labels, steps) : line;
      const to = newLine(line.labels, steps);
      for (let i = 0; i < steps.count; i++) {
        if (line.has[i] !== NONE && against.some((o) => o.has[i] !== NONE) === keepMatched) copyStep(line, to, i);
      }
      return to;
    });
  };
  switch (op) {
    case 'and':
      return merged(filter(left, bySignature(right, matching), true), steps);
    case 'unless':
      return merged(filter(left, bySignature(right, matching), false), steps);
    default:
      return merged([...left, ...filter(right, bySignature(left, matching), false)], steps);
  }
}

/** Two vectors, one to one or, with group_left and group_right, many to one. */
export function vectors(
  expr: BinaryExpr,
  left: readonly Line[],
  right: readonly Line[],
  steps: Steps,
  warn: (text: string) => void,
): Line[] {
  const { op, bool, matching } = expr;
  const swapped = matching.many === 'right';
  const [many, one] = swapped ? [right, left] : [left, right];
  /** Steps with a value on the "many" side: the others are skipped. */
  const any = new Uint8Array(steps.count);
  for (const line of many) for (let i = 0; i < steps.count; i++) if (line.has[i] !== NONE) any[i] = 1;
  const ones = new Map([...bySignature(one, matching)].map(([key, lines]) => [key, partnersOf(lines, any, swapped)]));
  const out = new Map<string, Line>();
  for (const [key, group] of bySignature(many, matching)) {
    const found = ones.get(key);
    if (!found) continue;
    const { partners, partnerAt } = found;
    const used = new Uint8Array(steps.count);
    /** By the result's labels: the steps that are taken. Several series of the "many" side may give the same labels. */
    const taken = new Map<string, Uint8Array>();
    for (const line of group) {
      const results: (Line | undefined)[] = [];
      for (let i = 0; i < steps.count; i++) {
        const p = (partnerAt[i] ?? 0) - 1;
        const partner = partners[p];
        if (line.has[i] === NONE || !partner) continue;
        const [a, b] = swapped ? [valueAt(partner, i), valueAt(line, i)] : [valueAt(line, i), valueAt(partner, i)];
        const outcome = element(op, a, b);
        if (!outcome) {
          warn(senseless(op));
          continue;
        }
        let to = results[p];
        if (!to) {
          const labels = resultLabels(line.labels, partner.labels, expr);
          const id = keyOf(labels);
          to = out.get(id);
          if (!to) out.set(id, (to = newLine(labels, steps)));
          results[p] = to;
          if (!taken.has(id)) taken.set(id, new Uint8Array(steps.count));
        }
        if (matching.many === undefined) {
          if (used[i] === 1)
            throw manyToOne(
              line,
              'Say which side may have several by group_left or group_right, or match more labels.',
            );
          used[i] = 1;
        } else {
          const told = taken.get(keyOf(to.labels));
          if (told?.[i] === 1) throw manyToOne(line, 'Match more labels, or aggregate one side first.');
          if (told) told[i] = 1;
        }
        if (to.has[i] !== NONE) throw manyToOne(line, 'Match more labels, or aggregate one side first.');
        put(to, i, outcome, bool);
      }
    }
  }
  return [...out.values()];
}

/** Which line is on the "one" side at each step: its index plus one; 0 = none. */
function partnersOf(
  partners: readonly Line[],
  any: Uint8Array,
  swapped: boolean,
): { partners: readonly Line[]; partnerAt: Int32Array } {
  const partnerAt = new Int32Array(any.length);
  partners.forEach((line, p) => {
    for (let i = 0; i < any.length; i++) {
      if (line.has[i] === NONE || any[i] === 0) continue;
      const before = partners[(partnerAt[i] ?? 0) - 1];
      if (before) throw twoPartners(before, line, swapped);
      partnerAt[i] = p + 1;
    }
  });
  return { partners, partnerAt };
}

/** resultMetric. */
function resultLabels(many: Labels, one: Labels, { op, bool, matching }: BinaryExpr): Labels {
  let labels = !COMPARE.has(op) || bool ? nameless(many) : many;
  if (matching.many === undefined)
    labels = matching.on ? only(labels, matching.labels) : without(labels, matching.labels);
  for (const name of matching.include) labels = withLabel(labels, name, one[name] ?? '');
  return labels;
}

function twoPartners(a: Line, b: Line, swapped: boolean): Error {
  return conflict(
    `Two series on the ${swapped ? 'left' : 'right'} belong to the same match: ` +
      `${show(a.labels)} and ${show(b.labels)}.`,
    'Match more labels, or aggregate that side first.',
  );
}

function manyToOne(line: Line, next: string): Error {
  return conflict(`More than one series matches the other side's, for instance ${show(line.labels)}.`, next);
}

/** -x: numbers and histograms, without the name. */
export function negated(lines: readonly Line[], steps: Steps): Line[] {
  return merged(
    lines.map((line) => {
      const to = relabelled({ ...line, values: line.values.map((v) => -v) }, nameless(line.labels));
      if (line.histograms) to.histograms = line.histograms.map((h) => h && scaled(h, (v) => -v));
      return to;
    }),
    steps,
  );
}
