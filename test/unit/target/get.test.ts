import type * as net from 'node:net';
import { gzipSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { isAbort, Problem } from '../../../src/base/problem';
import { get } from '../../../src/target/get';
import { PATIENCE, until } from '../../lib/until';
import { closedPort, openSockets, serveHttp, serveHttps, serveTcp, target, tunnelled } from './servers';

const quick = { idleTimeoutMs: PATIENCE };

async function problem(p: Promise<unknown>): Promise<Problem> {
  const e = await p.then(
    () => undefined,
    (x: unknown) => x,
  );
  expect(e).toBeInstanceOf(Problem);
  return e as Problem;
}

describe('an answer', () => {
  it('comes with status, headers and body, over plain TCP', async () => {
    const port = await serveHttp((req, res) => {
      res.setHeader('X-A', ['1', '2']);
      res.end(`${req.method} ${req.url} ${req.headers.host} ${req.headers.connection}`);
    });
    const a = await get(target(port), '/metrics?x=1', quick);
    expect([a.status, a.headers['x-a'], a.body.toString(), a.unverified]).toEqual([
      200,
      '1, 2',
      `GET /metrics?x=1 127.0.0.1:${port} close`,
      false,
    ]);
  });

  it('comes over TLS with a certificate that was not checked, and says so', async () => {
    const port = await serveHttps((_, res) => res.end('ok'));
    expect((await get(target(port, { scheme: 'https' }), '/', quick)).unverified).toBe(true);
    const refused = await problem(get(target(port, { scheme: 'https', anyCertificate: false }), '/', quick));
    expect(refused.code).toBe('target.certificate');
  });

  it.each(['http', 'https'] as const)(
    'comes over a stream that the target opens (%s), which is destroyed afterwards',
    async (scheme) => {
      const port = await (scheme === 'http' ? serveHttp : serveHttps)((_, res) => res.end(Buffer.alloc(3_000_000, 7)));
      const streams: net.Socket[] = [];
      const seen: number[] = [];
      const a = await get(tunnelled(port, streams, { scheme }), '/', { ...quick, onProgress: (n) => seen.push(n) });
      expect(a.body.length).toBe(3_000_000);
      expect(a.body.every((b) => b === 7)).toBe(true);
      expect(seen.at(-1)).toBe(3_000_000);
      expect(streams.map((s) => s.destroyed)).toEqual([true]);
    },
  );

  it('sends the token in its header, asked for anew each time', async () => {
    const port = await serveHttp((req, res) => res.end(req.headers.authorization ?? 'none'));
    let n = 0;
    const t = target(port, { token: () => Promise.resolve(`t${++n}`) });
    expect([
      (await get(t, '/', quick)).body.toString(),
      (await get(t, '/', quick)).body.toString(),
      (await get(target(port), '/', quick)).body.toString(),
    ]).toEqual(['Bearer t1', 'Bearer t2', 'none']);
  });
});

describe('compression', () => {
  it('is undone for text and left for profiles, which are gzip files themselves', async () => {
    const profile = gzipSync('profile');
    const port = await serveHttp((req, res) => {
      if (req.url === '/text') {
        res.setHeader('Content-Type', 'text/plain; version=0.0.4');
        res.setHeader('Content-Encoding', 'gzip');
        res.end(gzipSync('up 1\n'));
      }
      if (req.url === '/profile') {
        res.setHeader('Content-Type', 'application/octet-stream');
        res.end(profile);
      }
      if (req.url === '/marked') {
        res.setHeader('Content-Type', 'application/octet-stream');
        res.setHeader('Content-Encoding', 'gzip');
        res.end(profile);
      }
      if (req.url === '/families') {
        res.setHeader(
          'Content-Type',
          'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
        );
        res.setHeader('Content-Encoding', 'gzip');
        res.end(gzipSync('families'));
      }
      if (req.url === '/twice') {
        res.setHeader('Content-Type', 'application/octet-stream');
        res.setHeader('Content-Encoding', 'gzip');
        res.end(gzipSync(profile));
      }
    });
    expect((await get(target(port), '/text', quick)).body.toString()).toBe('up 1\n');
    expect((await get(target(port), '/families', quick)).body.toString()).toBe('families');
    for (const path of ['/profile', '/marked', '/twice'])
      expect((await get(target(port), path, quick)).body.equals(profile), path).toBe(true);
  });

  it('that unpacks without end is refused at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    const port = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.setHeader('Content-Encoding', 'gzip');
      res.end(bomb);
    });
    expect((await problem(get(target(port), '/', { ...quick, maxBytes: 100_000 }))).code).toBe('target.tooBig');
  });

  it('that is cut off is told', async () => {
    const port = await serveHttp((_, res) => {
      res.setHeader('Content-Type', 'text/plain');
      res.setHeader('Content-Encoding', 'gzip');
      res.end(gzipSync('a long text'.repeat(100)).subarray(0, 20));
    });
    expect((await problem(get(target(port), '/', quick))).code).toBe('target.encoding');
  });
});

describe('limits', () => {
  it('refuses a longer body, told beforehand or not, and stops reading', async () => {
    let sent = 0;
    const port = await serveHttp((req, res) => {
      if (req.url === '/told') {
        res.setHeader('Content-Length', 1e9);
        res.write('x');
        return;
      }
      const pour = (): void => {
        while (!res.destroyed && res.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      res.on('drain', pour);
      pour();
    });
    expect((await problem(get(target(port), '/told', { ...quick, maxBytes: 1000 }))).code).toBe('target.tooBig');
    expect((await problem(get(target(port), '/endless', { ...quick, maxBytes: 200_000 }))).code).toBe('target.tooBig');
    expect(sent).toBeLessThan(50e6);
  });

  it('ends a silent process after the idle time: before the answer, within it, and never while bytes come', async () => {
    const asked = new Map<string | undefined, ServerResponse>();
    const port = await serveHttp((req, res) => {
      asked.set(req.url, res);
      if (req.url === '/half') res.write('half');
    });
    // The idle time goes by when it is told to, however long the sockets take.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const never = problem(get(target(port), '/never', { idleTimeoutMs: 80 }));
      await until(() => asked.has('/never'));
      vi.advanceTimersByTime(80);
      const { code, message } = await never;
      expect([code, message]).toEqual([
        'target.timeout',
        'default/widgets-0 :6060 did not answer /never within 80 ms.',
      ]);

      let got = 0;
      const onProgress = (bytes: number): void => {
        got = bytes;
      };
      const half = problem(get(target(port), '/half', { idleTimeoutMs: 400, onProgress }));
      await until(() => got === 4);
      vi.advanceTimersByTime(400);
      expect((await half).message).toContain('after 4 B');

      got = 0;
      const slow = get(target(port), '/slow', { idleTimeoutMs: 300, onProgress });
      const answer = await until(() => asked.get('/slow'));
      for (let n = 1; n <= 8; n++) {
        vi.advanceTimersByTime(299);
        answer.write('x');
        await until(() => got === n);
      }
      answer.end();
      expect((await slow).body.toString()).toBe('xxxxxxxx');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an abort', () => {
  it.each(['http', 'https'] as const)('destroys the stream at once (%s), wherever it comes', async (scheme) => {
    let arrived = (): void => undefined;
    const port = await (scheme === 'http' ? serveHttp : serveHttps)((req, res) => {
      if (req.url === '/half') res.write('half');
      else arrived();
    });
    for (const path of ['/silent', '/half']) {
      const streams: net.Socket[] = [];
      const stop = new AbortController();
      arrived = () => {
        stop.abort();
      };
      const asked = get(tunnelled(port, streams, { scheme }), path, {
        ...quick,
        signal: stop.signal,
        onProgress: () => {
          stop.abort();
        },
      });
      const e = await asked.then(
        () => undefined,
        (x: unknown) => x,
      );
      expect(isAbort(e)).toBe(true);
      expect(streams.map((s) => s.destroyed)).toEqual([true]);
    }
  });

  it('before the start opens nothing, and during the token ends it', async () => {
    const streams: net.Socket[] = [];
    await expect(get(tunnelled(1, streams), '/', { ...quick, signal: AbortSignal.abort() })).rejects.toSatisfy(isAbort);
    const stop = new AbortController();
    const waits = get(
      tunnelled(1, streams, {
        token: (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reject(new Error('torn down'));
            });
          }),
      }),
      '/',
      { ...quick, signal: stop.signal },
    );
    stop.abort();
    await expect(waits).rejects.toSatisfy(isAbort);
    expect(streams).toEqual([]);
  });

  it('with a reason that is no AbortError gives one all the same', async () => {
    await expect(
      get(target(1), '/', { ...quick, signal: AbortSignal.abort(new Error('window closed')) }),
    ).rejects.toSatisfy(isAbort);
    const stop = new AbortController();
    const port = await serveHttp(() => {
      stop.abort(new Error('window closed'));
    });
    await expect(get(target(port), '/', { ...quick, signal: stop.signal })).rejects.toSatisfy(isAbort);
  });
});

describe('what goes wrong', () => {
  it('nothing listens', async () => {
    const p = await problem(get(target(await closedPort()), '/', quick));
    expect([p.code, p.message]).toEqual(['target.refused', 'Nothing listens at default/widgets-0 :6060.']);
    // A process on this machine has no endpoints to look for.
    expect(p.next).toMatch(/Check that the process runs/);
  });

  it('the connection is cut, before the answer and within it, with the seconds and bytes', async () => {
    const port = await serveTcp((s) => {
      s.once('data', (d) => {
        const path = d.toString().split(' ')[1];
        if (path === '/mid') s.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n1234567');
        if (path === '/chunk') s.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n');
        setTimeout(() => (path === '/reset' ? s.resetAndDestroy() : s.end()), 120);
      });
    });
    for (const path of ['/before', '/reset']) {
      const p = await problem(get(target(port), path, quick));
      expect([p.code, /cut after [\d.]+ s, before it answered/.test(p.message)], p.message).toEqual([
        'target.dropped',
        true,
      ]);
    }
    expect((await problem(get(target(port), '/mid', quick))).message).toMatch(
      /cut after [\d.]+ s, 7 B of the answer had come\.$/,
    );
    expect((await problem(get(target(port), '/chunk', quick))).code).toBe('target.dropped');
  });

  it('the stream says itself why it ended', async () => {
    const port = await serveTcp(() => undefined);
    const streams: net.Socket[] = [];
    for (const scheme of ['http', 'https'] as const) {
      const asked = get(tunnelled(port, streams, { scheme }), '/', quick);
      setTimeout(() => streams.at(-1)!.destroy(new Problem('kube.podGone', 'The pod was deleted.')), 40);
      expect((await problem(asked)).code).toBe('kube.podGone');
    }
  });

  it('the scheme is the other one', async () => {
    const plain = await serveHttp((_, res) => res.end('ok'));
    expect((await problem(get(target(plain, { scheme: 'https' }), '/', quick))).code).toBe('target.scheme');
    const secure = await serveHttps((_, res) => res.end('ok'));
    expect((await problem(get(target(secure), '/', quick))).code).toMatch(/^target\.(scheme|dropped)$/);
  });

  it('it is not HTTP', async () => {
    const port = await serveTcp((s) => {
      s.write('SSH-2.0-OpenSSH_9.6\r\n');
    });
    expect((await problem(get(target(port), '/', quick))).code).toBe('target.protocol');
  });

  it('the host is unknown', async () => {
    expect((await problem(get(target(80, { host: 'no-such-host.invalid' }), '/', quick))).code).toBe(
      'target.unreachable',
    );
  });

  it('never shows the token', async () => {
    const secret = 'eyJhbGciOi.secret.token';
    const port = await serveTcp((s) => {
      s.once('data', () => s.destroy());
    });
    const p = await problem(get(target(port, { token: () => Promise.resolve(secret) }), '/', quick));
    expect(JSON.stringify([p, p.message, p.stack, String(p.cause)])).not.toContain(secret);
  });

  it('a hundred at once leave nothing open', async () => {
    const port = await serveHttps((req, res) => {
      if (req.url === '/a') res.end('ok');
    });
    const all = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) =>
        get(tunnelled(port, [], { scheme: 'https' }), i % 2 === 0 ? '/a' : '/b', {
          idleTimeoutMs: i % 2 === 0 ? PATIENCE : 300,
        }),
      ),
    );
    expect(all.filter((r) => r.status === 'fulfilled').length).toBe(50);
    await until(() => openSockets() === 0);
  });
});
