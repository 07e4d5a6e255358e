/** Callers and callees of functions: `go tool pprof -peek`. */
import type { Model } from '../model';
import { pattern } from '../part/pattern';
import { order } from '../top';
import type { AskedFrames, Edge, Peek } from '../types';
import { edgesOf, type Edges } from './edges';
import { printed } from './printed';

export function peek(model: Model, query: AskedFrames & { readonly match: string | readonly number[] }): Peek {
  const view = model.view(query.part);
  const { nodes } = view;
  const before = model.before(query.sampleType);
  const now = edgesOf(view, model.values(query.sampleType));
  const was = before && edgesOf(view, before);
  const { match } = query;
  const wanted = typeof match === 'string' ? pattern(match, 'peek') : undefined;
  const ids = Array.from(order(view, now, was)).filter((id) =>
    wanted ? wanted(printed(nodes, id)) : (match as readonly number[]).includes(id),
  );
  const callers = grouped(now, was, 'to', ids, nodes.count);
  const callees = grouped(now, was, 'from', ids, nodes.count);
  const byWeight = (a: Edge, b: Edge) =>
    Math.abs(b.value) - Math.abs(a.value) || (printed(nodes, a.id) < printed(nodes, b.id) ? -1 : 1);
  const entries = ids.map((id) => ({
    id,
    flat: now.flat[id] as number,
    cum: now.cum[id] as number,
    callers: (callers.get(id) ?? []).sort(byWeight),
    callees: (callees.get(id) ?? []).sort(byWeight),
    ...(was && { before: { flat: was.flat[id] as number, cum: was.cum[id] as number } }),
  }));
  const used = new Set(entries.flatMap((e) => [e.id, ...e.callers.map((c) => c.id), ...e.callees.map((c) => c.id)]));
  return {
    entries,
    frames: [...used].sort((a, b) => a - b).map((id) => model.frame(id, query.ownModules)),
    total: model.total(query.sampleType),
  };
}

/**
 * Edges of the wanted functions by the function at one end. For a difference, calls that didn't change are included,
 * with the value 0: `now` leaves out samples without a value, so only `was` has them.
 */
function grouped(
  now: Edges,
  was: Edges | undefined,
  end: 'from' | 'to',
  ids: readonly number[],
  count: number,
): Map<number, Edge[]> {
  const wanted = new Set(ids);
  const other = end === 'from' ? 'to' : 'from';
  const befores = new Map<number, number>();
  const key = (e: Edges, i: number) => (e.from[i] as number) * count + (e.to[i] as number);
  was?.from.forEach((_, i) => {
    if (wanted.has(was[end][i] as number)) befores.set(key(was, i), was.value[i] as number);
  });
  const out = new Map<number, Edge[]>();
  const add = (id: number, edge: Edge) => {
    const list = out.get(id);
    if (list) list.push(edge);
    else out.set(id, [edge]);
  };
  now.from.forEach((_, i) => {
    const id = now[end][i] as number;
    if (!wanted.has(id)) return;
    const before = befores.get(key(now, i));
    befores.delete(key(now, i));
    add(id, {
      id: now[other][i] as number,
      value: now.value[i] as number,
      inlined: now.inlined[i] as boolean,
      ...(was && { before: before ?? 0 }),
    });
  });
  was?.from.forEach((_, i) => {
    const id = was[end][i] as number;
    if (wanted.has(id) && befores.has(key(was, i)))
      add(id, {
        id: was[other][i] as number,
        value: 0,
        inlined: was.inlined[i] as boolean,
        before: was.value[i] as number,
      });
  });
  return out;
}
