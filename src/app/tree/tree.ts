/** The nodes of the Clusters tree as the editor was given them, and which of them would look different now. */
import { Emitter, type Disposable } from '../../base/dispose';
import { childrenOf } from './children';
import { sameAppearance, type TreeData, type TreeRow } from './rows';

/** What commands get as their argument. The object stays the same while its id does. */
export class TreeNode {
  /** What the editor was given last; undefined when it has not asked, or has to ask again. */
  children: TreeNode[] | undefined;
  /** Those before, so that a node that comes back is the same object. */
  previous: TreeNode[] | undefined;
  constructor(
    public row: TreeRow,
    readonly parent: TreeNode | undefined,
  ) {}
}

export function isNode(v: unknown): v is TreeNode {
  return v instanceof TreeNode;
}

export interface TreeSource {
  data(): TreeData;
  /** Somebody opens this node: start what its children need. Undefined: the view itself is opened; awaited. */
  opening(row: TreeRow | undefined): Promise<void> | undefined;
}

/** Never more often than this, ms: the editor draws no faster, and 1,000 changes a second are then four. */
const COALESCE_MS = 250;
/** At most this share of the time goes into comparing: a tree of 10,000 open rows is looked at less often. */
const BUSY_SHARE = 0.1;

export class ClustersTree implements Disposable {
  readonly #changed = new Emitter<TreeNode[] | undefined>();
  /** Nodes that look different, or whose children changed; undefined: the top ones did. */
  readonly onDidChange = this.#changed.event;
  #roots: TreeNode[] | undefined;
  #previousRoots: TreeNode[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #lastEnd = 0;
  #lastCost = 0;
  #visible = true;
  #dirty = false;

  constructor(private readonly source: TreeSource) {}

  /** The children of a node, or the top nodes, as the editor asks for them. */
  async children(node?: TreeNode): Promise<TreeNode[]> {
    const opening = this.source.opening(node?.row);
    if (!node) await opening;
    return this.#fill(node, childrenOf(node?.row, this.source.data()));
  }

  /** Something changed; the tree is compared with what it shows, soon. `now` for what the user did. */
  update(urgency: 'soon' | 'now' = 'soon'): void {
    if (!this.#visible) {
      this.#dirty = true;
      return;
    }
    const wait =
      urgency === 'now'
        ? 0
        : Math.max(0, this.#lastEnd + Math.max(COALESCE_MS, this.#lastCost / BUSY_SHARE) - performance.now());
    const due = performance.now() + wait;
    if (this.#timer !== undefined) {
      if (due >= this.#due) return;
      clearTimeout(this.#timer);
    }
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#compare();
    }, wait);
  }

  /** A hidden tree is not worked on; what changed meanwhile is caught up with when it is shown. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible && this.#dirty) {
      this.#dirty = false;
      this.update('now');
    }
  }

  /** The node of this id among those that the editor has asked for. */
  find(id: string): TreeNode | undefined {
    const open = [...(this.#roots ?? [])];
    for (let n = open.pop(); n; n = open.pop()) {
      if (n.row.id === id) return n;
      for (const child of n.children ?? []) open.push(child);
    }
    return undefined;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#visible = false;
    this.#changed.dispose();
  }

  /** Keeps the objects of nodes that are still there; what was under them is asked for again by the editor. */
  #fill(parent: TreeNode | undefined, rows: readonly TreeRow[]): TreeNode[] {
    const last = parent ? (parent.children ?? parent.previous) : (this.#roots ?? this.#previousRoots);
    const before = new Map(last?.map((n) => [n.row.id, n]));
    const nodes = rows.map((row) => {
      const old = before.get(row.id);
      if (!old) return new TreeNode(row, parent);
      old.row = row;
      forget(old);
      return old;
    });
    if (parent) {
      parent.children = nodes;
      parent.previous = undefined;
    } else {
      this.#roots = nodes;
      this.#previousRoots = undefined;
    }
    return nodes;
  }

  #compare(): void {
    if (!this.#roots) return;
    const started = performance.now();
    const data = this.source.data();
    const changed: TreeNode[] = [];
    const open: (TreeNode | undefined)[] = [undefined];
    while (open.length > 0) {
      const parent = open.pop();
      const nodes = parent ? parent.children : this.#roots;
      if (!nodes) continue;
      const rows = childrenOf(parent?.row, data);
      if (!parent && !sameIds(nodes, rows)) {
        this.#finish(started, [undefined]);
        return;
      }
      if (parent && !sameIds(nodes, rows)) {
        changed.push(parent);
        continue;
      }
      for (const [i, node] of nodes.entries()) {
        const row = rows[i];
        if (!row) continue;
        const same = sameAppearance(node.row.appearance, row.appearance);
        node.row = row;
        if (same) open.push(node);
        else changed.push(node);
      }
    }
    this.#finish(started, changed);
  }

  #finish(started: number, changed: readonly (TreeNode | undefined)[]): void {
    this.#lastEnd = performance.now();
    this.#lastCost = this.#lastEnd - started;
    if (changed.length === 0) return;
    if (changed.includes(undefined)) {
      this.#previousRoots = this.#roots;
      this.#roots = undefined;
      this.#changed.fire(undefined);
      return;
    }
    const nodes = changed.filter((n): n is TreeNode => n !== undefined);
    // The editor asks again for what is open under them, and only for that.
    for (const node of nodes) forget(node);
    this.#changed.fire(nodes);
  }
}

function forget(node: TreeNode): void {
  node.previous = node.children ?? node.previous;
  node.children = undefined;
}

function sameIds(nodes: readonly TreeNode[], rows: readonly TreeRow[]): boolean {
  return nodes.length === rows.length && nodes.every((n, i) => n.row.id === rows[i]?.id);
}
