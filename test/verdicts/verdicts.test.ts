/**
 * The verdict against the test cluster's loads: the right station for each, and none for a controller that nothing
 * holds back. test/cluster/verdicts.mjs asks for a number of looks (LOOKS), each of which counts, and reads what was
 * said (LOOKS_TABLE).
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster } from '../../src/cluster/cluster';
import { createKubeconfigs } from '../../src/kube/index';
import type { Kubeconfigs } from '../../src/kube/types';
import { findRunning } from '../cluster/cluster.mjs';
import { load, loadsOf, only, type LoadName } from '../cluster/loads.mjs';
import { tellUnjudged } from '../lib/machine';
import { SLOWNESS } from '../lib/until';
import { Looks, LOOK_S, shown, START_S, table, tallies, type Looked, type Tally } from './looks';

const kubeconfig = process.env['KUBECONFIG_TEST'] ?? '';
const dir = process.env['CLUSTER_DIR'] ?? path.dirname(kubeconfig);
const LOOKS = Number(process.env['LOOKS'] ?? '0');
/**
 * Where looks are not counted, one is enough that was right. Else there are further ones until the right words were
 * said more often than others; wrong ones fail the test once there are WRONG of them, of nine looks at most. What the
 * pipeline gets wrong of a load comes again at each look; chance, the machine's among it, makes few: where one look of
 * ten goes wrong by chance, five of nine before the right ones have the majority come to three in ten thousand, for
 * each of the ten workloads.
 */
const WRONG = 5;
/** Where they are counted: so many wrong ones of so many looks fail, which is more than one in ten. */
const tooMany = (looks: number): number => 1 + Math.floor(looks / 10);
/** Longest that looks go on, s: of a machine that is starved all the time nothing is judged. */
const LOOKING_S = 180 * SLOWNESS;
/** s, for a switch of loads. */
const SWITCH_S = 600 * SLOWNESS;
const never = new AbortController().signal;
/**
 * On together. A fight keeps the API server of two cores busy enough to slow others down, so it is on by itself: in CI,
 * and where looks are counted.
 */
const TOGETHER: readonly (readonly LoadName[])[] = [
  ...(process.env['CI'] === 'true' || LOOKS > 0 ? [['fight'] as const] : []),
  ['volumes', 'widgets-throttled', 'gadgets-cpu', 'workers-starved', 'backoff'],
];

describe.skipIf(kubeconfig === '')('the bottleneck that the pipeline names', () => {
  let configs: Kubeconfigs;
  let cluster: Cluster;
  const samples = findRunning(dir);
  const all: Looked[] = [];
  let before: readonly LoadName[] | undefined;

  beforeAll(async () => {
    if (!samples) throw new Error(`No test cluster runs in ${dir}.`);
    before = loadsOf(samples);
    configs = createKubeconfigs({ env: process.env, home: '/nonexistent', only: kubeconfig });
    const { contexts } = await configs.load();
    cluster = new Cluster(await configs.session(contexts[0]!.name), { namespaces: [], marked: () => ({}) });
    await cluster.ready;
  });
  afterAll(async () => {
    cluster.dispose();
    configs.dispose();
    const wrong = all
      .filter((l) => !l.right && !l.starved)
      .map((l) => `${l.workload} (${l.load}): ${l.said}: ${l.words}\n${shown(l)}`)
      .join('');
    const text = all.length === 0 ? '' : `${table(all)}\n${wrong}`;
    const file = process.env['LOOKS_TABLE'];
    if (file !== undefined) fs.writeFileSync(file, `${text}${sums(tallies(all))}\n`);
    else console.log(`${text}${sums(tallies(all))}`);
    if (samples) await (before === undefined ? load(samples, ['healthy'], false) : only(samples, before));
  });

  it.each(TOGETHER.map((loads) => [loads.join(', '), loads] as const))(
    'is the right one under %s, and none on all other controllers',
    { timeout: (SWITCH_S + 2 * START_S + LOOKING_S + 2 * LOOKS * LOOK_S) * 1000 },
    async (_title, loads) => {
      if (!samples) throw new Error(`No test cluster runs in ${dir}.`);
      await only(samples, loads);
      const looked: Looked[] = [];
      const looks = await Looks.begin(cluster, loads, never);
      const end = Date.now() + LOOKING_S * 1000;
      try {
        const first = await looks.first();
        if (LOOKS === 0) looked.push(...first);
        const open = (): boolean =>
          looks.names.some((name) => undecided(tallies(looked).find((t) => t.workload === name)));
        for (let n = 0; LOOKS > 0 ? n < LOOKS : Date.now() < end && open(); n++) looked.push(...(await looks.next()));
      } finally {
        looks.dispose();
        all.push(...looked);
      }
      expect(looks.names.length).toBeGreaterThanOrEqual(5);
      for (const { workload, load: on } of tallies(looked).filter(unseen)) tellUnjudged(`${workload} under ${on}`);
      expect(
        tallies(looked)
          .filter(failed)
          .map(
            ({ workload, load: on, right, wrong }) =>
              `${workload} (${on}): right ${right} times, wrong ${wrong.length}: ${wrong.at(-1)?.said}: ${wrong.at(-1)?.words}`,
          ),
      ).toEqual([]);
    },
  );
});

/** Neither right nor wrong often enough. */
function undecided(t: Tally | undefined): boolean {
  return t === undefined || (t.right <= t.wrong.length && !failed(t));
}

function failed({ wrong }: Tally): boolean {
  return wrong.length >= (LOOKS > 0 ? tooMany(LOOKS) : WRONG);
}

/** Nothing was said of it while the machine had time for it. */
function unseen({ right, wrong }: Tally): boolean {
  return right + wrong.length === 0;
}

/** Of workloads under a load; skipped: those of which nothing was said while the machine had time for them. */
function sums(all: readonly Tally[]): string {
  const wrong = all.filter(failed).length;
  const skipped = all.filter(unseen).length;
  return `${all.length - wrong - skipped} passed, ${wrong} failed, ${skipped} skipped`;
}
