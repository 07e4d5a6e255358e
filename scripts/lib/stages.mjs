// The stages of `npm test`. Each receives the run (its tools, folders, and what earlier stages made) and returns a
// result as in results.mjs. They start in this order, except for what they wait for (schedule.mjs). The order keeps two
// stages running, and the cluster's build, which takes minutes without a cache, runs beside everything that needs no
// cluster.
// - `warm`: its share of the time of a whole run, s, on two cores with all downloads and builds cached; `cold`: with
//   nothing cached, if that is more.
// - `needs`: stages that it can't run without; `needsFor(files)`: the same for a choice of its files.
// - `uses`: resources that only one stage may use at a time: dist/, or the state of the test cluster.
// - `alone`: no other stage runs beside it.
// - `files`: its test files, by folder, for --files.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ensureChromium } from '../chromium.mjs';
import { ensureNode } from '../node24.mjs';
import { ensureCodeServer } from '../vscode.mjs';
import { root } from '../ensure.mjs';
import { SLOWNESS } from './slowness.mjs';
import { add, broke, failure, fullDisk, none, passed, readVitest, skip } from './results.mjs';

const VITEST = 'node_modules/vitest/vitest.mjs';
const PROGRAMS = 'test/source/running.test.ts';

export const stages = [
  { name: 'cluster', warm: 60, cold: 900, run: startCluster },
  { name: 'unit', warm: 60, uses: ['dist'], files: testFiles('test/unit'), run: (t) => vitest(t, 'unit') },
  { name: 'package', warm: 25, uses: ['dist'], run: makeVsix },
  { name: 'check', warm: 125, run: check },
  {
    name: 'kube',
    warm: 180,
    needs: ['cluster'],
    needsFor: (files) => (files.some(usesCluster) ? ['cluster'] : []),
    uses: ['cluster', 'dist'],
    files: testFiles('test/kube'),
    run: kube,
  },
  { name: 'pages', warm: 210, cold: 360, files: testFiles('test/pages'), run: pages },
  { name: 'source', warm: 240, cold: 660, files: testFiles('test/source').filter((f) => f !== PROGRAMS), run: source },
  { name: 'pprof', warm: 75, cold: 150, files: testFiles('test/pprof'), run: pprof },
  { name: 'inhost', warm: 110, cold: 220, needs: ['package', 'cluster'], uses: ['cluster', 'dist'], run: inhost },
  {
    name: 'verdicts',
    warm: 130,
    needs: ['cluster'],
    uses: ['cluster'],
    alone: true,
    files: testFiles('test/verdicts'),
    run: verdicts,
  },
  {
    name: 'programs',
    warm: 130,
    cold: 180,
    needs: ['cluster'],
    uses: ['cluster'],
    alone: true,
    files: [PROGRAMS],
    run: programs,
  },
  {
    name: 'e2e',
    warm: 660,
    cold: 720,
    needs: ['package', 'cluster'],
    uses: ['cluster'],
    alone: true,
    files: testFiles('test/e2e'),
    run: e2e,
  },
];

/** Time limits of a whole run, s: with everything cached, and with nothing cached. */
export const budget = { warm: 25 * 60, cold: 45 * 60 };

/** How many stages run at a time. */
export const atOnce = 2;

/**
 * Time limit of a stage, s; exceeding it is a failure. Far above the usual time, so that only hanging stages hit it.
 * (test/inhost/run.mjs ends itself earlier.)
 */
export const limitOf = ({ warm, cold = warm }) => Math.max(900, 4 * cold * SLOWNESS);

function testFiles(dir) {
  return fs
    .readdirSync(path.join(root, dir), { recursive: true })
    .map((f) => `${dir}/${String(f).replaceAll('\\', '/')}`)
    .filter((f) => /\.test\.m?ts$/.test(f))
    .sort();
}

/**
 * Whether a test file needs the test cluster: those that do read KUBECONFIG_TEST; the others start servers themselves.
 */
function usesCluster(file) {
  return fs.readFileSync(path.join(root, file), 'utf8').includes('KUBECONFIG_TEST');
}

/**
 * Each tool counts as one test: types (of host and tests, of the pages, of the tests that use a page); lint, with the
 * rule on rooms; formatting; and no unused exports, dependencies or files.
 */
async function check(t) {
  const tools = [
    ['types', 'node_modules/typescript/bin/tsc', '-p', '.', '--noEmit'],
    ['types of the pages', 'node_modules/typescript/bin/tsc', '-p', 'webview', '--noEmit'],
    ['types of the tests that use a page', 'node_modules/typescript/bin/tsc', '-p', 'test', '--noEmit'],
    ['lint', 'node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0'],
    ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
    ['nothing unused', 'node_modules/knip/bin/knip.js', '--no-progress'],
  ];
  let result = none();
  for (const [title, ...args] of tools) {
    const r = await t.run(process.execPath, args);
    result = add(result, r.code === 0 ? passed() : broke(title, r));
  }
  return result;
}

/** Runs a project of vitest.config.mts; `files`: only these of its test files. `--files` narrows that further. */
export async function vitest(t, project, { node = process.execPath, env = {}, files = [], name = project } = {}) {
  const report = path.join(t.results, `${name}.json`);
  fs.rmSync(report, { force: true });
  const before = fs.statSync(t.log).size;
  const r = await t.run(
    node,
    [
      VITEST,
      'run',
      '--project',
      project,
      ...(t.files ?? files),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env,
  );
  const found = readVitest(report, t.root);
  const unjudged = [
    ...fs
      .readFileSync(t.log)
      .subarray(before)
      .toString()
      .matchAll(/^NOT JUDGED on a starved machine: .*$/gm),
  ].map(([line]) => line);
  if (unjudged.length > 0) t.note(`${unjudged.length} NOT JUDGED on a starved machine, see its log`);
  if (found === undefined) return broke(name, r);
  // An error outside of any test, such as an unhandled rejection, fails vitest without failing a test.
  return r.code !== 0 && found.failed.length === 0
    ? add(found, broke(`${name}: an error outside of the tests`, r))
    : found;
}

/** Counts as two tests: the package is within its size limit, and packing again gives the same bytes. */
async function makeVsix(t) {
  const { version } = JSON.parse(fs.readFileSync(path.join(t.root, 'package.json'), 'utf8'));
  const file = path.join(t.root, `dist/controller-tuner-${version}.vsix`);
  const pack = async () => {
    const r = await t.run(process.execPath, ['scripts/package.mjs']);
    return r.code === 0 ? { bytes: fs.readFileSync(file) } : { failed: broke('package', r) };
  };
  const [first, second] = [await pack(), await pack()];
  if (first.failed ?? second.failed) return first.failed ?? second.failed;
  t.made.vsix = file;
  t.note(`${path.relative(t.root, file)}, ${(first.bytes.length / 1e6).toFixed(2)} MB`);
  return add(
    passed(),
    first.bytes.equals(second.bytes)
      ? passed()
      : failure('the VSIX is reproducible', 'Packed twice from the same sources, its bytes differ.'),
  );
}

export async function startCluster(t) {
  if (!hasGo()) return skip('cluster', `Go is not on the PATH; the test cluster is built with it. ${GET_GO}`);
  const found = await t.startCluster();
  if (found.failed !== undefined)
    return failure('cluster', [fullDisk(found.failed), found.failed].filter(Boolean).join('\n'));
  t.made.cluster = found.cluster;
  t.note(found.cluster.kubeconfig);
  return passed();
}

const GET_GO = 'Install Go 1.26 from https://go.dev/dl/ and run npm test again.';
const hasGo = () => spawnSync('go', ['version']).error === undefined;

export const clusterEnv = ({ made: { cluster } }) =>
  cluster === undefined ? {} : { KUBECONFIG_TEST: cluster.kubeconfig, CLUSTER_DIR: cluster.dir };

export async function kube(t) {
  return vitest(t, 'kube', { node: await ensureNode(t.fetched), env: clusterEnv(t) });
}

/** Compares every number of a profile with `go tool pprof`, which Go builds at its first use. */
export async function pprof(t, env = {}) {
  if (!hasGo()) return skip('pprof', `Go is not on the PATH. ${GET_GO}`);
  await t.run('go', ['tool', 'pprof', '-h']);
  return vitest(t, 'pprof', { env });
}

async function verdicts(t) {
  return vitest(t, 'verdicts', { node: await ensureNode(t.fetched), env: clusterEnv(t) });
}

/** The versions that the advice about sources is checked with: the newest controller-runtime, and client-go alone. */
const versions = () => ({ SOURCE_VERSIONS: process.env.SOURCE_VERSIONS ?? '0.25,client-go' });

/** Compiles the advised edits with Go. */
async function source(t) {
  if (!hasGo()) return skip('source', `Go is not on the PATH. ${GET_GO}`);
  return vitest(t, 'source', { env: versions(), files: stages.find((s) => s.name === 'source').files });
}

/** Runs fixed programs on the cluster and measures their request rates, so it runs alone. */
async function programs(t) {
  return vitest(t, 'source', { env: { ...versions(), ...clusterEnv(t) }, files: [PROGRAMS], name: 'programs' });
}

async function pages(t) {
  const { chromium, why } = await ensureChromium(t.fetched, t.run);
  if (chromium === undefined) return skip('pages', why);
  return vitest(t, 'pages', { env: { CHROMIUM: chromium } });
}

async function inhost(t) {
  const { chromium, why } = await ensureChromium(t.fetched, t.run);
  if (chromium === undefined) return skip('inhost', why);
  await ensureCodeServer(t.fetched);
  const report = path.join(t.results, 'inhost.json');
  fs.rmSync(report, { force: true });
  const r = await t.run(process.execPath, ['test/inhost/run.mjs', report], { CHROMIUM: chromium, ...clusterEnv(t) });
  if (!fs.existsSync(report)) return broke('inhost', r);
  const found = add(none(), JSON.parse(fs.readFileSync(report, 'utf8')));
  return r.code !== 0 && found.failed.length === 0
    ? add(found, broke('inhost: the run ended with an error', r))
    : found;
}

export async function e2e(t) {
  const { chromium, why } = await ensureChromium(t.fetched, t.run);
  if (chromium === undefined) return skip('e2e', why);
  await ensureCodeServer(t.fetched);
  // Go builds this tool at its first use, which takes a minute with an empty cache.
  await t.run('go', ['tool', 'pprof', '-h']);
  const shots = path.join(t.results, 'shots');
  fs.mkdirSync(shots, { recursive: true });
  return vitest(t, 'e2e', {
    node: await ensureNode(t.fetched),
    env: { CHROMIUM: chromium, VSIX: t.made.vsix, SHOTS: shots, ...clusterEnv(t) },
  });
}
