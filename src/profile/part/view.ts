/**
 * A part of a profile, ready to be queried: which samples, where their stacks begin, and which node each line of the
 * columns counts for. All parts share the stacks themselves, so changing a filter costs at most one pass over them.
 */
import { ROOT_ITSELF, WRAPPER } from '../layers/roots';
import { NONE, type Columns } from '../columns';
import type { Granularity, Part } from '../answers';
import type { LabelSets } from './labels';
import { FOCUSED, IGNORED, markLines, type LineMarks } from './lines';
import type { Nodes } from './nodes';
import { tagMask } from './tags';

export interface View {
  readonly columns: Columns;
  readonly nodes: Nodes;
  readonly granularity: Granularity;
  /** The samples of the part, in the file's order; undefined: all. */
  readonly samples: Uint32Array | undefined;
  /** End of each sample's stack, at the root, in `columns.frames`; excludes what showFrom or cut took away. */
  readonly ends: Uint32Array;
  /** Node of each line; NONE: the frame is left out. */
  readonly nodeOf: Uint32Array;
  /** 1 for each line that was inlined into the next one of its location. */
  readonly inlined: Uint8Array;
}

/** `labels` is called only when the part has filters by label. Throws `profile.pattern`. */
export function viewOf(columns: Columns, nodes: Nodes, part: Part, labels: () => LabelSets): View {
  const granularity = part.granularity ?? 'functions';
  const marks = markLines(columns, part);
  const ids = nodes.of(columns, granularity);
  const nodeOf = marks.some ? ids.map((id, k) => (marks.kept[k] === 1 ? id : NONE)) : ids;
  const ends = marks.begins || marks.roots ? columns.frameAt.slice(1) : columns.frameAt.subarray(1);
  let samples = byFrames(columns, marks, ends);
  for (const [filters, wanted, what] of [
    [part.tagFocus, 1, 'tag focus'],
    [part.tagIgnore, 0, 'tag ignore'],
  ] as const) {
    for (const filter of filters ?? []) {
      if (filter === '') continue;
      const sets = labels();
      const mask = tagMask(sets, filter, what);
      samples = choose(samples, columns.samples, (i) => mask[sets.of[i] as number] === wanted);
    }
  }
  return { columns, nodes, granularity, samples, ends, nodeOf, inlined: inlinedLines(columns, marks) };
}

/** Chooses samples by focus, ignore and what is left of the stacks; moves `ends`. */
function byFrames(
  c: Columns,
  { kept, some, chosen, begins, roots }: LineMarks,
  ends: Uint32Array,
): Uint32Array | undefined {
  if (!chosen && !begins && !roots) return undefined;
  const { frames, frameAt } = c;
  return choose(undefined, c.samples, (i) => {
    const from = frameAt[i] as number;
    let end = ends[i] as number;
    if (chosen) {
      let seen = 0;
      for (let j = from; j < end; j++) {
        seen |= chosen[frames[j] as number] as number;
        if (seen >= IGNORED) return false;
      }
      if (seen !== FOCUSED) return false;
      if (some) {
        let j = from;
        while (j < end && kept[frames[j] as number] === 0) j++;
        if (j === end) return false;
      }
    }
    if (begins) {
      while (end > from && (kept[frames[end - 1] as number] === 0 || begins[frames[end - 1] as number] === 0)) end--;
      if (end === from) return false;
    }
    if (roots) {
      end = rootOf(frames, from, end, roots);
      while (end > from && kept[frames[end - 1] as number] === 0) end--;
      if (end === from) return false;
    }
    ends[i] = end;
    return true;
  });
}

/**
 * End of the stack when a controller's root becomes its root: the index after that frame; `from` when there is none.
 */
export function rootOf(frames: Uint32Array, from: number, end: number, roots: Uint8Array): number {
  for (let j = end - 1; j >= from; j--) {
    const mark = roots[frames[j] as number];
    if (mark === 0 || mark === WRAPPER) continue;
    if (mark === ROOT_ITSELF) return j + 1;
    // The framework's own Reconcile: the root is what it calls, past the framework's wrappers.
    while (j > from && roots[frames[j - 1] as number] !== 0 && roots[frames[j - 1] as number] !== ROOT_ITSELF) j--;
    return j;
  }
  return from;
}

function choose(samples: Uint32Array | undefined, count: number, wanted: (sample: number) => boolean): Uint32Array {
  const out = new Uint32Array(samples?.length ?? count);
  let n = 0;
  if (samples) {
    for (let k = 0; k < samples.length; k++) {
      const i = samples[k] as number;
      if (wanted(i)) out[n++] = i;
    }
  } else for (let i = 0; i < count; i++) if (wanted(i)) out[n++] = i;
  return out.subarray(0, n);
}

/** pprof calls a frame inlined when another frame of its location that is still shown lies above it. */
function inlinedLines({ lineAt, lineFn }: Columns, { kept }: LineMarks): Uint8Array {
  const out = new Uint8Array(lineFn.length);
  for (let l = 0; l + 1 < lineAt.length; l++) {
    let above = false;
    for (let k = (lineAt[l + 1] as number) - 1; k >= (lineAt[l] as number); k--) {
      if (kept[k] === 0) continue;
      if (above) out[k] = 1;
      above = true;
    }
  }
  return out;
}
