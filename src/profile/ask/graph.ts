/**
 * The call graph as pprof prunes it for its pictures (`newTrimmedGraph`, internal/report/report.go): its counts are
 * those of `-dot`.
 */
import { NONE } from '../columns';
import type { Model } from '../model';
import type { View } from '../part/view';
import type { CallGraph, GraphQuery } from '../types';
import { edgesOf, type Edges } from './edges';
import { tagCounts } from './nodelets';
import { printed } from './printed';

/** pprof's defaults: internal/driver/config.go and commands.go. */
const NODE_COUNT = 80;
const NODE_FRACTION = 0.005;
const EDGE_FRACTION = 0.001;

export function callGraph(model: Model, query: GraphQuery): CallGraph {
  const { nodeCount = NODE_COUNT, nodeFraction = NODE_FRACTION, edgeFraction = EDGE_FRACTION } = query;
  const view = model.view(query.part);
  const { nodes } = view;
  const values = model.values(query.sampleType);
  let edges = edgesOf(view, values);
  let shown = present(edges);
  const total = shown.reduce((sum, id) => sum + (edges.flat[id] as number), 0);
  const nodeCutoff = Math.abs(Math.trunc(total * nodeFraction));
  const edgeCutoff = Math.abs(Math.trunc(total * edgeFraction));
  const only = (ids: readonly number[]) => {
    const kept = new Uint8Array(nodes.count);
    for (const id of ids) kept[id] = 1;
    edges = edgesOf(view, values, kept);
    shown = present(edges);
  };

  const all = shown.length;
  if (nodeCutoff > 0) {
    const heavy = shown.filter((id) => Math.abs(edges.cum[id] as number) >= nodeCutoff);
    if (heavy.length < all) only(heavy);
  }
  const droppedNodes = all - shown.length;
  const before = shown.length;
  let alive = edges.from.map(() => true);
  shown = interesting(view, edges, shown, alive);
  if (nodeCount > 0) {
    alive = edges.value.map((v) => Math.abs(v) >= edgeCutoff);
    const most = fitting(shown, nodeCount, tagCounts(model, view, values, edges, nodeCutoff));
    if (most < shown.length) {
      only(shown.slice(0, most));
      shown = interesting(
        view,
        edges,
        shown,
        edges.from.map(() => true),
      );
    }
  }
  alive = edges.value.map((v) => Math.abs(v) >= edgeCutoff);
  const droppedEdges = alive.filter((a) => !a).length;
  dropRedundant(view, edges, shown, alive);

  const was = model.before(query.sampleType);
  const kept = new Uint8Array(nodes.count);
  for (const id of shown) kept[id] = 1;
  // Values of both signs may add up to zero. Such functions are not shown, and neither are their calls.
  edges.from.forEach((f, e) => {
    if (kept[f] === 0 || kept[edges.to[e] as number] === 0) alive[e] = false;
  });
  const old = was && edgesOf(view, was, kept);
  const oldEdges = new Map(old?.from.map((f, e) => [`${f} ${old.to[e]}`, old.value[e] as number]));
  return {
    nodes: shown.map((id) => ({
      id,
      flat: edges.flat[id] as number,
      cum: edges.cum[id] as number,
      ...(old && { before: { flat: old.flat[id] as number, cum: old.cum[id] as number } }),
    })),
    edges: [...alive.keys()]
      .filter((e) => alive[e])
      .sort(byWeight(view, edges))
      .map((e) => ({
        from: edges.from[e] as number,
        to: edges.to[e] as number,
        value: edges.value[e] as number,
        residual: edges.residual[e] as boolean,
        inlined: edges.inlined[e] as boolean,
        ...(old && { before: oldEdges.get(`${edges.from[e]} ${edges.to[e]}`) ?? 0 }),
      })),
    frames: [...shown].sort((a, b) => a - b).map((id) => model.frame(id, query.ownModules)),
    total: model.total(query.sampleType),
    droppedNodes,
    furtherNodes: before - shown.length,
    droppedEdges,
  };
}

function present({ flat, cum }: Edges): number[] {
  const ids: number[] = [];
  for (let id = 0; id < cum.length; id++) if (cum[id] !== 0 || flat[id] !== 0) ids.push(id);
  return ids;
}

/** How many of the sorted functions a picture has room for. Labels are drawn as small nodes, so they count too. */
function fitting(shown: readonly number[], nodeCount: number, tags: (id: number) => number): number {
  let count = 0;
  for (let i = 0; i < shown.length; i++) {
    count += tags(shown[i] as number) + 1;
    if (count >= nodeCount) return i + 1;
  }
  return Math.min(nodeCount, shown.length);
}

/** Sorted by pprof's entropy score: a function that only passes on from one caller to one callee says little. */
function interesting(view: View, edges: Edges, ids: readonly number[], alive: readonly boolean[]): number[] {
  const { flat, cum } = edges;
  const { count } = view.nodes;
  const into = lists(count, edges.to, alive);
  const out = lists(count, edges.from, alive);
  const score = new Map(
    ids.map((id) => {
      const callers = into(id);
      const callees = out(id);
      const entropy =
        (callers.length === 0 ? 1 : edgeEntropy(edges, callers, 0)) +
        (callees.length === 0 ? 1 : edgeEntropy(edges, callees, flat[id] as number));
      return [id, Math.abs(Math.trunc(entropy * (cum[id] as number)) + (flat[id] as number))];
    }),
  );
  return [...ids].sort(
    (a, b) =>
      (score.get(b) as number) - (score.get(a) as number) ||
      compare(printed(view.nodes, a), printed(view.nodes, b)) ||
      Math.abs(flat[b] as number) - Math.abs(flat[a] as number),
  );
}

function edgeEntropy({ value }: Edges, list: readonly number[], self: number): number {
  let total = self;
  for (const e of list) if ((value[e] as number) > 0) total += value[e] as number;
  if (total === 0) return 0;
  let score = 0;
  const add = (v: number) => {
    const part = Math.abs(v) / total;
    score -= part * Math.log2(part);
  };
  for (const e of list) add(value[e] as number);
  if (self > 0) add(self);
  return score;
}

/** Removes residual edges whose ends are also connected in another way, lightest first. */
function dropRedundant(view: View, edges: Edges, shown: readonly number[], alive: boolean[]): void {
  const into = lists(view.nodes.count, edges.to, alive);
  for (const id of [...shown].reverse()) {
    for (const e of into(id).sort(byWeight(view, edges)).reverse()) {
      if (!(edges.residual[e] as boolean)) break;
      if (connected(e)) alive[e] = false;
    }
  }

  function connected(edge: number): boolean {
    const from = edges.from[edge] as number;
    const queue = [edges.to[edge] as number];
    const seen = new Set(queue);
    for (const id of queue) {
      for (const e of into(id)) {
        const caller = edges.from[e] as number;
        if (e === edge || !(alive[e] as boolean) || seen.has(caller)) continue;
        if (caller === from) return true;
        seen.add(caller);
        queue.push(caller);
      }
    }
    return false;
  }
}

/** Returns the indexes of the remaining edges of a node, by the given end. */
function lists(count: number, end: readonly number[], alive: readonly boolean[]): (id: number) => number[] {
  const heads = new Uint32Array(count).fill(NONE);
  const next = new Uint32Array(end.length);
  for (let e = end.length - 1; e >= 0; e--) {
    if (!(alive[e] as boolean)) continue;
    next[e] = heads[end[e] as number] as number;
    heads[end[e] as number] = e;
  }
  return (id) => {
    const out: number[] = [];
    for (let e = heads[id] as number; e !== NONE; e = next[e] as number) if (alive[e] as boolean) out.push(e);
    return out;
  };
}

function byWeight({ nodes }: View, edges: Edges): (a: number, b: number) => number {
  const name = (end: readonly number[], e: number) => printed(nodes, end[e] as number);
  return (a, b) =>
    Math.abs(edges.value[b] as number) - Math.abs(edges.value[a] as number) ||
    compare(name(edges.from, a), name(edges.from, b)) ||
    compare(name(edges.to, a), name(edges.to, b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
