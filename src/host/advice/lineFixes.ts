/** All that can be done at a line, by what it is about. */
import * as vscode from 'vscode';
import type { Analyzer } from '../../advice/analyzer';
import { rules } from '../../advice/explain';
import type { Finding, Fix } from '../../advice/types';
import { fixEdit, found } from './actions';
import type { Hints } from './hints';

const EVERYWHERE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('files'),
  tooltip: 'Everywhere in the Module…',
};
const EXPLAIN: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('info'), tooltip: 'What It Means' };

interface Row extends vscode.QuickPickItem {
  readonly finding: Finding;
  readonly fix: Fix;
}

export async function chooseFix(hints: Hints, analyzer: Analyzer, uri: vscode.Uri, range: vscode.Range): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const report = await hints.report(document, { now: true });
  const titles = new Map(rules().map((r) => [r.id, r.title]));
  const rows = found(document, report?.findings ?? [], range).flatMap((finding): (Row | vscode.QuickPickItem)[] =>
    finding.fixes.length === 0
      ? []
      : [
          { label: titles.get(finding.rule) ?? finding.rule, kind: vscode.QuickPickItemKind.Separator },
          ...finding.fixes.map((fix): Row => ({ label: fix.title, finding, fix, buttons: [EVERYWHERE, EXPLAIN] })),
        ],
  );
  const chosen = await choose(rows, uri);
  if (!chosen) return;
  // Worked out for the text as it is now, which may be another one.
  const now = (await hints.report(document, { now: true }))?.findings
    .find((f) => f.rule === chosen.finding.rule && f.start === chosen.finding.start)
    ?.fixes.find((f) => f.id === chosen.fix.id);
  if (now) await vscode.workspace.applyEdit(await fixEdit(document, analyzer, now, false));
}

function choose(rows: readonly (Row | vscode.QuickPickItem)[], uri: vscode.Uri): Promise<Row | undefined> {
  const input = vscode.window.createQuickPick<Row | vscode.QuickPickItem>();
  input.title = 'What can be done here';
  input.placeholder = 'Choose a change; one undo takes it back';
  input.items = rows;
  return new Promise((resolve) => {
    input.onDidTriggerItemButton(({ item, button }) => {
      if (!('fix' in item)) return;
      const { finding, fix } = item;
      input.hide();
      if (button === EXPLAIN) void vscode.commands.executeCommand('controllerTuner.source.explain', finding.rule);
      else void vscode.commands.executeCommand('controllerTuner.source.fixAll', uri, finding.rule, fix.id, fix.title);
    });
    input.onDidAccept(() => {
      const [row] = input.selectedItems;
      resolve(row && 'fix' in row ? row : undefined);
      input.hide();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}
