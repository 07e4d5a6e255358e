/**
 * The settings of hints in sources, read where they are used so that a change counts at once. Defaults: package.json.
 */
import * as vscode from 'vscode';
import type { Severity } from '../../advice/types';

/** `asFound`: warnings as warnings, facts as information. The others: at most that. */
type Shown = 'asFound' | 'information' | 'hint';

function read<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration('controllerTuner').get<T>(key, fallback);
}

export const hintSettings = {
  get hints(): boolean {
    return read<unknown>('hints', true) !== false;
  },
  get codeLens(): boolean {
    return read<unknown>('codeLens', true) !== false;
  },
  severity(found: Severity): vscode.DiagnosticSeverity {
    const shown = read<Shown>('hintSeverity', 'asFound');
    if (shown === 'hint' || found === 'hint') return vscode.DiagnosticSeverity.Hint;
    return found === 'warning' && shown !== 'information'
      ? vscode.DiagnosticSeverity.Warning
      : vscode.DiagnosticSeverity.Information;
  },
};

export function onHintSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((e) => {
    if (['hints', 'hintSeverity', 'codeLens'].some((k) => e.affectsConfiguration(`controllerTuner.${k}`))) listener();
  });
}
