/** The value behind each line, and how hot it is as a bar before it and a mark in the ruler. */
import * as vscode from 'vscode';
import { heatOf, valueText, type Heat } from '../../lines/words';
import type { Shown } from './values';

/** Of the colours that package.json contributes, by heat. */
const COLOURS = [
  undefined,
  'controllerTuner.lineHeatLow',
  'controllerTuner.lineHeatMedium',
  'controllerTuner.lineHeatHigh',
] as const;

export class Decorations implements vscode.Disposable {
  readonly #types = COLOURS.map((id) => {
    const colour = id === undefined ? undefined : new vscode.ThemeColor(id);
    return vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      // Typing at the line's end is no part of it: the value stays behind what is typed.
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 3ch', fontStyle: 'normal' },
      ...(colour && {
        borderStyle: 'solid',
        borderWidth: '0 0 0 3px',
        borderColor: colour,
        overviewRulerColor: colour,
        overviewRulerLane: vscode.OverviewRulerLane.Right,
      }),
    });
  });

  show(editor: vscode.TextEditor, { placed, whole }: Shown): void {
    const by: vscode.DecorationOptions[][] = COLOURS.map(() => []);
    for (const line of placed.lines) {
      if (line.line > editor.document.lineCount) continue;
      const range = editor.document.lineAt(line.line - 1).range;
      // A line that may be another one is told without heat.
      const heat: Heat = line.unsure ? 0 : heatOf(line, whole);
      by[heat]?.push({
        range,
        renderOptions: { after: { contentText: `${line.unsure ? '≈ ' : ''}${valueText(line, whole)}` } },
      });
    }
    this.#types.forEach((type, heat) => {
      editor.setDecorations(type, by[heat] ?? []);
    });
  }

  clear(editor: vscode.TextEditor): void {
    for (const type of this.#types) editor.setDecorations(type, []);
  }

  dispose(): void {
    for (const type of this.#types) type.dispose();
  }
}
