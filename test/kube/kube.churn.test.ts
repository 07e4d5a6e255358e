import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Churn } from '../../src/churn/churn';
import { report } from '../../src/churn/report';
import type { KindInfo } from '../../src/churn/types';
import { openConnections } from '../../src/kube/index';
import type { Following, KubeSession } from '../../src/kube/types';
import { until } from '../lib/until';
import { apiServer, json, kubeconfig, statusBody, withSession, type ApiServer } from './kubeServer';
import { pod, Store } from './kubeStore';

const POD: KindInfo = { group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespaced: true };
const SERVICE: KindInfo = { group: '', version: 'v1', kind: 'Service', resource: 'services', namespaced: true };
const LEASE: KindInfo = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  namespaced: true,
};

let store: Store;
let server: ApiServer;
beforeEach(async () => {
  store = new Store();
  server = await apiServer(store.handler);
});
afterEach(async () => {
  await server.close();
  await until(() => openConnections().open === 0);
});

const labelled = (name: string, n: number) => pod(name, 'web', { n: String(n) });

async function following(
  kinds: readonly KindInfo[],
  use: (churn: Churn, following: Following, session: KubeSession) => Promise<void>,
  namespaces: 'all' | readonly string[] = 'all',
): Promise<void> {
  await withSession(kubeconfig(server.url, { token: 't' }, undefined, 'web'), async (session) => {
    const churn = new Churn({ start: Date.now() });
    const live = session.follow?.({ kinds, namespaces, listener: churn });
    if (!live) throw new Error("this session can't follow");
    try {
      await live.ready;
      await use(churn, live, session);
    } finally {
      live.dispose();
    }
  });
}
const counts = (churn: Churn): Record<string, string> =>
  Object.fromEntries(report(churn, Date.now()).counts.map((c) => [c.name, `${c.add} ${c.update} ${c.delete}`]));

describe.each([
  ['as a stream', true],
  ['in pages', false],
])('following kinds, listed %s', (_, streams) => {
  beforeEach(() => {
    store.streams = streams;
  });

  it('counts what happens after the list, exactly, over broken connections', async () => {
    for (let i = 0; i < 300; i++) store.put('pods', labelled(`old${i}`, 0));
    await following([POD], async (churn, live) => {
      expect([live.live, live.problems]).toEqual([[POD], []]);
      expect(counts(churn)).toEqual({});
      await until(() => store.watchers.size === 1);
      for (let n = 1; n <= 20; n++) {
        store.put('pods', labelled('old7', n));
        if (n % 5 === 0) store.endWatches(n % 10 === 0 ? 'break' : 'end');
      }
      store.put('pods', labelled('new', 1));
      store.put('pods', labelled('new', 2));
      store.remove('pods', 'uid-web-new');
      store.remove('pods', 'uid-web-old8');
      await until(() => Object.keys(counts(churn)).length === 3);
      await until(() => live.problems.length === 0);
      expect(counts(churn)).toEqual({ old7: '0 20 0', new: '1 1 1', old8: '0 0 1' });
    });
  });

  it('lists again after 410 Gone, and counts the differences', async () => {
    for (const n of ['a', 'b', 'c', 'd']) store.put('pods', labelled(n, 0));
    await following([POD], async (churn) => {
      await until(() => store.watchers.size === 1);
      store.put('pods', labelled('a', 1));
      await until(() => counts(churn)['a'] === '0 1 0');
      store.put('pods', labelled('a', 2), true);
      store.remove('pods', 'uid-web-b', true);
      store.put('pods', labelled('e', 1), true);
      store.endWatches('gone');
      await until(() => counts(churn)['e'] !== undefined && counts(churn)['b'] !== undefined);
      expect(counts(churn)).toEqual({ a: '0 2 0', b: '0 0 1', e: '1 0 0' });
    });
  });

  it('says once which kinds it may not watch, and goes on with the rest', async () => {
    store.forbidden = (resource) => resource === 'services';
    store.put('leases', pod('l'));
    await following([POD, SERVICE, LEASE], async (churn, live) => {
      expect(live.live).toEqual([POD, LEASE]);
      expect(live.problems.map((p) => [p.code, p.message])).toEqual([
        ['kube.forbidden', 'The user jane may not list services in the whole cluster.'],
      ]);
      store.put('leases', labelled('l', 1));
      await until(() => counts(churn)['l'] === '0 1 0');
    });
  });

  it('keeps to the namespaces that were named', async () => {
    await following(
      [POD],
      async (churn) => {
        await until(() => store.watchers.size === 2);
        store.put('pods', pod('a', 'web'));
        store.put('pods', pod('a', 'elsewhere'));
        store.put('pods', pod('b', 'shop'));
        await until(() => Object.keys(counts(churn)).length === 2);
        expect(
          report(churn, 0)
            .counts.map((c) => `${c.namespace}/${c.name}`)
            .sort(),
        ).toEqual(['shop/b', 'web/a']);
      },
      ['web', 'shop'],
    );
  });
});

describe('kinds of a cluster', () => {
  const verbs = ['get', 'list', 'watch'];
  const answers: Record<string, unknown> = {
    aggregated: {
      '/api': [
        [
          '',
          'v1',
          [
            ['pods', 'Pod', 'Namespaced', verbs],
            ['bindings', 'Binding', 'Namespaced', ['create']],
          ],
        ],
      ],
      '/apis': [
        ['apps', 'v1', [['deployments', 'Deployment', 'Namespaced', verbs]]],
        ['samples.example.com', 'v2', [['paints', 'Paint', 'Cluster', verbs]]],
        ['samples.example.com', 'v1', [['paints', 'Paint', 'Cluster', verbs]]],
      ],
    },
  };
  const found = [
    { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', namespaced: true },
    { group: 'samples.example.com', version: 'v2', kind: 'Paint', resource: 'paints', namespaced: false },
    POD,
  ];
  const kinds = async (): Promise<unknown> => {
    let all: unknown;
    await withSession(kubeconfig(server.url, { token: 't' }, undefined, 'web'), async (s) => {
      all = await s.kinds?.(new AbortController().signal);
    });
    return all;
  };

  it('come in one answer for all groups', async () => {
    server.handler = (req, res) => {
      const groups =
        (answers['aggregated'] as Record<string, [string, string, [string, string, string, string[]][]][]>)[
          (req.url ?? '').split('?')[0] ?? ''
        ] ?? [];
      json(res, {
        kind: 'APIGroupDiscoveryList',
        items: groups.map(([group, version, resources]) => ({
          metadata: group === '' ? {} : { name: group },
          versions: [
            {
              version,
              resources: resources.map(([resource, kind, scope, may]) => ({
                resource,
                responseKind: { group, version, kind },
                scope,
                verbs: may,
                subresources: [{ subresource: 'status' }],
              })),
            },
          ],
        })),
      });
    };
    expect(await kinds()).toEqual(found);
  });

  it('or group by group, of which one may be away', async () => {
    const list = (...resources: [string, string, boolean, string[]][]): unknown => ({
      kind: 'APIResourceList',
      resources: resources.map(([name, kind, namespaced, may]) => ({ name, kind, namespaced, verbs: may })),
    });
    const by: Record<string, unknown> = {
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/api/v1': list(
        ['pods', 'Pod', true, verbs],
        ['pods/log', 'Pod', true, ['get']],
        ['bindings', 'Binding', true, ['create']],
      ),
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          ['apps', 'v1'],
          ['samples.example.com', 'v2'],
          ['metrics.k8s.io', 'v1beta1'],
        ].map(([name, version]) => ({ name, preferredVersion: { version } })),
      },
      '/apis/apps/v1': list(['deployments', 'Deployment', true, verbs]),
      '/apis/samples.example.com/v2': list(['paints', 'Paint', false, verbs]),
    };
    server.handler = (req, res) => {
      const answer = by[(req.url ?? '').split('?')[0] ?? ''];
      if (answer === undefined) json(res, statusBody(503, 'the server is currently unable to handle the request'), 503);
      else json(res, answer);
    };
    expect(await kinds()).toEqual(found);
  });
});
