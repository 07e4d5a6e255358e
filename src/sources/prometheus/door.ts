/** The ways to a Prometheus: a pod through the API server's tunnel, a Service through its proxy, or a URL. */
import { Problem } from '../../base/problem';
import { NO_AUTH, podTarget } from '../../cluster/reach';
import type { KubeSession } from '../../kube/types';
import { get } from '../../target/get';
import type { Answer, Target } from '../../target/types';

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Longest silence, ms. */
  readonly idleTimeoutMs: number;
  /** Longest answer, bytes, before and after decompression. */
  readonly maxBytes: number;
}

/** One way to one Prometheus. */
export interface Door {
  /** For people: "monitoring/prometheus-0 :9090", "https://mimir.example/prometheus". */
  readonly label: string;
  /** In front of `/api/v1/…`, without a slash at the end: '', '/prometheus'. */
  readonly prefix: string;
  /** GET of a path; any status is an answer. Throws Problem (`target.…`, `kube.…`, `prometheus.…`) or an AbortError. */
  ask(path: string, options: AskOptions): Promise<Answer>;
}

/** A Prometheus that the settings name. What is secret comes from a getter, at each request. */
export interface PrometheusSettings {
  /** With the path in front of `/api/v1`, if there is one. */
  readonly url: string;
  /** Sent with every request: a tenant (`X-Scope-OrgID`), what a gateway asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For basic authentication; the password is the secret. Without it, a secret is sent as a bearer token. */
  readonly username?: string;
  /** The password or token; undefined or '' = none. */
  readonly secret?: (signal: AbortSignal) => Promise<string | undefined>;
  /** PEM of the authorities to trust. */
  readonly ca?: string;
  /** Take any certificate. */
  readonly skipVerify?: boolean;
}

/** A port of a pod, through the tunnel. */
export function podDoor(session: KubeSession, { namespace, pod, port, scheme = 'http', prefix = '' }: { readonly namespace: string; readonly pod: string; readonly port: number; readonly scheme?: 'http' | 'https'; readonly prefix?: string }): Door {
  const target = podTarget(session, namespace, pod, { port, scheme }, NO_AUTH);
  return { label: target.label, prefix, ask: (path, options) => get(target, path, options) };
}

/** A port of a Service, by its name or number, through the API server's proxy. Needs the right to get `services/proxy`. */
export function proxyDoor(session: KubeSession, { namespace, service, port, scheme = 'http', prefix = '' }: { readonly namespace: string; readonly service: string; readonly port: string | number; readonly scheme?: 'http' | 'https'; readonly prefix?: string }): Door {
  const name = `${scheme === 'https' ? 'https:' : ''}${service}:${port}`;
  return {
    label: `${namespace}/${service}:${port}`, prefix,
    ask: (path, options) => {
      if (!session.raw) return Promise.reject(new Problem('prometheus.noProxy', 'This session has no way through the API server\'s proxy.', { next: 'Use a port-forward, or a URL in the settings.' }));
      return session.raw(`/api/v1/namespaces/${namespace}/services/${name}/proxy${path}`, options);
    },
  };
}

/** Throws Problem `prometheus.settings` for a URL or headers that can't be used. */
export function urlDoor(settings: PrometheusSettings): Door {
  const url = parseUrl(settings.url);
  const headers = checkHeaders(settings.headers ?? {});
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const target: Target = {
    label: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
    anyCertificate: settings.skipVerify === true,
    ...(settings.ca !== undefined && settings.ca !== '' && { ca: settings.ca }),
  };
  return {
    label: target.label, prefix: url.pathname.replace(/\/+$/, ''),
    ask: async (path, options) => {
      const secret = await settings.secret?.(options.signal) ?? '';
      return get(target, path, { ...options, headers: { ...headers, ...authorization(settings.username ?? '', secret) } });
    },
  };
}

function authorization(username: string, secret: string): Record<string, string> {
  if (/[\r\n]/.test(secret)) throw new Problem('prometheus.settings', 'The password or token of this Prometheus has a line break in it.', { next: 'Enter it again, without the line break.' });
  if (username !== '') return { Authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}` };
  return secret === '' ? {} : { Authorization: `Bearer ${secret}` };
}

function parseUrl(text: string): URL {
  let url: URL | undefined;
  try { url = new URL(text.trim()); } catch { /* told below */ }
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new Problem('prometheus.settings', `"${withoutUser(text)}" is no address of a Prometheus.`, { next: 'Write it as https://prometheus.example, with the path in front of /api/v1 if there is one.' });
  }
  if (url.username !== '' || url.password !== '') {
    throw new Problem('prometheus.settings', `The address of ${url.host} has a user or password in it.`, { next: 'Take them out of the address: the password belongs into the editor\'s secret storage.' });
  }
  return url;
}

/** What stands before an @ may be a password. */
const withoutUser = (text: string): string => text.replace(/\/\/[^/]*@/, '//…@').slice(0, 200);

function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // RFC 9110: a name is a token; a value has no control characters.
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new Problem('prometheus.settings', `The header "${name.slice(0, 60)}" of the settings can't be sent.`, { next: 'A header has a name of letters, digits and dashes, and a value on one line.' });
    }
    out[name] = value;
  }
  return out;
}

/**
 * Tries doors in turn, keeping to the one that worked last: the tunnel first, the proxy for who may not port-forward, another
 * pod when one is gone. `doors` is asked before each request. Only what says that the way is closed leads on to the next.
 */
export function firstOpen(label: string, prefix: string, doors: () => readonly Door[]): Door {
  let last: string | undefined;
  return {
    label, prefix,
    ask: async (path, options) => {
      const all = [...doors()].sort((a, b) => Number(b.label === last) - Number(a.label === last));
      if (all.length === 0) throw new Problem('prometheus.gone', `${label} has no pod that is ready.`, { next: 'Look at its pods; or give the address of another Prometheus in the settings.' });
      let first: unknown;
      for (const door of all) {
        try {
          const answer = await door.ask(path, options);
          last = door.label;
          return answer;
        } catch (e) {
          if (options.signal.aborted || !closed(e)) throw e;
          first ??= e;
        }
      }
      throw first;
    },
  };
}

/** True when it is the way that failed, before anything answered. */
function closed(e: unknown): boolean {
  return e instanceof Problem && (/^kube\./.test(e.code) || /^target\.(refused|unreachable)$/.test(e.code) || e.code === 'prometheus.noProxy');
}
