/** Findings as the editor shows them. */
import * as vscode from 'vscode';
import type { Finding, Span } from '../../advice/types';
import { hintSettings } from './settings';
import { uriOf } from './uris';

export const SOURCE = 'Controller Tuner';

export function rangeOf(document: vscode.TextDocument, span: Span): vscode.Range {
  return new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
}

/** Opens the rule's explanation. */
export function explainUri(rule: string): vscode.Uri {
  return vscode.Uri.from({ scheme: 'command', path: 'controllerTuner.source.explain', query: JSON.stringify([rule]) });
}

export function diagnostic(document: vscode.TextDocument, finding: Finding): vscode.Diagnostic {
  // Plain text, with a line for each sentence: the peek view of F8 breaks none by itself, and the list of problems
  // shows the first.
  const message = finding.message.replaceAll('`', '').replace(/\. (?=\p{L})/gu, '.\n');
  const shown = new vscode.Diagnostic(rangeOf(document, finding), message, hintSettings.severity(finding.severity));
  shown.source = SOURCE;
  shown.code = { value: finding.rule, target: explainUri(finding.rule) };
  if (finding.cite) {
    const at = new vscode.Position(Math.max(0, finding.cite.line - 1), 0);
    shown.relatedInformation = [
      new vscode.DiagnosticRelatedInformation(new vscode.Location(uriOf(finding.cite.file), at), finding.cite.text),
    ];
  }
  return shown;
}
