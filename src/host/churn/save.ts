/** Files of what was seen. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import type { Churn } from '../../churn/churn';
import { csv, kubberneckerWatch, markdown, report, rowsOf } from '../../churn/report';
import type { ChurnFile } from '../../protocol/churn';

/** Asks where to, and writes. Throws Problem `churn.nothingYet` when nothing changed so far. */
export async function saveChurn(what: ChurnFile, churn: Churn, title: string): Promise<void> {
  if (rowsOf(churn).length === 0)
    throw new Problem('churn.nothingYet', 'Nothing has changed yet: there is nothing to save.', {
      next: 'Wait for the first change.',
    });
  const now = Date.now();
  const { text, extension, filter } = {
    json: () => ({ text: `${JSON.stringify(report(churn, now), null, 2)}\n`, extension: 'json', filter: 'JSON' }),
    csv: () => ({ text: csv(churn), extension: 'csv', filter: 'CSV' }),
    markdown: () => ({ text: markdown(churn, now, title), extension: 'md', filter: 'Markdown' }),
    kubbernecker: () => ({ text: `${kubberneckerWatch(churn)}\n`, extension: 'json', filter: 'kubbernecker watch' }),
  }[what]();
  const name = `${title
    .replaceAll(/[^\w.-]+/g, '-')
    .toLowerCase()
    .slice(0, 80)}${what === 'kubbernecker' ? '-kubbernecker' : ''}.${extension}`;
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  const to = await vscode.window.showSaveDialog({
    title: `Save ${name}`,
    filters: { [filter]: [extension] },
    ...(home && { defaultUri: vscode.Uri.joinPath(home, name) }),
  });
  if (!to) return;
  await vscode.workspace.fs.writeFile(to, new TextEncoder().encode(text));
  void vscode.window.showInformationMessage(`Saved ${path.basename(to.path)}.`);
}
