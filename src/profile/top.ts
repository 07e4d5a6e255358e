/** Flat and cumulative values per function, counted as `go tool pprof -top` counts them. */
import { printed } from './ask/printed';
import { NONE } from './columns';
import type { Model } from './model';
import type { View } from './part/view';
import type { AskedFrames, Change, TopTable } from './types';

/** Sums by node id; the columns have `nodes.count` entries. */
export interface Sums {
  readonly flat: Float64Array;
  readonly cum: Float64Array;
}

/**
 * A function counts once in a sample's cum, however often it recurs; flat goes to the innermost frame that is shown.
 */
export function sumUp(view: View, values: Float64Array): Sums {
  const {
    columns: { frames, frameAt, samples: all },
    nodeOf,
    ends,
    samples,
    nodes: { count },
  } = view;
  const flat = new Float64Array(count);
  const cum = new Float64Array(count);
  const seen = new Int32Array(count).fill(-1);
  const n = samples?.length ?? all;
  for (let k = 0; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    const v = values[i] as number;
    if (v === 0) continue;
    let leaf = NONE;
    for (let j = frameAt[i] as number, end = ends[i] as number; j < end; j++) {
      const id = nodeOf[frames[j] as number] as number;
      if (id === NONE || seen[id] === i) continue;
      seen[id] = i;
      cum[id] = (cum[id] as number) + v;
      if (leaf === NONE) {
        leaf = id;
        flat[id] = (flat[id] as number) + v;
      }
    }
  }
  return { flat, cum };
}

/** Node ids with a value, now or before, as `go tool pprof -top` sorts them. */
export function order(view: View, { flat, cum }: Sums, before?: Sums, by: 'flat' | 'cum' = 'flat'): Uint32Array {
  const { nodes } = view;
  const [first, last] = by === 'flat' ? [flat, cum] : [cum, flat];
  const ids = new Uint32Array(flat.length);
  let n = 0;
  for (let id = 0; id < ids.length; id++)
    if (flat[id] !== 0 || cum[id] !== 0 || (before !== undefined && before.cum[id] !== 0)) ids[n++] = id;
  const size = (values: Float64Array, id: number) => Math.abs(values[id] as number);
  const byName = (a: number, b: number) => {
    const [x, y] = [printed(nodes, a), printed(nodes, b)];
    return x < y ? -1 : x > y ? 1 : 0;
  };
  return ids
    .slice(0, n)
    .sort((a, b) => size(first, b) - size(first, a) || byName(a, b) || size(last, b) - size(last, a));
}

export function topTable(model: Model, query: AskedFrames): TopTable {
  const view = model.view(query.part);
  const before = model.before(query.sampleType);
  const sums = sumUp(view, model.values(query.sampleType));
  const was = before && sumUp(view, before);
  const id = order(view, sums, was);
  const pick = (values: Float64Array) => Float64Array.from(id, (i) => values[i] as number);
  const frames = Array.from(id, (i) => model.frame(i, query.ownModules));
  const [flat, cum] = [pick(sums.flat), pick(sums.cum)];
  const change = (now: Float64Array, b: Float64Array): Change => ({
    before: b,
    after: now.map((v, i) => v + (b[i] as number)),
  });
  const inlined = inlinedNodes(view);
  return {
    id,
    flat,
    cum,
    layer: Uint8Array.from(frames, (f) => f.layer),
    inlined: Uint8Array.from(id, (i) => inlined[i] as number),
    names: frames.map((f) => f.name),
    files: frames.map((f) => f.file),
    lines: Float64Array.from(frames, (f) => f.line),
    total: model.total(query.sampleType),
    ...(was && { change: { flat: change(flat, pick(was.flat)), cum: change(cum, pick(was.cum)) } }),
  };
}

/** For each node: 0, 1 or 2 when none, some or all of its lines were inlined into the line above. */
function inlinedNodes({ nodeOf, inlined, nodes }: View): Uint8Array {
  const some = new Uint8Array(nodes.count);
  const none = new Uint8Array(nodes.count);
  for (let k = 0; k < nodeOf.length; k++) {
    const id = nodeOf[k] as number;
    if (id !== NONE) (inlined[k] === 1 ? some : none)[id] = 1;
  }
  return some.map((yes, id) => (yes === 0 ? 0 : none[id] === 1 ? 1 : 2));
}
