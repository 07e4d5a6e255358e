/**
 * The verdict against the test cluster's loads: the right station for each, and none for a controller that nothing holds back.
 * test/cluster/verdicts.mjs asks for a number of looks (LOOKS), each of which counts, and reads what was said (LOOKS_TABLE).
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../src/cluster/cluster';
import { createKubeconfigs } from '../../src/kube/index';
import type { Kubeconfigs } from '../../src/kube/types';
import { findRunning } from '../cluster/cluster.mjs';
import { load, only, type LoadName } from '../cluster/loads.mjs';
import { Looks, LOOK_S, shown, table, undecided, type Looked } from './looks';

const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
const dir = process.env['CLUSTER_DIR'] ?? path.dirname(kubeconfig);
const LOOKS = Number(process.env['LOOKS'] ?? '0');
/**
 * Most looks where none are counted. One is enough where it was right; else there are further ones until the right words were
 * said more often than others. Two cores that make all these loads are short of time now and then, and what is said of such a
 * moment (an API server that answers slowly) may well be true; what is said wrongly of a load comes again at each look.
 */
const MOST = 5;
/** s: from a switch of loads to the first look, on two slow cores. */
const SWITCH_S = 600;
const never = new AbortController().signal;
/** On together. A fight keeps the API server of two cores busy enough to slow others down, so it is on by itself: in CI, and where looks are counted. */
const TOGETHER: readonly (readonly LoadName[])[] = [...(process.env['CI'] === 'true' || LOOKS > 0 ? [['fight'] as const] : []), ['volumes', 'widgets-throttled', 'gadgets-cpu', 'workers-starved', 'backoff']];

describe.skipIf(kubeconfig === '')('the bottleneck that the pipeline names', () => {
  let configs: Kubeconfigs;
  let cluster: Cluster;
  const samples = findRunning(dir);
  const all: Looked[] = [];

  beforeAll(async () => {
    configs = createKubeconfigs({ env: process.env, home: '/nonexistent', only: kubeconfig });
    const { contexts } = await configs.load();
    cluster = new Cluster(await configs.session(contexts[0]!.name), { namespaces: [], marked: () => ({}) });
    await cluster.ready;
  });
  afterAll(async () => {
    cluster.dispose();
    configs.dispose();
    const wrong = all.filter((l) => !l.right).map((l) => `${l.workload} (${l.load}): ${l.said}: ${l.words}\n${shown(l)}`).join('');
    const file = process.env['LOOKS_TABLE'];
    if (file !== undefined) fs.writeFileSync(file, `${table(all)}\n${wrong}`);
    else console.log(`${table(all)}\n${wrong}`);
    if (samples) await load(samples, ['healthy'], false);
  });

  it.each(TOGETHER.map((loads) => [loads.join(', '), loads] as const))('is the right one under %s, and none on all other controllers', { timeout: (SWITCH_S + LOOK_S * 2 * Math.max(LOOKS, MOST)) * 1000 }, async (_title, loads) => {
    if (!samples) throw new Error(`No test cluster runs in ${dir}.`);
    await only(samples, loads);
    const looked: Looked[] = [];
    const looks = await Looks.begin(cluster, loads, never);
    try {
      while (LOOKS > 0 ? looked.length < LOOKS * looks.names.length : looked.length === 0 || (undecided(looked).length > 0 && looked.length < MOST * looks.names.length)) looked.push(...await looks.next());
    } finally {
      looks.dispose();
      all.push(...looked);
    }
    expect(looks.names.length).toBeGreaterThanOrEqual(5);
    expect((LOOKS > 0 ? looked.filter((l) => !l.right) : undecided(looked)).map(({ workload, load: on, said, words }) => `${workload} (${on}): ${said}: ${words}`)).toEqual([]);
  });
});
