/** Open texts and what is found in them: worked out after a pause in typing, and given up when the person types on. */
import * as vscode from 'vscode';
import { isAbort } from '../../base/problem';
import type { Analyzer, Report } from '../../advice/analyzer';
import { LANGUAGES } from '../../advice/languages';
import { dirOf } from '../../advice/paths';
import { diagnostic } from './diagnostics';
import { hintSettings, onHintSettings } from './settings';
import { isLookedAt, pathOf } from './uris';

/** ms after a keystroke: longer than between two of them. */
const DEBOUNCE_MS = 300;

/** One text at one version. */
interface Job {
  readonly version: number;
  readonly stop: AbortController;
  readonly done: Promise<Report | undefined>;
  start(): void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Hints implements vscode.Disposable {
  readonly #jobs = new Map<vscode.TextDocument, Job>();
  readonly #shown = vscode.languages.createDiagnosticCollection('Controller Tuner');
  readonly #changed = new vscode.EventEmitter<void>();
  /** Something is known of a text that was not when it was asked about last. */
  readonly onDidChange = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];

  constructor(
    private readonly analyzer: Analyzer,
    private readonly failed: (document: vscode.TextDocument, e: unknown) => void,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(`**/{${LANGUAGES.flatMap((l) => l.watched).join(',')}}`);
    const onDisk = (uri: vscode.Uri): void => {
      // An open text is the newer one, and tells of itself.
      if (vscode.workspace.textDocuments.some((d) => d.uri.toString() === uri.toString() && isLookedAt(d))) return;
      this.analyzer.changed(pathOf(uri));
      this.#near(uri, undefined);
    };
    this.#subscriptions = [
      this.#shown,
      this.#changed,
      watcher,
      watcher.onDidCreate(onDisk),
      watcher.onDidChange(onDisk),
      watcher.onDidDelete(onDisk),
      vscode.workspace.onDidOpenTextDocument((d) => {
        this.#opened(d);
      }),
      vscode.workspace.onDidChangeTextDocument((e) => {
        if (e.contentChanges.length > 0) this.#edited(e.document);
      }),
      vscode.workspace.onDidSaveTextDocument((d) => {
        if (isLookedAt(d) && !vscode.workspace.getWorkspaceFolder(d.uri)) this.#opened(d);
      }),
      vscode.workspace.onDidCloseTextDocument((d) => {
        this.#closed(d);
      }),
      onHintSettings(() => {
        for (const [document, job] of this.#jobs)
          void job.done.then((report) => {
            this.#show(document, report);
          });
        this.#changed.fire();
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.#opened(document);
  }

  /** What is found in the text as it is now; undefined when it changed again meanwhile. `now`: a person waits. */
  async report(document: vscode.TextDocument, { now = false } = {}): Promise<Report | undefined> {
    if (!isLookedAt(document) || document.isClosed) return undefined;
    let job = this.#jobs.get(document);
    if (job?.version !== document.version) job = this.#plan(document, now ? 0 : DEBOUNCE_MS);
    if (now) job.start();
    const report = await job.done;
    return this.#jobs.get(document) === job && job.version === document.version ? report : undefined;
  }

  /** Works out all open texts anew: what they depend on is another now. */
  refresh(): void {
    for (const document of this.#jobs.keys()) this.#plan(document, 0);
  }

  #opened(document: vscode.TextDocument): void {
    if (!isLookedAt(document)) return;
    // Nobody watches what is in no folder of the workspace.
    if (!vscode.workspace.getWorkspaceFolder(document.uri)) this.analyzer.forget(dirOf(pathOf(document.uri)));
    this.#plan(document, 0);
  }

  #edited(document: vscode.TextDocument): void {
    const module = /\/go\.(mod|work)$/.test(document.uri.path);
    if (!module && !isLookedAt(document)) return;
    this.analyzer.edited(pathOf(document.uri));
    if (!module) this.#plan(document, DEBOUNCE_MS);
    this.#near(document.uri, document);
  }

  #closed(document: vscode.TextDocument): void {
    const job = this.#jobs.get(document);
    if (job === undefined) return;
    job.stop.abort();
    clearTimeout(job.timer);
    this.#jobs.delete(document);
    this.#shown.delete(document.uri);
    // What was typed and not saved is gone.
    this.analyzer.edited(pathOf(document.uri));
  }

  /** Open texts of the same package, or all when versions changed. */
  #near(uri: vscode.Uri, but: vscode.TextDocument | undefined): void {
    const all = /\/(go\.mod|go\.work|modules\.txt)$/.test(uri.path);
    const dir = dirOf(pathOf(uri));
    for (const document of this.#jobs.keys())
      if (document !== but && (all || dirOf(pathOf(document.uri)) === dir)) this.#plan(document, DEBOUNCE_MS);
  }

  #plan(document: vscode.TextDocument, ms: number): Job {
    const before = this.#jobs.get(document);
    before?.stop.abort();
    clearTimeout(before?.timer);
    const stop = new AbortController();
    const { version } = document;
    let go = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      go = resolve;
      stop.signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
    const done = started.then(() => this.#run(document, stop.signal));
    const job: Job = {
      version,
      stop,
      done,
      start: () => {
        clearTimeout(job.timer);
        go();
      },
      timer: setTimeout(() => {
        go();
      }, ms),
    };
    this.#jobs.set(document, job);
    return job;
  }

  async #run(document: vscode.TextDocument, signal: AbortSignal): Promise<Report | undefined> {
    if (signal.aborted) return undefined;
    try {
      const report = await this.analyzer.file(pathOf(document.uri), document.getText(), signal);
      if (signal.aborted) return undefined;
      this.#show(document, report);
      this.#changed.fire();
      return report;
    } catch (e) {
      if (!isAbort(e) && !signal.aborted) this.failed(document, e);
      return undefined;
    }
  }

  #show(document: vscode.TextDocument, report: Report | undefined): void {
    if (document.isClosed || !this.#jobs.has(document)) return;
    this.#shown.set(
      document.uri,
      hintSettings.hints ? (report?.findings.map((f) => diagnostic(document, f)) ?? []) : [],
    );
  }

  dispose(): void {
    for (const job of this.#jobs.values()) {
      job.stop.abort();
      clearTimeout(job.timer);
    }
    this.#jobs.clear();
    for (const s of this.#subscriptions) s.dispose();
  }
}
