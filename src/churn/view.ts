/** What was seen, as a page shows it: a tree of kinds, namespaces and objects, the fastest first. */
import type { Churn } from './churn';
import type { Tally } from './tally';
import { WINDOW } from './window';
import type { KindInfo, ViewRow } from './types';
import { kindName } from './words';

export interface ViewOptions {
  /** Ids of kinds and namespaces that are folded. */
  readonly folded: ReadonlySet<string>;
  /** Words that the kind, namespace, name or a manager must contain. */
  readonly filter: string;
  readonly now: number;
}

/** Rows for the objects of one namespace, and rows in all: nobody reads more. */
const MOST_IN_NAMESPACE = 100;
const MOST_ROWS = 1000;

interface Node {
  readonly id: string;
  readonly label: string;
  adds: number;
  updates: number;
  deletes: number;
  rate: number;
  last: number;
  quiet: string;
  readonly spark: number[];
  readonly by: Map<string, number>;
  readonly children: Map<string, Node>;
}

/** `hidden`: how many objects changed and have no row. */
export function viewOf(
  churn: Churn,
  { folded, filter, now }: ViewOptions,
): { readonly rows: readonly ViewRow[]; readonly hidden: number; readonly objects: number; readonly events: number } {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '');
  const top = new Map<string, Node>();
  let objects = 0,
    events = 0;
  for (const { kind, tally } of churn.tallies()) {
    objects++;
    events += tally.total;
    const label = kindName(kind, churn.kinds);
    const text = `${label} ${tally.namespace} ${tally.name} ${[...tally.managers.keys()].join(' ')}`.toLowerCase();
    if (!words.every((w) => text.includes(w))) continue;
    const kindNode = childOf(top, kindId(kind), label);
    const space = childOf(
      kindNode.children,
      `${kindNode.id}\n${tally.namespace}`,
      tally.namespace === '' ? '(whole cluster)' : tally.namespace,
    );
    const leaf = childOf(
      space.children,
      `${space.id}\n${tally.name}`,
      tally.name === '' ? '(others, beyond those told apart)' : tally.name,
    );
    for (const node of [kindNode, space, leaf]) add(node, tally, now, churn.start);
  }
  const rows: ViewRow[] = [];
  let hidden = 0;
  const put = (node: Node, level: 1 | 2 | 3): void => {
    rows.push(rowOf(node, level, !folded.has(node.id)));
  };
  for (const kind of sorted(top)) {
    put(kind, 1);
    for (const space of folded.has(kind.id) ? [] : sorted(kind.children)) {
      put(space, 2);
      const leaves = folded.has(space.id) ? [] : sorted(space.children);
      const room = Math.max(0, Math.min(MOST_IN_NAMESPACE, MOST_ROWS - rows.length));
      for (const leaf of leaves.slice(0, room)) put(leaf, 3);
      hidden += Math.max(0, leaves.length - room);
    }
  }
  return { rows, hidden, objects, events };
}

export function kindId({ group, kind }: Pick<KindInfo, 'group' | 'kind'>): string {
  return `${kind}.${group}`;
}

/** The object of a row, by the row's id; undefined for a kind or namespace. */
export function objectOf(
  id: string,
): { readonly kind: Pick<KindInfo, 'group' | 'kind'>; readonly namespace: string; readonly name: string } | undefined {
  const [of = '', namespace, name] = id.split('\n');
  if (namespace === undefined || name === undefined || name === '') return undefined;
  const dot = of.indexOf('.');
  return { kind: { kind: of.slice(0, dot), group: of.slice(dot + 1) }, namespace, name };
}

/** The id of an object's row. */
export function objectId(kind: Pick<KindInfo, 'group' | 'kind'>, key: string): string {
  const slash = key.indexOf('/');
  return `${kindId(kind)}\n${key.slice(0, slash)}\n${key.slice(slash + 1)}`;
}

function childOf(nodes: Map<string, Node>, id: string, label: string): Node {
  let node = nodes.get(id);
  if (!node)
    nodes.set(
      id,
      (node = {
        id,
        label,
        adds: 0,
        updates: 0,
        deletes: 0,
        rate: 0,
        last: 0,
        quiet: '',
        spark: Array<number>(WINDOW).fill(0),
        by: new Map(),
        children: new Map(),
      }),
    );
  return node;
}

function add(node: Node, tally: Tally, now: number, start: number): void {
  const quiet = tally.updates > 0 && tally.heartbeats === tally.updates ? tally.why : '';
  // Quiet only as long as everything below it is.
  node.quiet = node.adds + node.updates + node.deletes === 0 || node.quiet === quiet ? quiet : '';
  node.adds += tally.adds;
  node.updates += tally.updates;
  node.deletes += tally.deletes;
  node.rate += tally.rate(now, start);
  node.last = Math.max(node.last, tally.last);
  tally.spark(now).forEach((n, i) => {
    node.spark[i] = (node.spark[i] ?? 0) + n;
  });
  for (const [manager, { updates }] of tally.managers) node.by.set(manager, (node.by.get(manager) ?? 0) + updates);
}

function sorted(nodes: ReadonlyMap<string, Node>): readonly Node[] {
  return [...nodes.values()].sort(
    (a, b) =>
      Number(a.quiet !== '') - Number(b.quiet !== '') ||
      b.rate - a.rate ||
      total(b) - total(a) ||
      (a.label < b.label ? -1 : 1),
  );
}

function total(n: Node): number {
  return n.adds + n.updates + n.deletes;
}

/** Managers named in a row. */
const NAMED = 2;

function rowOf(
  { id, label, adds, updates, deletes, rate, last, spark, by, quiet }: Node,
  level: 1 | 2 | 3,
  open: boolean,
): ViewRow {
  const who = [...by].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([manager]) => manager);
  return {
    id,
    level,
    label,
    open: level < 3 && open,
    adds,
    updates,
    deletes,
    rate,
    last,
    spark,
    quiet,
    by: `${who.slice(0, NAMED).join(', ')}${who.length > NAMED ? ` and ${who.length - NAMED} more` : ''}`,
  };
}
