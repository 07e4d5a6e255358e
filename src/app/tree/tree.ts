/** The nodes of the Clusters tree as the editor received them, and which of them would look different now. */
import { Emitter, type Disposable } from '../../base/dispose';
import { childrenOf } from './children';
import { sameAppearance, type TreeData, type TreeRow } from './rows';

/** The argument of commands. A node stays the same object while its id stays the same. */
export class TreeNode {
  /** The children that the editor last received; undefined if it has not asked, or has to ask again. */
  children: TreeNode[] | undefined;
  /** The children before that, so that a node that comes back is the same object. */
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
  /**
   * The user opens this node: start loading what its children need. `row` undefined: the view itself is opened, and the
   * result is awaited.
   */
  opening(row: TreeRow | undefined): Promise<void> | undefined;
}

/**
 * Minimum time between two updates, ms: the editor redraws no faster, and 1,000 changes a second become four updates.
 */
const COALESCE_MS = 250;
/** The largest share of time spent comparing: a tree with 10,000 open rows is compared less often. */
const BUSY_SHARE = 0.1;

export class ClustersTree implements Disposable {
  readonly #changed = new Emitter<TreeNode[] | undefined>();
  /** Nodes that look different or whose children changed; undefined: the root nodes changed. */
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

  /** The children of a node, or the root nodes, when the editor asks for them. */
  async children(node?: TreeNode): Promise<TreeNode[]> {
    const opening = this.source.opening(node?.row);
    if (!node) await opening;
    return this.#fill(node, childrenOf(node?.row, this.source.data()));
  }

  /** The data changed: compares it with the shown tree soon. `now`: after user actions. */
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

  /** A hidden tree is not updated; changes are applied when it is shown again. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible && this.#dirty) {
      this.#dirty = false;
      this.update('now');
    }
  }

  /** The node with this id, among those that the editor has asked for. */
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

  /** Reuses the node objects whose ids are still there; the editor asks again for their children. */
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
    // The editor asks again only for those children that are open.
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
