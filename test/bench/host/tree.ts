/**
 * The Clusters view on a large cluster, opened as a person does: what the editor is told, when, and what it costs the
 * host.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import type { Parts } from '../../../src/host/parts';
import type { TreeNode } from '../../../src/app/tree/tree';
import { control } from './control';
import type { Churn, Memory, TreeJob, TreeResult } from './jobs';

/** After this long without a fire of the tree, ms, all is drawn. */
const QUIET_MS = 1500;

export async function measureTree(job: TreeJob): Promise<TreeResult> {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const memory = async (): Promise<Memory> => {
    for (let i = 0; i < 3; i++) {
      gc();
      await pause(50);
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, held: heapUsed + external };
  };

  const extension = vscode.extensions.getExtension<Api>('controller-tuner.controller-tuner');
  if (!extension) throw new Error('The extension is not installed in this extension host.');
  const before = await memory();
  let peakRss = before.rss;
  const sampler = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage().rss);
  }, 20);

  const parts = await (await extension.activate()).parts();
  const context = await connect(parts);

  await quiet(parts);
  const connected = await memory();
  const openedRows = await open(parts, context.node, job);
  await quiet(parts);
  clearInterval(sampler);
  const opened = await memory();
  const churn = job.churnSeconds > 0 ? await underChange(parts, context) : undefined;
  const after = await memory();
  const { objects } = cluster(parts, context.name);
  return {
    pods: objects.pods.size,
    workloads: cluster(parts, context.name).workloads().length,
    firstPaint: context.firstPaint,
    listed: context.listed,
    connectingAt: context.connectingAt,
    openedRows,
    memory: { before, connected, opened, after },
    peakRss,
    churn,
  };
}

function cluster(parts: Parts, name: string) {
  const found = parts.clusters.entry(name)?.cluster;
  if (!found) throw new Error(`${name} is not connected any more.`);
  return found;
}

interface Connected {
  readonly name: string;
  readonly node: TreeNode;
  readonly connectingAt: number;
  readonly firstPaint: number;
  readonly listed: number;
}

/**
 * Opens the view; the current context connects by itself. The provider is only listened to: it remembers what it gave,
 * and would tell the editor of no difference that somebody else was given.
 */
async function connect({ clusters, view: { provider } }: Parts): Promise<Connected> {
  let began: { readonly started: number; readonly at: number } | undefined;
  let listed: ((ms: number) => void) | undefined;
  const whole = new Promise<number>((resolve) => {
    listed = resolve;
  });
  const listening = clusters.onDidChange((name) => {
    const state = name === undefined ? undefined : clusters.entry(name)?.state;
    if (state === 'connecting') began ??= { started: performance.now(), at: Date.now() };
    if (state === 'open' && began) listed?.(performance.now() - began.started);
  });
  const given = provider.getChildren.bind(provider);
  try {
    const shown = await new Promise<Omit<Connected, 'listed'>>((resolve, reject) => {
      setTimeout(() => {
        reject(new Error('Nothing was shown under the current context within 90 s.'));
      }, 90_000).unref();
      provider.getChildren = async (node) => {
        const nodes = await given(node);
        const item = node?.row.item;
        if (item?.kind !== 'context') return nodes;
        const { state, problem } = clusters.entry(item.context) ?? {};
        if (state === 'failed') reject(new Error(problem?.sentence ?? 'Not connected.'));
        if (began && node && nodes.some((n) => n.row.item.kind === 'namespace'))
          resolve({
            name: item.context,
            node,
            connectingAt: began.at,
            firstPaint: performance.now() - began.started,
          });
        return nodes;
      };
      vscode.commands.executeCommand('controllerTuner.clusters.focus').then(undefined, reject);
    });
    return { ...shown, listed: await whole };
  } finally {
    provider.getChildren = given;
    listening.dispose();
  }
}

/** What the editor was given under a node, once it has asked. */
async function shownUnder(node: TreeNode): Promise<readonly TreeNode[]> {
  for (const until = performance.now() + 30_000; !node.children; await pause(20)) {
    if (performance.now() > until)
      throw new Error(`The editor did not ask what is under ${node.row.appearance.label}.`);
  }
  return node.children;
}

/** Waits until the tree has told nothing for a while. */
async function quiet(parts: Parts): Promise<void> {
  let last = performance.now();
  const listening = parts.view.provider.onDidChangeTreeData(() => {
    last = performance.now();
  });
  while (performance.now() - last < QUIET_MS) await pause(100);
  listening.dispose();
}

/** Opens namespaces and workloads; gives the number of rows under the context then. */
async function open(parts: Parts, context: TreeNode, { openNamespaces, openWorkloads }: TreeJob): Promise<number> {
  const namespaces = await shownUnder(context);
  let rows = namespaces.length;
  let workloadsLeft = openWorkloads;
  // Those of fill first: they have the many pods.
  const filled = (n: TreeNode): number => (n.row.appearance.label.startsWith('fill-') ? 0 : 1);
  for (const namespace of [...namespaces].sort((a, b) => filled(a) - filled(b)).slice(0, openNamespaces)) {
    await reveal(parts, namespace);
    const workloads = await shownUnder(namespace);
    rows += workloads.length;
    for (const workload of workloads.slice(0, workloadsLeft > 0 ? 1 : 0)) {
      workloadsLeft--;
      await reveal(parts, workload);
      rows += (await shownUnder(workload)).length;
    }
  }
  // The top of the list is what the window watches.
  await parts.view.tree.reveal(context, { select: false, focus: false });
  return rows;
}

/**
 * Opens a node. The editor refuses to while it is asking for the children above, which a busy machine takes long for.
 */
async function reveal(parts: Parts, node: TreeNode): Promise<void> {
  for (let left = 40; ; left--) {
    try {
      await parts.view.tree.reveal(node, { select: false, focus: false, expand: true });
      return;
    } catch (e) {
      if (left === 0) throw e;
      await pause(250);
    }
  }
}

/** Listens while the bench changes pods. */
async function underChange(parts: Parts, { name, node }: Connected): Promise<Churn> {
  const { provider } = parts.view;
  const fires: { readonly at: number; readonly nodes: number; readonly whole: boolean }[] = [];
  let heard = 0;
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const toldOf = new Set<() => void>();
  const listening = [
    provider.onDidChangeTreeData((told) => {
      const nodes = told === undefined ? [] : Array.isArray(told) ? told : [told];
      fires.push({
        at: performance.now(),
        nodes: nodes.length,
        whole: told === undefined || nodes.some((n) => n.parent === undefined),
      });
      for (const tell of toldOf) tell();
    }),
    cluster(parts, name).onDidChange(() => {
      heard++;
    }),
  ];
  await control('POST', 'churn');
  delay.enable();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const ended = control('POST', 'churned') as Promise<string>;
  const [said, deletionShown] = await Promise.all([ended, deletion(parts, name, node, toldOf)]);
  const seconds = (performance.now() - started) / 1000;
  const used = process.cpuUsage(cpu);
  delay.disable();
  for (const l of listening) l.dispose();
  return {
    said,
    seconds,
    fires: fires.length,
    mostInASecond: Math.max(0, ...fires.map((f) => fires.filter((g) => g.at >= f.at && g.at < f.at + 1000).length)),
    ofTheWhole: fires.filter((f) => f.whole).length,
    nodes: fires.reduce((n, f) => n + f.nodes, 0),
    heard,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
    cpu: (used.user + used.system) / 1e6 / seconds,
    deletionShown,
  };
}

/** Has a pod deleted whose row is open, two seconds into the changes, and waits until the tree has told of it. */
async function deletion(
  parts: Parts,
  name: string,
  context: TreeNode,
  toldOf: Set<() => void>,
): Promise<number | undefined> {
  await pause(2000);
  const replica = openReplica(context);
  if (!replica) return undefined;
  const { namespace, name: pod, uid } = replica.pod;
  const started = performance.now();
  if ((await control('POST', 'delete', { namespace, pod })) !== true) return undefined;
  const there = (): boolean => {
    const now = cluster(parts, name).objects.pods.get(uid);
    return now !== undefined && !now.deleting;
  };
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (!there()) {
        toldOf.delete(look);
        resolve();
      }
    };
    toldOf.add(look);
    setTimeout(() => {
      toldOf.delete(look);
      reject(new Error(`The tree did not tell of the deletion of ${namespace}/${pod} within 20 s: its watch is dead.`));
    }, 20_000).unref();
  });
  return performance.now() - started;
}

function openReplica(context: TreeNode) {
  const open = [...(context.children ?? [])];
  for (let n = open.shift(); n; n = open.shift()) {
    if (n.row.item.kind === 'replica' && n.row.item.workload.namespace.startsWith('fill-')) return n.row.item.replica;
    open.unshift(...(n.children ?? []));
  }
  return undefined;
}
