/**
 * How many labels of a function's own samples pprof draws beside it. They take room in the picture, so they affect how
 * many functions fit (`countTags` and `TrimLowFrequencyTags`, internal/graph/graph.go).
 */
import { NONE, type Label } from '../columns';
import type { Model } from '../model';
import { scaled } from '../part/scale';
import type { View } from '../part/view';
import type { Edges } from './edges';

/** maxNodelets, internal/graph/dotgraph.go. */
const MOST = 4;

/** Counts for each of the nodes that `edges` kept. */
export function tagCounts(
  model: Model,
  view: View,
  values: Float64Array,
  { cum }: Edges,
  cutoff: number,
): (id: number) => number {
  const {
    columns: { frames, frameAt, samples: all },
    nodeOf,
    ends,
    samples,
  } = view;
  const { of, sets, units } = model.labels;
  if (sets.length === 1) return () => 0;
  const texts = sets.map((set) => tagTexts(set, units));
  const sums = new Map<string, { id: number; flat: number; cum: number }>();
  const add = (id: number, text: string, v: number, own: boolean): void => {
    const key = `${id} ${text}`;
    let s = sums.get(key);
    if (!s) sums.set(key, (s = { id, flat: 0, cum: 0 }));
    if (own) s.flat += v;
    else s.cum += v;
  };
  for (let k = 0, n = samples?.length ?? all; k < n; k++) {
    const i = samples ? (samples[k] as number) : k;
    const v = values[i] as number;
    const tags = texts[of[i] as number] as readonly string[];
    if (v === 0 || tags.length === 0) continue;
    const seen = new Set<number>();
    for (let j = (ends[i] as number) - 1, first = frameAt[i] as number; j >= first; j--) {
      const id = nodeOf[frames[j] as number] as number;
      if (id === NONE || cum[id] === 0 || seen.has(id)) continue;
      seen.add(id);
      for (const t of tags) add(id, t, v, false);
    }
    let leaf = frameAt[i] as number;
    while (leaf < (ends[i] as number) && nodeOf[frames[leaf] as number] === NONE) leaf++;
    const own = leaf < (ends[i] as number) ? (nodeOf[frames[leaf] as number] as number) : NONE;
    if (own !== NONE && cum[own] !== 0) for (const t of tags) add(own, t, v, true);
  }
  const counts = new Map<number, number>();
  for (const { id, flat, cum: c } of sums.values()) {
    if (flat !== 0 && (Math.abs(flat) >= cutoff || Math.abs(c) >= cutoff)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return (id) => Math.min(MOST, counts.get(id) ?? 0);
}

/** One tag for all text labels together, and one for each number of bytes with them; other numbers are not drawn. */
function tagTexts(set: readonly Label[], units: ReadonlyMap<string, string>): readonly string[] {
  const joined = set
    .filter((l) => typeof l.value === 'string')
    .map((l) => `${l.key}:${l.value}`)
    .sort()
    .join('\\n');
  const numbers = set
    .filter((l) => typeof l.value === 'number' && l.key === 'bytes')
    .map((l) => `${joined}\n${scaled(l.value as number, units.get(l.key) ?? '')}`);
  return [...(joined === '' ? [] : [joined]), ...numbers];
}
