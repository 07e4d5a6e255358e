/**
 * HTTP to one Prometheus with its credentials: to a pod through the API server's tunnel, to a Service through its
 * proxy, or to a URL.
 */
import { Problem } from '../../base/problem';
import { NO_AUTH, podTarget } from '../../cluster/reach';
import type { KubeSession } from '../../kube/types';
import { get } from '../../target/get';
import type { Answer, Target } from '../../target/types';
import { wordsOf } from '../../target/expect';
import { parseAddress } from './address';
import { asksForTenant } from './problems';

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Longest silence, ms. */
  readonly idleTimeoutMs: number;
  /** Longest answer, bytes, before and after decompression. */
  readonly maxBytes: number;
}

/** Sends requests to one Prometheus, one way. */
export interface PrometheusClient {
  /** For people: "monitoring/prometheus-0 :9090", "https://mimir.example/prometheus". */
  readonly label: string;
  /** In front of `/api/v1/…`, without a slash at the end: '', '/prometheus'. */
  readonly prefix: string;
  /** GET of a path; any status is an answer. Throws Problem (`target.…`, `kube.…`, `prometheus.…`) or an AbortError. */
  ask(path: string, options: AskOptions): Promise<Answer>;
}

/** Kept in the editor's secret storage, and never in settings, logs or messages. */
export interface Secrets {
  /** For basic authentication, where no setting names the user. */
  readonly username?: string;
  /** The user's password, or a bearer token if there is no user. */
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How to authenticate. */
export interface Credentials {
  /** Sent with every request: a tenant (`X-Scope-OrgID`), or what a gateway asks for. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For basic authentication; the password is the secret. Without it, a secret is sent as a bearer token. */
  readonly username?: string;
  /** Asked at each request; undefined = there are none. */
  readonly secrets?: (signal: AbortSignal) => Promise<Secrets | undefined>;
}

/** A Prometheus at an address. */
export interface PrometheusSettings extends Credentials {
  /** With the path in front of `/api/v1`, if there is one. */
  readonly url: string;
  /** PEM of the authorities to trust. */
  readonly ca?: string;
  /** Accept any certificate. */
  readonly skipVerify?: boolean;
}

interface PodPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly scheme?: 'http' | 'https';
  readonly prefix?: string;
}
interface ServicePlace {
  readonly namespace: string;
  readonly service: string;
  readonly port: string | number;
  readonly scheme?: 'http' | 'https';
  readonly prefix?: string;
}

/** A port of a pod, through the tunnel. */
export function podClient(
  session: KubeSession,
  { namespace, pod, port, scheme = 'http', prefix = '' }: PodPlace,
  credentials: Credentials = {},
): PrometheusClient {
  const target = podTarget(session, namespace, pod, { port, scheme }, NO_AUTH);
  return {
    label: target.label,
    prefix,
    ask: async (path, options) =>
      get(target, path, { ...options, headers: await headersOf(credentials, options.signal) }),
  };
}

/**
 * A port of a Service, by its name or number, through the API server's proxy. Needs the right to get `services/proxy`.
 * The header Authorization is for the API server itself, so of the credentials only other headers get through.
 */
export function proxyClient(
  session: KubeSession,
  { namespace, service, port, scheme = 'http', prefix = '' }: ServicePlace,
  credentials: Credentials = {},
): PrometheusClient {
  const name = `${scheme === 'https' ? 'https:' : ''}${service}:${port}`;
  return {
    label: `${namespace}/${service}:${port}`,
    prefix,
    ask: async (path, options) => {
      if (!session.raw)
        throw new Problem('prometheus.noProxy', "This session has no way through the API server's proxy.", {
          next: 'Use a port-forward, or "Add Prometheus…" with an address that this machine reaches.',
        });
      const sent = Object.entries(await headersOf(credentials, options.signal)).filter(
        ([header]) => header.toLowerCase() !== 'authorization',
      );
      const answer = await session.raw(`/api/v1/namespaces/${namespace}/services/${name}/proxy${path}`, {
        ...options,
        ...(sent.length > 0 && { headers: Object.fromEntries(sent) }),
      });
      if (answer.status === 401 && !asksForTenant(wordsOf(answer))) {
        throw new Problem(
          'prometheus.noProxy',
          `${namespace}/${service}:${port} asks for credentials (401), and the API server's proxy passes none on.`,
          {
            status: 401,
            next:
              'With the right to port-forward to its pods they can be sent; ' +
              'or choose "Add Prometheus…" with an address that this machine reaches.',
          },
        );
      }
      return answer;
    },
  };
}

/** Throws Problem `prometheus.settings` for a URL or headers that can't be used. */
export function urlClient(settings: PrometheusSettings): PrometheusClient {
  const url = parseAddress(settings.url);
  checkHeaders(settings.headers ?? {});
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const target: Target = {
    label: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
    anyCertificate: settings.skipVerify === true,
    ...(settings.ca !== undefined && settings.ca !== '' && { ca: settings.ca }),
  };
  return {
    label: target.label,
    prefix: url.pathname.replace(/\/+$/, ''),
    ask: async (path, options) => get(target, path, { ...options, headers: await headersOf(settings, options.signal) }),
  };
}

async function headersOf(
  { headers, username = '', secrets }: Credentials,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const kept = await secrets?.(signal);
  return {
    ...checkHeaders({ ...headers, ...kept?.headers }),
    ...authorization(username === '' ? (kept?.username ?? '') : username, kept?.secret ?? ''),
  };
}

function authorization(username: string, secret: string): Record<string, string> {
  if (/[\r\n]/.test(secret))
    throw new Problem('prometheus.settings', 'The password or token of this Prometheus has a line break in it.', {
      next: 'Enter it again, without the line break.',
    });
  if (username !== '') return { Authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}` };
  if (secret !== '' && !/^[\x21-\x7e]+$/.test(secret))
    throw new Problem('prometheus.settings', 'The token of this Prometheus has characters that no token has.', {
      next: 'Enter it again, as it was given: letters, digits and signs, no blanks.',
    });
  return secret === '' ? {} : { Authorization: `Bearer ${secret}` };
}

function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // RFC 9110: a name is a token; a value has no control characters.
    if (
      !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ||
      typeof value !== 'string' ||
      !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    ) {
      throw new Problem('prometheus.settings', `The header "${name.slice(0, 60)}" of this Prometheus can't be sent.`, {
        next: 'A header has a name of letters, digits and dashes, and a value on one line.',
      });
    }
    out[name] = value;
  }
  return out;
}

/**
 * Tries clients in turn, starting with the one that worked last: the tunnel first, then the proxy for users who may not
 * port-forward, or another pod when one is gone. `clients` is asked before each request. Only an error that says that
 * the way is closed leads on to the next.
 */
export function firstReachable(
  label: string,
  prefix: string,
  clients: () => readonly PrometheusClient[],
): PrometheusClient {
  let last: string | undefined;
  return {
    label,
    prefix,
    ask: async (path, options) => {
      const all = [...clients()].sort((a, b) => Number(b.label === last) - Number(a.label === last));
      if (all.length === 0)
        throw new Problem('prometheus.gone', `${label} has no pod that is ready.`, {
          next: 'Look at its pods; or choose "Add Prometheus…" for another one by its address.',
        });
      let first: unknown;
      for (const client of all) {
        try {
          const answer = await client.ask(path, options);
          last = client.label;
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

/** True when the connection failed, before anything answered. */
function closed(e: unknown): boolean {
  return (
    e instanceof Problem &&
    (/^kube\./.test(e.code) || /^target\.(refused|unreachable)$/.test(e.code) || e.code === 'prometheus.noProxy')
  );
}
