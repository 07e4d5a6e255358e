/**
 * The client's side of SOCKS 5 (RFC 1928, RFC 1929), which kubeconfig's `proxy-url` allows. The proxy resolves names.
 */
import { isIP, type Socket } from 'node:net';
import { Problem } from '../../base/problem';

/** Reply codes of RFC 1928, section 6. */
const REPLIES = [
  '',
  'general failure',
  'not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'time to live ran out',
  'command not supported',
  'address type not supported',
];

/**
 * Asks the proxy at the other end of `socket` to connect to host:port; after that, the socket leads there. Throws
 * Problem `kube.proxy`.
 */
export async function socks5(socket: Socket, host: string, port: number, proxy: URL): Promise<void> {
  const user = decodeURIComponent(proxy.username);
  const refuse = (why: string): never => {
    throw new Problem('kube.proxy', `The SOCKS proxy ${proxy.host} ${why}.`, {
      next: 'Check proxy-url in the kubeconfig, or HTTPS_PROXY.',
    });
  };
  socket.write(Buffer.from(user === '' ? [5, 1, 0] : [5, 2, 0, 2]));
  const [version, method] = await take(socket, 2, refuse);
  if (version !== 5) refuse('does not speak SOCKS 5');
  if (method === 2) {
    const [u, p] = [Buffer.from(user), Buffer.from(decodeURIComponent(proxy.password))];
    socket.write(Buffer.concat([Buffer.from([1, u.length]), u, Buffer.from([p.length]), p]));
    if ((await take(socket, 2, refuse))[1] !== 0) refuse('does not take the user name and password');
  } else if (method !== 0) {
    refuse('wants a user name and password');
  }
  const name = Buffer.from(host);
  const address =
    isIP(host) === 4
      ? Buffer.from([1, ...host.split('.').map(Number)])
      : isIP(host) === 6
        ? Buffer.concat([Buffer.from([4]), ipv6(host)])
        : Buffer.concat([Buffer.from([3, name.length]), name]);
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), address, Buffer.from([port >> 8, port & 255])]));
  const reply = await take(socket, 4, refuse);
  const code = reply[1] ?? 1;
  if (code !== 0) refuse(`can't reach ${host}:${port}: ${REPLIES[code] ?? `code ${code}`}`);
  const kind = reply[3];
  const rest = kind === 1 ? 4 : kind === 4 ? 16 : ((await take(socket, 1, refuse))[0] ?? 0);
  await take(socket, rest + 2, refuse);
}

/** Exactly n bytes; whatever follows them stays in the socket. */
function take(socket: Socket, n: number, refuse: (why: string) => never): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      socket.off('readable', look);
      socket.off('error', onError);
      socket.off('close', onClose);
      act();
    };
    const look = (): void => {
      const got = socket.read(n) as Buffer | null;
      if (got)
        end(() => {
          resolve(got);
        });
    };
    const onError = (e: Error): void => {
      end(() => {
        reject(e);
      });
    };
    const onClose = (): void => {
      end(() => {
        try {
          refuse('closed the connection');
        } catch (e) {
          reject(e instanceof Error ? e : new Error(String(e)));
        }
      });
    };
    socket.on('readable', look);
    socket.on('error', onError);
    socket.on('close', onClose);
    look();
  });
}

function ipv6(host: string): Buffer {
  const [head = '', tail = ''] = host.split('::');
  const groups = (s: string): number[] =>
    s === ''
      ? []
      : s.split(':').flatMap((g) => {
          if (!g.includes('.')) return [parseInt(g, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = g.split('.').map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const [h, t] = [groups(head), groups(tail)];
  const all = [...h, ...new Array<number>(8 - h.length - t.length).fill(0), ...t];
  return Buffer.from(all.flatMap((g) => [g >> 8, g & 255]));
}
