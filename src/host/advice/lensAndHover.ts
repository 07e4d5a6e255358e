/** The line over a set-up and the hover: which settings are in force. */
import * as vscode from 'vscode';
import type { Analyzer, Report } from '../../advice/analyzer';
import { gist, rules } from '../../advice/explain';
import { plain, setUpMarkdown, type Places } from '../../advice/markdown';
import { nameOf } from '../../advice/paths';
import { programOf } from '../../advice/program';
import { position } from '../../advice/text';
import { explainUri, rangeOf } from './diagnostics';
import type { Hints } from './hints';
import { MEASURE, measuredMarkdown, type MeasuredOf } from './measured';
import { hintSettings } from './settings';
import { pathOf, uriOf } from './uris';

export class Lenses implements vscode.CodeLensProvider {
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(private readonly hints: Hints) {
    this.onDidChangeCodeLenses = hints.onDidChange;
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!hintSettings.codeLens) return [];
    const report = await this.hints.report(document);
    return (
      report?.setUps
        .filter((s) => s.line !== '')
        .map((s) => {
          const range = rangeOf(document, s);
          return new vscode.CodeLens(new vscode.Range(range.start, range.start), {
            title: short(s.line),
            tooltip: 'Show the settings with their defaults',
            command: 'controllerTuner.source.showSetUp',
            arguments: [document.uri, range.start],
          });
        }) ?? []
    );
  }
}

/** Characters of a lens: two of them may stand side by side, and what is beyond the edge is not seen. */
const LONGEST = 90;

/** The first settings of a line, whole; all of them are in the hover. */
function short(line: string): string {
  if (line.length <= LONGEST) return line;
  const at = line.lastIndexOf(' · ', LONGEST);
  return `${line.slice(0, at > 0 ? at : LONGEST)} · …`;
}

/** Only what the hovers' own links need. */
const COMMANDS = ['controllerTuner.source.explain', 'controllerTuner.source.review', MEASURE];

export class Hovers implements vscode.HoverProvider {
  constructor(
    private readonly hints: Hints,
    private readonly analyzer: Analyzer,
    private readonly measured: MeasuredOf,
  ) {}

  async provideHover(document: vscode.TextDocument, at: vscode.Position): Promise<vscode.Hover | undefined> {
    const report = await this.hints.report(document);
    if (!report) return undefined;
    const offset = document.offsetAt(at);
    const on = <T extends { readonly start: number; readonly end: number }>(list: readonly T[]): T[] =>
      list.filter((s) => s.start <= offset && offset <= s.end).sort((a, b) => a.end - a.start - (b.end - b.start));
    // A set-up may span a long chain of calls: its first line stands for it.
    const first = (s: { readonly start: number }): boolean => document.positionAt(s.start).line === at.line;
    const setUps = on(report.setUps).filter(first);
    const yaml = (report.hovers ?? []).filter((h) => h.span.start <= offset && offset <= h.span.end);
    const findings = on(report.findings).filter(first);
    if (setUps.length === 0 && yaml.length === 0 && findings.length === 0) return undefined;
    const places = await placesOf(this.analyzer, report);
    const text = new vscode.MarkdownString();
    text.isTrusted = { enabledCommands: COMMANDS };
    const parts = [...setUps.map((s) => setUpMarkdown(s, places)), ...yaml.map((h) => h.markdown)];
    if (setUps.some((s) => s.kind === 'client') || findings.some((f) => f.effective !== undefined)) {
      const program = programOf(await this.analyzer.module(report.file), report.file);
      const hinted = hintSettings.hints && findings.some((f) => f.effective !== undefined);
      const known = this.measured(program);
      // What is true now before what is written; the way to find out comes last.
      if (program !== '')
        parts.splice(known ? 0 : parts.length, 0, measuredMarkdown(program, known, document.uri, hinted));
    }
    const about = rules().filter((r) => findings.some((f) => f.rule === r.id));
    const [rule] = about;
    // Of one the text's beginning; of many there is room for their names.
    if (rule && about.length === 1) parts.push(gist(rule));
    const links = about.map((r) => `[${plain(r.title)}](${explainUri(r.id).toString()})`);
    if (setUps.length > 0) links.push('[Review Settings of This Module](command:controllerTuner.source.review)');
    if (links.length > 0) parts.push(links.join(' · '));
    text.appendMarkdown(parts.join('\n\n---\n\n'));
    const own = yaml[0]?.span ?? setUps[0] ?? findings[0];
    return new vscode.Hover(text, own && rangeOf(document, own));
  }
}

/** Places in the files that a report speaks of. */
export async function placesOf(analyzer: Analyzer, ...reports: readonly Report[]): Promise<Places> {
  const texts = new Map<string, string | undefined>();
  for (const file of reports.flatMap((r) => [
    r.file,
    ...r.setUps.flatMap((s) => s.settings.flatMap((x) => x.at?.file ?? [])),
  ])) {
    if (!texts.has(file)) texts.set(file, await analyzer.text(file));
  }
  return {
    link: (file, line) =>
      uriOf(file)
        .with({ fragment: `L${line}` })
        .toString(),
    lineOf: (file, offset) => {
      const text = texts.get(file);
      return text === undefined ? undefined : position(text, offset).line;
    },
    name: nameOf,
  };
}

/** Puts the cursor at a set-up and shows its hover. */
export async function showSetUp(uri: vscode.Uri, start: vscode.Position): Promise<void> {
  // Inside of it: at its very start the hints of what stands before would be shown too.
  const at = start.translate(0, 1);
  const editor =
    vscode.window.visibleTextEditors.find((e) => pathOf(e.document.uri) === pathOf(uri)) ??
    (await vscode.window.showTextDocument(uri));
  await vscode.window.showTextDocument(editor.document, {
    viewColumn: editor.viewColumn ?? vscode.ViewColumn.Active,
    selection: new vscode.Range(at, at),
  });
  await vscode.commands.executeCommand('editor.action.showHover', { focus: 'noAutoFocus' });
}
