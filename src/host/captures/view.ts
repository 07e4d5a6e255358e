/** The list of captures in the side bar. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { tooltipLines, treeDescription } from '../../captures/describe';
import { groupDescription, groupTooltip, isGroupRow, rowsOf, type GroupRow, type Row } from '../../captures/groups';
import type { CaptureStore } from '../../captures/store';
import type { Capture, CaptureGroup } from '../../captures/types';
import { withNextStep } from '../../app/problems';
import { kindIcon } from '../../app/captures/icons';

const GROUP_ICON: Readonly<Record<CaptureGroup['kind'], string>> = {
  replicas: 'layers',
  everything: 'record',
  pair: 'diff',
  series: 'history',
};
/** "today 14:32" goes stale: the labels are refreshed this often, ms. */
const REWORD_MS = 10 * 60_000;

/** Captures, and groups of those that were taken together. */
export class CapturesView implements vscode.TreeDataProvider<Row> {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;
  /** The rows as last listed: the editor compares them by identity. */
  #rows: readonly Row[] = [];

  /** The caller owns `tree`. */
  constructor(
    readonly tree: vscode.TreeView<Row>,
    readonly store: CaptureStore,
    private readonly tell: (e: unknown) => void,
  ) {
    this.#own.add(
      store.onDidChange(() => {
        this.#changed.fire();
      }),
    );
    const timer = setInterval(() => {
      if (this.tree.visible) this.#changed.fire();
    }, REWORD_MS);
    this.#own.add({
      dispose: () => {
        clearInterval(timer);
      },
    });
  }

  async getChildren(parent?: Row): Promise<Row[]> {
    if (parent) return isGroupRow(parent) ? [...parent.members] : [];
    try {
      this.#rows = rowsOf(await this.store.list());
      return [...this.#rows];
    } catch (e) {
      this.tell(e);
      this.tree.message = withNextStep(e).sentence;
      return [];
    }
  }

  getParent(row: Row): GroupRow | undefined {
    const id = isGroupRow(row) ? undefined : row.info.group?.id;
    return id === undefined ? undefined : this.#rows.find((r): r is GroupRow => isGroupRow(r) && r.group.id === id);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return isGroupRow(row) ? groupItem(row) : captureItem(row);
  }

  /** Selects a capture without taking the focus, and expands its group. Does nothing while the view is hidden. */
  async reveal(capture: Capture): Promise<void> {
    if (!this.tree.visible) return;
    let known = this.#listed(capture);
    try {
      if (!known) {
        // It was saved a moment ago: list again to find its group.
        this.#rows = rowsOf(await this.store.list());
        known = this.#listed(capture);
      }
      await this.tree.reveal(known ?? capture, { select: true, focus: false });
    } catch {
      /* deleted meanwhile */
    }
  }

  #listed({ file }: Capture): Capture | undefined {
    return this.#rows.flatMap((r) => (isGroupRow(r) ? r.members : [r])).find((c) => c.file === file);
  }

  dispose(): void {
    this.#own.dispose();
  }
}

function captureItem(capture: Capture): vscode.TreeItem {
  const now = Date.now();
  const item = new vscode.TreeItem(capture.info.name);
  item.id = capture.file;
  item.description = treeDescription(capture, now);
  item.tooltip = tooltipLines(capture, now).join('\n');
  item.iconPath = new vscode.ThemeIcon(capture.problem ? 'warning' : kindIcon(capture.info.kind));
  item.contextValue = `capture ${capture.info.kind === 'trace' || capture.info.kind === 'metrics' ? capture.info.kind : 'profile'}`;
  item.command = { command: 'controllerTuner.openCapture', title: 'Open', arguments: [capture] };
  item.accessibilityInformation = { label: `${capture.info.name}, ${item.description}` };
  return item;
}

function groupItem(row: GroupRow): vscode.TreeItem {
  const now = Date.now();
  const item = new vscode.TreeItem(row.group.name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `group ${row.group.id}`;
  item.description = groupDescription(row, now);
  item.tooltip = groupTooltip(row, now).join('\n');
  item.iconPath = new vscode.ThemeIcon(GROUP_ICON[row.group.kind]);
  item.contextValue = `group ${row.group.kind}`;
  item.accessibilityInformation = { label: `${row.group.name}, ${item.description}` };
  return item;
}
