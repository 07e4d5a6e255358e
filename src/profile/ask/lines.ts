/** Values per line of source, for pages that show sources and for the lines of an editor. */
import { NONE } from '../columns';
import type { Model } from '../model';
import { sumUp } from '../top';
import type { View } from '../part/view';
import type { Change, LinesQuery, LineTable } from '../types';

/** By function and line, and by line: each line counts once in a sample's cum, however often it recurs. */
export function lineTable(model: Model, query: LinesQuery): LineTable {
  const view = model.view({ ...query.part, granularity: 'lines' });
  const { nodes, nodeOf, inlined } = view;
  const chosen = (id: number) =>
    (query.file === undefined || nodes.files[id] === query.file) &&
    (query.name === undefined || nodes.names[id] === query.name);
  const rows = summed(model, view, query.sampleType, (id) => chosen(id) && (nodes.files[id] ?? '') !== '');
  const place = (id: number) => `${nodes.files[id]}\n${nodes.lines[id]}`;
  rows.ids.sort(
    (a, b) =>
      compare(nodes.files[a] as string, nodes.files[b] as string) ||
      (nodes.lines[a] as number) - (nodes.lines[b] as number) ||
      compare(nodes.names[a] as string, nodes.names[b] as string),
  );

  // A line may belong to several functions (a closure and the function around it), so lines get ids of their own, used
  // only here.
  const lineIds = new Map<string, number>();
  const firsts: number[] = [];
  const lineOf = new Uint32Array(nodes.count).fill(NONE);
  for (const id of rows.ids) {
    const key = place(id);
    let line = lineIds.get(key);
    if (line === undefined) {
      lineIds.set(key, (line = firsts.length));
      firsts.push(id);
    }
    lineOf[id] = line;
  }
  const merged: View = { ...view, nodeOf: nodeOf.map((id) => (id === NONE ? NONE : (lineOf[id] as number))) };
  const whole = flatOf(model, view, merged, query.sampleType);

  const files = distinct(rows.ids.map((id) => nodes.files[id] as string));
  const names = distinct(rows.ids.map((id) => nodes.names[id] as string));
  const someOutside = new Uint8Array(nodes.count);
  const { lineFn, fnStart } = view.columns;
  const start = new Float64Array(nodes.count);
  for (let k = 0; k < nodeOf.length; k++)
    if (nodeOf[k] !== NONE) start[nodeOf[k] as number] = fnStart[lineFn[k] as number] as number;
  for (let k = 0; k < nodeOf.length; k++)
    if (nodeOf[k] !== NONE && inlined[k] === 0) someOutside[nodeOf[k] as number] = 1;
  const column = (values: Float64Array) => Float64Array.from(rows.ids, (id) => values[id] as number);
  const change = (now: Float64Array, before: Float64Array): Change => ({
    before,
    after: now.map((v, i) => v + (before[i] as number)),
  });
  const [flat, cum] = [column(rows.flat), column(rows.cum)];
  return {
    file: Uint32Array.from(rows.ids, (id) => files.at(nodes.files[id] as string)),
    name: Uint32Array.from(rows.ids, (id) => names.at(nodes.names[id] as string)),
    line: Float64Array.from(rows.ids, (id) => nodes.lines[id] as number),
    start: column(start),
    flat,
    cum,
    inlined: Uint8Array.from(rows.ids, (id) => 1 - (someOutside[id] as number)),
    files: files.all,
    names: names.all,
    total: model.total(query.sampleType),
    ...(rows.was && { change: { flat: change(flat, column(rows.was.flat)), cum: change(cum, column(rows.was.cum)) } }),
    byLine: {
      file: Uint32Array.from(firsts, (id) => files.at(nodes.files[id] as string)),
      line: Float64Array.from(firsts, (id) => nodes.lines[id] as number),
      flat: whole.flat.slice(0, firsts.length),
      cum: whole.cum.slice(0, firsts.length),
      ...(whole.was && {
        change: {
          flat: change(whole.flat.slice(0, firsts.length), whole.was.flat.slice(0, firsts.length)),
          cum: change(whole.cum.slice(0, firsts.length), whole.was.cum.slice(0, firsts.length)),
        },
      }),
    },
  };
}

function summed(model: Model, view: View, sampleType: number, wanted: (id: number) => boolean) {
  const { flat, cum } = sumUp(view, model.values(sampleType));
  const before = model.before(sampleType);
  const was = before && sumUp(view, before);
  const ids: number[] = [];
  for (let id = 0; id < cum.length; id++)
    if ((cum[id] !== 0 || flat[id] !== 0 || (was !== undefined && was.cum[id] !== 0)) && wanted(id)) ids.push(id);
  return { ids, flat, cum, was };
}

/**
 * Flat belongs to the innermost frame, which may be on a line that was not asked for, so it is summed over all lines.
 */
function flatOf(model: Model, view: View, merged: View, sampleType: number) {
  const once = (values: Float64Array) => {
    const { cum } = sumUp(merged, values);
    const { flat: each } = sumUp(view, values);
    const flat = new Float64Array(cum.length);
    for (let k = 0; k < view.nodeOf.length; k++) {
      const id = view.nodeOf[k] as number;
      const line = merged.nodeOf[k] as number;
      if (line === NONE) continue;
      flat[line] = (flat[line] as number) + (each[id] as number);
      each[id] = 0;
    }
    return { flat, cum };
  };
  const before = model.before(sampleType);
  return { ...once(model.values(sampleType)), was: before && once(before) };
}

function distinct(texts: readonly string[]): { readonly all: string[]; at(text: string): number } {
  const ids = new Map<string, number>();
  for (const t of texts) if (!ids.has(t)) ids.set(t, ids.size);
  return { all: [...ids.keys()], at: (t) => ids.get(t) ?? 0 };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
