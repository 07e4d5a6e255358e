// Against the test cluster: KUBECONFIG_TEST names its admin's kubeconfig; without it these are skipped.
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKubeconfigs, openConnections } from '../../src/kube/index';
import type { PodRecord } from '../../src/controllers/types';
import type { Inventory, Kubeconfigs, KubeSession } from '../../src/kube/types';
import { PATIENCE, until } from '../lib/until';

const admin = process.env['KUBECONFIG_TEST'];
const limited = admin === undefined ? '' : path.join(path.dirname(admin), 'limited.kubeconfig');
const noaccess = admin === undefined ? '' : path.join(path.dirname(admin), 'noaccess.kubeconfig');
const opened: Kubeconfigs[] = [];
async function session(file: string): Promise<KubeSession> {
  const k = createKubeconfigs({ env: process.env, home: '/nonexistent', only: file });
  opened.push(k);
  const { contexts } = await k.load();
  return k.session(contexts.find((c) => c.current)?.name ?? '');
}
const soon = (): AbortSignal => AbortSignal.timeout(PATIENCE);

interface Got {
  readonly status: number | undefined;
  readonly body: Buffer;
}
function get(stream: Duplex, at: string, tls = false, headers: Record<string, string> = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { path: at, host: 'pod', headers: { ...headers, connection: 'close' } };
    const answer = (res: http.IncomingMessage): void => {
      const parts: Buffer[] = [];
      res.on('data', (p: Buffer) => parts.push(p));
      res.on('end', () => {
        resolve({ status: res.statusCode, body: Buffer.concat(parts) });
      });
      res.on('error', reject);
    };
    (tls
      ? https.get(
          { ...options, agent: false, socket: stream, rejectUnauthorized: false } as https.RequestOptions,
          answer,
        )
      : http.get({ ...options, createConnection: () => stream }, answer)
    ).on('error', reject);
  });
}

describe.skipIf(admin === undefined)('the test cluster', () => {
  let s: KubeSession;
  let inventory: Inventory;
  const pod = (start: string): PodRecord => {
    const found = [...inventory.objects.pods.values()].find((p) => p.name.startsWith(start) && p.ready && !p.deleting);
    if (!found)
      throw new Error(`no pod ${start} among ${[...inventory.objects.pods.values()].map((p) => p.name).join(', ')}`);
    return found;
  };
  beforeAll(async () => {
    s = await session(admin ?? '');
    inventory = s.inventory({ namespaces: [] });
    await inventory.ready;
  });
  afterAll(async () => {
    for (const k of opened) k.dispose();
    await until(() => openConnections().open === 0);
  });

  it('is listed whole, over one connection', () => {
    expect(inventory.state).toBe('live');
    expect(inventory.scope).toBe('all');
    expect(inventory.problems).toEqual([]);
    expect(pod('widgets-controller').containers[0]?.args).toContain('--leader-elect');
    expect([...inventory.objects.workloads.values()].map((w) => `${w.kind}/${w.name}`)).toContain(
      'Deployment/widgets-controller',
    );
    expect([...inventory.objects.leases.values()].some((l) => l.namespace === 'kube-system' && l.holder !== '')).toBe(
      true,
    );
    expect([...inventory.objects.leases.values()].some((l) => l.namespace === 'kube-node-lease')).toBe(false);
    // HTTP/2: all the watches share one.
    expect(openConnections().open).toBeLessThanOrEqual(2);
  });

  it('answers 60 calls over at most 2 connections', async () => {
    const before = openConnections().opened;
    await Promise.all(Array.from({ length: 60 }, () => s.getJson('/api/v1/namespaces/default', { signal: soon() })));
    expect(openConnections().opened - before).toBeLessThanOrEqual(2);
  });

  it("gives a pod's metrics and profiles through the tunnel, and the socket back after each", async () => {
    const before = openConnections().open;
    const widgets = pod('widgets-controller');
    const at = (port: number): Duplex => s.podStream(widgets.namespace, widgets.name, port, soon());
    const port = (name: string): number => widgets.containers[0]?.ports.find((p) => p.name === name)?.port ?? 0;
    expect((await get(at(port('metrics')), '/metrics')).body.toString()).toMatch(
      /^process_resident_memory_bytes \S+$/m,
    );
    const start = Date.now();
    const cpu = await get(at(port('pprof')), '/debug/pprof/profile?seconds=2');
    expect(cpu.status).toBe(200);
    expect(Date.now() - start).toBeGreaterThan(1900);
    expect(gunzipSync(cpu.body).length).toBeGreaterThan(100);
    await until(() => openConnections().open === before);
  });

  it('says at once that nothing serves a port, that a pod is not there, and what it was asked', async () => {
    const widgets = pod('widgets-controller');
    await expect(get(s.podStream(widgets.namespace, widgets.name, 9, soon()), '/')).rejects.toMatchObject({
      code: expect.stringMatching(/^kube\.port/) as string,
    });
    await expect(get(s.podStream(widgets.namespace, 'gone-0', 6060, soon()), '/')).rejects.toMatchObject({
      code: 'kube.notFound',
      message: `There is no pod gone-0 in the namespace ${widgets.namespace}.`,
    });
  });

  it('an abort in the middle of a capture ends it at once', async () => {
    const widgets = pod('widgets-controller');
    const stop = new AbortController();
    const before = openConnections().open;
    const stream = s.podStream(widgets.namespace, widgets.name, 6060, stop.signal);
    let open = false;
    stream.once('connect', () => {
      open = true;
    });
    // The difference of two heap profiles: unlike a CPU profile it keeps nobody else from taking one, should the
    // process not hear of the end.
    const asking = get(stream, '/debug/pprof/heap?seconds=200');
    asking.catch(() => undefined);
    await until(() => open);
    stop.abort();
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    await until(() => openConnections().open === before);
  });

  it("a service account's token opens a secure endpoint; it is asked for once", async () => {
    const gadgets = pod('gadgets-controller-manager');
    const accounts = await s.serviceAccounts(gadgets.namespace, soon());
    expect(accounts).toContain(gadgets.serviceAccount);
    const [token, again] = await Promise.all([
      s.serviceAccountToken(gadgets.namespace, gadgets.serviceAccount, soon()),
      s.serviceAccountToken(gadgets.namespace, gadgets.serviceAccount, soon()),
    ]);
    expect(again).toBe(token);
    expect(await s.serviceAccountToken(gadgets.namespace, gadgets.serviceAccount, soon())).toBe(token);
    const https8443 = (headers: Record<string, string>): Promise<Got> =>
      get(s.podStream(gadgets.namespace, gadgets.name, 8443, soon()), '/metrics', true, headers);
    expect((await https8443({})).status).toBe(401);
    expect([200, 403]).toContain((await https8443({ authorization: `Bearer ${token}` })).status);
    await expect(s.serviceAccountToken(gadgets.namespace, 'nobody-there', soon())).rejects.toMatchObject({
      code: 'kube.notFound',
    });
    expect(await s.ownToken(soon())).toBeUndefined();
  });

  it('is followed by watch', async () => {
    const before = [...inventory.objects.leases.values()].find((l) => l.namespace === 'widgets-system');
    await until(
      () =>
        ([...inventory.objects.leases.values()].find((l) => l.name === before?.name && l.namespace === before.namespace)
          ?.renewedAt ?? 0) > (before?.renewedAt ?? 0),
    );
  });

  it('shows a person of one namespace that one', async () => {
    const mine = await session(limited);
    const seen = mine.inventory({ namespaces: ['kube-system'] });
    await seen.ready;
    expect(seen.scope).toEqual([mine.context.namespace]);
    expect(new Set([...seen.objects.pods.values()].map((p) => p.namespace))).toEqual(new Set([mine.context.namespace]));
    expect(seen.objects.pods.size).toBeGreaterThan(0);
    const e: unknown = await mine
      .getJson('/api/v1/namespaces/kube-system/pods', { signal: soon() })
      .catch((x: unknown) => x);
    expect(e).toMatchObject({ code: 'kube.forbidden' });
    expect((e as Error).message).toMatch(
      /^The user system:serviceaccount:\S+ may not list pods in the namespace kube-system\.$/,
    );
    await expect(mine.serviceAccountToken(mine.context.namespace, 'default', soon())).rejects.toMatchObject({
      code: 'kube.forbidden',
      detail: expect.stringContaining('resources: [serviceaccounts/token]\n  verbs: [create]') as string,
    });
    expect(await mine.ownToken(soon())).toMatch(/^eyJ/);
  });

  it('tells a person who may see nothing what is missing', async () => {
    const theirs = await session(noaccess);
    await expect(theirs.inventory({ namespaces: [] }).ready).rejects.toMatchObject({
      code: 'kube.forbidden',
      detail: expect.stringContaining('kind: RoleBinding') as string,
    });
  });
});
