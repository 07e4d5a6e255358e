import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clusters } from '../../src/app/clusters';
import { createKubeconfigs } from '../../src/kube/index';
import { until } from '../lib/until';
import { apiServer, folder, kubeconfig, type ApiServer } from './kubeServer';
import { pod, Store } from './kubeStore';

let dir: ReturnType<typeof folder>;
let store: Store;
let server: ApiServer;
let clusters: Clusters;
let namespaces: string[];
let file: string;
beforeEach(async () => {
  dir = folder();
  store = new Store();
  store.put('pods', pod('p', 'web'));
  store.put('pods', pod('p', 'ops'));
  server = await apiServer(store.handler);
  namespaces = [];
  file = dir.write('config', kubeconfig(server.url, { token: 't' }, undefined, 'web'));
  clusters = new Clusters({
    kubeconfigs: () => Promise.resolve(createKubeconfigs({ env: {}, home: dir.path, only: file })),
    namespaces: () => namespaces,
    marked: () => ({}),
    log: { info: () => undefined, problem: () => undefined },
  });
});
afterEach(async () => {
  clusters.dispose();
  await server.close();
  dir.remove();
});
const state = (): string | undefined => clusters.entry('test')?.state;
const seen = (): string[] =>
  [...(clusters.entry('test')?.cluster?.objects.pods.values() ?? [])].map((p) => p.namespace).sort();

/**
 * 600 pods, three pages of a list, whose last one is held back until `go`; gives what was told of the context
 * meanwhile.
 */
async function heldBack(): Promise<{ readonly server: ApiServer; readonly go: () => void; readonly told: number[] }> {
  const go: (() => void)[] = [];
  for (let i = 0; i < 600; i++) store.put('pods', pod(`many-${i}`, 'web'), true);
  const slow = await apiServer((req, res) => {
    if (Number(new URL(req.url ?? '', 'http://x').searchParams.get('continue')) >= 500)
      go.push(() => {
        store.handler(req, res);
      });
    else store.handler(req, res);
  });
  dir.write('config', kubeconfig(slow.url, { token: 't' }, undefined, 'web'));
  const told: number[] = [];
  clusters.onDidChange(() => {
    if (state() === 'connecting' && clusters.entry('test')?.cluster) told.push(seen().length);
  });
  return {
    server: slow,
    go: () => {
      for (const g of go) g();
    },
    told,
  };
}

describe('a large cluster', () => {
  it('shows what was listed so far, and is connected when all is', async () => {
    const { server: slow, go, told } = await heldBack();
    try {
      const connecting = clusters.connect('test');
      await until(() => told.length > 0);
      expect(told).toEqual([500]);
      expect(clusters.entry('test')?.cluster?.workloads().length).toBeGreaterThan(0);
      go();
      const cluster = await connecting;
      expect(state()).toBe('open');
      expect(cluster.objects.pods.size).toBe(602);
    } finally {
      await slow.close();
    }
  });

  it('is closed whole when the person gives up meanwhile', async () => {
    const { server: slow, told } = await heldBack();
    try {
      const connecting = clusters.connect('test');
      const failed = expect(connecting).rejects.toMatchObject({ name: 'AbortError' });
      await until(() => told.length > 0);
      clusters.disconnect('test');
      await failed;
      expect(state()).toBe('closed');
      expect(clusters.entry('test')?.cluster).toBeUndefined();
    } finally {
      await slow.close();
    }
  });
});

describe('the contexts that are open', () => {
  it('stay open, with the problem of the file, while the kubeconfig is broken', async () => {
    const cluster = await clusters.connect('test');
    dir.write('config', 'a: [b\n');
    await until(() => clusters.problems.length === 1);
    expect(clusters.problems[0]).toMatchObject({ code: 'kube.configParse' });
    expect(state()).toBe('open');
    expect(clusters.entry('test')?.cluster).toBe(cluster);
    dir.write('config', kubeconfig(server.url, { token: 't' }, undefined, 'web'));
    await until(() => clusters.problems.length === 0);
    expect(clusters.entry('test')?.cluster).toBe(cluster);
  });

  it('are connected by the fixed kubeconfig when it changes while they still connect', async () => {
    const stuck = await apiServer(() => undefined);
    try {
      dir.write('config', kubeconfig(stuck.url, { token: 't' }, undefined, 'web'));
      const connecting = clusters.connect('test');
      await until(() => stuck.requests.length > 0);
      dir.write('config', kubeconfig(server.url, { token: 't' }, undefined, 'web'));
      const cluster = await connecting;
      expect(cluster.session.context.server).toBe(server.url);
      expect(state()).toBe('open');
    } finally {
      await stuck.close();
    }
  });

  it('look at the namespaces of the setting as soon as it changes, where the whole cluster is forbidden', async () => {
    store.forbidden = (_resource, ns) => ns === undefined;
    await clusters.connect('test');
    expect(seen()).toEqual(['web']);
    namespaces = ['ops'];
    clusters.namespacesChanged();
    await until(() => state() === 'open' && seen().length === 2);
    store.forbidden = () => false;
    clusters.disconnect('test');
    const all = await clusters.connect('test');
    clusters.namespacesChanged();
    expect(clusters.entry('test')?.cluster).toBe(all);
  });
});
