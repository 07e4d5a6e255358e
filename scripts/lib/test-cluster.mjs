// The test cluster for `npm start` and `npm test`: the same programs, but separate run folders.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBinaries } from '../../test/cluster/build.mjs';
import { defaultRunDir, down, findRunning, up } from '../../test/cluster/cluster.mjs';
import { root } from '../ensure.mjs';
import { isRunner } from './leftovers.mjs';

/**
 * For `npm start`: two steps of `steps`. Uses a cluster that is already running, and leaves it running. `endings`
 * receives the function that ends a started one right away, so that Ctrl-C half way leaves nothing behind.
 */
export async function startForPerson(steps, endings) {
  const found = findRunning();
  // Until `up` confirms that it is the cluster found before: one with outdated programs is restarted, and is then ours
  // to end.
  let ours = found === undefined;
  const stop = new AbortController();
  let work = Promise.resolve();
  endings.push(async () => {
    stop.abort();
    await work.catch(() => undefined);
    if (ours) await down(defaultRunDir());
  });
  const step = (title, usual, body) => {
    const running = steps.run(title, usual, body);
    work = running.then(
      () => undefined,
      () => undefined,
    );
    return running;
  };
  const log = (report) => (line) => {
    report(line.trim());
  };
  await step("Building the test cluster's programs", '15 min the first time, on 2 cores', (report) =>
    ensureBinaries({ log: log(report), signal: stop.signal }).catch((e) => {
      throw new Error(`${e.message}\nOr use a cluster of yours: npm start -- --kubeconfig ~/.kube/config`);
    }),
  );
  const cluster = await step('Starting the test cluster', '15 s', (report) =>
    up({ dir: defaultRunDir(), log: log(report), signal: stop.signal }),
  );
  ours ||= JSON.stringify(cluster.pids) !== JSON.stringify(found.pids);
  return { kubeconfig: cluster.kubeconfig, running: !ours };
}

/** One for each checkout, so that two checkouts can be tested at once and `--keep` finds its cluster again. */
export const testRunDir = path.join(
  os.tmpdir(),
  `controller-tuner-test-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`,
);

/** The prefix of the reason why a start failed. */
const FAILED = 'FAILED: ';

/**
 * For tests: { cluster: { dir, kubeconfig, built } } or { failed: why }; `built`: its programs had to be built first,
 * which takes minutes. A separate process starts it, so that its compilers are killed with it. `run`: runs a tool of
 * the stage, with its output in `logFile`. The cluster ends by itself when this process dies, unless it is to be kept.
 */
export async function startTestCluster({ run, logFile, keep, onStarting }) {
  onStarting(() => down(testRunDir));
  const r = await run(process.execPath, ['scripts/lib/test-cluster.mjs', testRunDir, keep ? '0' : String(process.pid)]);
  if (r.code !== 0)
    return {
      failed: r.tail.includes(FAILED)
        ? r.tail.slice(r.tail.lastIndexOf(FAILED) + FAILED.length).trim()
        : `Its start ended with ${r.code}.\n${r.tail.trim()}`,
    };
  return {
    cluster: {
      dir: testRunDir,
      kubeconfig: path.join(testRunDir, 'admin.kubeconfig'),
      built: /^\[\d+\/\d+\] building /m.test(fs.readFileSync(logFile, 'utf8')),
    },
  };
}

/**
 * The id of the process that the run folder's cluster belongs to; 0: none, since the cluster was kept or doesn't exist.
 */
function ownerOf(dir) {
  try {
    return JSON.parse(fs.readFileSync(path.join(dir, 'rig.json'), 'utf8')).owner;
  } catch {
    return 0;
  }
}

async function start(dir, owner) {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(name, () => {
      stop.abort();
    });
  const log = (line) => {
    console.log(line);
  };
  const before = ownerOf(dir);
  if (before !== 0 && before !== owner) {
    if (isRunner(before))
      throw new Error(
        `Another test run of this checkout, process ${before}, has its test cluster. Wait for its end, or end it.`,
      );
    log('Ending the test cluster of a run that was killed');
    await down(dir);
  }
  await up({ dir, owner, log, signal: stop.signal });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dir, owner] = process.argv.slice(2);
  await start(dir, Number(owner)).catch((e) => {
    console.error(`${FAILED}${e.message}`);
    process.exitCode = 1;
  });
}
