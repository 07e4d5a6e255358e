// npm as a child process: no package scripts, nothing on stdout (callers print JSON there), and the end of its output
// on failure.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fullDisk } from './results.mjs';

const QUIET = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--engine-strict=false',
  '--loglevel=error',
  '--no-update-notifier',
];

/** `npm install` in `dir`, of `packages` or of what its package.json names, without development dependencies. */
export async function npmInstall(dir, packages = []) {
  if (packages.length > 0) fs.writeFileSync(path.join(dir, 'package.json'), '{"private":true}\n');
  await npm(dir, ['install', ...QUIET, '--omit=dev', ...packages]);
}

/** `npm ci` of a checkout. */
export const npmCi = (dir) => npm(dir, ['ci', ...QUIET]);

function npm(cwd, args) {
  return new Promise((resolve, reject) => {
    // A surrounding `npm test` passes its settings on in the environment; they must not affect this npm.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(
        ([k]) => !/^npm_(config_(prefix|local_prefix|global|omit|ignore_scripts)|package_|lifecycle_|command)/i.test(k),
      ),
    );
    const child = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    // npm gets the terminal's Ctrl-C itself; this is for signals sent to the script alone.
    const end = () => {
      child.kill();
    };
    process.once('exit', end);
    let tail = '';
    const keep = (b) => {
      tail = (tail + b).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (e) => {
      reject(e.code === 'ENOENT' ? new Error('npm is not on the PATH. Install Node 20 or newer with npm.') : e);
    });
    child.on('close', (code) => {
      process.off('exit', end);
      if (code === 0) resolve();
      else {
        const next = fullDisk(tail) ?? 'Check that the npm registry can be reached: npm ping';
        reject(new Error(`npm ${args[0]} failed in ${cwd} (status ${code}).\n${tail.trim()}\n${next}`));
      }
    });
  });
}
