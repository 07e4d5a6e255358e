/** Problems, shown where the user is: what happened, what to do next, and a button that does it. */
import * as vscode from 'vscode';
import { isAbort, type ProblemData } from '../base/problem';
import type { Action, Log, ProblemOptions } from '../app/editor';
import { guarded as guardedBy, withNextStep } from '../app/problems';

/** What the user wanted and may do now, and where it is logged. */
export type ShowOptions = ProblemOptions & { readonly log: Log };

/** Shows it as a notification, unless the user cancelled. Resolves when the notification is gone. */
export async function showProblem(e: unknown, { what, log, actions = [] }: ShowOptions): Promise<void> {
  log.problem(what, e);
  if (isAbort(e)) return;
  const problem = withNextStep(e);
  const buttons: Action[] = [...actions];
  if (problem.detail !== undefined && problem.detail !== '' && !actions.some((a) => a.title.startsWith('Show ')))
    buttons.push({ title: 'Show Details', run: () => showDetails(problem.toJSON()) });
  if (buttons.length === 0)
    buttons.push({ title: 'Show Log', run: () => vscode.commands.executeCommand('controllerTuner.showLog') });
  const chosen = await vscode.window.showErrorMessage(problem.sentence, ...buttons.map((b) => b.title));
  await buttons.find((b) => b.title === chosen)?.run();
}

/** The whole of a problem as an untitled text, to read and to copy from. */
export async function showDetails(problem: ProblemData): Promise<void> {
  const parts = [problem.message, problem.next, problem.detail].filter((p) => p !== undefined && p !== '');
  const rule = /^kind:|^apiVersion:/m.test(problem.detail ?? '');
  const content = rule
    ? `${[problem.message, problem.next]
        .filter((p) => p !== undefined)
        .map((p) => `# ${p}`)
        .join('\n')}\n${problem.detail}\n`
    : `${parts.join('\n\n')}\n`;
  const document = await vscode.workspace.openTextDocument({ language: rule ? 'yaml' : 'plaintext', content });
  await vscode.window.showTextDocument(document, { preview: true });
}

/** Runs the body of a command; whatever it throws is shown. */
export function guarded<T>(what: string, log: Log, body: () => Promise<T>): Promise<T | undefined> {
  return guardedBy({ problem: (e, options) => showProblem(e, { ...options, log }) }, what, body);
}
