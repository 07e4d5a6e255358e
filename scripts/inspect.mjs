// `npm run -s inspect -- …`: runs parts of the extension without an editor. Builds its bundles when sources are newer,
// finds a Node that the Kubernetes client runs on, and starts dist/inspect.js, the only one to write to stdout.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './ensure.mjs';
import { ensureNode } from './node24.mjs';

const args = process.argv.slice(2);
const dist = path.join(root, 'dist');
// Only these connect to a cluster; a plain --url does not.
const cluster =
  ['controllers', 'capture', 'churn', 'pipeline'].includes(args.find((a) => !a.startsWith('-')) ?? '') &&
  !args.some((a) => a === '--url' || a.startsWith('--url=')) &&
  !args.includes('--help') &&
  !args.includes('-h');

/** Time of the newest change below a folder, ms since the epoch. */
function newest(dir) {
  let at = 0;
  for (const entry of fs.readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) at = Math.max(at, fs.statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return at;
}

function madeAt(file) {
  try {
    return fs.statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

async function build() {
  const sources = Math.max(
    newest(path.join(root, 'src')),
    madeAt(path.join(root, 'package-lock.json')),
    madeAt(path.join(root, 'scripts/build.mjs')),
  );
  const needed = {
    inspect: 'inspect.js',
    'web-tree-sitter': 'web-tree-sitter.wasm',
    ...(cluster && { kube: 'kube.js' }),
  };
  const stale = Object.keys(needed).filter((name) => madeAt(path.join(dist, needed[name])) < sources);
  if (stale.length === 0) return;
  const [{ bundles }, esbuild] = await Promise.all([import('./build.mjs'), import('esbuild')]);
  fs.mkdirSync(dist, { recursive: true });
  for (const bundle of bundles.filter((b) => stale.some((name) => name in b.entryPoints))) {
    const { outputFiles } = await esbuild.build({ ...bundle, write: false, logLevel: 'error' });
    for (const file of outputFiles) {
      // Rename into place: another run may be reading the previous file.
      const draft = `${file.path}.${randomBytes(4).toString('hex')}`;
      fs.writeFileSync(draft, file.contents);
      fs.renameSync(draft, file.path);
    }
  }
}

async function main() {
  await ensureInstalled();
  await build();
  const script = path.join(dist, 'inspect.js');
  const node = cluster ? await ensureNode() : process.execPath;
  if (node === process.execPath) {
    process.argv = [node, script, ...args];
    await import(pathToFileURL(script).href);
    return;
  }
  const child = spawn(node, [script, ...args], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to the child too; a signal to this process alone must be forwarded.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  process.on('SIGTERM', () => {
    child.kill('SIGTERM');
  });
  child.on('error', (e) => {
    process.stderr.write(`${node} could not be started: ${e.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

main().catch((e) => {
  process.stderr.write(`${e instanceof Error ? e.message : e}\n`);
  process.exitCode = 1;
});
