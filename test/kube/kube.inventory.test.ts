import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnections } from '../../src/kube/index';
import type { Inventory, KubeSession } from '../../src/kube/types';
import { until } from '../lib/until';
import { apiServer, json, kubeconfig, statusBody, still, withSession, type ApiServer } from './kubeServer';
import { pod, Store } from './kubeStore';

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

async function watching(
  use: (inventory: Inventory, session: KubeSession, changes: () => number) => Promise<void>,
  namespaces: string[] = [],
): Promise<void> {
  await withSession(kubeconfig(server.url, { token: 't' }, undefined, 'web'), async (s) => {
    const inventory = s.inventory({ namespaces, coalesceMs: COALESCE_MS });
    let changes = 0;
    inventory.onDidChange(() => {
      changes++;
    });
    await use(inventory, s, () => changes);
  });
}
const names = (i: Inventory): string[] => [...i.objects.pods.values()].map((p) => p.name).sort();
const RESOURCES = 7;
/** Between two tellings of changes, ms; shorter than the looks of `still`. */
const COALESCE_MS = 20;

describe('the inventory', () => {
  it('lists in pages and follows by watch', async () => {
    for (let i = 0; i < 1203; i++) store.put('pods', pod(`p${i}`));
    await watching(async (inventory) => {
      await inventory.ready;
      expect(inventory.objects.pods.size).toBe(1203);
      expect(store.asked.filter((a) => a.startsWith('list pods'))).toEqual([
        'list pods *',
        ...Array<string>(4).fill('list pods * more'),
      ]);
      expect([inventory.state, inventory.scope, inventory.problems]).toEqual(['live', 'all', []]);
      await until(() => store.watchers.size === RESOURCES);
      store.put('pods', pod('new'));
      store.remove('pods', 'uid-web-p7');
      await until(() => inventory.objects.pods.size === 1203 && names(inventory).includes('new'));
      expect(names(inventory)).not.toContain('p7');
    });
  });

  it('tells a burst of changes a few times, and what looks the same not at all', async () => {
    await watching(async (inventory, _s, changes) => {
      await inventory.ready;
      await until(() => store.watchers.size === RESOURCES);
      const before = await still(changes);
      const start = Date.now();
      for (let i = 0; i < 1000; i++) store.put('pods', pod(`p${i}`));
      await until(() => inventory.objects.pods.size === 1000);
      const quiet = await still(changes);
      // A timer may be early by a ms.
      expect(quiet - before).toBeLessThan(2 + (Date.now() - start) / (COALESCE_MS - 1));
      expect(quiet - before).toBeLessThan(1000);
      store.put('pods', {
        ...pod('p1'),
        status: {
          phase: 'Running',
          conditions: [
            { type: 'Ready', status: 'True' },
            { type: 'Other', status: 'True' },
          ],
        },
      });
      const renew = (at: string): void => {
        store.put('leases', {
          metadata: { name: 'l', namespace: 'web', uid: 'l' },
          spec: { holderIdentity: 'p1', leaseDurationSeconds: 15, renewTime: at },
        });
      };
      renew(new Date().toISOString());
      await until(() => changes() === quiet + 1);
      for (let i = 0; i < 5; i++) renew(new Date().toISOString());
      expect(await still(changes)).toBe(quiet + 1);
    });
  });

  it('goes on from where a watch ended, without listing again', async () => {
    store.put('pods', pod('a'));
    await watching(async (inventory) => {
      await inventory.ready;
      await until(() => store.watchers.size === RESOURCES);
      for (const how of ['end', 'break'] as const) {
        const lists = store.asked.filter((a) => a === 'list pods *').length;
        store.endWatches(how);
        store.put('pods', pod(`while-${how}`));
        await until(
          () =>
            names(inventory).includes(`while-${how}`) &&
            inventory.state === 'live' &&
            store.watchers.size === RESOURCES,
        );
        expect(store.asked.filter((a) => a === 'list pods *')).toHaveLength(lists);
      }
    });
  });

  it('lists again when it is too far behind (410), with the differences applied', async () => {
    for (const n of ['a', 'b', 'c']) store.put('pods', pod(n));
    await watching(async (inventory) => {
      await inventory.ready;
      await until(() => store.watchers.size === RESOURCES);
      const kept = inventory.objects.pods.get('uid-web-a');
      store.remove('pods', 'uid-web-b', true);
      store.put('pods', pod('d'), true);
      store.endWatches('gone');
      await until(() => names(inventory).join() === 'a,c,d');
      expect(inventory.objects.pods.get('uid-web-a')).toBe(kept);
      await until(() => inventory.state === 'live' && inventory.problems.length === 0);
    });
  });

  it('starts a list over when its pages have expired', async () => {
    for (let i = 0; i < 700; i++) store.put('pods', pod(`p${i}`));
    store.expireContinue = true;
    await watching(async (inventory) => {
      await inventory.ready;
      expect(inventory.objects.pods.size).toBe(700);
      expect(store.asked.filter((a) => a.startsWith('list pods'))).toEqual([
        'list pods *',
        'list pods * more',
        'list pods *',
      ]);
    });
  });

  it('says that it reconnects, keeps what it has, and comes back', async () => {
    store.put('pods', pod('a'));
    await watching(async (inventory) => {
      await inventory.ready;
      await until(() => store.watchers.size === RESOURCES);
      const handler = server.handler;
      server.handler = (_req, res) => {
        res.socket?.destroy();
      };
      store.endWatches('break');
      await until(() => inventory.state === 'reconnecting');
      expect(inventory.problems.map((p) => p.code)).toEqual(['kube.unreachable']);
      expect(names(inventory)).toEqual(['a']);
      server.handler = handler;
      await until(() => inventory.state === 'live' && inventory.problems.length === 0);
      store.put('pods', pod('b'));
      await until(() => names(inventory).join() === 'a,b');
    });
  });

  it('rejects when nobody is there, and comes alive when somebody is', async () => {
    server.handler = (_req, res) => {
      res.socket?.destroy();
    };
    store.put('pods', pod('a'));
    await watching(async (inventory) => {
      await expect(inventory.ready).rejects.toMatchObject({ code: 'kube.unreachable' });
      expect(inventory.state).toBe('reconnecting');
      server.handler = store.handler;
      await until(() => inventory.state === 'live' && names(inventory).length === 1);
      expect(inventory.problems).toEqual([]);
    });
  });

  it('rejects a user whose credentials are refused, with one request and its renewal, not dozens', async () => {
    server.handler = (_req, res) => {
      json(res, statusBody(401, 'Unauthorized'), 401);
    };
    await watching(async (inventory) => {
      await expect(inventory.ready).rejects.toMatchObject({ code: 'kube.unauthorized' });
      expect(await still(() => server.requests.length)).toBeLessThanOrEqual(2);
    });
  });

  it('watches monitors where they are installed', async () => {
    store.monitoring = true;
    store.put('servicemonitors', {
      metadata: { name: 'm', namespace: 'web', uid: 'm' },
      spec: { endpoints: [{ port: 'metrics' }] },
    });
    await watching(async (inventory) => {
      await inventory.ready;
      expect([...inventory.objects.monitors.values()].map((m) => m.name)).toEqual(['m']);
      expect(store.asked.some((a) => a.includes('podmonitors'))).toBe(false);
    });
  });
});

describe('where the whole cluster is forbidden', () => {
  it("looks at the context's namespace and the named ones, each apart", async () => {
    for (const ns of ['web', 'ops', 'secret']) store.put('pods', pod('p', ns));
    store.forbidden = (resource, ns) =>
      ns === undefined || ns === 'nowhere' || (resource === 'leases' && ns === 'ops') || resource === 'daemonsets';
    await watching(
      async (inventory) => {
        await inventory.ready;
        expect(inventory.scope).toEqual(['ops', 'web']);
        expect([...inventory.objects.pods.values()].map((p) => p.namespace).sort()).toEqual(['ops', 'web']);
        expect(inventory.state).toBe('live');
        const said = inventory.problems.map((p) => p.message);
        expect(said).toHaveLength(2);
        expect(said).toContain('You may not list leases in ops: leaders are not known.');
        expect(said).toContain('You may not list daemonsets: labels of DaemonSets are not seen.');
        expect(inventory.problems[0]?.detail).toContain('kind: RoleBinding');
        store.put('pods', pod('q', 'ops'));
        store.put('pods', pod('q', 'secret'));
        await until(() => inventory.objects.pods.has('uid-ops-q'));
        expect(inventory.objects.pods.has('uid-secret-q')).toBe(false);
      },
      ['ops', 'nowhere'],
    );
  });

  it('finds the namespaces itself where they may be listed', async () => {
    for (const ns of ['b', 'a']) store.put('namespaces', { metadata: { name: ns, namespace: '', uid: ns } });
    store.put('pods', pod('p', 'a'));
    store.forbidden = (resource, ns) => resource !== 'namespaces' && (ns === undefined || ns === 'web');
    await watching(async (inventory) => {
      await inventory.ready;
      expect(inventory.scope).toEqual(['a', 'b']);
      expect(names(inventory)).toEqual(['p']);
    });
  });

  it('looks at 50 namespaces at most, says so, and takes a handful of HTTP/2 connections for their 350 watches', async () => {
    await server.close();
    server = await apiServer(store.handler, { http2: true });
    for (let i = 0; i < 60; i++) store.put('namespaces', { metadata: { name: `n${i}`, namespace: '', uid: `n${i}` } });
    store.forbidden = (resource, ns) => resource !== 'namespaces' && ns === undefined;
    await watching(async (inventory) => {
      await inventory.ready;
      expect(inventory.scope).toHaveLength(50);
      expect(inventory.problems.map((p) => p.code)).toEqual(['kube.tooManyNamespaces']);
      await until(() => store.watchers.size === 350);
      expect(server.opened()).toBeLessThan(12);
      store.put('pods', pod('p', 'n0'));
      await until(() => names(inventory).length === 1);
    });
    await until(() => store.watchers.size === 0);
  });

  it('rejects with the RBAC that would do when nothing at all is allowed', async () => {
    store.forbidden = () => true;
    await watching(async (inventory) => {
      const e: unknown = await inventory.ready.catch((x: unknown) => x);
      expect(e).toMatchObject({
        code: 'kube.forbidden',
        message: 'The user jane may list nothing that is needed, neither in the whole cluster nor in web.',
      });
      expect((e as { detail: string }).detail).toContain('resources: [pods, services]');
    });
  });
});

describe('rights and installations that come and go', () => {
  it('a right granted later is used at refresh, and the watches by namespace give way to that of all', async () => {
    for (const ns of ['web', 'ops']) store.put('pods', pod('p', ns));
    let granted = false;
    store.forbidden = (_resource, ns) => !granted && ns !== 'web';
    await watching(async (inventory) => {
      await inventory.ready;
      expect(inventory.scope).toEqual(['web']);
      granted = true;
      inventory.refresh?.();
      await until(() => inventory.objects.pods.size === 2 && inventory.scope === 'all');
      await until(
        () => store.watchers.size === RESOURCES && [...store.watchers].every((w) => w.namespace === undefined),
      );
      expect(inventory.problems).toEqual([]);
    });
  });

  it('monitors installed later are seen at refresh', async () => {
    await watching(async (inventory) => {
      await inventory.ready;
      store.monitoring = true;
      store.put('servicemonitors', {
        metadata: { name: 'm', namespace: 'web', uid: 'm' },
        spec: { endpoints: [{ port: 'metrics' }] },
      });
      inventory.refresh?.();
      await until(() => inventory.objects.monitors.size === 1);
    });
  });

  it('a list that is refused once keeps what was seen, and says so; refused again, it forgets', async () => {
    store.put('leases', { metadata: { name: 'l', namespace: 'web', uid: 'l' }, spec: { holderIdentity: 'p' } });
    await watching(async (inventory) => {
      await inventory.ready;
      await until(() => store.watchers.size === RESOURCES);
      store.forbidden = (resource) => resource === 'leases';
      store.endWatches('gone');
      await until(() => inventory.problems.some((p) => p.code === 'kube.forbidden'));
      expect(inventory.objects.leases.size).toBe(1);
      inventory.refresh?.();
      await until(() => inventory.objects.leases.size === 0);
      // The refusal is told when the list is refused again, a moment after what it had seen was let go.
      await until(() => inventory.problems.length === 1);
      expect(inventory.problems.map((p) => p.message)).toEqual(['You may not list leases: leaders are not known.']);
      store.forbidden = () => false;
      inventory.refresh?.();
      await until(() => inventory.objects.leases.size === 1 && inventory.problems.length === 0);
    });
  });

  it('where watching is not allowed, that is said all the time and not between two lists', async () => {
    store.forbidden = (resource, _ns, verb) => resource === 'leases' && verb === 'watch';
    await watching(async (inventory) => {
      await inventory.ready;
      await until(() => inventory.problems.length === 1);
      const said: number[] = [];
      inventory.onDidChange(() => {
        said.push(inventory.problems.length);
      });
      for (let i = 1; i < 4; i++) {
        store.put('leases', {
          metadata: { name: `l${i}`, namespace: 'web', uid: `l${i}` },
          spec: { holderIdentity: 'p' },
        });
        inventory.refresh?.();
        await until(() => inventory.objects.leases.size === i);
        expect(inventory.problems).toHaveLength(1);
        await until(() => store.asked.filter((a) => a === 'watch leases *').length > i);
      }
      await still(() => said.length);
      expect(new Set(said)).toEqual(new Set([1]));
    });
  });
});

describe('the end', () => {
  it('closes every watch and leaves nothing open', async () => {
    await watching(async (inventory, _s, changes) => {
      await inventory.ready;
      await until(() => store.watchers.size === RESOURCES);
      inventory.dispose();
      await until(() => store.watchers.size === 0);
      const before = changes();
      store.put('pods', pod('late'));
      expect(await still(changes)).toBe(before);
      expect(inventory.objects.pods.size).toBe(0);
    });
  });

  it('in the middle of the first lists: ready is an abort', async () => {
    server.handler = () => undefined;
    await watching(async (inventory) => {
      await until(() => server.requests.length > 0);
      inventory.dispose();
      await expect(inventory.ready).rejects.toMatchObject({ name: 'AbortError' });
    });
  });
});
