/** Flat and cumulative values per function, counted as `go tool pprof -top` counts them. */
import type { Model } from './model';
import type { TopRow } from './types';

/**
 * Every function with a value, by flat (largest absolute value first), then name. Functions are merged by name alone, as
 * pprof's granularity "functions" does; the file and line are those of the one with the largest part. A function counts once
 * in a sample's cum, however often it recurs; flat goes to the innermost inlined frame of the leaf.
 */
export function topRows(model: Model, sampleType: number): TopRow[] {
  const { stackAt, stack, lineAt, samples } = model.columns;
  const values = model.values(sampleType);
  const { lineId } = model;
  const { nameOf, names } = byName(model);
  const lineName = lineId.map((id) => nameOf[id] as number);
  const flat = new Float64Array(names);
  const cum = new Float64Array(names);
  // Share of each (name, file) in its name, to choose the file that is shown.
  const part = new Float64Array(model.functions);
  const seen = new Int32Array(names).fill(-1);
  for (let i = 0; i < samples; i++) {
    const v = values[i] as number;
    if (v === 0) continue;
    const from = stackAt[i] as number;
    const end = stackAt[i + 1] as number;
    if (from === end) continue;
    const leaf = lineName[lineAt[stack[from] as number] as number] as number;
    flat[leaf] = (flat[leaf] as number) + v;
    for (let j = from; j < end; j++) {
      const l = stack[j] as number;
      for (let k = lineAt[l] as number, last = lineAt[l + 1] as number; k < last; k++) {
        const n = lineName[k] as number;
        if (seen[n] === i) continue;
        seen[n] = i;
        cum[n] = (cum[n] as number) + v;
        const id = lineId[k] as number;
        part[id] = (part[id] as number) + Math.abs(v);
      }
    }
  }
  const shown = new Int32Array(names).fill(-1);
  for (let id = 0; id < model.functions; id++) {
    const n = nameOf[id] as number;
    const other = shown[n] as number;
    if (other < 0 || (part[id] as number) > (part[other] as number)) shown[n] = id;
  }
  const rows: TopRow[] = [];
  for (let n = 0; n < names; n++) {
    if (flat[n] === 0 && cum[n] === 0) continue;
    const id = shown[n] as number;
    rows.push({ name: model.name(id), file: model.file(id), line: model.line(id), flat: flat[n] as number, cum: cum[n] as number });
  }
  return rows.sort((a, b) => Math.abs(b.flat) - Math.abs(a.flat) || Math.abs(b.cum) - Math.abs(a.cum) || (a.name < b.name ? -1 : 1));
}

function byName(model: Model): { nameOf: Uint32Array; names: number } {
  const nameOf = new Uint32Array(model.functions);
  const ids = new Map<string, number>();
  for (let id = 0; id < nameOf.length; id++) {
    const name = model.name(id);
    let n = ids.get(name);
    if (n === undefined) ids.set(name, n = ids.size);
    nameOf[id] = n;
  }
  return { nameOf, names: ids.size };
}
