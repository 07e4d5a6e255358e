/**
 * Registers what package.json contributes, and returns. The first use of a view, a command or a profile loads
 * dist/host.js, which makes everything else. The first source of a controller loads dist/advice.js, which contains no
 * cluster code. So the editor's start pays for neither.
 */
import * as vscode from 'vscode';
import type * as HostRoom from './host/index';
import type { Document } from './host/pages/editor';
import type { Parts } from './host/parts';
import { onFirstSource } from './host/advice/firstSource';
import type * as AdviceRoom from './host/advice/index';

/** For tests inside the editor. */
export interface Api {
  /** Duration of `activate`, ms. */
  readonly activationMillis: number;
  /** Loads host.js if needed. */
  readonly parts: () => Promise<Parts>;
  readonly sources: () => Promise<AdviceRoom.Advice>;
  /** True if a command, by its full name, has an implementation. */
  readonly has: (command: string) => Promise<boolean>;
}

export function activate(context: vscode.ExtensionContext): Api {
  const started = performance.now();
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  let loading: Promise<HostRoom.Host> | undefined;
  const load = async (): Promise<HostRoom.Host> => {
    const { makeHost } = await (import('./host.js' as string) as Promise<typeof HostRoom>);
    return own(makeHost(context, { clusters: clusters.tree, captures: captures.tree, activationMillis }));
  };
  const host = (): Promise<HostRoom.Host> => (loading ??= load());

  let reading: Promise<AdviceRoom.Advice> | undefined;
  const sources = (): Promise<AdviceRoom.Advice> =>
    (reading ??= (import('./advice.js' as string) as Promise<typeof AdviceRoom>).then(({ makeAdvice }) =>
      own(makeAdvice(context, async (request) => (await host()).measure(request))),
    ));
  own(
    onFirstSource(() => {
      void sources();
    }),
  );
  const partOf = (
    command: string,
  ): Promise<{ has(command: string): boolean; run(command: string, args: readonly unknown[]): unknown }> =>
    command.startsWith('controllerTuner.source.') ? sources() : host();

  const clusters = own(
    new Later(
      'controllerTuner.clusters',
      { showCollapseAll: true, canSelectMany: true },
      async () => (await host()).clusters,
    ),
  );
  const captures = own(
    new Later('controllerTuner.captures', { canSelectMany: true }, async () => (await host()).captures),
  );
  own(
    vscode.window.registerCustomEditorProvider(
      'controllerTuner.profile',
      {
        openCustomDocument: async (uri: vscode.Uri) => (await host()).editor.openCustomDocument(uri),
        resolveCustomEditor: async (document: Document, panel: vscode.WebviewPanel) => {
          (await host()).editor.resolveCustomEditor(document, panel);
        },
      },
      {
        supportsMultipleEditorsPerDocument: true,
        // The pages keep what matters in their state, so a hidden one costs nothing.
        webviewOptions: { retainContextWhenHidden: false, enableFindWidget: false },
      },
    ),
  );
  own(
    vscode.window.registerWebviewPanelSerializer('controllerTuner.metrics', {
      deserializeWebviewPanel: async (panel: vscode.WebviewPanel, state: unknown) => {
        (await host()).metrics.restore(panel, state);
      },
    }),
  );
  const { commands } = (context.extension.packageJSON as { contributes: { commands: readonly { command: string }[] } })
    .contributes;
  for (const { command } of commands)
    own(
      vscode.commands.registerCommand(command, async (...args: unknown[]) =>
        (await partOf(command)).run(command, args),
      ),
    );

  const activationMillis = performance.now() - started;
  return {
    activationMillis,
    parts: async () => (await host()).parts,
    sources,
    has: async (command) => (await partOf(command)).has(command),
  };
}

/** A view whose tree is made when the editor first asks for its rows. */
class Later<T> implements vscode.TreeDataProvider<T>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<T | T[] | undefined | null | void>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly tree: vscode.TreeView<T>;
  #made: vscode.TreeDataProvider<T> | undefined;
  #making: Promise<vscode.TreeDataProvider<T>> | undefined;

  constructor(
    id: string,
    options: Omit<vscode.TreeViewOptions<T>, 'treeDataProvider'>,
    private readonly make: () => Promise<vscode.TreeDataProvider<T>>,
  ) {
    this.tree = vscode.window.createTreeView(id, { ...options, treeDataProvider: this });
  }

  #get(): Promise<vscode.TreeDataProvider<T>> {
    return (this.#making ??= this.make().then((made) => {
      made.onDidChangeTreeData?.((e) => {
        this.#changed.fire(e);
      });
      return (this.#made = made);
    }));
  }

  // Rows and their tooltips exist only when their tree does.
  getTreeItem(row: T): vscode.TreeItem | Thenable<vscode.TreeItem> {
    return this.#made ? this.#made.getTreeItem(row) : this.#get().then((made) => made.getTreeItem(row));
  }
  getParent(row: T): vscode.ProviderResult<T> {
    return this.#made?.getParent?.(row);
  }
  resolveTreeItem(
    item: vscode.TreeItem,
    row: T,
    token: vscode.CancellationToken,
  ): vscode.ProviderResult<vscode.TreeItem> {
    return this.#made?.resolveTreeItem?.(item, row, token) ?? item;
  }
  async getChildren(row?: T): Promise<T[]> {
    return (await (await this.#get()).getChildren(row)) ?? [];
  }

  dispose(): void {
    this.tree.dispose();
    this.#changed.dispose();
  }
}
