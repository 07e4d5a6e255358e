/** The Clusters view on a large cluster, opened as a person does: what the editor is told, when, and what it costs the host. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import * as vscode from 'vscode';
import type { Api } from '../../../src/extension';
import type { Parts } from '../../../src/host/parts';
import type { Node } from '../../../src/host/tree/provider';
import { control } from './control';
import type { Churn, Memory, TreeJob, TreeResult } from './jobs';

/** After this long without a fire of the tree, ms, all is drawn. */
const QUIET_MS = 1500;

export async function measureTree(job: TreeJob): Promise<TreeResult> {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const memory = async (): Promise<Memory> => {
    for (let i = 0; i < 3; i++) { gc(); await pause(50); }
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, held: heapUsed + external };
  };

  const extension = vscode.extensions.getExtension<Api>('controller-tuner.controller-tuner');
  if (!extension) throw new Error('The extension is not installed in this extension host.');
  const before = await memory();
  let peakRss = before.rss;
  const sampler = setInterval(() => { peakRss = Math.max(peakRss, process.memoryUsage().rss); }, 20);

  const { parts } = await extension.activate();
  const context = await connect(parts);
  const children = await parts.view.provider.getChildren(context.node);
  const firstPaint = performance.now() - context.started;
  if (children.every((n) => n.spec.subject.kind !== 'namespace')) throw new Error(`Nothing is shown under ${context.name}: ${children.map((n) => n.spec.look.label).join(', ')}`);

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
    pods: objects.pods.size, workloads: cluster(parts, context.name).workloads().length, firstPaint, connectingAt: context.connectingAt, openedRows,
    memory: { before, connected, opened, after }, peakRss, churn,
  };
}

function cluster(parts: Parts, name: string) {
  const found = parts.clusters.entry(name)?.cluster;
  if (!found) throw new Error(`${name} is not connected any more.`);
  return found;
}

interface Connected { readonly name: string; readonly node: Node; readonly started: number; readonly connectingAt: number }

/** Opens the view; the current context connects by itself. `started`: the moment at which it began to, performance.now(). */
async function connect(parts: Parts): Promise<Connected> {
  const { clusters, view } = parts;
  let began: Pick<Connected, 'name' | 'started' | 'connectingAt'> | undefined;
  const open = new Promise<Pick<Connected, 'name' | 'started' | 'connectingAt'>>((resolve, reject) => {
    const listening = clusters.onDidChange((name) => {
      const entry = name === undefined ? undefined : clusters.entry(name);
      if (!entry) return;
      if (entry.state === 'connecting') began ??= { name: entry.info.name, started: performance.now(), connectingAt: Date.now() };
      if (entry.info.name !== began?.name) return;
      if (entry.state === 'open') { listening.dispose(); resolve(began); }
      if (entry.state === 'failed') { listening.dispose(); reject(new Error(entry.problem?.sentence ?? 'Not connected.')); }
    });
    setTimeout(() => { reject(new Error('The current context was not connected within 60 s.')); }, 60_000).unref();
  });
  await vscode.commands.executeCommand('controllerTuner.clusters.focus');
  const connected = await open;
  const node = (await view.provider.getChildren()).find((n) => n.spec.subject.kind === 'context' && n.spec.subject.context === connected.name);
  if (!node) throw new Error(`${connected.name} is not in the tree.`);
  return { ...connected, node };
}

/** Waits until the tree has told nothing for a while. */
async function quiet(parts: Parts): Promise<void> {
  let last = performance.now();
  const listening = parts.view.provider.onDidChangeTreeData(() => { last = performance.now(); });
  while (performance.now() - last < QUIET_MS) await pause(100);
  listening.dispose();
}

/** Opens namespaces and workloads; gives the number of rows under the context then. */
async function open(parts: Parts, context: Node, { openNamespaces, openWorkloads }: TreeJob): Promise<number> {
  const { provider, tree } = parts.view;
  const namespaces = await provider.getChildren(context);
  let rows = namespaces.length;
  let workloadsLeft = openWorkloads;
  // Those of fill first: they have the many pods.
  const filled = (n: Node): number => (n.spec.look.label.startsWith('fill-') ? 0 : 1);
  for (const namespace of [...namespaces].sort((a, b) => filled(a) - filled(b)).slice(0, openNamespaces)) {
    await tree.reveal(namespace, { select: false, focus: false, expand: true });
    const workloads = await provider.getChildren(namespace);
    rows += workloads.length;
    for (const workload of workloads.slice(0, workloadsLeft > 0 ? 1 : 0)) {
      workloadsLeft--;
      await tree.reveal(workload, { select: false, focus: false, expand: true });
      rows += (await provider.getChildren(workload)).length;
    }
  }
  // The top of the list is what the window watches.
  await tree.reveal(context, { select: false, focus: false });
  return rows;
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
      fires.push({ at: performance.now(), nodes: nodes.length, whole: told === undefined || nodes.some((n) => n.parent === undefined) });
      for (const tell of toldOf) tell();
    }),
    cluster(parts, name).onDidChange(() => { heard++; }),
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
    said, seconds, fires: fires.length, mostInASecond: Math.max(0, ...fires.map((f) => fires.filter((g) => g.at >= f.at && g.at < f.at + 1000).length)),
    ofTheWhole: fires.filter((f) => f.whole).length, nodes: fires.reduce((n, f) => n + f.nodes, 0), heard,
    delayP99: delay.percentile(99) / 1e6, delayMax: delay.max / 1e6, cpu: (used.user + used.system) / 1e6 / seconds, deletionShown,
  };
}

/** Has a pod deleted whose row is open, two seconds into the changes, and waits until the tree has told of it. */
async function deletion(parts: Parts, name: string, context: Node, toldOf: Set<() => void>): Promise<number | undefined> {
  await pause(2000);
  const replica = openReplica(context);
  if (!replica) return undefined;
  const { namespace, name: pod, uid } = replica.pod;
  const started = performance.now();
  if (await control('POST', 'delete', { namespace, pod }) !== true) return undefined;
  const there = (): boolean => {
    const now = cluster(parts, name).objects.pods.get(uid);
    return now !== undefined && !now.deleting;
  };
  await new Promise<void>((resolve, reject) => {
    const look = (): void => { if (!there()) { toldOf.delete(look); resolve(); } };
    toldOf.add(look);
    setTimeout(() => { toldOf.delete(look); reject(new Error(`The tree did not tell of the deletion of ${namespace}/${pod} within 20 s: its watch is dead.`)); }, 20_000).unref();
  });
  return performance.now() - started;
}

function openReplica(context: Node) {
  const open = [...(context.children ?? [])];
  for (let n = open.shift(); n; n = open.shift()) {
    if (n.spec.subject.kind === 'replica' && n.spec.subject.workload.namespace.startsWith('fill-')) return n.spec.subject.replica;
    open.unshift(...(n.children ?? []));
  }
  return undefined;
}
