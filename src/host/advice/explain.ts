/** A rule's explanation, where the link of a finding leads. */
import * as vscode from 'vscode';
import { explain } from '../../advice/explain';

const SCHEME = 'controller-tuner-rule';

export function registerExplanations(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => explain(ruleOf(uri)) ?? `There is no rule ${ruleOf(uri)}.`,
  });
}

export async function showExplanation(rule: string): Promise<void> {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${rule}.md` });
  // The editor's own Markdown extension may be turned off: the text alone will do.
  try {
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  } catch {
    await vscode.window.showTextDocument(uri, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  }
}

function ruleOf(uri: vscode.Uri): string {
  return uri.path.replace(/^\//, '').replace(/\.md$/, '');
}
