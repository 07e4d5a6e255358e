/** Shows problems to the user: what happened, what to do next, and a button that does it. */
import * as vscode from 'vscode';
import { isAbort, type ProblemData } from '../base/problem';
import type { Action, Log, ProblemOptions } from '../app/editor';
import { guarded as guardedBy, withNextStep } from '../app/problems';

/** What the user wanted, the actions to offer, and the log. */
export type ShowOptions = ProblemOptions & { readonly log: Log };

/** Shows a notification, unless the user cancelled. Resolves when it is closed. */
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

/** Opens the complete problem as an untitled document, to read and copy from. */
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

/** Runs the body of a command and shows whatever it throws. */
export function guarded<T>(what: string, log: Log, body: () => Promise<T>): Promise<T | undefined> {
  return guardedBy({ problem: (e, options) => showProblem(e, { ...options, log }) }, what, body);
}
