/** The tabs with metrics pages: one for each workload or address, brought back after a reload of the window. */
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import type { Parts } from '../parts';
import type { Place } from '../picks/process';
import { MetricsSession, type MetricsDeps } from './session';
import { localSubject, readSubject, subjectKey, workloadSubject, type SubjectId } from './subject';

export const METRICS_PANEL = 'controllerTuner.metrics';

export class MetricsPanels implements vscode.Disposable {
  readonly #open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly session: MetricsSession }>();

  constructor(private readonly parts: Pick<Parts, 'clusters' | 'processes' | 'memory' | 'context'>, private readonly deps: MetricsDeps) {}

  show(place: Place): void { this.open(place.kind === 'local' ? { url: place.url } : { context: place.context, workload: place.workload.id }); }

  open(id: SubjectId): void {
    const there = this.#open.get(subjectKey(id));
    if (there) { there.panel.reveal(); return; }
    this.#fill(vscode.window.createWebviewPanel(METRICS_PANEL, '', vscode.ViewColumn.Active, { enableFindWidget: false }), id);
  }

  /** A tab of the window as it was before a reload; `state` is what its page kept. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const id = readSubject((state as { subject?: unknown } | undefined)?.subject);
    if (!id || this.#open.has(subjectKey(id))) { panel.dispose(); return; }
    this.#fill(panel, id);
  }

  #fill(panel: vscode.WebviewPanel, id: SubjectId): void {
    const subject = 'url' in id ? localSubject(id.url) : workloadSubject(this.parts, id);
    panel.title = `${subject.title} metrics`;
    panel.iconPath = vscode.Uri.joinPath(this.parts.context.extensionUri, 'media', 'activity.svg');
    const session = new MetricsSession(panel, subject, this.deps);
    const key = subjectKey(id);
    this.#open.set(key, { panel, session });
    panel.onDidDispose(() => { this.#open.delete(key); session.dispose(); });
    if ('context' in id) {
      // After a reload the context is not open yet; what fails is told by the page's own requests, and by the tree.
      this.parts.clusters.connect(id.context).catch((e: unknown) => { session.failed(Problem.from(e)); });
    }
  }

  dispose(): void { for (const { panel } of [...this.#open.values()]) panel.dispose(); }
}
