// Makes sure that node_modules matches package-lock.json; runs `npm ci` if it doesn't.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCi } from './lib/npm.mjs';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** npm writes this file at the end of each install, so it marks a complete one. */
const installed = path.join(root, 'node_modules/.package-lock.json');

export function isInstalled() {
  if (!fs.existsSync(installed)) return false;
  return fs.statSync(installed).mtimeMs >= fs.statSync(path.join(root, 'package-lock.json')).mtimeMs || sameVersions();
}

/** A fresh checkout or a branch switch changes the lockfile's time but not its contents: compare the versions. */
function sameVersions() {
  const read = (f) => JSON.parse(fs.readFileSync(f, 'utf8')).packages;
  const want = read(path.join(root, 'package-lock.json'));
  const have = read(installed);
  return Object.entries(want).every(
    ([where, p]) => where === '' || p.optional === true || have[where]?.version === p.version,
  );
}

export async function ensureInstalled(
  log = (line) => {
    process.stderr.write(`${line}\n`);
  },
) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`This is Node ${process.versions.node}; Node 20 or newer is needed.`);
  if (isInstalled()) return;
  log('Installing node_modules (npm ci, about 30 s)');
  await npmCi(root);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled().catch((e) => {
    console.error(e.message);
    process.exitCode = 1;
  });
}
