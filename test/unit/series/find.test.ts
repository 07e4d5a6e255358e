/** Finding the Prometheuses of a cluster: the pods are servers of this process, reached by real sockets. */
import type * as http from 'node:http';
import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { isAbort, Problem } from '../../../src/base/problem';
import type { KubeSession } from '../../../src/kube/types';
import { findPrometheus } from '../../../src/series/prometheus/find';
import { PrometheusSource } from '../../../src/series/prometheus/prometheusSource';
import { session } from '../cluster/helpers';
import { World } from '../controllers/cluster';
import { closedPort, serveHttp } from '../target/servers';

const never = new AbortController().signal;
const json = (res: http.ServerResponse, body: unknown): void => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(body));
};
const build = (res: http.ServerResponse, more: object = {}): void => {
  json(res, { status: 'success', data: { version: '3.16.0', ...more } });
};
const missing = (res: http.ServerResponse): void => {
  res.statusCode = 404;
  res.end('404 page not found');
};

/** A cluster with Services named by the keys, each with one pod on a port of its own. */
function world(
  servers: Readonly<Record<string, number>>,
  args: readonly string[] = [],
): { readonly objects: World; readonly session: KubeSession } {
  const objects = new World();
  const ports: Record<number, number> = {};
  let port = 9000;
  for (const [name, at] of Object.entries(servers)) {
    ports[++port] = at;
    objects
      .pod(`${name}-0`, {
        namespace: 'monitoring',
        labels: { app: name },
        containers: [{ name: 'c', image: name.startsWith('thanos') ? 'thanosio/thanos' : 'prom/prometheus', args }],
      })
      .service(name, { app: name }, [{ name: 'http', port, targetPort: port }], { namespace: 'monitoring' });
  }
  return { objects, session: session({ ports }) };
}

describe('finding', () => {
  it('confirms each by its build, tries the usual prefixes, and leaves out what answers as something else', async () => {
    const good = await serveHttp((req, res) => {
      if (req.url === '/api/v1/status/buildinfo') build(res);
      else missing(res);
    });
    const behind = await serveHttp((req, res) => {
      if (req.url === '/prometheus/api/v1/status/buildinfo') build(res);
      else missing(res);
    });
    const page = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/html');
      res.end('<!doctype html><title>Other</title>');
    });
    const found = await findPrometheus(
      world({
        'prometheus-good': good,
        'prometheus-behind': behind,
        'prometheus-page': page,
        'prometheus-closed': await closedPort(),
      }),
      never,
    );
    expect(found.map(({ id, kind, version, client, problem }) => [id, kind, version, client.prefix, problem])).toEqual([
      ['monitoring/prometheus-behind', 'Prometheus', '3.16.0', '/prometheus', undefined],
      ['monitoring/prometheus-good', 'Prometheus', '3.16.0', '', undefined],
    ]);
  });

  it("goes by the prefix of the process' own arguments first", async () => {
    const seen: string[] = [];
    const port = await serveHttp((req, res) => {
      seen.push(req.url ?? '');
      build(res);
    });
    const [found] = await findPrometheus(world({ prometheus: port }, ['--web.route-prefix=/own/']), never);
    expect([found?.client.prefix, seen]).toEqual(['/own', ['/own/api/v1/status/buildinfo']]);
  });

  it("goes by what the operator's object says, where it may be read", async () => {
    const port = await serveHttp((req, res) => {
      if (req.url?.startsWith('/by-operator/') === true) build(res);
      else missing(res);
    });
    const { objects, session: plain } = world({ prometheus: port });
    for (const [uid, pod] of objects.pods)
      objects.pods.set(uid, { ...pod, labels: { ...pod.labels, 'operator.prometheus.io/name': 'main' } });
    const items = [
      { metadata: { name: 'main', namespace: 'monitoring' }, spec: { externalUrl: 'https://x.example/by-operator/' } },
    ];
    const asked: string[] = [];
    const withObjects: KubeSession = {
      ...plain,
      getJson: (path) => {
        asked.push(path);
        return Promise.resolve({ items } as never);
      },
    };
    const [found] = await findPrometheus({ objects, session: withObjects }, never);
    expect([found?.client.prefix, found?.how, asked]).toEqual([
      '/by-operator',
      "the operator's Prometheus main",
      ['/apis/monitoring.coreos.com/v1/prometheuses'],
    ]);
    // Whoever may not read the objects finds it by the usual prefixes, or does not.
    const plainly = await serveHttp((req, res) => {
      if (req.url?.startsWith('/prometheus/') === true) build(res);
      else missing(res);
    });
    const other = world({ prometheus: plainly });
    for (const [uid, pod] of other.objects.pods)
      other.objects.pods.set(uid, { ...pod, labels: { ...pod.labels, 'operator.prometheus.io/name': 'main' } });
    const unread: KubeSession = {
      ...other.session,
      getJson: () => Promise.reject(new Problem('kube.forbidden', 'no', { status: 403 })),
    };
    expect(
      (await findPrometheus({ objects: other.objects, session: unread }, never)).map((f) => f.client.prefix),
    ).toEqual(['/prometheus']);
  });

  it('tells one that wants credentials, last; with the ones that are kept it is let in, at each request', async () => {
    const locked = await serveHttp((req, res) => {
      if (req.headers.authorization === 'Bearer right') build(res);
      else {
        res.statusCode = 401;
        res.end('no');
      }
    });
    const open = await serveHttp((req, res) => {
      if (req.url?.startsWith('/api/v1') === true) build(res);
      else missing(res);
    });
    const cluster = world({ 'thanos-query': locked, prometheus: open });
    const found = await findPrometheus(cluster, never);
    expect(found.map((f) => [f.id, f.problem?.code])).toEqual([
      ['monitoring/prometheus', undefined],
      ['monitoring/thanos-query', 'prometheus.unauthorized'],
    ]);
    let token = 'right';
    const again = await findPrometheus(cluster, never, (id) =>
      id === 'monitoring/thanos-query' ? { secrets: () => Promise.resolve({ secret: token }) } : {},
    );
    expect(again.map((f) => [f.id, f.problem?.code])).toEqual([
      ['monitoring/thanos-query', undefined],
      ['monitoring/prometheus', undefined],
    ]);
    const source = new PrometheusSource(again[0]!.client);
    token = 'other';
    await expect(source.version(never)).rejects.toMatchObject({ code: 'prometheus.unauthorized', status: 401 });
    token = 'right';
    expect((await source.version(never)).version).toBe('3.16.0');
  });

  it('says what rights are missing when none could be reached for that, and goes through the proxy where it may', async () => {
    const { objects, session: plain } = world({ prometheus: await closedPort() });
    const forbidden = new Problem('kube.forbidden', 'You may not port-forward.', { status: 403 });
    const refused: KubeSession = {
      ...plain,
      podStream: () => {
        const s = new net.Socket();
        queueMicrotask(() => {
          s.destroy(forbidden);
        });
        return s;
      },
    };
    await expect(findPrometheus({ objects, session: refused }, never)).rejects.toMatchObject({
      code: 'kube.forbidden',
    });
    const seen: (readonly [string, Readonly<Record<string, string>> | undefined])[] = [];
    const raw: NonNullable<KubeSession['raw']> = (path, { headers }) => {
      seen.push([path, headers]);
      return Promise.resolve({
        status: 200,
        headers: {},
        unverified: false,
        body: Buffer.from(JSON.stringify({ status: 'success', data: { version: '3.16.0' } })),
      });
    };
    const [found] = await findPrometheus({ objects, session: { ...refused, raw } }, never, () => ({
      secrets: () => Promise.resolve({ secret: 'token-of-prometheus', headers: { 'X-Scope-OrgID': 't' } }),
    }));
    // The API server's own authentication is in Authorization: what is meant for the Prometheus never goes there.
    expect([found?.version, seen]).toEqual([
      '3.16.0',
      [
        [
          '/api/v1/namespaces/monitoring/services/prometheus:9001/proxy/api/v1/status/buildinfo',
          { 'X-Scope-OrgID': 't' },
        ],
      ],
    ]);
  });

  it('ends at once with the signal, whatever hangs', async () => {
    const stop = new AbortController();
    const port = await serveHttp(() => {
      stop.abort();
    });
    // A candidate that does not answer within 8 s is no reason to reject.
    await expect(findPrometheus(world({ prometheus: port }), stop.signal)).rejects.toSatisfy(isAbort);
  });
});
