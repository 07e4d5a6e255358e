/** The metrics tabs: one for each workload or address, restored after a reload of the window. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { bytes as sizeText } from '../../base/format';
import { Problem } from '../../base/problem';
import { MAX_SAVED_BYTES, SavedSource } from '../../series/saved/savedSource';
import { guarded } from '../errors';
import { dialogs } from '../pages/dialogs';
import { pagePanel } from '../pages/panel';
import { onSettings } from '../settings';
import { abortError } from '../../base/abort';
import type { Parts } from '../parts';
import type { Place } from '../../app/processes/place';
import { compareKey, comparedOf, readCompared, type ComparedId } from '../../app/metrics/compare';
import type { MetricsDeps } from '../../app/metrics/deps';
import { MetricsSession } from '../../app/metrics/session';
import { Prometheuses } from '../../app/metrics/prometheus/prometheuses';
import {
  localSubject,
  readSubject,
  savedSubject,
  subjectKey,
  workloadSubject,
  type Subject,
  type SubjectId,
} from '../../app/metrics/subject';

const METRICS_PANEL = 'controllerTuner.metrics';

export class MetricsPanels implements vscode.Disposable {
  readonly #open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly session: MetricsSession }>();

  readonly #prometheuses: Prometheuses;
  readonly #deps: MetricsDeps;
  /** By name, without the common prefix. */
  readonly commands: Readonly<Record<string, (arg?: unknown) => unknown>>;

  constructor(
    private readonly parts: Pick<Parts, 'clusters' | 'processes' | 'memory' | 'context' | 'editor' | 'captures'>,
    /** The folder with the pages' bundles. */
    private readonly bundles: vscode.Uri,
    deps: Pick<MetricsDeps, 'capture' | 'authenticate'>,
  ) {
    const { editor, clusters, captures, context } = parts;
    const { log } = editor;
    this.#prometheuses = new Prometheuses({
      clusters,
      editor,
      dialogs,
      secrets: context.secrets,
      onDidChangeSetting: (listener) => onSettings(['prometheus'], listener),
    });
    this.#deps = { ...deps, editor, dialogs, clusters, captures, prometheuses: this.#prometheuses, explain };
    this.commands = {
      openMetrics: (arg) => guarded('Open saved metrics', log, () => this.openFile(arg)),
      addPrometheus: (arg) =>
        guarded('Add a Prometheus', log, () => this.#prometheuses.add(typeof arg === 'string' ? arg : undefined)),
      forgetPrometheus: () => guarded('Forget Prometheus credentials', log, () => this.#prometheuses.forget()),
    };
  }

  show(place: Place): void {
    this.open(place.kind === 'local' ? { url: place.url } : { context: place.context, workload: place.workload.id });
  }

  open(id: Exclude<SubjectId, { readonly file: string }>): void {
    if (this.#reveal(id)) return;
    this.#fill(this.#panel(), this.#subject(id));
  }

  /** Shows all of them on one page. Throws Problem `compare.few` or `compare.many`. */
  compare(ids: readonly ComparedId[]): void {
    const each = comparedOf(ids);
    const there = this.#open.get(compareKey(each));
    if (there) there.panel.reveal();
    else this.#fillCompared(this.#panel(), each);
  }

  /**
   * `arg`: the file, if a caller passed one; otherwise the user is asked. Rejects with a Problem `metrics.saved.…`, or
   * AbortError.
   */
  async openFile(arg: unknown): Promise<void> {
    const uri = arg instanceof vscode.Uri ? arg : await askFile();
    if (this.#reveal({ file: uri.toString() })) return;
    const subject = await fileSubject(uri);
    // Another call may have opened the file meanwhile.
    if (!this.#reveal(subject.id)) this.#fill(this.#panel(), subject);
  }

  /** Restores a tab after a reload of the window; `state` is what its page saved. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const kept = (state as { subject?: unknown } | undefined)?.subject;
    const compared = readCompared(kept);
    if (compared) {
      if (this.#open.has(compareKey(compared))) panel.dispose();
      else this.#fillCompared(panel, compared);
      return;
    }
    const id = readSubject(kept);
    if (!id || this.#open.has(subjectKey(id))) {
      panel.dispose();
      return;
    }
    if (!('file' in id)) {
      this.#fill(panel, this.#subject(id));
      return;
    }
    void guarded('Open saved metrics', this.#deps.editor.log, async () => {
      try {
        this.#fill(panel, await fileSubject(vscode.Uri.parse(id.file, true)));
      } catch (e) {
        panel.dispose();
        throw e;
      }
    });
  }

  #reveal(id: SubjectId): boolean {
    const there = this.#open.get(subjectKey(id));
    there?.panel.reveal();
    return there !== undefined;
  }

  #panel(): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(METRICS_PANEL, '', vscode.ViewColumn.Active, { enableFindWidget: false });
  }
  #subject(id: Exclude<SubjectId, { readonly file: string }>): Subject {
    return 'url' in id ? localSubject(id.url) : workloadSubject(this.parts, id);
  }

  #fill(panel: vscode.WebviewPanel, subject: Subject): void {
    this.#hold(panel, subjectKey(subject.id), subject.saved ? subject.title : `${subject.title} metrics`, [subject]);
  }

  #fillCompared(panel: vscode.WebviewPanel, ids: readonly ComparedId[]): void {
    const [first, ...rest] = ids.map((id) => this.#subject(id));
    if (first) this.#hold(panel, compareKey(ids), `${ids.length} compared`, [first, ...rest]);
  }

  #hold(panel: vscode.WebviewPanel, key: string, title: string, subjects: readonly [Subject, ...Subject[]]): void {
    panel.title = title;
    panel.iconPath = vscode.Uri.joinPath(this.parts.context.extensionUri, 'media', 'activity.svg');
    const session = new MetricsSession(pagePanel(panel, this.bundles), subjects, this.#deps);
    this.#open.set(key, { panel, session });
    panel.onDidDispose(() => {
      this.#open.delete(key);
      session.dispose();
    });
    // After a reload the contexts are not open yet. Failures are reported by the page's own requests and in the tree.
    const contexts = new Set(subjects.flatMap(({ id }) => ('context' in id ? [id.context] : [])));
    for (const context of contexts)
      this.parts.clusters.connect(context).catch((e: unknown) => {
        session.failed(context, Problem.from(e));
      });
  }

  dispose(): void {
    for (const { panel } of [...this.#open.values()]) panel.dispose();
    this.#prometheuses.dispose();
  }
}

async function explain(title: string, text: string): Promise<void> {
  if ((await vscode.window.showInformationMessage(title, { modal: true, detail: text }, 'Copy')) === 'Copy')
    await vscode.env.clipboard.writeText(text);
}

async function askFile(): Promise<vscode.Uri> {
  const uri = await dialogs.open({
    title: 'Open saved metrics',
    openLabel: 'Open',
    filters: { Metrics: ['txt', 'prom', 'metrics', 'om', 'openmetrics', 'pb', 'gz'], 'All files': ['*'] },
  });
  if (!uri) throw abortError('The user cancelled.');
  return uri;
}

async function fileSubject(uri: vscode.Uri): Promise<Subject> {
  const name = path.basename(uri.path);
  const tooBig = (): Problem =>
    new Problem('metrics.saved.tooBig', `${name} is larger than ${sizeText(MAX_SAVED_BYTES)}.`, {
      next: 'Save a shorter time, or fewer series.',
    });
  let bytes: Uint8Array;
  let modified: number;
  try {
    const { size, mtime } = await vscode.workspace.fs.stat(uri);
    if (size > MAX_SAVED_BYTES) throw tooBig();
    modified = mtime / 1000;
    bytes = await vscode.workspace.fs.readFile(uri);
  } catch (e) {
    if (e instanceof Problem) throw e;
    throw new Problem(
      'metrics.saved.read',
      `${name} could not be read: ` +
        `${e instanceof vscode.FileSystemError && e.code === 'FileNotFound' ? 'it is not there any more' : e instanceof Error ? e.message : String(e)}.`,
      { next: 'Choose another file.', cause: e },
    );
  }
  const options = { location: vscode.ProgressLocation.Window, title: `Reading ${name}` };
  const saved = await vscode.window.withProgress(options, () => SavedSource.open({ name, bytes, modified }));
  return savedSubject(uri.toString(), name, saved);
}
