/** The light bulb: fixes of what is found here. Few enough to be read; the rest is behind "More for This Line…". */
import * as vscode from 'vscode';
import type { Analyzer } from '../../advice/analyzer';
import { programOf } from '../../advice/program';
import { editsByFile, touches } from '../../advice/text';
import type { Finding, Fix, Severity } from '../../advice/types';
import { diagnostic, rangeOf, SOURCE } from './diagnostics';
import { workspaceEdit } from './edits';
import type { Hints } from './hints';
import type { MeasuredOf } from './measured';
import { pathOf } from './uris';

/** Findings beside the first whose fix stands in the light bulb too. */
const OTHERS = 3;
const RANK: Readonly<Record<Severity, number>> = { warning: 0, information: 1, hint: 2 };

export class Actions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(
    private readonly hints: Hints,
    private readonly analyzer: Analyzer,
    private readonly measured: MeasuredOf,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    if (context.only && !context.only.contains(vscode.CodeActionKind.QuickFix)) return [];
    const report = await this.hints.report(document, {
      now: context.triggerKind === vscode.CodeActionTriggerKind.Invoke,
    });
    if (!report || token.isCancellationRequested) return [];
    const here = found(document, report.findings, range);
    const first = here.find((f) => f.fixes.length > 0);
    // Beside what is meant, the heaviest of the line.
    const others = here
      .filter((f) => f !== first && f.fixes.length > 0)
      .sort((a, b) => RANK[a.severity] - RANK[b.severity]);
    const actions: vscode.CodeAction[] = [];
    for (const fix of first?.fixes ?? []) actions.push(await fixAction(document, this.analyzer, fix));
    const preferred = first?.fixes.findIndex((f) => f.preferred === true) ?? -1;
    if (actions[preferred]) actions[preferred].isPreferred = true;
    const measure = await this.#measure(document, here);
    // Figures come before more values to guess from.
    if (measure) actions.splice(first?.effective ? 1 : actions.length, 0, measure);
    for (const {
      fixes: [fix],
    } of others.slice(0, OTHERS))
      if (fix) actions.push(await fixAction(document, this.analyzer, fix));
    const all = first?.fixes.find((f) => f.id !== 'qps-measured');
    if (first && all)
      actions.push(
        command(
          `Everywhere in the Module: ${all.title}…`,
          'controllerTuner.source.fixAll',
          document.uri,
          first.rule,
          all.id,
          all.title,
        ),
      );
    if (others.some((f, i) => i >= OTHERS || f.fixes.length > 1))
      actions.push(command('More for This Line…', 'controllerTuner.source.more', document.uri, range));
    // The editor puts actions without a diagnostic last: with one each they stay in this order.
    const [main] = here;
    if (main) for (const action of actions) action.diagnostics = shownFor(document, context, first ?? main);
    return token.isCancellationRequested ? [] : actions;
  }

  async #measure(document: vscode.TextDocument, here: readonly Finding[]): Promise<vscode.CodeAction | undefined> {
    const client = here.find((f) => f.effective !== undefined);
    if (!client) return undefined;
    const path = pathOf(document.uri);
    const program = programOf(await this.analyzer.module(path), path);
    if (program === '') return undefined;
    const limited = (client.effective?.qps ?? 1) >= 0;
    const title = this.measured(program)
      ? 'Measure This Controller Again…'
      : limited
        ? 'Set QPS from what is measured in a cluster…'
        : 'Measure This Controller in a Cluster…';
    return command(title, 'controllerTuner.source.measure', program, false, document.uri);
  }
}

/** What stands at the place or on its line: what is meant first, then the heavier. */
export function found(document: vscode.TextDocument, findings: readonly Finding[], range: vscode.Range): Finding[] {
  const asked = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  // The cursor at the end of a name is at the name.
  const meant = (f: Finding): boolean =>
    touches(f, asked) || (asked.start === asked.end && (f.start === asked.start || f.end === asked.start));
  // A light bulb counts for a line: the cursor somewhere on the line that a finding begins on.
  const sameLine = (f: Finding): boolean => range.isEmpty && document.positionAt(f.start).line === range.start.line;
  const order = (f: Finding): number => (meant(f) ? 0 : 10) + RANK[f.severity];
  return findings.filter((f) => meant(f) || sameLine(f)).sort((a, b) => order(a) - order(b));
}

/** The fix as one step that can be undone; the editor's own preview (Ctrl+Enter in the light bulb) shows it before. */
async function fixAction(document: vscode.TextDocument, analyzer: Analyzer, fix: Fix): Promise<vscode.CodeAction> {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  action.edit = await fixEdit(document, analyzer, fix);
  return action;
}

export async function fixEdit(
  document: vscode.TextDocument,
  analyzer: Analyzer,
  fix: Fix,
  stops = true,
): Promise<vscode.WorkspaceEdit> {
  const own = pathOf(document.uri);
  const files = [...editsByFile(fix, own).keys()];
  const texts = new Map<string, string | undefined>([[own, document.getText()]]);
  for (const file of files) if (!texts.has(file)) texts.set(file, await analyzer.text(file));
  return workspaceEdit(fix, {
    own,
    textOf: (path) => texts.get(path),
    stops: stops && files.length === 1 && files[0] === own,
  });
}

function command(title: string, name: string, ...args: readonly unknown[]): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { command: name, title, arguments: [...args] };
  return action;
}

function shownFor(
  document: vscode.TextDocument,
  context: vscode.CodeActionContext,
  finding: Finding,
): vscode.Diagnostic[] {
  const shown = context.diagnostics.filter(
    (d) => d.source === SOURCE && codeOf(d) === finding.rule && d.range.isEqual(rangeOf(document, finding)),
  );
  return shown.length > 0 ? shown : [diagnostic(document, finding)];
}

function codeOf({ code }: vscode.Diagnostic): string | undefined {
  return typeof code === 'object' ? String(code.value) : undefined;
}
