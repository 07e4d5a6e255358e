/** Asks the user through the editor's pickers and dialogs. */
import fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { abortError } from '../../../base/abort';
import type { Choice, Editor } from '../../editor';
import type { FileDialogs } from '../../pages/panel';
import type { Option, User } from './setup';

export function userOf(
  { picker, progress }: Pick<Editor, 'picker' | 'progress'>,
  dialogs: Pick<FileDialogs, 'open'>,
): User {
  return {
    line: ({ title, prompt, value = '', secret, check }) =>
      picker.input({
        title,
        prompt,
        value,
        ...(secret === true && { secret }),
        ...(check && { validate: check }),
      }),
    choose: async ({ title, prompt, options }) => {
      const { value } = await picker.pick({
        title,
        placeholder: prompt,
        skipSingle: false,
        choices: () => Promise.resolve(options.map(choiceOf)),
      });
      return value;
    },
    several: ({ title, prompt, options }) =>
      picker.pickMany({ title, placeholder: prompt, choices: options.map(choiceOf) }),
    file: async (title) => {
      const uri = await dialogs.open({
        title,
        openLabel: 'Choose',
        filters: { PEM: ['pem', 'crt', 'cer', 'ca-bundle'], 'All files': ['*'] },
      });
      if (!uri) throw abortError('The user cancelled.');
      return uri.fsPath;
    },
    busy: (title, run) => progress.run(title, run),
  };
}

function choiceOf<T>({ title, detail, value }: Option<T>): Choice<T> {
  return { label: title, value, ...(detail !== undefined && { detail }) };
}

/** Largest CA file, bytes. A bundle of all CAs that browsers trust is a quarter of that. */
const MOST_BYTES = 1 << 20;

/** The text of a file on the machine that the extension runs on; `~` is the home folder. */
export async function readPem(file: string): Promise<string> {
  const full = file === '~' || /^~[\\/]/.test(file) ? path.join(os.homedir(), file.slice(1)) : file;
  if (!path.isAbsolute(full)) throw new Error('The path is not absolute.');
  if ((await fs.stat(full)).size > MOST_BYTES) throw new Error('The file is larger than 1 MiB.');
  return new TextDecoder().decode(await fs.readFile(full));
}
