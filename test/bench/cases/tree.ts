/**
 * A large cluster in the tree: first paint, memory, and 1,000 pod changes a second; against client-node's own
 * informers.
 */
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { ensureBinaries, run as runProgram } from '../../cluster/build.mjs';
import type { TreeJob, TreeResult } from '../host/jobs';
import type { Bench, BenchCluster } from '../lib/bench';
import { Editor, type Calls } from '../lib/editor';
import { Informers } from '../lib/informers';
import { markRows, rowsSeen, watchRows, type RowsSeen } from '../lib/rows';
import { byTurns, median, summary } from '../lib/stats';
import type { InformersChurn, InformersReady } from '../peer/informers';
import { Missing, type Case, type Row } from '../types';
import type { Page } from 'playwright-core';

interface Size {
  readonly pods: number;
  readonly workloads: number;
  readonly runs: number;
  readonly churnSeconds: number;
  /** The one that the limits are for. */
  readonly judged: boolean;
}
interface Ours {
  readonly host: TreeResult;
  readonly rows: RowsSeen;
}

const MB = 1e6;
const CHURN = 1000;
const PEER = "client-node's informers of the same resources, in Node";

export const tree: Case = {
  name: 'tree',
  async run(bench, tell) {
    const { all, quick, kubeconfig } = bench.options;
    const big: Size = {
      pods: 10_000,
      workloads: 500,
      runs: bench.repeats(3),
      churnSeconds: quick ? 5 : 15,
      judged: true,
    };
    const sizes: Size[] =
      kubeconfig !== undefined
        ? [big]
        : quick
          ? [{ pods: 200, workloads: 20, runs: 1, churnSeconds: 5, judged: false }]
          : [
              { ...big, pods: 1000, runs: 2, churnSeconds: 0, judged: false },
              ...(all ? [{ ...big, pods: 5000, runs: 2, churnSeconds: 0, judged: false }] : []),
              big,
            ];
    for (const size of sizes) await measure(bench, tell, size);
  },
};

async function measure(bench: Bench, tell: (row: Row) => void, size: Size): Promise<void> {
  const cluster = await bench.cluster(size.pods, size.workloads);
  const editor = await Editor.start(bench, {
    kubeconfig: cluster.kubeconfig,
    settings: { 'controllerTuner.showAllWorkloads': true },
  });
  let churned: InformersChurn | undefined;
  const last = size.runs - 1;
  const { ours, peer } = await byTurns<Ours, InformersReady>(
    size.runs,
    async (i) => {
      bench.log(`tree of ${size.pods.toLocaleString('en')} pods: window ${i + 1} of ${size.runs}`);
      return window(bench, editor, cluster, size, i === last ? size.churnSeconds : 0);
    },
    async (i) => {
      const informers = await Informers.start(bench, cluster.kubeconfig);
      try {
        if (i === last && size.churnSeconds > 0)
          churned = await informers.during(() => changePods(bench, cluster, size.churnSeconds));
        return informers.ready;
      } finally {
        await informers.stop();
      }
    },
  );
  await editor.stop();
  const seen = ours[0]?.host;
  if (seen)
    bench.log(
      `tree: ${seen.workloads.toLocaleString('en')} workloads, ${seen.pods.toLocaleString('en')} pods were seen`,
    );
  for (const row of rows(
    bench.options.kubeconfig === undefined ? size : { ...size, pods: seen?.pods ?? size.pods },
    ours,
    peer,
  ))
    tell(row);
  const churn = ours.find((o) => o.host.churn);
  if (churn?.host.churn) bench.log(`tree: ${churn.host.churn.said}`);
  if (churn) for (const row of churnRows(churn, churned)) tell(row);
}

function rows(size: Size, ours: readonly Ours[], peer: readonly InformersReady[]): Row[] {
  const [first] = ours;
  if (!first) return [];
  const at = `${size.pods.toLocaleString('en')} pods`;
  const time = size.judged ? { limit: { most: 2000, of: 'value' } as const } : {};
  const memory = size.judged ? { limit: { most: 150, of: 'value' } as const } : {};
  const grown = (
    pick: (r: TreeResult) => number,
  ): { readonly value: number; readonly spread: readonly [number, number] } =>
    summary(ours.map(({ host }) => pick(host) / MB));
  const lists = { peer: `${PEER}: first lists`, peerValue: median(peer.map((p) => p.firstLists)) };
  return [
    {
      name: `tree: first paint, provider; ${at}`,
      ...summary(ours.map((o) => o.host.firstPaint)),
      unit: 'ms',
      ...lists,
      ...time,
    },
    {
      name: `tree: first paint, rows in the window; ${at}`,
      ...summary(ours.map((o) => (o.rows.firstAt ?? NaN) - o.host.connectingAt)),
      unit: 'ms',
      ...lists,
      ...time,
    },
    { name: `tree: all pods listed; ${at}`, ...summary(ours.map((o) => o.host.listed)), unit: 'ms', ...lists },
    {
      name: `tree: host grows by, heap held after gc; ${at}`,
      ...grown((r) => r.memory.connected.held - r.memory.before.held),
      unit: 'MB',
      peer: `${PEER}: the same`,
      peerValue: median(peer.map((p) => p.held / MB)),
      ...memory,
    },
    {
      name: `tree: host grows by, the same with ${first.host.openedRows.toLocaleString('en')} rows open; ${at}`,
      ...grown((r) => r.memory.opened.held - r.memory.before.held),
      unit: 'MB',
      ...memory,
    },
    {
      name: `tree: host grows by, resident set; ${at}`,
      ...grown((r) => r.memory.opened.rss - r.memory.before.rss),
      unit: 'MB',
      peer: `${PEER}: the same`,
      peerValue: median(peer.map((p) => p.rss / MB)),
      ...memory,
    },
    {
      name: `tree: host grows by, resident set at its peak; ${at}`,
      ...grown((r) => r.peakRss - r.memory.before.rss),
      unit: 'MB',
      peer: `${PEER}: the same`,
      peerValue: median(peer.map((p) => p.peakRss / MB)),
    },
  ];
}

function churnRows({ host, rows: seen }: Ours, peer: InformersChurn | undefined): Row[] {
  const { churn } = host;
  if (!churn) return [];
  const against = (value: number | undefined): { readonly peer?: string; readonly peerValue?: number } =>
    value === undefined ? {} : { peer: `${PEER}: the same`, peerValue: value };
  return [
    // Where the cluster itself can't keep up the rest tells nothing.
    {
      name: 'tree: under change, pods changed',
      value: rateOf(churn.said),
      unit: 'a second',
      limit: { least: CHURN * 0.9, of: 'value' },
    },
    { name: 'tree: under change, what the inventory tells on', value: churn.heard / churn.seconds, unit: 'a second' },
    // The editor draws a tree that is told of four times a second without a flicker; a whole tree told of is one.
    {
      name: 'tree: under change, the tree tells the editor, at most',
      value: churn.mostInASecond,
      unit: 'a second',
      limit: { most: 4, of: 'value' },
    },
    {
      name: 'tree: under change, of the whole tree or context',
      value: churn.ofTheWhole,
      unit: '',
      limit: { most: 0, of: 'value' },
    },
    { name: 'tree: under change, nodes told, in all', value: churn.nodes, unit: '' },
    {
      name: `tree: under change, rows that went away, of ${seen.atMark} in view`,
      value: Math.max(0, seen.atMark - seen.fewest),
      unit: '',
      limit: { most: 0, of: 'value' },
    },
    { name: 'tree: under change, rows drawn anew in the window', value: seen.added, unit: '' },
    ...(churn.deletionShown === undefined
      ? []
      : [
          { name: 'tree: under change, a pod is deleted until the tree tells', value: churn.deletionShown, unit: 'ms' },
        ]),
    {
      name: 'tree: under change, delay of the event loop, p99',
      value: churn.delayP99,
      unit: 'ms',
      ...against(peer?.delayP99),
    },
    {
      name: 'tree: under change, delay of the event loop, most',
      value: churn.delayMax,
      unit: 'ms',
      ...against(peer?.delayMax),
    },
    {
      name: 'tree: under change, of one processor',
      value: churn.cpu * 100,
      unit: '%',
      ...against(peer && peer.cpu * 100),
    },
    {
      name: 'tree: under change, host has grown by, heap held after gc',
      value: (host.memory.after.held - host.memory.before.held) / MB,
      unit: 'MB',
      limit: { most: 150, of: 'value' },
    },
  ];
}

async function window(
  bench: Bench,
  editor: Editor,
  cluster: BenchCluster,
  size: Size,
  churnSeconds: number,
): Promise<Ours> {
  let page: Page | undefined;
  let changing: Promise<string> | undefined;
  let rows: RowsSeen | undefined;
  const calls: Calls = {
    churn: async () => {
      if (page) await markRows(page);
      changing = changePods(bench, cluster, churnSeconds);
      changing.catch(() => undefined);
      // Its list of all pods and its connections come first.
      await new Promise((done) => {
        setTimeout(done, 1000);
      });
    },
    churned: async () => {
      const said = await changing;
      if (page) rows = await rowsSeen(page);
      return said;
    },
    delete: async (body) => deletePod(bench, cluster, body as { readonly namespace: string; readonly pod: string }),
  };
  const job: TreeJob = { kind: 'tree', openNamespaces: 50, openWorkloads: Math.min(10, size.workloads), churnSeconds };
  const host = await editor.run<TreeResult>(job, {
    calls,
    watch: async (p) => {
      page = p;
      await watchRows(p);
    },
    finish: async (p) => {
      rows ??= await rowsSeen(p);
    },
  });
  if (rows?.firstAt === undefined) throw new Error('No rows of the tree were seen in the window.');
  return { host, rows };
}

/**
 * Resolves with what the rig says of it: "15000 changes in 15.0 s, 1000 a second, 0 of them more than 1 s late". The
 * rig makes all of its changes, however long it takes: a cluster that is far behind is cut off.
 */
async function changePods(bench: Bench, { kubeconfig, etcd }: BenchCluster, seconds: number): Promise<string> {
  const bin = await ensureBinaries({ signal: bench.ended });
  const late = AbortSignal.timeout(seconds * 2 * 1000);
  try {
    const { code, output } = await runProgram(
      bin.rig,
      [
        'churn',
        '--kubeconfig',
        kubeconfig,
        ...(etcd === undefined ? [] : ['--etcd', etcd]),
        '--rate',
        String(CHURN),
        '--seconds',
        String(seconds),
      ],
      { signal: AbortSignal.any([late, bench.ended]) },
    );
    if (code !== 0)
      throw /no pods to change/.test(output)
        ? new Missing('The cluster has no pods that may be changed. Fill it: npm run cluster -- fill.')
        : new Error(output.trim());
    return output.trim();
  } catch (e) {
    if (!late.aborted) throw e;
    return `cut off after ${seconds * 2} s: the cluster makes less than ${CHURN / 2} a second`;
  }
}

function rateOf(said: string): number {
  return Number(/(\d+) a second/.exec(said)?.[1] ?? NaN);
}

/** Only pods that fill made, which its ReplicaSets bring back. False: it is not one. */
async function deletePod(
  _bench: Bench,
  { kubeconfig }: BenchCluster,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
): Promise<boolean> {
  const kc = new KubeConfig();
  kc.loadFromFile(kubeconfig);
  const core = kc.makeApiClient(CoreV1Api);
  const found = await core.readNamespacedPod({ namespace, name: pod });
  if (found.metadata?.labels?.['tuner-test/fill'] === undefined) return false;
  await core.deleteNamespacedPod({ namespace, name: pod, gracePeriodSeconds: 0 });
  return true;
}
