// The test cluster, for `npm start` and `npm test`: the same programs, each with a run folder of its own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureBinaries } from '../../test/cluster/build.mjs';
import { defaultRunDir, down, findRunning, up } from '../../test/cluster/cluster.mjs';
import { root } from '../ensure.mjs';

/**
 * For a person: two steps of `steps`. A cluster that runs already is used and left alone. `endings`: gets what ends it, from
 * the first moment on, so that a Ctrl-C half way leaves nothing behind.
 */
export async function startForPerson(steps, endings) {
  const found = findRunning();
  // Until `up` says that it is the very one that was found: one of older programs is started anew, and is ours to end.
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
    work = running.then(() => undefined, () => undefined);
    return running;
  };
  const log = (report) => (line) => { report(line.trim()); };
  await step('Building the test cluster\'s programs', '15 min the first time, on 2 cores', (report) =>
    ensureBinaries({ log: log(report), signal: stop.signal }).catch((e) => { throw new Error(`${e.message}\nOr use a cluster of yours: npm start -- --kubeconfig ~/.kube/config`); }));
  const cluster = await step('Starting the test cluster', '15 s', (report) => up({ dir: defaultRunDir(), log: log(report), signal: stop.signal }));
  ours ||= JSON.stringify(cluster.pids) !== JSON.stringify(found.pids);
  return { kubeconfig: cluster.kubeconfig, running: !ours };
}

/** Of this checkout, so that two checkouts can be tested at once and `--keep` finds its cluster again. */
export const testRunDir = path.join(os.tmpdir(), `controller-tuner-test-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`);

/** For tests: { cluster, stop } or { why } it can't run here. Its progress goes to the stage's log. */
export async function startTestCluster({ logFile, onStarting, signal }) {
  // The end-to-end tests need it too: `go tool pprof` is what flame graphs are held against.
  if (spawnSync('go', ['version']).error) return { why: 'Go is not on the PATH; the test cluster is built with it. Install Go 1.26 from https://go.dev/dl/ and run npm test again.' };
  const log = (line) => { fs.appendFileSync(logFile, `${line}\n`); };
  const starting = up({ dir: testRunDir, log, signal });
  onStarting(async () => {
    await starting.catch(() => undefined);
    await down(testRunDir);
  });
  return { cluster: await starting };
}
