import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clusters } from '../../src/host/clusters';
import { createKubeconfigs } from '../../src/kube/index';
import { apiServer, folder, kubeconfig, until, type ApiServer } from './kubeServer';
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
    namespaces: () => namespaces, marked: () => ({}), log: { info: () => undefined, problem: () => undefined },
  });
});
afterEach(async () => {
  clusters.dispose();
  await server.close();
  dir.remove();
});
const state = (): string | undefined => clusters.entry('test')?.state;
const seen = (): string[] => [...clusters.entry('test')?.cluster?.objects.pods.values() ?? []].map((p) => p.namespace).sort();

describe('the contexts that are open', () => {
  it('stay open, with the problem of the file, while the kubeconfig is broken', async () => {
    const cluster = await clusters.connect('test');
    dir.write('config', 'a: [b\n');
    await until(() => clusters.problems.length === 1);
    expect(clusters.problems[0]).toMatchObject({ code: 'kube.configParse' });
    await new Promise((r) => setTimeout(r, 300));
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
    } finally { await stuck.close(); }
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
