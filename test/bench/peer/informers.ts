/**
 * The peer of the tree: client-node's own informers on what our inventory watches, in a process of their own.
 * `node --expose-gc informers.mjs KUBECONFIG`; lines on standard input are commands, each answered by a line of JSON.
 */
import type { Informer, KubernetesObject } from '@kubernetes/client-node';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as readline from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export interface InformersReady {
  readonly firstLists: number;
  readonly pods: number;
  readonly held: number;
  readonly rss: number;
  readonly peakRss: number;
}
export interface InformersChurn {
  readonly events: number;
  readonly delayP99: number;
  readonly delayMax: number;
  readonly cpu: number;
}

const [file = ''] = process.argv.slice(2);
const tell = (answer: unknown): void => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
};
const collect = (globalThis as { gc?: () => void }).gc;
if (!collect) throw new Error('Run with --expose-gc.');

async function held(): Promise<{ held: number; rss: number }> {
  for (let i = 0; i < 3; i++) {
    collect?.();
    await pause(50);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { held: heapUsed + external, rss };
}

const before = await held();
let peakRss = before.rss;
// Loaded now: its code is part of what it costs, as ours is.
const { AppsV1Api, CoordinationV1Api, CoreV1Api, KubeConfig, makeInformer } = await import('@kubernetes/client-node');
const sampler = setInterval(() => {
  peakRss = Math.max(peakRss, process.memoryUsage().rss);
}, 20);
const kc = new KubeConfig();
kc.loadFromFile(file);
const [core, apps, coordination] = [
  kc.makeApiClient(CoreV1Api),
  kc.makeApiClient(AppsV1Api),
  kc.makeApiClient(CoordinationV1Api),
];
const informers: Informer<KubernetesObject>[] = [];
const started = performance.now();
const pods = makeInformer(kc, '/api/v1/pods', () => core.listPodForAllNamespaces());
informers.push(
  pods,
  makeInformer(kc, '/api/v1/services', () => core.listServiceForAllNamespaces()),
  makeInformer(kc, '/apis/apps/v1/deployments', () => apps.listDeploymentForAllNamespaces()),
  makeInformer(kc, '/apis/apps/v1/replicasets', () => apps.listReplicaSetForAllNamespaces()),
  makeInformer(kc, '/apis/apps/v1/statefulsets', () => apps.listStatefulSetForAllNamespaces()),
  makeInformer(kc, '/apis/apps/v1/daemonsets', () => apps.listDaemonSetForAllNamespaces()),
  makeInformer(kc, '/apis/coordination.k8s.io/v1/leases', () => coordination.listLeaseForAllNamespaces()),
);
let events = 0;
for (const informer of informers) {
  informer.on('update', () => {
    events++;
  });
  informer.on('error', (e: unknown) => {
    process.stderr.write(`${String(e)}\n`);
  });
}
await Promise.all(informers.map((i) => i.start()));
const firstLists = performance.now() - started;
const now = await held();
clearInterval(sampler);
tell({
  firstLists,
  pods: pods.list().length,
  held: now.held - before.held,
  rss: now.rss - before.rss,
  peakRss: peakRss - before.rss,
} satisfies InformersReady);

const delay = monitorEventLoopDelay({ resolution: 5 });
let cpu = process.cpuUsage();
let since = performance.now();
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line === 'begin') {
    events = 0;
    delay.enable();
    delay.reset();
    cpu = process.cpuUsage();
    since = performance.now();
    tell('begun');
  } else if (line === 'end') {
    const used = process.cpuUsage(cpu);
    tell({
      events,
      delayP99: delay.percentile(99) / 1e6,
      delayMax: delay.max / 1e6,
      cpu: (used.user + used.system) / 1000 / (performance.now() - since),
    } satisfies InformersChurn);
  }
}
process.exit(0);
