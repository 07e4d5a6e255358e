// Counts the verdicts of the pipeline under each load: `node test/cluster/verdicts.mjs [LOOKS] [--dir FOLDER]`, 20
// looks by default. Starts a cluster if none is running there, and stops the one that it started. A wrong look does not
// count if the machine was starved. The last line is `N passed, N failed, N skipped`, counting workloads under a load.
// A workload fails with more than one wrong look in ten; then the exit code is 1. 20 looks take 13 min.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureNode } from '../../scripts/node24.mjs';
import { root } from '../../scripts/ensure.mjs';
import { defaultRunDir, down, findRunning, up } from './cluster.mjs';

const { values, positionals } = parseArgs({ options: { dir: { type: 'string' } }, allowPositionals: true });
const looks = Number(positionals[0] ?? '20');
if (!(looks >= 1)) throw new Error(`"${positionals[0]}" is no number of looks.`);
const dir = values.dir ?? defaultRunDir();
const running = findRunning(dir);
if (!running)
  await up({
    dir,
    log: (line) => {
      process.stderr.write(`${line}\n`);
    },
  });

const file = join(dir, 'verdicts.txt');
rmSync(file, { force: true });
const env = {
  ...process.env,
  KUBECONFIG_TEST: join(dir, 'admin.kubeconfig'),
  CLUSTER_DIR: dir,
  LOOKS: String(looks),
  LOOKS_TABLE: file,
};
const child = spawn(
  await ensureNode(),
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'verdicts', '--silent', '--reporter', 'dot'],
  { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] },
);
process.exitCode = await new Promise((resolve) => {
  child.on('exit', (code) => {
    resolve(code ?? 1);
  });
});
let text = '0 passed, 0 failed, 0 skipped\n';
try {
  text = readFileSync(file, 'utf8');
} catch {
  process.stderr.write('No look was completed.\n');
} finally {
  if (!running) await down(dir);
}
// A run that ended before any verdict (a load that could not be switched on) is a failure too.
process.stdout.write(process.exitCode === 0 ? text : text.replace(/^(\d+ passed), 0 failed/m, '$1, 1 failed'));
