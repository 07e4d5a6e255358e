/** Values of expressions while a query is evaluated: lines over all steps at once. */
import type { Labels, NativeHistogram } from '../types';
import { keyOf, without } from './labels';
import { conflict } from './problem';

export const NONE = 0,
  FLOAT = 1,
  HISTOGRAM = 2;

/** The moments at which a query is evaluated. */
export interface Steps {
  /** ms since the epoch, as Prometheus counts (model/timestamp). */
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/**
 * One series of a vector, as parallel columns over the steps. A scalar is a line without labels that has a value at
 * every step.
 */
export interface Line {
  readonly labels: Labels;
  /** NONE, FLOAT or HISTOGRAM for each step. */
  readonly has: Uint8Array;
  readonly values: Float64Array;
  /** Values of the steps with HISTOGRAM; undefined when there are none. */
  histograms?: (NativeHistogram | undefined)[];
}

export function newLine(labels: Labels, { count }: Steps): Line {
  return { labels, has: new Uint8Array(count), values: new Float64Array(count) };
}

export function putHistogram(line: Line, i: number, h: NativeHistogram): void {
  line.has[i] = HISTOGRAM;
  (line.histograms ??= new Array<NativeHistogram | undefined>(line.has.length).fill(undefined))[i] = h;
}

/** Copies one step of a line into another. */
export function copyStep(from: Line, to: Line, i: number): void {
  const has = from.has[i] ?? NONE;
  if (has === HISTOGRAM) {
    const h = from.histograms?.[i];
    if (h) putHistogram(to, i, h);
    return;
  }
  to.has[i] = has;
  to.values[i] = from.values[i] ?? NaN;
}

/** The same values under other labels. */
export function relabelled(line: Line, labels: Labels): Line {
  return { labels, has: line.has, values: line.values, ...(line.histograms && { histograms: line.histograms }) };
}

/** A function drops the name, and also a type and unit in labels (schema.IsMetadataLabel). */
const NAMES = ['__name__', '__type__', '__unit__'] as const;
export function nameless(labels: Labels): Labels {
  return without(labels, NAMES);
}

/**
 * Joins lines whose labels became the same, as long as no step has a value in both. @throws Problem
 * `metrics.promqlData` (engine.go: "vector cannot contain metrics with the same labelset")
 */
export function merged(lines: readonly Line[], steps: Steps): Line[] {
  const seen = new Map<string, number>();
  const out: Line[] = [];
  const own = new Set<number>();
  for (const line of lines) {
    const key = keyOf(line.labels);
    const at = seen.get(key);
    if (at === undefined) {
      seen.set(key, out.length);
      out.push(line);
      continue;
    }
    let into = out[at] as Line;
    if (!own.has(at)) {
      const copy = newLine(into.labels, steps);
      for (let i = 0; i < steps.count; i++) if (into.has[i] !== NONE) copyStep(into, copy, i);
      out[at] = into = copy;
      own.add(at);
    }
    for (let i = 0; i < steps.count; i++) {
      if (line.has[i] === NONE) continue;
      if (into.has[i] !== NONE) throw sameLabels(line.labels);
      copyStep(line, into, i);
    }
  }
  return out;
}

function sameLabels(labels: Labels): Error {
  return conflict(
    `Two series of the result have the same labels ${show(labels)}.`,
    'Ask for one metric at a time, or keep them apart by a label.',
  );
}

export function show(labels: Labels): string {
  return `{${Object.keys(labels)
    .sort()
    .map((k) => `${k}=${JSON.stringify(labels[k])}`)
    .join(', ')}}`;
}
