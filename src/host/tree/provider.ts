/** The Clusters tree in the editor. */
import * as vscode from 'vscode';
import type { Appearance } from '../../app/tree/rows';
import { ClustersTree, type TreeNode, type TreeSource } from '../../app/tree/tree';

export class ClustersProvider implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly tree: ClustersTree;
  readonly #changed = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(source: TreeSource) {
    this.tree = new ClustersTree(source);
    this.tree.onDidChange((nodes) => {
      this.#changed.fire(nodes);
    });
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    item.tooltip = new vscode.MarkdownString(node.row.tooltip());
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  getChildren(node?: TreeNode): Promise<TreeNode[]> {
    return this.tree.children(node);
  }

  dispose(): void {
    this.tree.dispose();
    this.#changed.dispose();
  }
}

const STATE: Readonly<Record<Appearance['collapsible'], vscode.TreeItemCollapsibleState>> = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
};

function treeItem(node: TreeNode): vscode.TreeItem {
  const { id, appearance } = node.row;
  const item = new vscode.TreeItem(appearance.label, STATE[appearance.collapsible]);
  item.id = id;
  item.contextValue = appearance.contextValue;
  if (appearance.description !== '') item.description = appearance.description;
  item.accessibilityInformation = { label: appearance.spoken };
  if (appearance.icon)
    item.iconPath = new vscode.ThemeIcon(
      appearance.icon.id,
      appearance.icon.color === undefined ? undefined : new vscode.ThemeColor(appearance.icon.color),
    );
  if (appearance.command)
    item.command = { command: appearance.command.id, title: appearance.command.title, arguments: [node] };
  return item;
}
