/** From the text to the profile, and from one hot line to the next. */
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import { readGo } from '../../lines/declared';
import { symbolOf } from '../../lines/symbol';
import { hotLines } from '../../lines/words';
import type { ProfilePage } from '../../app/pages/active';
import type { ProfileValues } from './values';

/** Shows the function at the cursor, or the one that a lens or hover names, on the profile's page. */
export async function showInProfile(page: ProfilePage, values: ProfileValues, given: unknown): Promise<void> {
  const named: unknown = (given as { name?: unknown } | undefined)?.name;
  page.select(typeof named === 'string' ? named : await atCursor(page, values));
}

async function atCursor(page: ProfilePage, values: ProfileValues): Promise<string> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'go')
    throw new Problem('lines.noGo', 'No Go file is in front.', {
      next: 'Put the cursor into a function of a Go file.',
    });
  const {
    document,
    selection: { active },
  } = editor;
  const line = active.line + 1;
  const declared = readGo(document.getText()).functions.find((f) => f.line <= line && line <= f.end);
  if (!declared)
    throw new Problem('lines.noFunction', 'The cursor is in no function.', {
      next: 'Put it on a function, or into one.',
    });
  const shown = await values.of(document);
  if (!('placed' in shown))
    throw new Problem('lines.noValues', shown.why, { next: "Look for the function on the profile's page." });
  const { placed } = shown;
  const found =
    placed.functions.find((f) => f.at.key === declared.key && f.at.line === declared.line)?.values.name ??
    // Of a function without a frame of its own, what is inside of it.
    placed.lines
      .filter((l) => declared.line <= l.line && l.line <= declared.end)
      .flatMap((l) => l.names)
      .find((n) => symbolOf(n).declared.includes(declared.key));
  if (found === undefined)
    throw new Problem('lines.notInProfile', `${declared.key} is not in ${page.title}: no sample has it on its stack.`, {
      next: 'Capture while it runs, or look at its callers.',
    });
  return found;
}

/**
 * The next hot line of the text in front, from the last on to the first; of the hottest file when no text with values
 * is in front.
 */
export async function goToHotLine(values: ProfileValues, back: boolean): Promise<void> {
  const active = vscode.window.activeTextEditor;
  const here = active && (await linesOf(values, active.document));
  if (active && here && here.length > 0) {
    const at = active.selection.active.line + 1;
    const next = back ? (here.findLast((l) => l < at) ?? here.at(-1)) : (here.find((l) => l > at) ?? here[0]);
    await reveal(active.document, next ?? at, active.viewColumn);
    return;
  }
  for (const uri of await values.hottest()) {
    const document = await vscode.workspace.openTextDocument(uri);
    const lines = await linesOf(values, document);
    const line = back ? lines?.at(-1) : lines?.[0];
    if (line !== undefined) {
      await reveal(document, line, undefined);
      return;
    }
  }
  throw new Problem('lines.noHotLine', 'No Go file of the workspace has lines in this profile.', {
    next: 'Open the folder of its module, or add a rule to the setting controllerTuner.sourcePaths.',
  });
}

async function linesOf(values: ProfileValues, document: vscode.TextDocument): Promise<readonly number[] | undefined> {
  const shown = document.languageId === 'go' ? await values.of(document) : undefined;
  return shown && 'placed' in shown ? hotLines(shown.placed.lines, shown.whole).map((l) => l.line) : undefined;
}

async function reveal(
  document: vscode.TextDocument,
  line: number,
  viewColumn: vscode.ViewColumn | undefined,
): Promise<void> {
  const at = new vscode.Position(line - 1, document.lineAt(line - 1).firstNonWhitespaceCharacterIndex);
  const editor = await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(at, at),
    ...(viewColumn !== undefined && { viewColumn }),
  });
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
