/**
 * Which proxy leads to a server: the kubeconfig's `proxy-url`, else the environment's, by the rules of Go's httpproxy,
 * which kubectl uses.
 */
import { BlockList, isIP } from 'node:net';
import { Problem } from '../../base/problem';

type Env = Readonly<Record<string, string | undefined>>;

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:'];

/**
 * undefined = connect directly. `proxyUrl` (the kubeconfig's) wins and has no exceptions; NO_PROXY applies only to the
 * environment's proxy. Upper-case names win over lower-case ones. Throws Problem `kube.proxy`.
 */
export function proxyFor(server: URL, proxyUrl: string | undefined, env: Env): URL | undefined {
  if (proxyUrl !== undefined) return parseProxy(proxyUrl, 'proxy-url in the kubeconfig');
  const name = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = (env[name] || env[name.toLowerCase()] || '').trim();
  if (value === '' || bypassed(server, env['NO_PROXY'] || env['no_proxy'] || '')) return undefined;
  return parseProxy(value, name);
}

function parseProxy(value: string, from: string): URL {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  // The value is not quoted: it may hold a password.
  if (!url || url.hostname === '')
    throw new Problem('kube.proxy', `The proxy in ${from} is not an address.`, {
      next: 'Write it like http://proxy.example.com:3128.',
    });
  if (!SCHEMES.includes(url.protocol))
    throw new Problem(
      'kube.proxy',
      `The proxy in ${from} is of the kind "${url.protocol.slice(0, -1)}", which is not supported.`,
      { next: `Use one of ${SCHEMES.map((s) => s.slice(0, -1)).join(', ')}.` },
    );
  return url;
}

/**
 * NO_PROXY: a name matches itself and everything below it, `.name` only what is below it. Addresses, CIDR blocks, ports
 * and `*` work as well. This machine is never proxied.
 */
export function bypassed(server: URL, noProxy: string): boolean {
  const host = server.hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const port = server.port || (server.protocol === 'https:' ? '443' : '80');
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true;
  return noProxy
    .split(',')
    .map((e) => e.trim().toLowerCase())
    .filter((e) => e !== '')
    .some((entry) => matches(entry, host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inBlock(entry, host);
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry);
  if (withPort && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, '');
  if (isIP(name)) return name === host;
  const bare = name.replace(/^\*?\./, '');
  return host.endsWith(`.${bare}`) || (bare === name && host === name);
}

function inBlock(entry: string, host: string): boolean {
  const [net = '', bits = ''] = entry.split('/');
  const family = isIP(host);
  if (family === 0 || family !== isIP(net) || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(net, Number(bits), type);
  return block.check(host, type);
}
