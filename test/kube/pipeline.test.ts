/**
 * The verdict against the test cluster's loads: the right station for each, and none for a controller that nothing holds back.
 * By default one look at each; test/cluster/verdicts.mjs asks for many (LOOKS) and reads the counts (LOOKS_TABLE).
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../src/cluster/cluster';
import { createKubeconfigs } from '../../src/kube/index';
import type { Kubeconfigs } from '../../src/kube/types';
import { look, LOOK_S, shown, table, type Looked } from './pipelineLooks';

const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
const dir = process.env['CLUSTER_DIR'] ?? path.dirname(kubeconfig);
const LOOKS = Number(process.env['LOOKS'] ?? '1');
/**
 * Further looks for a load that was not seen at the first one: a process that was just started works off a list that it knows
 * already, and its queue drains meanwhile. A wrong station is wrong at any look. Where looks are counted, each counts.
 */
const AGAIN = LOOKS === 1 ? 3 : 0;
const never = new AbortController().signal;
/** On together. A fight keeps the API server of two cores busy enough to slow others down, so it is on by itself. */
const TOGETHER = [['fight'], ['volumes', 'widgets-throttled', 'gadgets-cpu', 'workers-starved', 'backoff']];

const cli = path.resolve(import.meta.dirname, '../cluster/cli.mjs');
const load = async (name: string, on: boolean): Promise<void> => { await promisify(execFile)(process.execPath, [cli, 'load', name, on ? 'on' : 'off', '--dir', dir]); };

describe.skipIf(kubeconfig === '')('the bottleneck that the pipeline names', () => {
  let configs: Kubeconfigs;
  let cluster: Cluster;
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
    const file = process.env['LOOKS_TABLE'];
    if (file !== undefined) fs.writeFileSync(file, `${table(all)}\n${all.filter((l) => !l.right).map((l) => `${l.workload} (${l.load}): ${l.said}: ${l.words}\n${shown(l)}`).join('')}`);
    await load('healthy', false);
  });

  it.each(TOGETHER.map((loads) => [loads.join(', '), loads] as const))('is the right one under %s, and none on all other controllers', { timeout: (LOOK_S * LOOKS + 60 * AGAIN + 180) * 1000 }, async (_title, loads) => {
    await load('healthy', true);
    for (const name of loads) await load(name, true);
    let missed: Looked[] = [];
    for (let again = AGAIN; ; again--) {
      const looked = await look(cluster, loads, LOOKS, never);
      all.push(...looked);
      expect(looked.length).toBeGreaterThanOrEqual(5 * LOOKS);
      const first = again === AGAIN;
      missed = looked.filter((l) => !l.right && (first || l.said !== 'none' || missed.some((m) => m.workload === l.workload)));
      if (again === 0 || missed.length === 0 || missed.some((l) => l.said !== 'none')) break;
    }
    expect(missed.map(({ workload, load: on, said, words }) => `${workload} (${on}): ${said}: ${words}`)).toEqual([]);
  });
});
