/** Attaches to a process by its address: asks the process, remembers the address, and shows it in the tree. */
import { Problem } from '../../base/problem';
import { askLocal, type AskedLocal } from '../../cluster/attach';
import { localProcess } from '../../cluster/local';
import type { Picker, Progress } from '../editor';
import type { Parts } from '../parts';
import { abortError } from '../../base/abort';

const KEY = 'controllerTuner.lastUrl';

/**
 * `arg` may be the address; otherwise the user is asked. Resolves with the address that was attached; rejects with
 * AbortError when the user cancels.
 */
export async function attach({ editor, locals, view }: Parts, arg: unknown): Promise<string> {
  const before = editor.store.get(KEY);
  let text =
    typeof arg === 'string'
      ? arg
      : await askAddress(editor.picker, typeof before === 'string' ? before : 'http://127.0.0.1:6060');
  for (;;) {
    const { url, problem } = await ask(editor.progress, text);
    const answer = problem && (await editor.messages.warn(problem.sentence, ATTACH, CHANGE));
    if (!problem || answer === ATTACH) {
      await editor.store.set(KEY, url);
      locals.attach(url);
      await view.showLocal(url);
      return url;
    }
    if (answer !== CHANGE) throw abortError('The user cancelled.');
    text = await askAddress(editor.picker, url);
  }
}

const ATTACH = 'Attach Anyway';
const CHANGE = 'Change Address…';

function askAddress(picker: Picker, value: string): Promise<string> {
  return picker.input({
    title: 'Attach to a local process',
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

function ask(progress: Progress, text: string): Promise<AskedLocal> {
  return progress.run(`Asking ${localProcess(text).url}`, (signal) => askLocal(text, signal));
}
