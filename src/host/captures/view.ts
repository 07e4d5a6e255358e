/** The list of captures in the side bar. */
import * as vscode from 'vscode';
import { Disposables } from '../../base/dispose';
import { tooltipLines, treeDescription } from '../../captures/describe';
import type { CaptureStore } from '../../captures/store';
import type { Capture, CaptureKind } from '../../captures/types';
import { told } from '../told';

const ICON: Readonly<Record<CaptureKind, string>> = {
  cpu: 'pulse', goroutine: 'list-tree', heap: 'database', allocs: 'graph', block: 'debug-pause', mutex: 'lock', threadcreate: 'layers',
};
/** "today 14:32" goes stale: the list is worded anew this often, ms. */
const REWORD_MS = 10 * 60_000;

/** A tree of one level; its items are the captures themselves, kept as they are while the file is unchanged. */
export class CapturesView implements vscode.TreeDataProvider<Capture> {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.#changed.event;
  #known: ReadonlyMap<string, Capture> = new Map();

  /** `tree` belongs to who made it. */
  constructor(readonly tree: vscode.TreeView<Capture>, readonly store: CaptureStore, private readonly tell: (e: unknown) => void) {
    this.#own.add(store.onDidChange(() => { this.#changed.fire(); }));
    const timer = setInterval(() => { if (this.tree.visible) this.#changed.fire(); }, REWORD_MS);
    this.#own.add({ dispose: () => { clearInterval(timer); } });
  }

  async getChildren(parent?: Capture): Promise<Capture[]> {
    if (parent) return [];
    try {
      const list = await this.store.list();
      this.#known = new Map(list.map((c) => [c.file, c]));
      return [...list];
    } catch (e) {
      this.tell(e);
      this.tree.message = told(e).sentence;
      return [];
    }
  }

  getParent(): undefined { return undefined; }

  getTreeItem(capture: Capture): vscode.TreeItem {
    const now = Date.now();
    const item = new vscode.TreeItem(capture.info.name);
    item.id = capture.file;
    item.description = treeDescription(capture, now);
    item.tooltip = tooltipLines(capture, now).join('\n');
    item.iconPath = new vscode.ThemeIcon(capture.problem ? 'warning' : ICON[capture.info.kind]);
    item.contextValue = 'capture';
    item.command = { command: 'controllerTuner.openCapture', title: 'Open', arguments: [capture] };
    item.accessibilityInformation = { label: `${capture.info.name}, ${item.description}` };
    return item;
  }

  /** Selects a capture without taking the focus; does nothing while the view is hidden. */
  async reveal(capture: Capture): Promise<void> {
    if (!this.tree.visible) return;
    try { await this.tree.reveal(this.#known.get(capture.file) ?? capture, { select: true, focus: false }); } catch { /* deleted meanwhile */ }
  }

  dispose(): void { this.#own.dispose(); }
}
