// The stages of `npm test`, in order. Each gets the run (its tools, folders, what earlier stages made) and gives a result as in
// results.mjs. `limit`: seconds after which it is ended and counts as failed. `needs`: stages without which it can't run.
// `uses`: what only one may use at a time: dist/, or the state of the test cluster. `alone`: none runs beside it (schedule.mjs).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ensureNode } from '../node24.mjs';
import { packageVsix } from '../package.mjs';
import { ensureChromium, ensureCodeServer } from '../vscode.mjs';
import { runLogged } from './logged.mjs';
import { add, failure, none, passed, readVitest, skip } from './results.mjs';

const VITEST = 'node_modules/vitest/vitest.mjs';

export const stages = [
  { name: 'check', limit: 400, run: check },
  { name: 'unit', limit: 240, uses: ['dist'], run: (t) => vitest(t, 'unit') },
  { name: 'pprof', limit: 600, run: pprof },
  { name: 'package', limit: 300, uses: ['dist'], run: makeVsix },
  { name: 'cluster', limit: 2400, run: startCluster },
  { name: 'kube', limit: 900, needs: ['cluster'], uses: ['cluster', 'dist'], run: kube },
  { name: 'pages', limit: 1200, run: pages },
  { name: 'inhost', limit: 300, needs: ['package', 'cluster'], uses: ['cluster', 'dist'], run: inhost },
  { name: 'verdicts', limit: 1500, needs: ['cluster'], uses: ['cluster'], alone: true, run: verdicts },
  { name: 'source', limit: 2400, needs: ['cluster'], uses: ['cluster'], alone: true, run: source },
  { name: 'e2e', limit: 1800, needs: ['package', 'cluster'], uses: ['cluster'], alone: true, run: e2e },
];

/** Each tool counts as one test: types of host and tests, of the pages, of the tests that use a page; lint with the rooms' rule. */
async function check(t) {
  const tools = [
    ['types', 'node_modules/typescript/bin/tsc', '-p', '.', '--noEmit'],
    ['types of the pages', 'node_modules/typescript/bin/tsc', '-p', 'webview', '--noEmit'],
    ['types of the tests that use a page', 'node_modules/typescript/bin/tsc', '-p', 'test', '--noEmit'],
    ['lint', 'node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  ];
  let result = none();
  for (const [title, ...args] of tools) {
    const r = await t.run(process.execPath, args);
    result = add(result, r.code === 0 ? passed() : failure(title, r.tail));
  }
  return result;
}

async function vitest(t, project, { node = process.execPath, env = {} } = {}) {
  const report = path.join(t.results, `${project}.json`);
  fs.rmSync(report, { force: true });
  const r = await t.run(node, [VITEST, 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], env);
  const found = readVitest(report, t.root);
  if (found === undefined) return failure(project, r.tail);
  // An error outside of any test (a promise that nobody awaited) fails vitest without failing a test.
  return r.code !== 0 && found.failed.length === 0 ? add(found, failure(`${project}: an error outside of the tests`, r.tail)) : found;
}

/** Two tests: it packs within its size, and packing again gives the same bytes. */
async function makeVsix(t) {
  const { file, bytes } = await packageVsix();
  const first = fs.readFileSync(file);
  await packageVsix();
  t.made.vsix = file;
  t.note(`${path.relative(t.root, file)}, ${(bytes / 1e6).toFixed(2)} MB`);
  return add(passed(), first.equals(fs.readFileSync(file)) ? passed() : failure('the VSIX is reproducible', 'Packed twice from the same sources, its bytes differ.'));
}

async function startCluster(t) {
  const found = await t.startCluster();
  if (found.why !== undefined) return skip('cluster', found.why);
  t.made.cluster = found.cluster;
  t.note(found.cluster.kubeconfig);
  return passed();
}

const clusterEnv = ({ made: { cluster } }) => (cluster === undefined ? {} : { KUBECONFIG_TEST: cluster.kubeconfig, CLUSTER_DIR: cluster.dir });

async function kube(t) {
  return vitest(t, 'kube', { node: await ensureNode(t.note), env: clusterEnv(t) });
}

/** Every number of a profile, held to `go tool pprof`, which Go builds when it is first used. */
async function pprof(t) {
  if (spawnSync('go', ['version']).error) return skip('pprof', 'Go is not on the PATH. Install Go 1.26 from https://go.dev/dl/ and run npm test again.');
  await t.run('go', ['tool', 'pprof', '-h']);
  return vitest(t, 'pprof');
}

async function verdicts(t) {
  return vitest(t, 'verdicts', { node: await ensureNode(t.note), env: clusterEnv(t) });
}

/** What is advised about sources, held to Go. Here at the newest release and plain client-go, in CI at all of them, unless SOURCE_VERSIONS says which. */
async function source(t) {
  const chosen = process.env.SOURCE_VERSIONS ?? (process.env.CI === 'true' ? '' : '0.25,client-go');
  return vitest(t, 'source', { env: { ...clusterEnv(t), ...(chosen !== '' && { SOURCE_VERSIONS: chosen }) } });
}

async function pages(t) {
  const { chromium, why } = ensureChromium(t.note);
  if (chromium === undefined) return skip('pages', why);
  return vitest(t, 'pages', { env: { CHROMIUM: chromium } });
}

async function inhost(t) {
  const { chromium, why } = ensureChromium(t.note);
  if (chromium === undefined) return skip('inhost', why);
  await ensureCodeServer(t.note);
  const report = path.join(t.results, 'inhost.json');
  fs.rmSync(report, { force: true });
  const r = await t.run(process.execPath, ['test/inhost/run.mjs', report], { CHROMIUM: chromium, ...clusterEnv(t) });
  if (!fs.existsSync(report)) return failure('inhost', r.tail);
  const found = JSON.parse(fs.readFileSync(report, 'utf8'));
  return r.code !== 0 && found.failed.length === 0 ? add(found, failure('inhost: the run ended with an error', r.tail)) : found;
}

async function e2e(t) {
  const { chromium, why } = ensureChromium(t.note);
  if (chromium === undefined) return skip('e2e', why);
  await ensureCodeServer(t.note);
  // Go builds this tool when it is first used, which takes a minute where its cache is empty.
  await t.run('go', ['tool', 'pprof', '-h']);
  const shots = path.join(t.results, 'shots');
  fs.rmSync(shots, { recursive: true, force: true });
  fs.mkdirSync(shots, { recursive: true });
  return vitest(t, 'e2e', { node: await ensureNode(t.note), env: { CHROMIUM: chromium, VSIX: t.made.vsix, SHOTS: shots, ...clusterEnv(t) } });
}

/** What a stage runs its tools with: its log, its limit, its environment. */
export function toolRunner(children, { root, logFile, limitSeconds }) {
  const until = Date.now() + limitSeconds * 1000;
  return async (command, args, env = {}) => {
    const left = Math.max(1, (until - Date.now()) / 1000);
    const r = await runLogged(children, command, args, { cwd: root, env: { ...process.env, ...env }, logFile, limitSeconds: left });
    if (r.timedOut) throw new Error(`Ended after ${limitSeconds} s, the limit of this stage. The last of its output:\n${r.tail}`);
    return r;
  };
}
