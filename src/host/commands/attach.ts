/** Attaching to a process by its address: asked first, kept, and shown in the tree. */
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import { askLocal, type AskedLocal } from '../../cluster/attach';
import { localProcess } from '../../cluster/local';
import type { Parts } from '../parts';
import { abortError } from '../../base/abort';
import { picker } from '../picker';

const KEY = 'controllerTuner.lastUrl';

/** `arg` may be the address; else it is asked for. Resolves with the address that was attached; rejects with AbortError when the person gave up. */
export async function attach({ locals, context, view }: Parts, arg: unknown): Promise<string> {
  const before = context.globalState.get<unknown>(KEY);
  let text =
    typeof arg === 'string' ? arg : await askAddress(typeof before === 'string' ? before : 'http://127.0.0.1:6060');
  for (;;) {
    const { url, problem } = await ask(text);
    const answer = problem && (await vscode.window.showWarningMessage(problem.sentence, ATTACH, CHANGE));
    if (!problem || answer === ATTACH) {
      await context.globalState.update(KEY, url);
      locals.attach(url);
      await vscode.commands.executeCommand('controllerTuner.clusters.focus');
      await view.revealLocal(url);
      return url;
    }
    if (answer !== CHANGE) throw abortError('The user cancelled.');
    text = await askAddress(url);
  }
}

const ATTACH = 'Attach Anyway';
const CHANGE = 'Change Address…';

function askAddress(value: string): Promise<string> {
  return picker.input({
    title: 'Attach to a local process',
    step: 1,
    totalSteps: 1,
    back: false,
    prompt: 'Address that serves /debug/pprof/',
    value,
    validate: (t) => {
      try {
        localProcess(t);
        return undefined;
      } catch (e) {
        return Problem.from(e).sentence;
      }
    },
  });
}

function ask(text: string): Thenable<AskedLocal> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Asking ${localProcess(text).url}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, (_progress, cancel) => {
    const stop = new AbortController();
    cancel.onCancellationRequested(() => {
      stop.abort();
    });
    return askLocal(text, stop.signal);
  });
}
