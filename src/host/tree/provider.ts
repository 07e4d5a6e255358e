/** The Clusters tree in the editor: hands out nodes, and tells it only of those that would look different. */
import * as vscode from 'vscode';
import { childrenOf } from '../../app/tree/children';
import { sameLook, type Look, type Spec, type World } from '../../app/tree/nodes';

/** What commands get as their argument. The object stays the same while its id does. */
export class Node {
  /** What the editor was given last; undefined when it has not asked, or has to ask again. */
  children: Node[] | undefined;
  /** Those before, so that a node that comes back is the same object. */
  previous: Node[] | undefined;
  constructor(
    public spec: Spec,
    readonly parent: Node | undefined,
  ) {}
}

export function isNode(v: unknown): v is Node {
  return v instanceof Node;
}

export interface TreeSource {
  world(): World;
  /** Somebody opens this node: start what its children need. Undefined: the view itself is opened; awaited. */
  opening(spec: Spec | undefined): Promise<void> | undefined;
}

/** Never more often than this, ms: the editor draws no faster, and 1,000 changes a second are then four. */
const COALESCE_MS = 250;
/** At most this share of the time goes into comparing: a tree of 10,000 open rows is looked at less often. */
const BUSY_SHARE = 0.1;

export class ClustersProvider implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<Node | Node[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #roots: Node[] | undefined;
  #previousRoots: Node[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #lastEnd = 0;
  #lastCost = 0;
  #visible = true;
  #dirty = false;

  constructor(private readonly source: TreeSource) {}

  getTreeItem(node: Node): vscode.TreeItem {
    return treeItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: Node): vscode.TreeItem {
    item.tooltip = new vscode.MarkdownString(node.spec.tooltip());
    return item;
  }

  getParent(node: Node): Node | undefined {
    return node.parent;
  }

  async getChildren(node?: Node): Promise<Node[]> {
    const opening = this.source.opening(node?.spec);
    if (!node) await opening;
    return this.#fill(node, childrenOf(node?.spec, this.source.world()));
  }

  /** Something changed; the tree is compared with what it shows, soon. `now` for what a person did. */
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
  find(id: string): Node | undefined {
    const open = [...(this.#roots ?? [])];
    for (let n = open.pop(); n; n = open.pop()) {
      if (n.spec.id === id) return n;
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
  #fill(parent: Node | undefined, specs: readonly Spec[]): Node[] {
    const given = parent ? (parent.children ?? parent.previous) : (this.#roots ?? this.#previousRoots);
    const before = new Map(given?.map((n) => [n.spec.id, n]));
    const nodes = specs.map((spec) => {
      const old = before.get(spec.id);
      if (!old) return new Node(spec, parent);
      old.spec = spec;
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
    const world = this.source.world();
    const changed: Node[] = [];
    const open: (Node | undefined)[] = [undefined];
    while (open.length > 0) {
      const parent = open.pop();
      const nodes = parent ? parent.children : this.#roots;
      if (!nodes) continue;
      const specs = childrenOf(parent?.spec, world);
      if (!parent && !sameIds(nodes, specs)) {
        this.#finish(started, [undefined]);
        return;
      }
      if (parent && !sameIds(nodes, specs)) {
        changed.push(parent);
        continue;
      }
      for (const [i, node] of nodes.entries()) {
        const spec = specs[i];
        if (!spec) continue;
        const same = sameLook(node.spec.look, spec.look);
        node.spec = spec;
        if (same) open.push(node);
        else changed.push(node);
      }
    }
    this.#finish(started, changed);
  }

  #finish(started: number, changed: readonly (Node | undefined)[]): void {
    this.#lastEnd = performance.now();
    this.#lastCost = this.#lastEnd - started;
    if (changed.length === 0) return;
    if (changed.includes(undefined)) {
      this.#previousRoots = this.#roots;
      this.#roots = undefined;
      this.#changed.fire(undefined);
      return;
    }
    const nodes = changed.filter((n): n is Node => n !== undefined);
    // The editor asks again for what is open under them, and only for that.
    for (const node of nodes) forget(node);
    this.#changed.fire(nodes);
  }
}

function forget(node: Node): void {
  node.previous = node.children ?? node.previous;
  node.children = undefined;
}

function sameIds(nodes: readonly Node[], specs: readonly Spec[]): boolean {
  return nodes.length === specs.length && nodes.every((n, i) => n.spec.id === specs[i]?.id);
}

const STATE: Readonly<Record<Look['collapsible'], vscode.TreeItemCollapsibleState>> = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

function treeItem(node: Node): vscode.TreeItem {
  const { id, look } = node.spec;
  const item = new vscode.TreeItem(look.label, STATE[look.collapsible]);
  item.id = id;
  item.contextValue = look.contextValue;
  if (look.description !== '') item.description = look.description;
  item.accessibilityInformation = { label: look.spoken };
  if (look.icon)
    item.iconPath = new vscode.ThemeIcon(
      look.icon.id,
      look.icon.color === undefined ? undefined : new vscode.ThemeColor(look.icon.color),
    );
  if (look.command) item.command = { command: look.command.id, title: look.command.title, arguments: [node] };
  return item;
}
