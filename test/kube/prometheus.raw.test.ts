/** `KubeSession.raw`, the way to Services through the API server's proxy, against a server that answers as it does. */
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { isAbort } from '../../src/base/problem';
import { openConnections } from '../../src/kube/index';
import { proxyClient } from '../../src/series/prometheus/client';
import { PrometheusSource } from '../../src/series/prometheus/prometheusSource';
import { PATIENCE, until } from '../lib/until';
import { apiServer, kubeconfig, statusBody, withSession, type ApiServer, type Handler } from './kubeServer';

const servers: ApiServer[] = [];
async function serve(handler: Handler): Promise<ApiServer> {
  const s = await apiServer(handler);
  servers.push(s);
  return s;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((s) => s.close()));
  await until(() => openConnections().open === 0);
});
const options = { signal: new AbortController().signal, maxBytes: 1000, idleTimeoutMs: PATIENCE };
const PATH = '/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query=up%7Ba%3D%22b%22%7D';

describe('raw', () => {
  it('gives any status of what is behind the proxy, with its headers and body, and sends ours', async () => {
    const server = await serve((_req, res) => {
      res
        .writeHead(422, { 'Content-Type': 'application/json', 'X-Own': '1' })
        .end('{"status":"error","errorType":"execution","error":"too many"}');
    });
    await withSession(kubeconfig(server.url), async (s) => {
      const answer = await s.raw!(PATH, { ...options, headers: { 'X-Scope-OrgID': 't' } });
      expect([answer.status, answer.headers['x-own'], answer.body.toString()]).toEqual([
        422,
        '1',
        '{"status":"error","errorType":"execution","error":"too many"}',
      ]);
    });
    expect(server.requests.map((r) => [r.method, r.path, r.headers['x-scope-orgid']])).toEqual([['GET', PATH, 't']]);
  });

  it("tells the API server's own refusal as one, not as the Prometheus'", async () => {
    const server = await serve((_req, res) => {
      res
        .writeHead(403, { 'Content-Type': 'application/json' })
        .end(
          JSON.stringify(
            statusBody(
              403,
              'services "prometheus:9090" is forbidden: User "jane" cannot get resource "services/proxy"',
            ),
          ),
        );
    });
    await withSession(kubeconfig(server.url), async (s) => {
      await expect(s.raw!(PATH, options)).rejects.toMatchObject({
        code: expect.stringMatching(/^kube\./) as string,
        status: 403,
      });
    });
  });

  it("tells a 401 of what is behind the proxy apart from the API server's, and renews no credentials of ours for it", async () => {
    const behind = await serve((_req, res) => {
      res
        .writeHead(401, { 'WWW-Authenticate': 'Basic realm="metrics"', 'Content-Encoding': 'gzip' })
        .end(gzipSync('Unauthorized'));
    });
    await withSession(kubeconfig(behind.url), async (s) => {
      const answer = await s.raw!(PATH, options);
      expect([answer.status, answer.headers['www-authenticate'], answer.body.toString()]).toEqual([
        401,
        'Basic realm="metrics"',
        'Unauthorized',
      ]);
      const source = new PrometheusSource(
        proxyClient(s, { namespace: 'monitoring', service: 'prometheus', port: 9090 }),
      );
      await expect(source.version(options.signal)).rejects.toMatchObject({
        code: 'prometheus.noProxy',
        status: 401,
        message: expect.stringContaining('passes none on') as string,
      });
    });
    expect(behind.requests).toHaveLength(2);
    const own = await serve((_req, res) => {
      res.writeHead(401, { 'Content-Type': 'application/json' }).end(JSON.stringify(statusBody(401, 'Unauthorized')));
    });
    await withSession(kubeconfig(own.url), async (s) => {
      await expect(s.raw!(PATH, options)).rejects.toMatchObject({ code: 'kube.unauthorized', status: 401 });
    });
  });

  it('leaves the question for the tenant to be answered: its header gets through', async () => {
    const server = await serve((req, res) => {
      if (req.headers['x-scope-orgid'] === undefined) res.writeHead(401).end('no org id');
      else
        res
          .writeHead(200, { 'Content-Type': 'application/json' })
          .end('{"status":"success","data":{"version":"2.17.0","application":"Grafana Mimir"}}');
    });
    await withSession(kubeconfig(server.url), async (s) => {
      const place = { namespace: 'monitoring', service: 'mimir', port: 8080, prefix: '/prometheus' };
      await expect(new PrometheusSource(proxyClient(s, place)).version(options.signal)).rejects.toMatchObject({
        code: 'prometheus.unauthorized',
        message: expect.stringContaining('which tenant') as string,
      });
      await expect(
        new PrometheusSource(proxyClient(s, place, { headers: { 'X-Scope-OrgID': 'team' } })).version(options.signal),
      ).resolves.toEqual({ version: '2.17.0', application: 'Grafana Mimir' });
    });
  });

  it('unpacks, and refuses what is longer than it may be, packed or not', async () => {
    const packed = gzipSync(Buffer.alloc(500_000, 'x'));
    const server = await serve((req, res) => {
      if ((req.url ?? '').includes('small'))
        res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('{"a":1}'));
      else if ((req.url ?? '').includes('bomb')) res.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed);
      else res.writeHead(200).end(Buffer.alloc(5000, 'x'));
    });
    expect(packed.length).toBeLessThan(options.maxBytes);
    await withSession(kubeconfig(server.url), async (s) => {
      expect((await s.raw!('/small', options)).body.toString()).toBe('{"a":1}');
      for (const path of ['/bomb', '/long'])
        await expect(s.raw!(path, options), path).rejects.toMatchObject({ code: 'kube.tooLong' });
    });
  });

  it('ends at once with the signal, on the server too', async () => {
    const server = await serve(() => undefined);
    await withSession(kubeconfig(server.url), async (s) => {
      const stop = new AbortController();
      const waiting = s.raw!(PATH, { ...options, signal: stop.signal });
      waiting.catch(() => undefined);
      await until(() => server.requests.length === 1);
      stop.abort();
      await expect(waiting).rejects.toSatisfy(isAbort);
      await until(() => server.sockets.size === 0);
    });
  });

  it("carries a whole query of a source, and never another one's token in place of ours", async () => {
    const server = await serve((_req, res) => {
      res
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end(
          '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[10,"1.5"]]}]}}',
        );
    });
    await withSession(kubeconfig(server.url), async (s) => {
      const client = proxyClient(
        s,
        { namespace: 'monitoring', service: 'prometheus', port: 'web', scheme: 'https', prefix: '/prom' },
        { username: 'jane', secrets: () => Promise.resolve({ secret: 'of-prometheus', headers: { 'X-Key': 'k' } }) },
      );
      const { series } = await new PrometheusSource(client).query(
        { promql: 'up', start: 10, end: 10, step: 1 },
        options.signal,
      );
      expect(series.map((one) => [one.labels, ...one.values])).toEqual([[{ a: 'b' }, 1.5]]);
    });
    const [request] = server.requests;
    expect(request?.path).toMatch(
      /^\/api\/v1\/namespaces\/monitoring\/services\/https:prometheus:web\/proxy\/prom\/api\/v1\/query_range\?/,
    );
    expect(request?.headers['x-key']).toBe('k');
    expect(String(request?.headers.authorization)).not.toContain(Buffer.from('jane:of-prometheus').toString('base64'));
  });
});
