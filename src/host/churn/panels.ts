/** The tabs of changes, each of its own choice of kinds. They are not brought back after a reload: what they had seen is gone. */
import * as vscode from 'vscode';
import { guarded } from '../errors';
import { preselectedBy, itemOf } from '../../app/commands/argument';
import { pickChurn } from './picks';
import { ChurnSession, type ChurnDeps, type ChurnSubject } from './session';

export class ChurnPanels implements vscode.Disposable {
  readonly #open = new Set<vscode.WebviewPanel>();
  /** Without what all names begin with. */
  readonly commands: Readonly<Record<string, (arg?: unknown) => unknown>>;

  constructor(
    private readonly deps: ChurnDeps,
    private readonly icon: vscode.Uri,
  ) {
    this.commands = {
      watchChanges: (arg) =>
        guarded('Watch changes', deps.log, async () => {
          const subject = itemOf(arg);
          const { context } = preselectedBy(subject, deps.clusters);
          this.#show(
            await pickChurn(deps.clusters, {
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
    panel.iconPath = this.icon;
    const session = new ChurnSession(panel, subject, this.deps);
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
