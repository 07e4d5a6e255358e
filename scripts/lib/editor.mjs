// The two ways to show the extension: the desktop's VS Code, or code-server in a browser.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cachePath } from '../cache.mjs';

/**
 * The desktop's `code`; undefined if there is none, or if it is the helper of a remote session, which can't open a
 * window of its own.
 */
export function findDesktopCode() {
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code'];
  for (const dir of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(dir, name);
      if (!file.includes('remote-cli') && fs.existsSync(file) && fs.statSync(file).isFile()) return file;
    }
  }
  return undefined;
}

/**
 * Opens a desktop VS Code with the extension from `root`. Separate user data make it a separate process: the user's
 * open windows are not affected, and it can be stopped. Resolves { exited, stop() }.
 */
export async function openDesktop({ code, root, folder, kubeconfig, children }) {
  const data = cachePath('start', 'desktop');
  fs.mkdirSync(path.join(data, 'User'), { recursive: true });
  const args = [
    `--extensionDevelopmentPath=${root}`,
    `--user-data-dir=${data}`,
    '--disable-workspace-trust',
    '--skip-welcome',
    '--new-window',
    '--wait',
    folder,
  ];
  const child = children.start(code, args, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: 'ignore',
    shell: process.platform === 'win32',
  });
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  return {
    exited,
    async stop() {
      // `code` only asks the editor's main process to open a window; that process writes its id to this file.
      const pid = Number(readIfThere(path.join(data, 'code.lock')));
      if (Number.isInteger(pid) && pid > 1)
        try {
          process.kill(pid, 'SIGTERM');
        } catch {
          /* it is gone */
        }
      await children.stop(child);
    },
  };
}

const readIfThere = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '');

/** Opens a URL in the user's browser if there is a desktop; ignores failures. */
export function openBrowser(url) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
