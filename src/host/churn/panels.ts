/**
 * The tabs that show changes, one for each choice of kinds. They are not restored after a reload, since their
 * recordings are gone.
 */
import * as vscode from 'vscode';
import type { Clusters } from '../../app/clusters';
import type { Editor } from '../../app/editor';
import { guarded } from '../errors';
import { pagePanel } from '../pages/panel';
import { preselectedBy, itemOf } from '../../app/commands/argument';
import { pickChurn } from '../../app/churn/wizard';
import { ChurnSession, type ChurnDeps, type ChurnSubject } from '../../app/churn/session';

export class ChurnPanels implements vscode.Disposable {
  readonly #open = new Set<vscode.WebviewPanel>();
  /** By name, without the common prefix. */
  readonly commands: Readonly<Record<string, (arg?: unknown) => unknown>>;

  constructor(
    private readonly deps: ChurnDeps & { readonly editor: Editor; readonly clusters: Clusters },
    private readonly files: { readonly bundles: vscode.Uri; readonly icon: vscode.Uri },
  ) {
    this.commands = {
      watchChanges: (arg) =>
        guarded('Watch changes', deps.editor.log, async () => {
          const subject = itemOf(arg);
          const { context } = preselectedBy(subject, deps.clusters);
          this.#show(
            await pickChurn(deps.editor.picker, deps.clusters, {
              ...(context !== undefined && { context }),
              ...(subject?.kind === 'namespace' && { namespaces: [subject.namespace] }),
            }),
          );
        }),
    };
  }

  #show(subject: ChurnSubject): void {
    const panel = vscode.window.createWebviewPanel(
      'controllerTuner.churn',
      `Changes in ${subject.context}`,
      vscode.ViewColumn.Active,
      { enableFindWidget: false },
    );
    panel.iconPath = this.files.icon;
    const session = new ChurnSession(pagePanel(panel, this.files.bundles), subject, this.deps);
    this.#open.add(panel);
    panel.onDidDispose(() => {
      this.#open.delete(panel);
      session.dispose();
    });
  }

  dispose(): void {
    for (const panel of [...this.#open]) panel.dispose();
  }
}
