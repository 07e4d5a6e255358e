import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Problem } from '../../src/base/problem';
import { Credentials } from '../../src/kube/auth/credentials';
import { openConnections } from '../../src/kube/index';
import { parseKubeconfig } from '../../src/kube/kubeconfig/parse';
import { ApiClient } from '../../src/kube/net/client';
import { PodStream } from '../../src/kube/stream/podStream';
import { SLOWNESS, until } from '../lib/until';
import {
  apiServer,
  connectProxy,
  json,
  kubeconfig,
  listening,
  pem,
  PKI,
  portForwarder,
  statusBody,
  still,
  withSession,
  type ApiServer,
} from './kubeServer';

const PORT = 6060;
/**
 * A silence after which a peer is given up, ms: longer than this process is kept waiting for its pong by all that a
 * machine may do beside.
 */
const SILENT_MS = 1000 * SLOWNESS;
const open: { close(): unknown }[] = [];
const never = new AbortController().signal;
afterEach(async () => {
  await Promise.all(
    open
      .splice(0)
      .reverse()
      .map((s) => s.close()),
  );
  await until(() => openConnections().open === 0);
});

/** A pod's process behind a node behind an API server, all real but for the pod. */
async function podWith(process: net.Server): Promise<{ server: ApiServer; websockets: Set<WebSocket> }> {
  const port = await listening(process);
  const websockets = new Set<WebSocket>();
  const server = await apiServer((_req, res) => {
    json(res, {});
  });
  server.onUpgrade = portForwarder(new Map([[PORT, port]]), websockets);
  open.push(
    {
      close: () =>
        new Promise<void>((resolve) => {
          process.close(() => {
            resolve();
          });
          (process as http.Server).closeAllConnections?.();
        }),
    },
    server,
  );
  return { server, websockets };
}

interface Got {
  readonly status: number | undefined;
  readonly body: Buffer;
}
function get(stream: Duplex, at = '/', options: http.RequestOptions = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    http
      .get(
        { path: at, host: 'pod', createConnection: () => stream, headers: { connection: 'close' }, ...options },
        (res) => {
          const parts: Buffer[] = [];
          res.on('data', (p: Buffer) => parts.push(p));
          res.on('end', () => {
            resolve({ status: res.statusCode, body: Buffer.concat(parts) });
          });
          res.on('error', reject);
        },
      )
      .on('error', reject);
  });
}
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
/** Resolves with the error of a stream, undefined when it closed without one. */
const ending = (stream: Duplex): Promise<Error | undefined> =>
  new Promise((resolve) => {
    let error: Error | undefined;
    stream.on('error', (e) => {
      error = e;
    });
    stream.on('close', () => {
      resolve(error);
    });
  });

describe('the pod stream', () => {
  it('carries http, closes its socket after each answer, and sends the credentials', async () => {
    const { server } = await podWith(
      http.createServer((req, res) => {
        res.end(`you asked for ${req.url}`);
      }),
    );
    await withSession(kubeconfig(server.url), async (s) => {
      for (let i = 0; i < 3; i++) {
        const got = await get(s.podStream('web', 'web-0', PORT, never), `/x${i}`);
        expect(got.body.toString()).toBe(`you asked for /x${i}`);
      }
      expect(server.requests[0]).toMatchObject({
        path: `/api/v1/namespaces/web/pods/web-0/portforward?ports=${PORT}`,
        headers: { authorization: 'Bearer tok-1', 'sec-websocket-protocol': 'v4.channel.k8s.io' },
      });
      await until(() => openConnections().open === 0);
      await until(() => server.sockets.size === 0);
    });
  });

  it('carries TLS to the pod', async () => {
    const { server } = await podWith(
      https.createServer({ cert: pem('other-name.crt'), key: pem('other-name.key') }, (_req, res) => {
        res.end('secret metrics');
      }),
    );
    await withSession(kubeconfig(server.url), async (s) => {
      const got = await new Promise<string>((resolve, reject) => {
        // `socket` is tls.connect's: https hands its options on.
        https
          .get(
            {
              host: 'pod',
              path: '/metrics',
              agent: false,
              socket: s.podStream('web', 'web-0', PORT, never),
              rejectUnauthorized: false,
              headers: { connection: 'close' },
            } as https.RequestOptions,
            (res) => {
              let body = '';
              res
                .setEncoding('utf8')
                .on('data', (p: string) => {
                  body += p;
                })
                .on('end', () => {
                  resolve(body);
                });
            },
          )
          .on('error', reject);
      });
      expect(got).toBe('secret metrics');
      await until(() => openConnections().open === 0);
    });
  });

  it('goes through a proxy', async () => {
    const { server } = await podWith(
      http.createServer((_req, res) => {
        res.end('far');
      }),
    );
    const proxy = await connectProxy();
    open.push(proxy);
    await withSession(
      kubeconfig(
        server.url,
        {},
        { 'certificate-authority': path.join(PKI, 'ca.crt'), 'proxy-url': `http://127.0.0.1:${proxy.port}` },
      ),
      async (s) => {
        expect((await get(s.podStream('web', 'web-0', PORT, never))).body.toString()).toBe('far');
        expect(proxy.asked).toHaveLength(1);
      },
    );
  });

  it('loses no byte of 40 MB to a slow reader, and holds little of it', async () => {
    const chunk = randomBytes(1 << 20);
    const hash = createHash('sha256');
    for (let i = 0; i < 40; i++) hash.update(chunk);
    let sent = 0;
    const { server } = await podWith(
      net.createServer((socket) => {
        const more = (): void => {
          while (sent < 40) {
            sent++;
            if (!socket.write(chunk)) {
              socket.once('drain', more);
              return;
            }
          }
          socket.end();
        };
        socket.on('error', () => undefined);
        more();
      }),
    );
    await withSession(kubeconfig(server.url), async (s) => {
      const stream = s.podStream('web', 'web-0', PORT, never);
      await until(() => sent > 0);
      // Nobody reads: the sender is held back, by the buffers of a dozen MB on the way.
      expect(await still(() => sent)).toBeLessThan(36);
      expect(stream.readableLength).toBeLessThan(2 << 20);
      const got = createHash('sha256');
      let slow = 0;
      for await (const part of stream as AsyncIterable<Buffer>) {
        got.update(part);
        if (slow++ % 50 === 0) await new Promise((r) => setTimeout(r, 1));
      }
      expect(got.digest('hex')).toBe(hash.digest('hex'));
    });
  });

  it('holds a writer back while the far side does not read', async () => {
    let far: net.Socket | undefined;
    const { server } = await podWith(
      net.createServer((socket) => {
        far = socket;
        socket.pause();
        socket.on('error', () => undefined);
      }),
    );
    await withSession(kubeconfig(server.url), async (s) => {
      const stream = s.podStream('web', 'web-0', PORT, never);
      const chunk = randomBytes(1 << 20);
      let written = 0;
      const writing = (async () => {
        for (; written < 48; written++)
          await new Promise<void>((resolve, reject) => {
            stream.write(chunk, (e) => {
              if (e) reject(e);
              else resolve();
            });
          });
      })();
      await until(() => written > 0);
      expect(await still(() => written)).toBeLessThan(40);
      let received = 0;
      far?.on('data', (d) => {
        received += d.length;
      });
      far?.resume();
      await writing;
      await until(() => received === 48 << 20);
      stream.destroy();
    });
  });

  it('ends when the far side closes, with what it sent', async () => {
    const { server } = await podWith(
      net.createServer((socket) => {
        socket.end('bye');
      }),
    );
    await withSession(kubeconfig(server.url), async (s) => {
      const stream = s.podStream('web', 'web-0', PORT, never);
      let got = '';
      for await (const part of stream as AsyncIterable<Buffer>) got += part.toString();
      expect(got).toBe('bye');
      await until(() => openConnections().open === 0);
    });
  });

  it('fails at once when nothing listens on the port', async () => {
    const server = await apiServer((_req, res) => {
      json(res, {});
    });
    open.push(server);
    server.onUpgrade = portForwarder(new Map([[PORT, 1]]));
    await withSession(kubeconfig(server.url), async (s) => {
      expect(await problem(get(s.podStream('web', 'web-0', PORT, never)))).toMatchObject({
        code: 'kube.portRefused',
        message: `Nothing listens on port ${PORT} of the pod web/web-0.`,
      });
    });
  });

  it('fails at once when the API server dies in the middle of an answer', async () => {
    const { server } = await podWith(
      http.createServer((_req, res) => {
        res.write('half');
      }),
    );
    await withSession(kubeconfig(server.url), async (s) => {
      const stream = s.podStream('web', 'web-0', PORT, never);
      const end = ending(stream);
      const asking = get(stream).catch((e: unknown) => e);
      let half = false;
      stream.on('data', () => {
        half = true;
      });
      await until(() => half && server.sockets.size === 1);
      for (const socket of server.sockets) socket.destroy();
      const error = await end;
      expect(error).toMatchObject({ code: 'kube.tunnelDropped' });
      expect(error?.message).toMatch(/^The tunnel to web\/web-0 port 6060 broke [\d.]+ s after it was asked for\.$/);
      expect(await asking).toBeInstanceOf(Error);
    });
  });

  it('an abort ends it at once, before and after it is there', async () => {
    const { server, websockets } = await podWith(http.createServer(() => undefined));
    await withSession(kubeconfig(server.url), async (s) => {
      for (const wait of [true, false]) {
        const stop = new AbortController();
        const stream = s.podStream('web', 'web-0', PORT, stop.signal);
        const end = ending(stream);
        if (wait) await until(() => websockets.size === 1);
        stop.abort();
        expect(await end).toMatchObject({ name: 'AbortError' });
        await until(() => openConnections().open === 0 && server.sockets.size === 0);
      }
      const aborted = s.podStream('web', 'web-0', PORT, AbortSignal.abort());
      expect(await ending(aborted)).toMatchObject({ name: 'AbortError' });
    });
  });

  it("the session's end is the stream's end", async () => {
    const { server, websockets } = await podWith(http.createServer(() => undefined));
    await withSession(kubeconfig(server.url), async (s) => {
      const end = ending(s.podStream('web', 'web-0', PORT, never));
      await until(() => websockets.size === 1);
      s.dispose();
      expect(await end).toMatchObject({ name: 'AbortError' });
    });
  });

  it.each([
    [
      403,
      'pods "web-0" is forbidden: User "jane" cannot get resource "pods/portforward" in API group "" in the namespace "web"',
      'kube.forbidden',
      /may not get pods\/portforward in the namespace web/,
    ],
    [404, 'pods "web-0" not found', 'kube.notFound', /There is no pod web-0 in the namespace web\./],
    [
      500,
      'dial tcp 10.0.0.9:10250: i/o timeout',
      'kube.server',
      /answered 500: dial tcp 10\.0\.0\.9:10250: i\/o timeout/,
    ],
  ])('a handshake that is answered %i says what the server said', async (code, said, problemCode, message) => {
    const server = await apiServer((_req, res) => {
      json(res, {});
    });
    open.push(server);
    server.onUpgrade = (_req, socket) => {
      const body = JSON.stringify(statusBody(code, said));
      socket.end(
        `HTTP/1.1 ${code} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
    };
    await withSession(kubeconfig(server.url), async (s) => {
      const p = await problem(get(s.podStream('web', 'web-0', PORT, never)));
      expect(p.code).toBe(problemCode);
      expect(p.message).toMatch(message);
    });
  });

  it('a handshake that is never answered, and a server that is not there', async () => {
    const server = await apiServer((_req, res) => {
      json(res, {});
    });
    open.push(server);
    server.onUpgrade = () => undefined;
    await withStream(server.url, { handshakeMs: 300 }, async (stream) => {
      expect(await ending(stream)).toMatchObject({ code: 'kube.timeout' });
    });
    await withStream('https://127.0.0.1:1', {}, async (stream) => {
      expect(await ending(stream)).toMatchObject({ code: 'kube.refused' });
    });
  });

  it('pings keep a silent tunnel alive; a peer that answers none is given up', async () => {
    const { server, websockets } = await podWith(
      net.createServer((socket) => {
        socket.on('error', () => undefined);
      }),
    );
    await withStream(server.url, { pingMs: 50, silentMs: SILENT_MS }, async (stream) => {
      const end = ending(stream);
      await until(() => websockets.size === 1);
      let pings = 0;
      const [ws] = websockets;
      ws?.on('ping', () => {
        pings++;
      });
      await pause(2 * SILENT_MS);
      expect(pings).toBeGreaterThan(3);
      expect(stream.destroyed).toBe(false);
      // A peer that is gone without a word: nothing is read there any more, so no pong comes.
      ws?.pause();
      const error = await end;
      expect(error).toMatchObject({ code: 'kube.tunnelDropped' });
      expect(error?.message).toContain(`was silent for ${SILENT_MS / 1000} s`);
      ws?.terminate();
    });
  });

  it('a reader that is slow is no reason to give the peer up', async () => {
    const { server } = await podWith(
      net.createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(randomBytes(20 << 20));
      }),
    );
    await withStream(server.url, { pingMs: 100, silentMs: SILENT_MS }, async (stream) => {
      await until(() => stream.readableLength > 0);
      await pause(2 * SILENT_MS);
      let got = 0;
      for await (const part of stream as AsyncIterable<Buffer>) got += part.length;
      expect(got).toBe(20 << 20);
    });
  });

  it("has a socket's timeout", async () => {
    const { server } = await podWith(
      net.createServer((socket) => {
        socket.on('error', () => undefined);
      }),
    );
    await withStream(server.url, {}, async (stream) => {
      const start = Date.now();
      await new Promise<void>((resolve) => {
        stream.setTimeout(100, resolve);
      });
      expect(Date.now() - start).toBeGreaterThan(90);
    });
  });
});

async function withStream(
  url: string,
  options: { pingMs?: number; silentMs?: number; handshakeMs?: number },
  use: (stream: PodStream) => Promise<void>,
): Promise<void> {
  const parsed = parseKubeconfig(kubeconfig(url), '/w/config');
  const [cluster] = parsed.clusters;
  if (!cluster) throw new Error('no cluster');
  const settings = { env: {}, allowExec: () => false, log: () => undefined };
  const credentials = new Credentials(parsed.users[0], cluster, settings);
  const client = new ApiClient({ context: 'test', credentials, ...settings });
  const stream = new PodStream(
    { client, refused: () => false, log: settings.log },
    { namespace: 'web', pod: 'web-0', port: PORT, signal: never, ...options },
  );
  stream.on('error', () => undefined);
  try {
    await use(stream);
  } finally {
    stream.destroy();
    client.dispose();
  }
}
