/**
 * Real servers on loopback for the tests of src/kube: TLS as an API server has it, a proxy, a node that forwards ports.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { createKubeconfigs } from '../../src/kube/index';
import type { KubeconfigsOptions } from '../../src/kube/kubeconfigs';
import type { Kubeconfigs, KubeSession } from '../../src/kube/types';
import { until } from '../lib/until';

export const PKI = path.join(import.meta.dirname, 'fixtures', 'pki');
export const pem = (name: string): string => readFileSync(path.join(PKI, name), 'utf8');
export const b64 = (name: string): string => Buffer.from(pem(name)).toString('base64');

export type Handler = (req: http.IncomingMessage, res: http.ServerResponse) => void;

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  /** TLS (or TCP) connections now open, and all so far. */
  readonly sockets: ReadonlySet<net.Socket>;
  readonly opened: () => number;
  /** Requests so far, path with query. */
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly raw: readonly string[];
  }[];
  onUpgrade: ((req: http.IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  handler: Handler;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly cert?: string;
  readonly http2?: boolean;
  readonly plain?: boolean;
  /** Ask for a client certificate, as an API server does; the handler sees it. */
  readonly clientCa?: string;
}

export async function apiServer(handler: Handler, options: ServerOptions = {}): Promise<ApiServer> {
  const sockets = new Set<net.Socket>();
  let opened = 0;
  const cert = options.cert ?? 'server';
  const tls = {
    cert: pem(`${cert}.crt`),
    key: pem(`${cert}.key`),
    ...(options.clientCa && { ca: pem(`${options.clientCa}.crt`), requestCert: true, rejectUnauthorized: false }),
  };
  const listen = (req: http.IncomingMessage, res: http.ServerResponse): void => {
    self.requests.push({
      method: req.method ?? '',
      path: req.url ?? '',
      headers: req.headers,
      raw: req.rawHeaders ?? [],
    });
    self.handler(req, res);
  };
  const server: net.Server = options.plain
    ? http.createServer(listen)
    : options.http2
      ? http2.createSecureServer(
          { ...tls, allowHTTP1: true },
          listen as unknown as (req: http2.Http2ServerRequest, res: http2.Http2ServerResponse) => void,
        )
      : https.createServer(tls, listen);
  server.on(options.plain ? 'connection' : 'secureConnection', (socket: net.Socket) => {
    opened++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(socket);
    });
  });
  server.on('upgrade', (req: http.IncomingMessage, socket: Duplex, head: Buffer) => {
    self.requests.push({ method: req.method ?? '', path: req.url ?? '', headers: req.headers, raw: req.rawHeaders });
    if (self.onUpgrade) self.onUpgrade(req, socket, head);
    else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
  });
  const port = await listening(server);
  const self: ApiServer = {
    url: `${options.plain ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    sockets,
    opened: () => opened,
    requests: [],
    onUpgrade: undefined,
    handler,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const s of sockets) s.destroy();
      }),
  };
  return self;
}

/** Answers as an API server does. */
export function json(res: http.ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
export function statusBody(code: number, message: string): unknown {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message };
}

/**
 * Port-forward as the kubelet serves it on a websocket, to a real TCP port: `targets` by the port that is asked for.
 */
export function portForwarder(
  targets: ReadonlyMap<number, number>,
  sockets = new Set<WebSocket>(),
): (req: http.IncomingMessage, socket: Duplex, head: Buffer) => void {
  const wss = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (wanted) => wanted.has('v4.channel.k8s.io') && 'v4.channel.k8s.io',
  });
  return (req, socket, head) => {
    const asked = Number(new URL(req.url ?? '', 'http://x').searchParams.get('ports'));
    wss.handleUpgrade(req, socket, head, (ws) => {
      sockets.add(ws);
      ws.on('close', () => {
        sockets.delete(ws);
      });
      ws.on('error', () => undefined);
      const number = Buffer.from([0, asked & 255, asked >> 8]);
      ws.send(number);
      ws.send(Buffer.from([1, asked & 255, asked >> 8]));
      const to = net.connect(targets.get(asked) ?? 1, '127.0.0.1');
      to.on('error', (e) => {
        ws.send(
          `\u0001error forwarding port ${asked} to pod x, uid : dial tcp4 127.0.0.1:${asked}: ${(e as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'connect: connection refused' : e.message}`,
        );
        ws.close(1000);
      });
      to.on('data', (data) => {
        to.pause();
        ws.send(Buffer.concat([Buffer.from([0]), data]), () => {
          to.resume();
        });
      });
      to.on('end', () => {
        ws.close(1000);
      });
      ws.on('message', (data: Buffer) => {
        if (data[0] === 0 && !to.write(data.subarray(1))) {
          ws.pause();
          to.once('drain', () => {
            ws.resume();
          });
        }
      });
      ws.on('close', () => {
        to.destroy();
      });
    });
  };
}

export async function listening(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as net.AddressInfo).port;
}

export interface ProxyServer {
  readonly port: number;
  readonly asked: { target: string; auth: string | undefined }[];
  status: number;
  close(): Promise<void>;
}

/**
 * An HTTP proxy that knows CONNECT; `secure`: one that is spoken to by TLS, as which the name localhost stands in its
 * certificate.
 */
export async function connectProxy(secure = false): Promise<ProxyServer> {
  const sockets = new Set<net.Socket>();
  const refuse: Handler = (_req, res) => {
    res.writeHead(405).end();
  };
  const server = secure
    ? https.createServer({ cert: pem('server.crt'), key: pem('server.key') }, refuse)
    : http.createServer(refuse);
  server.on('connection', (s) => {
    sockets.add(s);
    s.on('error', () => undefined);
    s.on('close', () => {
      sockets.delete(s);
    });
  });
  server.on('connect', (req, client: net.Socket, head) => {
    self.asked.push({ target: req.url ?? '', auth: req.headers['proxy-authorization'] });
    if (self.status !== 200) {
      client.end(`HTTP/1.1 ${self.status} No\r\n\r\n`);
      return;
    }
    const [host = '', port = ''] = (req.url ?? '').split(':');
    const to = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      to.write(head);
      to.pipe(client);
      client.pipe(to);
    });
    to.on('error', () => {
      client.destroy();
    });
    client.on('close', () => {
      to.destroy();
    });
  });
  const port = await listening(server);
  const self: ProxyServer = {
    port,
    asked: [],
    status: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const s of sockets) s.destroy();
      }),
  };
  return self;
}

/** A SOCKS 5 proxy; with `login`, `user:password` is asked for. Every target is led to `port` of this machine. */
export async function socksProxy(
  port: number,
  login?: string,
): Promise<{ readonly port: number; readonly asked: string[]; close(): Promise<void> }> {
  const asked: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    client.on('close', () => {
      sockets.delete(client);
    });
    const steps = [
      (d: Buffer) => {
        client.write(Buffer.from([5, login === undefined ? 0 : d.includes(2, 2) ? 2 : 255]));
        if (login === undefined) steps.shift();
      },
      (d: Buffer) => {
        const [u = 0] = [d[1]];
        const said = `${d.toString('utf8', 2, 2 + u)}:${d.toString('utf8', 3 + u)}`;
        client.write(Buffer.from([1, said === login ? 0 : 1]));
      },
      (d: Buffer) => {
        asked.push(
          d[3] === 3
            ? `${d.toString('utf8', 5, 5 + (d[4] ?? 0))}:${d.readUInt16BE(d.length - 2)}`
            : `${[...d.subarray(4, 8)].join('.')}:${d.readUInt16BE(8)}`,
        );
        if (port === 0) {
          client.write(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]));
          return;
        }
        const to = net.connect(port, '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          client.pipe(to);
          to.pipe(client);
        });
        to.on('error', () => {
          client.destroy();
        });
      },
    ];
    const onData = (d: Buffer): void => {
      const step = steps.shift();
      if (steps.length === 0) client.off('data', onData);
      step?.(d);
    };
    client.on('data', onData);
  });
  const listensOn = await listening(server);
  return {
    port: listensOn,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const s of sockets) s.destroy();
      }),
  };
}

/** A folder for the test, removed at its end. */
export function folder(): { readonly path: string; write(name: string, content: string): string; remove(): void } {
  const dir = mkdtempSync(path.join(tmpdir(), 'tuner-kube-'));
  return {
    path: dir,
    write: (name, content) => {
      writeFileSync(path.join(dir, name), content);
      return path.join(dir, name);
    },
    remove: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A kubeconfig with one context `test`; JSON is YAML. */
export function kubeconfig(
  server: string,
  user: object = { token: 'tok-1' },
  cluster: object = { 'certificate-authority': path.join(PKI, 'ca.crt') },
  namespace?: string,
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'jane', ...(namespace && { namespace }) } }],
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'jane', user }],
  });
}

/** Opens the context `test` of a kubeconfig's text, and closes all at the end. */
export async function withSession<T>(
  config: string,
  use: (session: KubeSession, log: string[], kubeconfigs: Kubeconfigs) => Promise<T>,
  options: Partial<KubeconfigsOptions> = {},
): Promise<T> {
  const dir = folder();
  const log: string[] = [];
  const kubeconfigs = createKubeconfigs({
    env: { PATH: process.env['PATH'] },
    home: dir.path,
    only: dir.write('config', config),
    log: (line) => log.push(line),
    ...options,
  });
  try {
    return await use(await kubeconfigs.session('test'), log, kubeconfigs);
  } finally {
    kubeconfigs.dispose();
    dir.remove();
  }
}

/**
 * Waits until a number stands still: the same at so many looks 50 ms apart. What is under way in this process, timers
 * shorter than that among it, comes between two of them, however slow the machine.
 */
export async function still(value: () => number, looks = 6): Promise<number> {
  let [last, same] = [value(), 0];
  return until(() => {
    const now = value();
    [last, same] = [now, now === last ? same + 1 : 0];
    return same >= looks ? now : undefined;
  }, 'a number to stand still');
}

/** Moves this process' clock ahead by so many ms, as Date tells it; timers do not see it. Gives what puts it back. */
export function ahead(ms: number): () => void {
  const now = Date.now;
  const moved = vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);
  return () => {
    moved.mockRestore();
  };
}
