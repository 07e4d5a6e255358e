// Checks a kubeconfig path from the command line before any slow step starts.
import fs from 'node:fs';
import path from 'node:path';

/** Absolute path; throws with the next step if the file can't be read. */
export function kubeconfigFile(given, cwd = process.env.INIT_CWD ?? process.cwd()) {
  const file = path.resolve(cwd, given.replace(/^~(?=\/|$)/, process.env.HOME ?? '~'));
  let stat;
  try {
    stat = fs.statSync(file);
    fs.accessSync(file, fs.constants.R_OK);
  } catch (e) {
    throw new Error(
      `The kubeconfig ${file} can't be read (${e.code}). Name an existing file: npm start -- --kubeconfig ` +
        '~/.kube/config',
    );
  }
  if (!stat.isFile())
    throw new Error(`${file} is not a file. Name the kubeconfig itself: npm start -- --kubeconfig ~/.kube/config`);
  return file;
}
