/** The labels of the samples, each set stored once: a million samples usually share a few sets. */
import type { Columns, Label } from '../columns';

export interface LabelSets {
  /** Index into `sets`, by sample; 0 is the set without labels. */
  readonly of: Uint32Array;
  readonly sets: readonly (readonly Label[])[];
  /** Unit of each key that has numbers, as pprof determines it: the first one that occurs, otherwise by the key. */
  readonly units: ReadonlyMap<string, string>;
}

export function labelSets(columns: Columns): LabelSets {
  const of = new Uint32Array(columns.samples);
  const sets: (readonly Label[])[] = [[]];
  const ids = new Map<string, number>([['[]', 0]]);
  for (let i = 0; i < columns.samples; i++) {
    const labels = columns.labels(i);
    if (labels.length === 0) continue;
    const key = JSON.stringify(labels);
    let id = ids.get(key);
    if (id === undefined) {
      ids.set(key, (id = sets.length));
      sets.push(labels);
    }
    of[i] = id;
  }
  return { of, sets, units: unitsOf(sets) };
}

/** pprof: `(*Profile).NumLabelUnits`, profile/profile.go. */
function unitsOf(sets: readonly (readonly Label[])[]): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  const keys = new Set<string>();
  for (const { key, value, unit } of sets.flat()) {
    if (typeof value === 'string') continue;
    keys.add(key);
    if (unit !== '' && !units.has(key)) units.set(key, unit);
  }
  for (const key of keys) if (!units.has(key)) units.set(key, key === 'alignment' || key === 'request' ? 'bytes' : key);
  return units;
}
