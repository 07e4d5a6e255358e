import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as tls from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/problem';
import { openConnections } from '../../src/kube/index';
import { PATIENCE, until } from '../lib/until';
import {
  ahead,
  apiServer,
  b64,
  connectProxy,
  folder,
  json,
  kubeconfig,
  pem,
  PKI,
  socksProxy,
  statusBody,
  withSession,
  type ApiServer,
  type Handler,
  type ServerOptions,
} from './kubeServer';

const servers: { close(): Promise<void> }[] = [];
async function serve(handler: Handler, options?: ServerOptions): Promise<ApiServer> {
  const s = await apiServer(handler, options);
  servers.push(s);
  return s;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((s) => s.close()));
  await until(() => openConnections().open === 0);
});
const ok: Handler = (_req, res) => {
  json(res, { ok: true });
};
const get = (config: string, at = '/version', options = {}): Promise<unknown> =>
  withSession(config, (s) => s.getJson(at, {}), options);
const problem = async (work: Promise<unknown>): Promise<Problem> => {
  const e: unknown = await work.then(
    () => {
      throw new Error('it went well');
    },
    (x: unknown) => x,
  );
  if (!(e instanceof Problem)) throw e;
  return e;
};

describe('connections', () => {
  it.each([[false], [true]])('are kept: 60 calls take at most 2 (HTTP/2: %s)', async (http2) => {
    const server = await serve(
      (_req, res) => {
        setTimeout(() => {
          json(res, {});
        }, 3);
      },
      { http2 },
    );
    await withSession(kubeconfig(server.url), async (s) => {
      await Promise.all(Array.from({ length: 30 }, () => s.getJson('/version', {})));
      await Promise.all(Array.from({ length: 30 }, () => s.getJson('/version', {})));
    });
    expect(server.requests).toHaveLength(60);
    expect(server.opened()).toBeLessThanOrEqual(2);
  });

  it("are the session's: disposing it ends what is on the way, and leaves none open", async () => {
    const server = await serve(() => undefined);
    await withSession(kubeconfig(server.url), async (s) => {
      const waiting = s.getJson('/version', {});
      await until(() => server.requests.length === 1);
      s.dispose();
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
      await expect(s.getJson('/version', {})).rejects.toMatchObject({ name: 'AbortError' });
    });
    await until(() => server.sockets.size === 0);
  });

  it('a signal ends a call at once, and an aborted one is not even sent', async () => {
    const server = await serve(() => undefined);
    await withSession(kubeconfig(server.url), async (s) => {
      const stop = new AbortController();
      const waiting = s.getJson('/version', { signal: stop.signal });
      await until(() => server.requests.length === 1);
      stop.abort();
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
      await expect(s.getJson('/other', { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
      expect(server.requests).toHaveLength(1);
    });
  });

  it("asks for the path below the server's own, and understands gzip", async () => {
    const server = await serve((_req, res) => {
      res
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync('{"big":true}'));
    });
    await expect(get(kubeconfig(`${server.url}/k8s/clusters/c-1/`))).resolves.toEqual({ big: true });
    expect(server.requests[0]?.path).toBe('/k8s/clusters/c-1/version');
  });
});

describe('who we are', () => {
  it.each([
    ['a token', { token: 'tok-1' }, 'Bearer tok-1'],
    [
      'name and password',
      { username: 'jane', password: 'pa:ss' },
      `Basic ${Buffer.from('jane:pa:ss').toString('base64')}`,
    ],
    ['nobody', {}, undefined],
  ])('%s', async (_name, user, header) => {
    const server = await serve(ok);
    await get(kubeconfig(server.url, user));
    expect(server.requests[0]?.headers.authorization).toBe(header);
  });

  it.each([
    ['files', { 'client-certificate': path.join(PKI, 'client.crt'), 'client-key': path.join(PKI, 'client.key') }],
    [
      'data',
      {
        'client-certificate-data': b64('client.crt'),
        'client-key-data': b64('client.key'),
        'client-certificate': '/nowhere',
      },
    ],
  ])('a client certificate as %s', async (_name, user) => {
    const server = await serve(
      (req, res) => {
        json(res, (req.socket as tls.TLSSocket).getPeerCertificate().subject);
      },
      { clientCa: 'ca' },
    );
    await expect(
      get(kubeconfig(server.url, user, { 'certificate-authority-data': b64('ca.crt') })),
    ).resolves.toMatchObject({ CN: 'jane', O: 'team' });
  });

  it('impersonation, each group and extra a header of its own', async () => {
    const server = await serve(ok);
    await get(
      kubeconfig(server.url, {
        token: 't',
        as: 'root',
        'as-uid': '7',
        'as-groups': ['a', 'b'],
        'as-user-extra': { 'x/y': ['1', '2'] },
      }),
    );
    const raw = server.requests[0]?.raw ?? [];
    const of = (name: string): string[] => raw.filter((_v, i) => i % 2 === 1 && raw[i - 1]?.toLowerCase() === name);
    expect([
      of('impersonate-user'),
      of('impersonate-uid'),
      of('impersonate-group'),
      of('impersonate-extra-x%2fy'),
    ]).toEqual([['root'], ['7'], ['a', 'b'], ['1', '2']]);
  });

  it('a token file that rotates: the new one is read when the old is refused', async () => {
    const dir = folder();
    const file = dir.write('token', 'old\n');
    const server = await serve((req, res) => {
      if (req.headers.authorization === `Bearer ${good}`) json(res, { ok: true });
      else json(res, statusBody(401, 'Unauthorized'), 401);
    });
    let good = 'old';
    await withSession(kubeconfig(server.url, { tokenFile: file }), async (s) => {
      await s.getJson('/version', {});
      good = 'new';
      dir.write('token', 'new\n');
      await s.getJson('/version', {});
      expect(server.requests.map((r) => r.headers.authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
      await expect(s.ownToken(AbortSignal.timeout(PATIENCE))).resolves.toBe('new');
    });
    dir.remove();
  });

  it('a certificate file that rotates opens a connection as the new one', async () => {
    const dir = folder();
    const put = (name: string): void => {
      for (const end of ['crt', 'key']) dir.write(`me.${end}`, Buffer.from(b64(`${name}.${end}`), 'base64').toString());
    };
    const server = await serve(
      (req, res) => {
        json(res, (req.socket as tls.TLSSocket).getPeerCertificate().subject);
      },
      { clientCa: 'ca' },
    );
    put('client');
    await withSession(
      kubeconfig(server.url, {
        'client-certificate': path.join(dir.path, 'me.crt'),
        'client-key': path.join(dir.path, 'me.key'),
      }),
      async (s) => {
        await expect(s.getJson('/version', {})).resolves.toMatchObject({ CN: 'jane' });
        put('client2');
        // It is looked at again a second later.
        const back = ahead(1100);
        try {
          await expect(s.getJson('/version', {})).resolves.toMatchObject({ CN: 'joan' });
        } finally {
          back();
        }
        await until(() => server.sockets.size === 1);
      },
    );
    dir.remove();
  });
});

describe('what goes wrong', () => {
  it.each([
    ['expired', 'expired-server', undefined, /has expired/],
    ['another name', 'other-name', undefined, /for another name/],
    ['unknown authority', 'server', 'other-ca.crt', /authority that the kubeconfig does not name/],
  ])("the server's certificate: %s", async (_name, cert, ca, message) => {
    const server = await serve(ok, { cert });
    const p = await problem(
      get(kubeconfig(server.url, {}, { 'certificate-authority': path.join(PKI, ca ?? 'ca.crt') })),
    );
    expect(p.code).toBe('kube.certificate');
    expect(p.message).toMatch(message);
  });

  it('tls-server-name and insecure-skip-tls-verify get past the name', async () => {
    const server = await serve(ok, { cert: 'other-name' });
    const ca = { 'certificate-authority': path.join(PKI, 'ca.crt') };
    await expect(get(kubeconfig(server.url, {}, { ...ca, 'tls-server-name': 'other.example' }))).resolves.toEqual({
      ok: true,
    });
    await expect(get(kubeconfig(server.url, {}, { 'insecure-skip-tls-verify': true }))).resolves.toEqual({ ok: true });
  });

  it('an expired client certificate is said to be that', async () => {
    const server = await serve(
      (_req, res) => {
        json(res, statusBody(401, 'Unauthorized'), 401);
      },
      { clientCa: 'ca' },
    );
    const p = await problem(
      get(
        kubeconfig(server.url, {
          'client-certificate': path.join(PKI, 'expired-client.crt'),
          'client-key': path.join(PKI, 'expired-client.key'),
        }),
      ),
    );
    expect(p.message).toBe('The client certificate of the user jane expired on 2021-01-01.');
  });

  it('a key that does not belong, a file that is not there, one that is no PEM', async () => {
    const server = await serve(ok);
    const crt = path.join(PKI, 'client.crt');
    expect(
      (
        await problem(
          get(kubeconfig(server.url, { 'client-certificate': crt, 'client-key': path.join(PKI, 'client2.key') })),
        )
      ).code,
    ).toBe('kube.certificate');
    expect(
      (await problem(get(kubeconfig(server.url, { 'client-certificate': '/nowhere/x.crt', 'client-key': crt }))))
        .message,
    ).toBe('The client certificate /nowhere/x.crt, which the kubeconfig names, does not exist.');
    expect(
      (
        await problem(
          get(kubeconfig(server.url, {}, { 'certificate-authority-data': Buffer.from('no pem').toString('base64') })),
        )
      ).code,
    ).toBe('kube.certificate');
  });

  it('nobody listens, a name that is not known, TLS where there is none', async () => {
    const server = await serve(ok, { plain: true });
    expect((await problem(get(kubeconfig('https://127.0.0.1:1')))).code).toBe('kube.refused');
    expect((await problem(get(kubeconfig('https://no-such-host.invalid')))).code).toBe('kube.dns');
    expect((await problem(get(kubeconfig(`https://127.0.0.1:${server.port}`)))).code).toBe('kube.unreachable');
  });

  it('403, 404, 500, a login page, something that is no JSON', async () => {
    const server = await serve((req, res) => {
      const kind = (req.url ?? '').split('/')[1];
      if (kind === 'page')
        res.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title></html>');
      else if (kind === 'move') res.writeHead(302, { location: 'https://login.example' }).end();
      else if (kind === 'text') res.writeHead(200, { 'content-type': 'application/json' }).end('{"cut');
      else if (kind === 'api')
        json(
          res,
          statusBody(
            403,
            'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "web"',
          ),
          403,
        );
      else json(res, statusBody(500, 'etcdserver: no leader'), 500);
    });
    await withSession(kubeconfig(server.url), async (s) => {
      const at = (p: string): Promise<Problem> => problem(s.getJson(p, {}));
      expect(await at('/api/v1/namespaces/web/pods')).toMatchObject({
        code: 'kube.forbidden',
        message: 'The user jane may not list pods in the namespace web.',
      });
      expect((await at('/page')).message).toContain('"Sign in"');
      expect((await at('/move')).code).toBe('kube.notApi');
      expect((await at('/text')).code).toBe('kube.notApi');
      expect((await at('/x')).message).toBe(`127.0.0.1:${server.port} answered 500: etcdserver: no leader.`);
    });
  });

  it('a server that dies in the middle of an answer', async () => {
    const server = await serve((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      res.write('{"a":');
      setTimeout(() => {
        res.destroy();
      }, 20);
    });
    expect((await problem(get(kubeconfig(server.url)))).code).toBe('kube.unreachable');
  });

  it('legacy auth-providers, and exec where the workspace is not trusted', async () => {
    const server = await serve(ok);
    expect((await problem(get(kubeconfig(server.url, { 'auth-provider': { name: 'gcp' } })))).next).toContain(
      'gke-gcloud-auth-plugin',
    );
    const jwt = (exp: number): string => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
    const oidc = (exp: number): object => ({ 'auth-provider': { name: 'oidc', config: { 'id-token': jwt(exp) } } });
    expect((await problem(get(kubeconfig(server.url, oidc(1_600_000_000))))).message).toContain(
      'ran out on 2020-09-13',
    );
    await get(kubeconfig(server.url, oidc(5e9)));
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Bearer ${jwt(5e9)}`);
    const exec = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'true', interactiveMode: 'Never' } };
    expect((await problem(get(kubeconfig(server.url, exec), '/version', { allowExec: () => false }))).code).toBe(
      'kube.execNotAllowed',
    );
  });
});

describe('proxies', () => {
  it("the kubeconfig's, with its password; what it refuses is told", async () => {
    const server = await serve(ok);
    const proxy = await connectProxy();
    servers.push(proxy);
    const config = kubeconfig(
      server.url,
      {},
      { 'certificate-authority': path.join(PKI, 'ca.crt'), 'proxy-url': `http://jane:p%40ss@127.0.0.1:${proxy.port}` },
    );
    await expect(get(config)).resolves.toEqual({ ok: true });
    expect(proxy.asked).toEqual([
      { target: `127.0.0.1:${server.port}`, auth: `Basic ${Buffer.from('jane:p@ss').toString('base64')}` },
    ]);
    proxy.status = 407;
    const p = await problem(get(config));
    expect(p).toMatchObject({ code: 'kube.proxy', status: 407 });
    expect(p.sentence).not.toContain('p@ss');
  });

  it('one that is spoken to by TLS, whose certificate this machine has to trust', async () => {
    const server = await serve(ok);
    const proxy = await connectProxy(true);
    servers.push(proxy);
    const config = kubeconfig(
      server.url,
      {},
      { 'certificate-authority': path.join(PKI, 'ca.crt'), 'proxy-url': `https://jane:p%40ss@localhost:${proxy.port}` },
    );
    expect((await problem(get(config))).sentence).toMatch(/certificate/);
    expect(proxy.asked).toEqual([]);
    const trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...trusted, pem('ca.crt')]);
    try {
      await expect(get(config)).resolves.toEqual({ ok: true });
    } finally {
      tls.setDefaultCACertificates(trusted);
    }
    expect(proxy.asked).toEqual([
      { target: `127.0.0.1:${server.port}`, auth: `Basic ${Buffer.from('jane:p@ss').toString('base64')}` },
    ]);
  });

  it('SOCKS 5, which resolves the name itself, with and without a password', async () => {
    const server = await serve(ok);
    for (const login of [undefined, 'jane:p@ss']) {
      const proxy = await socksProxy(server.port, login);
      servers.push(proxy);
      const to = (auth: string): Promise<unknown> =>
        get(
          kubeconfig(
            'https://far.invalid:6443',
            {},
            {
              'certificate-authority': path.join(PKI, 'ca.crt'),
              'tls-server-name': 'localhost',
              'proxy-url': `socks5://${auth}127.0.0.1:${proxy.port}`,
            },
          ),
        );
      await expect(to(login === undefined ? '' : 'jane:p%40ss@')).resolves.toEqual({ ok: true });
      expect(proxy.asked).toEqual(['far.invalid:6443']);
      if (login !== undefined)
        expect((await problem(to('jane:wrong@'))).message).toMatch(/does not take the user name and password\.$/);
    }
    const refusing = await socksProxy(0);
    servers.push(refusing);
    expect(
      (
        await problem(
          get(kubeconfig('https://10.9.8.7:6443', {}, { 'proxy-url': `socks5://127.0.0.1:${refusing.port}` })),
        )
      ).message,
    ).toMatch(/can't reach 10\.9\.8\.7:6443: connection refused\.$/);
    expect(refusing.asked).toEqual(['10.9.8.7:6443']);
  });

  it("the environment's, but not where NO_PROXY has the server", async () => {
    // This machine is never proxied, so a name that only the proxy can resolve stands for a far one.
    const proxy = await connectProxy();
    servers.push(proxy);
    proxy.status = 502;
    const env = { HTTPS_PROXY: `127.0.0.1:${proxy.port}` };
    const config = kubeconfig('https://far.invalid:6443');
    expect((await problem(get(config, '/version', { env }))).code).toBe('kube.proxy');
    expect(proxy.asked).toEqual([{ target: 'far.invalid:6443', auth: undefined }]);
    expect((await problem(get(config, '/version', { env: { ...env, NO_PROXY: '.invalid' } }))).code).toBe('kube.dns');
    expect(proxy.asked).toHaveLength(1);
  });
});
