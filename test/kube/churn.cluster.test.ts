/** Changes on a real API server: what is counted is what was written, also over connections that break. */
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Churn } from '../../src/churn/churn';
import { kindNamed } from '../../src/churn/kinds';
import { report } from '../../src/churn/report';
import { createKubeconfigs } from '../../src/kube/index';
import { listening } from './kubeServer';

const admin = process.env['KUBECONFIG_TEST'] ?? '';
const dir = path.dirname(admin);
const PREFIX = `churn-${process.pid}`;
const AT = '/api/v1/namespaces/default/configmaps';

describe.skipIf(admin === '')('changes on a real API server', () => {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });
  const sockets = new Set<net.Socket>();
  const text = admin === '' ? '' : fs.readFileSync(admin, 'utf8');
  const server = new URL(/server: ["']?([^\s"']+)/.exec(text)?.[1] ?? 'https://127.0.0.1');
  /** What was written, by name. */
  const truth = new Map<string, { add: number; update: number; delete: number }>();
  let proxy: net.Server;
  let kubeconfig = '';

  beforeAll(async () => {
    proxy = net.createServer((client) => {
      const to = net.connect(Number(server.port), server.hostname);
      for (const s of [client, to]) {
        sockets.add(s);
        s.on('error', () => undefined);
        s.on('close', () => {
          sockets.delete(s);
          client.destroy();
          to.destroy();
        });
      }
      client.pipe(to);
      to.pipe(client);
    });
    const port = await listening(proxy);
    kubeconfig = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'churn-')), 'config');
    fs.writeFileSync(kubeconfig, text.replace(server.host, `${server.hostname}:${port}`));
  });
  afterAll(async () => {
    for (const name of truth.keys()) await call('DELETE', `${AT}/${name}`).catch(() => undefined);
    for (const s of sockets) s.destroy();
    await new Promise((done) => proxy.close(done));
    agent.destroy();
    fs.rmSync(path.dirname(kubeconfig), { recursive: true });
  });

  function call(method: string, at: string, body?: object): Promise<void> {
    const pki = (name: string): Buffer => fs.readFileSync(path.join(dir, 'pki', name));
    return new Promise((resolve, reject) => {
      const request = https.request(
        server.origin + at,
        {
          method,
          agent,
          ca: pki('ca.crt'),
          cert: pki('admin.crt'),
          key: pki('admin.key'),
          headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' },
        },
        (answer) => {
          answer.resume().on('end', () => {
            if ((answer.statusCode ?? 500) < 300) resolve();
            else reject(new Error(`${method} ${at}: ${answer.statusCode}`));
          });
        },
      );
      request.on('error', reject);
      request.end(body && JSON.stringify(body));
    });
  }

  const count = (name: string, what: 'add' | 'update' | 'delete'): void => {
    const t = truth.get(name) ?? { add: 0, update: 0, delete: 0 };
    t[what]++;
    truth.set(name, t);
  };
  const make = async (i: number): Promise<void> => {
    await call('POST', AT, { metadata: { name: `${PREFIX}-${i}` }, data: { n: '0' } });
    count(`${PREFIX}-${i}`, 'add');
  };
  const change = async (i: number, n: number, by: string): Promise<void> => {
    await call('PATCH', `${AT}/${PREFIX}-${i}?fieldManager=${by}`, { data: { n: String(n) } });
    count(`${PREFIX}-${i}`, 'update');
  };
  const remove = async (i: number): Promise<void> => {
    await call('DELETE', `${AT}/${PREFIX}-${i}`);
    count(`${PREFIX}-${i}`, 'delete');
  };

  it('counts every add, update and delete, and by whom, while connections break', async () => {
    await make(0);
    truth.clear();
    const kubeconfigs = createKubeconfigs({ env: {}, only: kubeconfig });
    try {
      const [context] = (await kubeconfigs.load()).contexts;
      const session = await kubeconfigs.session(context?.name ?? '');
      const kinds = (await session.kinds?.(new AbortController().signal)) ?? [];
      const churn = new Churn({ start: Date.now() });
      const following = session.follow?.({
        kinds: [kindNamed('ConfigMap', kinds)],
        namespaces: ['default'],
        listener: churn,
      });
      if (!following) throw new Error("this session can't follow");
      await following.ready;
      const seen = (): Map<string, unknown> =>
        new Map(
          report(churn, Date.now())
            .counts.filter((c) => c.name.startsWith(PREFIX))
            .map(({ name, add, update, delete: gone }) => [name, { add, update, delete: gone }]),
        );
      expect([following.problems, seen().size], 'what was there before').toEqual([[], 0]);
      for (let i = 1; i <= 10; i++) await make(i);
      for (let n = 1; n <= 12; n++) {
        for (let i = 0; i <= 10; i++) await change(i, n, n % 2 === 0 ? 'red' : 'blue');
        if (n % 4 === 0) for (const s of sockets) s.destroy();
      }
      for (let i = 5; i <= 10; i++) await remove(i);
      await make(7);
      await expect.poll(seen).toEqual(truth);
      const managers = report(churn, Date.now()).managers.filter((m) => m.name === `${PREFIX}-3`);
      expect(managers.map((m) => [m.manager, m.updates, m.fields])).toEqual([
        ['blue', 6, [{ path: 'data.n', changes: 6 }]],
        ['red', 6, [{ path: 'data.n', changes: 6 }]],
      ]);
      expect(
        report(churn, Date.now()).fights.filter((f) => f.kind === 'ConfigMap' && f.managers.includes('red')),
        'nobody puts anything back',
      ).toEqual([]);
    } finally {
      kubeconfigs.dispose();
    }
  });
});
