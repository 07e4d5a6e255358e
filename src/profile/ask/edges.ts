/**
 * The calls between functions, as pprof's graph counts them (internal/graph/graph.go): once for each sample, and none
 * from a function to itself. A call that passes through functions that are not kept is residual.
 */
import { NONE } from '../columns';
import type { View } from '../part/view';

export interface Edges {
  /** Edges by number, in the order in which they first occur. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly value: readonly number[];
  readonly residual: readonly boolean[];
  readonly inlined: readonly boolean[];
  /** Flat and cum by node, of the kept ones: flat only where the innermost frame itself is kept. */
  readonly flat: Float64Array;
  readonly cum: Float64Array;
}

/** `kept`: 1 for each node that is shown; undefined: all. */
export function edgesOf(view: View, values: Float64Array, kept?: Uint8Array): Edges {
  const {
    columns: { frames, frameAt, samples: all },
    nodeOf,
    inlined,
    ends,
    samples,
    nodes: { count },
  } = view;
  const found = new Map<number, number>();
  const from: number[] = [];
  const to: number[] = [];
  const value: number[] = [];
  const residual: boolean[] = [];
  const inline: boolean[] = [];
  /** The last sample that counted each edge. */
  const counted: number[] = [];
  const flat = new Float64Array(count);
  const cum = new Float64Array(count);
  const seen = new Int32Array(count).fill(-1);
  for (let k = 0, n = samples?.length ?? all; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    const v = values[i] as number;
    if (v === 0) continue;
    let parent = NONE;
    let over = false;
    for (let j = (ends[i] as number) - 1, first = frameAt[i] as number; j >= first; j--) {
      const line = frames[j] as number;
      const id = nodeOf[line] as number;
      if (id === NONE) continue;
      if (kept?.[id] === 0) {
        over = true;
        continue;
      }
      if (seen[id] !== i) {
        seen[id] = i;
        cum[id] = (cum[id] as number) + v;
      }
      if (parent !== NONE && parent !== id) {
        const key = parent * count + id;
        let e = found.get(key);
        if (e === undefined) {
          found.set(key, (e = from.push(parent) - 1));
          to.push(id);
          value.push(0);
          residual.push(false);
          inline.push(true);
          counted.push(-1);
        }
        if (counted[e] !== i) {
          counted[e] = i;
          value[e] = (value[e] as number) + v;
          if (over) residual[e] = true;
          if (inlined[line] === 0) inline[e] = false;
        }
      }
      parent = id;
      over = false;
    }
    if (parent !== NONE && !over) flat[parent] = (flat[parent] as number) + v;
  }
  return { from, to, value, residual, inlined: inline, flat, cum };
}
