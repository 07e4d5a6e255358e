/** Commands over sources: the review and its export, "fix all", and where links lead. */
import * as vscode from 'vscode';
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import type { Analyzer, Report } from '../../advice/analyzer';
import { fixAll, type Chosen } from '../../advice/fixall';
import { reviewMarkdown } from '../../advice/markdown';
import type { Module } from '../../advice/modules/types';
import { below, dirOf } from '../../advice/paths';
import { programOf } from '../../advice/program';
import { guarded } from '../errors';
import type { Log } from '../../app/editor';
import { fixEdit } from './actions';
import { changesEdit } from './edits';
import { showExplanation } from './explain';
import type { Hints } from './hints';
import { placesOf, showSetUp } from './lensAndHover';
import { MEASURE, type Change, type Measurements } from './measured';
import { chooseFix } from './lineFixes';
import { openAt, ReviewTree, type Reviewed, type Row } from './review';
import { isLookedAt, pathOf, uriOf } from './uris';

export interface AdviceParts {
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
export function commandsOf(parts: AdviceParts): {
  readonly offered: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  readonly internal: Commands;
} {
  const { analyzer, hints, measurements, log } = parts;
  let shown: { readonly tree: ReviewTree; readonly view: vscode.TreeView<Row> } | undefined;
  let last: Reviewed | undefined;

  const review = (asked?: unknown): Promise<unknown> =>
    guarded('Review settings of a module', log, async () => {
      const reviewed = await reviewOf(analyzer, await placeOf(asked));
      if (!reviewed) return;
      last = reviewed;
      await vscode.commands.executeCommand('setContext', REVIEWED, true);
      if (!shown) {
        const tree = parts.own(new ReviewTree());
        shown = {
          tree,
          view: parts.own(
            vscode.window.createTreeView<Row>('controllerTuner.source', {
              treeDataProvider: tree,
              showCollapseAll: true,
            }),
          ),
        };
      }
      shown.tree.show(reviewed);
      await vscode.commands.executeCommand('controllerTuner.source.focus');
    });

  const exported = (): Promise<unknown> =>
    guarded('Export a review', log, async () => {
      const reviewed = (last ??= await reviewOf(analyzer, await placeOf(undefined)));
      if (!reviewed) return;
      const texts = new Map<string, string>();
      for (const { file } of reviewed.reports) texts.set(file, (await analyzer.text(file)) ?? '');
      // Files by their path in the module: the document is for others to read, on other machines.
      const places = {
        ...(await placesOf(analyzer, ...reviewed.reports)),
        link: (file: string, line: number) =>
          file.startsWith(`${reviewed.dir}/`) ? `${encodeURI(below(reviewed.dir, file))}#L${line}` : undefined,
      };
      const content = reviewMarkdown(reviewed, places, (file) => texts.get(file));
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
    });

  return {
    offered: {
      'controllerTuner.source.review': review,
      'controllerTuner.source.refresh': () => review(last && uriOf(last.dir)),
      'controllerTuner.source.export': exported,
      'controllerTuner.source.measureModule': () =>
        guarded('Measure a controller', log, async () => {
          const place = await placeOf(undefined);
          const program = await programAt(analyzer, place);
          await measurements.ask(program, true, () => changeOf(parts, place));
        }),
    },
    internal: {
      'controllerTuner.source.explain': (rule: string) => guarded('Explain a rule', log, () => showExplanation(rule)),
      'controllerTuner.source.showSetUp': (uri: vscode.Uri, at: vscode.Position) =>
        guarded('Show settings', log, () => showSetUp(uri, at)),
      'controllerTuner.source.open': (file: string, span: { start: number; end: number }) =>
        guarded('Open a source', log, () => openAt(file, span)),
      [MEASURE]: (program: string, choose: boolean, at?: vscode.Uri) =>
        guarded('Measure a controller', log, () =>
          measurements.ask(program, choose, () => changeOf(parts, at && vscode.Uri.from(at))),
        ),
      'controllerTuner.source.fixAll': (uri: vscode.Uri, rule: string, fix: string, title: string) =>
        guarded('Fix all of a kind', log, () => fixModule(analyzer, uri, { rule, fix }, title)),
      'controllerTuner.source.more': (uri: vscode.Uri, range: vscode.Range) =>
        guarded('Change a setting', log, () => chooseFix(hints, analyzer, uri, range)),
    },
  };
}

/** The file or folder that is meant: what was given, the text in front, or the first folder of the workspace. */
async function placeOf(asked: unknown): Promise<vscode.Uri> {
  if (asked instanceof vscode.Uri) return asked;
  const front = vscode.window.activeTextEditor?.document;
  if (front && (isLookedAt(front) || /\/go\.(mod|work|sum)$/.test(front.uri.path))) return front.uri;
  const folder =
    (vscode.workspace.workspaceFolders?.length ?? 0) > 1
      ? await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Whose settings?' })
      : vscode.workspace.workspaceFolders?.[0];
  if (!folder)
    throw new Problem('source.noFolder', 'There is no module to review.', {
      next: 'Open a Go file of it, or its folder.',
    });
  return folder.uri;
}

/** Undefined: the person gave up. */
async function reviewOf(analyzer: Analyzer, place: vscode.Uri): Promise<Reviewed | undefined> {
  const isFolder = await vscode.workspace.fs.stat(place).then(
    (s) => (s.type & vscode.FileType.Directory) !== 0,
    () => false,
  );
  const path = pathOf(place);
  const module = await analyzer.module(isFolder ? `${path}/go.mod` : path);
  const dir = module.dir === '' ? (isFolder ? path : dirOf(path)) : module.dir;
  const versions = TOLD.flatMap((m) => {
    const v = module.version(m);
    return v?.version === undefined ? [] : [`${m.slice(m.lastIndexOf('/') + 1)} ${v.version}`];
  });
  return cancellable('Reviewing settings', async (signal, tell) => {
    const reports: Report[] = [];
    for await (const report of analyzer.review(dir, { signal })) {
      reports.push(report);
      tell(below(dir, report.file));
    }
    return { module: module.path, dir, versions, reports };
  });
}

async function fixModule(analyzer: Analyzer, uri: vscode.Uri, chosen: Chosen, title: string): Promise<void> {
  const path = pathOf(uri);
  const module: Module = await analyzer.module(path);
  const dir = module.dir === '' ? dirOf(path) : module.dir;
  const changes = await cancellable('Working out the fixes', async (signal) => {
    const files: string[] = [];
    for await (const report of analyzer.review(dir, { signal }))
      if (report.findings.some((f) => f.rule === chosen.rule)) files.push(report.file);
    return fixAll(analyzer, files, chosen, signal);
  });
  if (!changes) return;
  if (changes.size === 0) {
    void vscode.window.showInformationMessage('There is nothing to fix any more.');
    return;
  }
  const files = count(changes.size, 'file');
  const [apply, ask] = [`Change ${files}`, 'Choose in a Preview…'];
  const detail = [
    ...[...changes.keys()].map((p) => below(dir, p)),
    '',
    'One undo takes all of it back. In the preview nothing is ticked at first.',
  ].join('\n');
  const answer = await vscode.window.showInformationMessage(
    `${title} in ${files} of ${module.path === '' ? 'this folder' : module.path}?`,
    { modal: true, detail },
    apply,
    ask,
  );
  if (answer === undefined) return;
  await vscode.workspace.applyEdit(changesEdit(changes, answer === ask ? title : undefined), { isRefactoring: true });
}

/** The change that what was measured asks for in this text. */
async function changeOf({ analyzer, hints }: AdviceParts, uri: vscode.Uri | undefined): Promise<Change | undefined> {
  const document = uri && vscode.workspace.textDocuments.find((d) => d.uri.toString() === uri.toString());
  const report = document && (await hints.report(document, { now: true }));
  const fix = report?.findings.flatMap((f) => f.fixes).find((f) => f.id === 'qps-measured');
  return document && fix
    ? { fix, apply: async () => vscode.workspace.applyEdit(await fixEdit(document, analyzer, fix)) }
    : undefined;
}

/** The program of a file, or of the module in a folder. */
async function programAt(analyzer: Analyzer, place: vscode.Uri): Promise<string> {
  const path = pathOf(place);
  const file = /\.(go|ya?ml)$/.test(path)
    ? path
    : /\/go\.\w+$/.test(path)
      ? `${dirOf(path)}/main.go`
      : `${path}/main.go`;
  const program = programOf(await analyzer.module(file), file);
  if (program === '')
    throw new Problem('source.noModule', 'There is no Go module here to measure the controller of.', {
      next: 'Open a Go file of the controller, or the manifest that configures it.',
    });
  return program;
}

/** Undefined when the person cancelled. */
async function cancellable<T>(
  title: string,
  work: (signal: AbortSignal, tell: (message: string) => void) => Promise<T>,
): Promise<T | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title, cancellable: true },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => {
        stop.abort();
      });
      try {
        return await work(stop.signal, (message) => {
          progress.report({ message });
        });
      } catch (e) {
        if (stop.signal.aborted) return undefined;
        throw e;
      }
    },
  );
}
