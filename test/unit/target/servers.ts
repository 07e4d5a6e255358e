import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import { afterEach } from 'vitest';
import type { Target } from '../../../src/target/types';
import { until } from '../../lib/until';
import { CERT, KEY } from './certificate';

type Handler = (req: http.IncomingMessage, res: http.ServerResponse) => void;

const closers: (() => Promise<void>)[] = [];
const open = new Set<net.Socket>();

/** After each test: every socket that a server saw must be closed by the client's doing, then the servers go. */
afterEach(async () => {
  try {
    await until(() => open.size === 0, 'all sockets to be closed by the client');
  } finally {
    for (const s of open) s.destroy();
    await Promise.all(closers.splice(0).map((close) => close()));
  }
});

async function listen(server: net.Server): Promise<number> {
  server.on('connection', (socket: net.Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as net.AddressInfo).port;
}

export const serveHttp = (handler: Handler): Promise<number> => listen(http.createServer({ keepAlive: true }, handler));
export const serveHttps = (handler: Handler): Promise<number> =>
  listen(https.createServer({ key: KEY, cert: CERT }, handler));
export const serveTcp = (handler: (socket: net.Socket) => void): Promise<number> =>
  listen(
    net.createServer((socket) => {
      handler(socket);
      socket.resume();
    }),
  );

/** A port of 127.0.0.1 on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function target(port: number, more: Partial<Target> = {}): Target {
  return { label: 'default/widgets-0 :6060', scheme: 'http', host: '127.0.0.1', port, anyCertificate: true, ...more };
}

/** The same, through a stream that the target opens itself, as a pod's tunnel does. `streams` collects them. */
export function tunnelled(port: number, streams: net.Socket[], more: Partial<Target> = {}): Target {
  return target(1, {
    host: 'localhost',
    ...more,
    open: (signal) => {
      const socket = net.connect({ host: '127.0.0.1', port });
      signal.addEventListener(
        'abort',
        () => {
          socket.destroy();
        },
        { once: true },
      );
      streams.push(socket);
      return socket;
    },
  });
}

/** Sockets that servers hold open now. */
export const openSockets = (): number => open.size;
