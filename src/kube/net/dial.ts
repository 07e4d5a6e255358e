/**
 * Opens connections to an API server: TCP, through a proxy if there is one, then TLS. All our connections are opened
 * and counted here.
 */
import net from 'node:net';
import tls from 'node:tls';
import { Problem } from '../../base/problem';
import { abortReason } from '../../base/abort';
import { socks5 } from './socks5';

export interface TlsIdentity {
  /** PEM; undefined = the system's authorities. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Name to ask for and to check in the certificate; undefined = the server's host. */
  readonly serverName: string | undefined;
  readonly skipVerify: boolean;
}

export interface DialOptions {
  readonly server: URL;
  readonly proxy: URL | undefined;
  readonly tls: TlsIdentity;
  readonly alpn: readonly string[];
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}

/** The time that undici and client-go also give a connection, ms. */
const DIAL_TIMEOUT_MS = 10_000;
/** First keep-alive probe of an idle connection, ms; below the idle limits of cloud load balancers (60 s on AWS). */
const KEEP_ALIVE_MS = 30_000;

let open = 0;
let opened = 0;

/** Connections to API servers and proxies that are open in this process, and all ever opened: for tests and the log. */
export function openConnections(): { readonly open: number; readonly opened: number } {
  return { open, opened };
}

/**
 * A connection ready to speak HTTP. Throws Problem `kube.timeout`, `kube.proxy`, or the socket's own error (see
 * problems.ts).
 */
export async function dial(options: DialOptions): Promise<net.Socket> {
  const { server, proxy, signal } = options;
  const timeoutMs = options.timeoutMs ?? DIAL_TIMEOUT_MS;
  const sockets: net.Socket[] = [];
  let fail: (e: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const stop = (): void => {
    fail(abortReason(signal));
  };
  const timer = setTimeout(() => {
    fail(
      new Problem('kube.timeout', `No connection to ${(proxy ?? server).host} within ${timeoutMs / 1000} s.`, {
        next: 'Check the network, a VPN or a proxy.',
      }),
    );
  }, timeoutMs);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([failed, connect(options, sockets)]);
  } catch (e) {
    for (const s of sockets) s.destroy();
    throw e;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function connect(
  { server, proxy, tls: identity, alpn }: DialOptions,
  sockets: net.Socket[],
): Promise<net.Socket> {
  const host = bare(server.hostname);
  const port = portOf(server);
  let socket = await plain(bare((proxy ?? server).hostname), portOf(proxy ?? server), sockets);
  if (proxy?.protocol === 'https:') {
    const name = bare(proxy.hostname);
    socket = await secure(
      { socket, host: name, ...(net.isIP(name) === 0 && { servername: name }), ALPNProtocols: ['http/1.1'] },
      sockets,
    );
  }
  if (proxy) {
    if (proxy.protocol.startsWith('socks5')) await socks5(socket, host, port, proxy);
    else await httpConnect(socket, server, port, proxy);
  }
  if (server.protocol === 'http:') return socket;
  const name = identity.serverName ?? host;
  return secure(
    {
      socket,
      host: name,
      ALPNProtocols: [...alpn],
      // TLS takes no address as a server name (RFC 6066), but the certificate is checked against it.
      ...(net.isIP(name) === 0 && { servername: name }),
      ...(identity.ca !== undefined && { ca: identity.ca }),
      ...(identity.cert !== undefined && { cert: identity.cert }),
      ...(identity.key !== undefined && { key: identity.key }),
      rejectUnauthorized: !identity.skipVerify,
    },
    sockets,
  );
}

function plain(host: string, port: number, sockets: net.Socket[]): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    sockets.push(socket);
    open++;
    opened++;
    socket.once('close', () => {
      open--;
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function secure(options: tls.ConnectionOptions, sockets: net.Socket[]): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect(options);
    sockets.push(socket);
    const early = (): void => {
      reject(Object.assign(new Error('the connection was closed during the TLS handshake'), { code: 'ECONNRESET' }));
    };
    socket.once('error', reject);
    socket.once('close', early);
    socket.once('secureConnect', () => {
      socket.off('error', reject);
      socket.off('close', early);
      resolve(socket);
    });
  });
}

/** HTTP CONNECT (RFC 9110, 9.3.6), for requests and websockets alike. */
async function httpConnect(socket: net.Socket, server: URL, port: number, proxy: URL): Promise<void> {
  const target = `${server.hostname}:${port}`;
  const authorization = proxyAuthorization(proxy);
  const answered = answerHead(socket, proxy, target);
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`);
  const [, code, reason = ''] = /^HTTP\/1\.[01] (\d{3})([^\r\n]*)/.exec(await answered) ?? [];
  if (code === undefined) throw proxyProblem(proxy, NOT_HTTP);
  const status = Number(code);
  if (status === 407) throw proxyProblem(proxy, 'wants a user name and password (407)', status);
  if (status < 200 || status > 299)
    throw proxyProblem(proxy, `refused the way to ${target} (${status}${reason})`, status);
}

const NOT_HTTP = 'answered something that is not HTTP';

function proxyAuthorization(proxy: URL): string {
  if (proxy.username === '') return '';
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n`;
}

/** The proxy's answer up to the blank line. What came after it is put back into the socket, which is then paused. */
function answerHead(socket: net.Socket, proxy: URL, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = (): void => {
      socket.off('data', onData);
      socket.off('error', onError);
      socket.off('close', onClose);
      socket.pause();
    };
    const onError = (e: Error): void => {
      settle();
      reject(e);
    };
    const onClose = (): void => {
      onError(proxyProblem(proxy, `closed the connection when asked for ${target}`));
    };
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const at = head.indexOf('\r\n\r\n');
      if (at < 0) {
        if (head.length > 65_536) onError(proxyProblem(proxy, NOT_HTTP));
        return;
      }
      settle();
      const rest = head.subarray(at + 4);
      if (rest.length > 0) socket.unshift(rest);
      resolve(head.toString('latin1', 0, at));
    };
    socket.on('data', onData);
    socket.on('error', onError);
    socket.on('close', onClose);
  });
}

function proxyProblem(proxy: URL, why: string, status?: number): Problem {
  return new Problem('kube.proxy', `The proxy ${proxy.host} ${why}.`, {
    next:
      status === 407
        ? "Put its user name and password into the proxy's address."
        : 'Check proxy-url, HTTPS_PROXY and NO_PROXY.',
    ...(status !== undefined && { status }),
  });
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : url.protocol.startsWith('socks5') ? 1080 : 80;
}

/** Host without the brackets of an IPv6 address. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
