/** Commands over sources: the review and its export, "fix all", and where links lead. */
import * as vscode from 'vscode';
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Analyzer, Report } from '../../source/analyzer';
import { fixAll } from '../../source/fixall';
import { reviewMarkdown } from '../../source/markdown';
import type { Module } from '../../source/modules/types';
import { below, dirOf } from '../../source/paths';
import { guarded } from '../errors';
import type { Log } from '../log';
import { changesEdit } from './edits';
import { showExplanation } from './explain';
import type { Hints } from './hints';
import { placesOf, showSetUp } from './looks';
import type { Measurements } from './measured';
import { openAt, ReviewTree, type Reviewed, type Row } from './review';
import { isLookedAt, pathOf, uriOf } from './uris';

export interface SourceParts {
  readonly analyzer: Analyzer;
  readonly hints: Hints;
  readonly measurements: Measurements;
  readonly log: Log;
  own<T extends vscode.Disposable>(part: T): T;
}

type Commands = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Modules whose versions the review tells. */
const TOLD = ['sigs.k8s.io/controller-runtime', 'k8s.io/client-go'];
const REVIEWED = 'controllerTuner.source.reviewed';

/** `offered`: those that the manifest names. `internal`: those that links and quick fixes use. */
export function commandsOf(parts: SourceParts): { readonly offered: Readonly<Record<string, (...args: unknown[]) => unknown>>; readonly internal: Commands } {
  const { analyzer, measurements, log } = parts;
  let shown: { readonly tree: ReviewTree; readonly view: vscode.TreeView<Row> } | undefined;
  let last: Reviewed | undefined;

  const review = (asked?: unknown): Promise<unknown> => guarded('Review settings of a module', log, async () => {
    const reviewed = await reviewOf(analyzer, await placeOf(asked));
    if (!reviewed) return;
    last = reviewed;
    await vscode.commands.executeCommand('setContext', REVIEWED, true);
    if (!shown) {
      const tree = parts.own(new ReviewTree());
      shown = { tree, view: parts.own(vscode.window.createTreeView<Row>('controllerTuner.source', { treeDataProvider: tree, showCollapseAll: true })) };
    }
    shown.tree.show(reviewed);
    await vscode.commands.executeCommand('controllerTuner.source.focus');
  });

  const exported = (): Promise<unknown> => guarded('Export a review', log, async () => {
    const reviewed = last ??= await reviewOf(analyzer, await placeOf(undefined));
    if (!reviewed) return;
    const texts = new Map<string, string>();
    for (const { file } of reviewed.reports) texts.set(file, await analyzer.text(file) ?? '');
    // Files by their path in the module: the document is for others to read, on other machines.
    const places = { ...await placesOf(analyzer, ...reviewed.reports), link: (file: string, line: number) => (file.startsWith(`${reviewed.dir}/`) ? `${encodeURI(below(reviewed.dir, file))}#L${line}` : undefined) };
    const content = reviewMarkdown(reviewed, places, (file) => texts.get(file));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
  });

  return {
    offered: {
      'controllerTuner.source.review': review,
      'controllerTuner.source.refresh': () => review(last && uriOf(last.dir)),
      'controllerTuner.source.export': exported,
    },
    internal: {
      'controllerTuner.source.explain': (rule: string) => guarded('Explain a rule', log, () => showExplanation(rule)),
      'controllerTuner.source.showSetUp': (uri: vscode.Uri, at: vscode.Position) => guarded('Show settings', log, () => showSetUp(uri, at)),
      'controllerTuner.source.open': (file: string, span: { start: number; end: number }) => guarded('Open a source', log, () => openAt(file, span)),
      'controllerTuner.source.measure': (module: string, choose?: boolean) => guarded('Measure a controller', log, () => measurements.ask(module, choose)),
      'controllerTuner.source.fixAll': (uri: vscode.Uri, rule: string, fix: string | undefined) => guarded('Fix all of a kind', log, () => fixModule(analyzer, uri, rule, fix)),
    },
  };
}

/** The file or folder that is meant: what was given, the text in front, or the first folder of the workspace. */
async function placeOf(asked: unknown): Promise<vscode.Uri> {
  if (asked instanceof vscode.Uri) return asked;
  const front = vscode.window.activeTextEditor?.document;
  if (front && (isLookedAt(front) || /\/go\.(mod|work|sum)$/.test(front.uri.path))) return front.uri;
  const folder = (vscode.workspace.workspaceFolders?.length ?? 0) > 1 ? await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Whose settings?' }) : vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Problem('source.noFolder', 'There is no module to review.', { next: 'Open a Go file of it, or its folder.' });
  return folder.uri;
}

/** Undefined: the person gave up. */
async function reviewOf(analyzer: Analyzer, place: vscode.Uri): Promise<Reviewed | undefined> {
  const isFolder = await vscode.workspace.fs.stat(place).then((s) => (s.type & vscode.FileType.Directory) !== 0, () => false);
  const path = pathOf(place);
  const module = await analyzer.module(isFolder ? `${path}/go.mod` : path);
  const dir = module.dir === '' ? (isFolder ? path : dirOf(path)) : module.dir;
  const versions = TOLD.flatMap((m) => { const v = module.version(m); return v?.version === undefined ? [] : [`${m.slice(m.lastIndexOf('/') + 1)} ${v.version}`]; });
  return cancellable('Reviewing settings', async (signal, tell) => {
    const reports: Report[] = [];
    for await (const report of analyzer.review(dir, { signal })) {
      reports.push(report);
      tell(below(dir, report.file));
    }
    return { module: module.path, dir, versions, reports };
  });
}

async function fixModule(analyzer: Analyzer, uri: vscode.Uri, rule: string, fix: string | undefined): Promise<void> {
  const path = pathOf(uri);
  const module: Module = await analyzer.module(path);
  const changes = await cancellable('Working out the fixes', async (signal) => {
    const files: string[] = [];
    for await (const report of analyzer.review(module.dir === '' ? dirOf(path) : module.dir, { signal })) if (report.findings.some((f) => f.rule === rule)) files.push(report.file);
    return fixAll(analyzer, files, { rule, fix }, signal);
  });
  if (!changes) return;
  if (changes.size === 0) { void vscode.window.showInformationMessage('There is nothing to fix any more.'); return; }
  // What the person has in front needs no asking; files that nobody looks at do.
  const seen = [...changes.keys()].every((p) => p === path);
  const done = await vscode.workspace.applyEdit(changesEdit(changes, seen ? undefined : `Fix all: ${rule}`), { isRefactoring: true });
  if (done && !seen) void vscode.window.showInformationMessage(`Changed ${count(changes.size, 'file')}.`);
}

/** Undefined when the person cancelled. */
async function cancellable<T>(title: string, work: (signal: AbortSignal, tell: (message: string) => void) => Promise<T>): Promise<T | undefined> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title, cancellable: true }, async (progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => { stop.abort(); });
    try { return await work(stop.signal, (message) => { progress.report({ message }); }); } catch (e) {
      if (stop.signal.aborted) return undefined;
      throw e;
    }
  });
}
