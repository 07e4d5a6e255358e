/** A process reached by a plain URL: one on this machine, or whatever answers there. */
import { Problem } from '../base/problem';
import type { Target } from '../target/types';

export interface LocalProcess {
  readonly target: Target;
  /** Path of the pprof index, ending in a slash. Default `/debug/pprof/`. */
  readonly pprofPath: string;
  /** Normal form, the identity of the process in lists: "http://127.0.0.1:6060" or with a path of its own. */
  readonly url: string;
}

const PPROF = '/debug/pprof/';

/**
 * "6060", "localhost:6060", "http://127.0.0.1:6060" and ".../debug/pprof/heap?x" all name the same process. Throws
 * Problem `cluster.url`.
 */
export function localProcess(text: string): LocalProcess {
  const t = text.trim();
  const whole = /^\d+$/.test(t)
    ? `http://127.0.0.1:${t}`
    : /^[a-z][a-z0-9+.-]*:\/\//i.test(t)
      ? t
      : `http://${t.replace(/^:/, '127.0.0.1:')}`;
  const url = URL.parse(whole);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '' || t === '') {
    throw new Problem('cluster.url', `"${t}" is not the address of a process that answers HTTP.`, {
      next: 'Enter one like http://127.0.0.1:6060.',
    });
  }
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  // A link copied from the pprof index names one profile; the index is the part before it.
  const at = url.pathname.indexOf('/pprof/');
  const path =
    at >= 0
      ? url.pathname.slice(0, at + '/pprof/'.length)
      : url.pathname === '/'
        ? PPROF
        : `${url.pathname.replace(/\/$/, '')}/`;
  const base = `${scheme}://${url.hostname}:${port}`;
  return {
    target: {
      label: base,
      scheme,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port,
      anyCertificate: isLoopback(url.hostname),
    },
    pprofPath: path,
    url: path === PPROF ? base : base + path,
  };
}

/** True for names and addresses that never leave this machine. */
function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127(\.\d+){3}$/.test(host) ||
    host === '[::1]' ||
    host === '::1'
  );
}
