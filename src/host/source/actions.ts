/** The light bulb: fixes of what is found here. */
import * as vscode from 'vscode';
import type { Analyzer } from '../../source/analyzer';
import { byFile } from '../../source/sound';
import { touches } from '../../source/text';
import type { Finding, Fix } from '../../source/types';
import { diagnostic, rangeOf, SOURCE } from './diagnostics';
import { workspaceEdit } from './edits';
import type { Hints } from './hints';
import type { MeasuredOf } from './measured';
import { pathOf } from './uris';

export class Actions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };

  constructor(private readonly hints: Hints, private readonly analyzer: Analyzer, private readonly measured: MeasuredOf) {}

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext, token: vscode.CancellationToken): Promise<vscode.CodeAction[]> {
    if (context.only && !context.only.contains(vscode.CodeActionKind.QuickFix)) return [];
    const report = await this.hints.report(document, { now: context.triggerKind === vscode.CodeActionTriggerKind.Invoke });
    if (!report || token.isCancellationRequested) return [];
    const asked = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    // The cursor at the end of a name is at the name.
    const here = report.findings.filter((f) => touches(f, asked) || (asked.start === asked.end && (f.start === asked.start || f.end === asked.start)) || sameLine(document, f, range));
    const actions: vscode.CodeAction[] = [];
    for (const finding of here) {
      for (const [i, fix] of finding.fixes.entries()) actions.push(...await this.#actions(document, finding, fix, i === 0, context));
      if (token.isCancellationRequested) return [];
    }
    for (const finding of here) actions.push(...await this.#more(document, finding, here));
    return actions;
  }

  /** The fix, and the same with a preview where it reaches beyond this text or is the first. */
  async #actions(document: vscode.TextDocument, finding: Finding, fix: Fix, first: boolean, context: vscode.CodeActionContext): Promise<vscode.CodeAction[]> {
    const own = pathOf(document.uri);
    const files = [...byFile(fix, own).keys()];
    const texts = new Map<string, string | undefined>([[own, document.getText()]]);
    for (const file of files) if (!texts.has(file)) texts.set(file, await this.analyzer.text(file));
    const options = { own, textOf: (path: string) => texts.get(path) };
    const shown = context.diagnostics.filter((d) => d.source === SOURCE && codeOf(d) === finding.rule && d.range.isEqual(rangeOf(document, finding)));
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = workspaceEdit(fix, { ...options, stops: files.length === 1 && files[0] === own });
    action.diagnostics = shown.length > 0 ? shown : [diagnostic(document, finding)];
    if (fix.preferred === true) action.isPreferred = true;
    if (!first && files.length === 1) return [action];
    const preview = new vscode.CodeAction(`Preview: ${fix.title}…`, vscode.CodeActionKind.QuickFix);
    preview.edit = workspaceEdit(fix, { ...options, confirm: fix.title });
    preview.diagnostics = action.diagnostics;
    return [action, preview];
  }

  /** Beyond this place: the same fix in the whole module, and figures to set it by. */
  async #more(document: vscode.TextDocument, finding: Finding, here: readonly Finding[]): Promise<vscode.CodeAction[]> {
    if (here.find((f) => f.rule === finding.rule) !== finding) return [];
    const actions: vscode.CodeAction[] = [];
    const [fix] = finding.fixes;
    if (fix !== undefined) {
      const all = new vscode.CodeAction('Fix all of this kind in the module…', vscode.CodeActionKind.QuickFix);
      all.command = { command: 'controllerTuner.source.fixAll', title: all.title, arguments: [document.uri, finding.rule, fix.id] };
      actions.push(all);
    }
    const module = finding.effective === undefined ? '' : (await this.analyzer.module(pathOf(document.uri))).path;
    if (module !== '') {
      const measure = new vscode.CodeAction(this.measured(module) ? 'Measure this controller again…' : 'Set QPS from what is measured in a cluster…', vscode.CodeActionKind.QuickFix);
      measure.command = { command: 'controllerTuner.source.measure', title: measure.title, arguments: [module] };
      actions.push(measure);
    }
    return actions;
  }
}

/** A light bulb counts for a line: the cursor somewhere on the line that a finding begins on. */
function sameLine(document: vscode.TextDocument, finding: Finding, range: vscode.Range): boolean {
  return range.isEmpty && document.positionAt(finding.start).line === range.start.line;
}

function codeOf({ code }: vscode.Diagnostic): string | undefined { return typeof code === 'object' ? String(code.value) : undefined; }
