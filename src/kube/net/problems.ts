/** Turns errors on the way to an API server, and its error answers, into Problems that say what to do. Pure. */
import { isAbort, Problem } from '../../base/problem';
import { object, text } from '../../base/json';
import { cutAndHide } from '../auth/hide';
import { parsePath, type ResourcePath } from './paths';
import { rbacYaml } from './rbac';

export interface Asked {
  /** host:port of the API server. */
  readonly server: string;
  /** `GET`, `POST`. */
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The name of the context and of its user, for the sentence. */
  readonly context: string;
  readonly user: string;
  /** When the client certificate expired, if it has; ms since the epoch. */
  readonly certificateEndedAt?: number | undefined;
}

const CERTIFICATE: Readonly<Record<string, (server: string) => [message: string, next: string]>> = {
  CERT_HAS_EXPIRED: (s) => [
    `The certificate of ${s} has expired.`,
    "Ask whoever runs the cluster to renew it; check this machine's clock as well.",
  ],
  CERT_NOT_YET_VALID: (s) => [`The certificate of ${s} is not valid yet.`, "Check this machine's clock."],
  ERR_TLS_CERT_ALTNAME_INVALID: (s) => [
    `The certificate of ${s} is for another name.`,
    'Use a name that the certificate has, or set tls-server-name in the kubeconfig.',
  ],
};
const UNKNOWN_CA = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'INVALID_CA',
  'CERT_SIGNATURE_FAILURE',
]);
const TIMEOUT = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ESOCKETTIMEDOUT',
]);
/** What OpenSSL reports for a key or certificate of ours that it can't use. */
const OWN_FILES = /ERR_OSSL_(PEM|X509|ASN1|EVP|DSO|UNSUPPORTED|CRYPTO|BAD)|ERR_OSSL.*(MISMATCH|NO_START_LINE|DECODE)/;

/** What went wrong: the Problem's code after `kube.`, its message and its next step. */
type Fault = readonly [code: string, message: string, next: string];

/** For an error on the way. An abort and a Problem are returned as they are. */
export function connectionProblem(e: unknown, asked: Asked): Error {
  if (e instanceof Problem || (isAbort(e) && e instanceof Error)) return e;
  const error = innermost(e);
  const [code, message, next] = certificateFault(error, asked) ?? networkFault(error, asked.server);
  return new Problem(`kube.${code}`, message, {
    next,
    detail: `${(error.code ?? '') === '' ? '' : `${error.code}: `}${error.message}`,
    cause: e,
  });
}

/** A certificate is at fault: the server's, or one of ours. */
function certificateFault(error: Coded, asked: Asked): Fault | undefined {
  const { server } = asked;
  const code = error.code ?? '';
  const known = CERTIFICATE[code]?.(server);
  if (known) return ['certificate', ...known];
  if (UNKNOWN_CA.has(code))
    return [
      'certificate',
      `The certificate of ${server} is signed by an authority that the kubeconfig does not name.`,
      'Set certificate-authority or certificate-authority-data of the cluster to the right one; ' +
        'a proxy that opens TLS needs its own there.',
    ];
  if (/^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA)/.test(code))
    return [
      'certificate',
      asked.certificateEndedAt === undefined
        ? `${server} refused the client certificate of the user ${asked.user}.`
        : endedSentence(asked.user, asked.certificateEndedAt),
      'Get a new kubeconfig, or renew the client certificate that it names.',
    ];
  if (OWN_FILES.test(code))
    return [
      'certificate',
      `A certificate or key of the context ${asked.context} can't be used: ` +
        `${error.message.split(':').at(-1)?.trim() ?? code}.`,
      'Check the certificates and the key that the kubeconfig names: PEM, and the key must belong to the certificate.',
    ];
  return undefined;
}

function networkFault(error: Coded, server: string): Fault {
  const code = error.code ?? '';
  if (code === 'EPROTO' || /^ERR_SSL/.test(code) || /^HPE_/.test(code))
    return [
      'unreachable',
      `${server} does not speak ${/^HPE_/.test(code) ? 'HTTP' : 'TLS'} as an API server does.`,
      'Check the address and port of the cluster, and whether it is http or https.',
    ];
  if (code === 'ECONNREFUSED')
    return [
      'refused',
      `Nothing listens on ${server}: the connection was refused.`,
      'Check that the cluster runs and that the kubeconfig has its present address.',
    ];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return [
      'dns',
      `The name of ${server} is not known here.`,
      'Check the spelling in the kubeconfig, the network, and whether a VPN must be on.',
    ];
  if (TIMEOUT.has(code))
    return [
      'timeout',
      `${server} did not answer in time.`,
      'Try again; if it stays so, check the network, a VPN, and the load of the API server.',
    ];
  return [
    'unreachable',
    `The connection to ${server} failed: ${error.message.replace(/\.$/, '') || code}.`,
    'Check the network and that the cluster runs.',
  ];
}

type Coded = Error & { readonly code?: string };

function innermost(e: unknown): Error & { code?: string } {
  let at = e;
  for (let i = 0; i < 8 && at instanceof Error; i++) {
    const { code, cause } = at as Error & { code?: unknown; cause?: unknown };
    // Happy eyeballs: one error for each address tried.
    if (at instanceof AggregateError && at.errors[0] instanceof Error) {
      at = at.errors[0];
      continue;
    }
    if (cause instanceof Error && (typeof code !== 'string' || code.startsWith('UND_ERR'))) {
      at = cause;
      continue;
    }
    return at as Error & { code?: string };
  }
  return at instanceof Error ? at : new Error(String(at));
}

function endedSentence(user: string, endedAt: number): string {
  return `The client certificate of the user ${user} expired on ${new Date(endedAt).toISOString().slice(0, 10)}.`;
}

/** For an answer other than 2xx. `body`: as text; a Status object is read, a web page recognised. */
export function statusProblem(status: number, contentType: string, body: string, asked: Asked): Problem {
  if (looksLikePage(contentType, body) || (status >= 300 && status < 400)) return pageProblem(status, body, asked);
  const at = parsePath(asked.path);
  const raw = statusMessage(body);
  const said = cutAndHide(raw);
  const detail = said === '' ? {} : { detail: said };
  if (status === 401) {
    return new Problem(
      'kube.unauthorized',
      asked.certificateEndedAt === undefined
        ? `${asked.server} does not accept the credentials of the user ${asked.user} (401).`
        : endedSentence(asked.user, asked.certificateEndedAt),
      {
        status,
        ...detail,
        next:
          asked.certificateEndedAt === undefined
            ? 'Log in again (the tool that made the kubeconfig), or get a new kubeconfig.'
            : 'Get a new kubeconfig, or renew the client certificate that it names.',
      },
    );
  }
  if (status === 403) return forbiddenProblem(at, raw, said, asked);
  if (status === 404) {
    return new Problem(
      'kube.notFound',
      at.name === undefined
        ? `${asked.server} has no ${at.resource || asked.path.split('?')[0]}${inNamespace(at)} (404).`
        : `There is no ${at.resource.replace(/s?\/.*|s$/, '')} ${at.name}${inNamespace(at)}.`,
      { status, ...detail, next: 'It may have been deleted; refresh and choose again.' },
    );
  }
  if (status === 429)
    return new Problem('kube.server', `${asked.server} is overloaded and asks to wait (429).`, {
      status,
      ...detail,
      next: 'Try again in a minute.',
    });
  if (status === 503 || status === 504 || status === 502)
    return new Problem('kube.server', `${asked.server} is not available now (${status})${short(said)}.`, {
      status,
      ...detail,
      next: 'Try again; if it stays so, ask whoever runs the cluster.',
    });
  return new Problem('kube.server', `${asked.server} answered ${status}${short(said)}.`, {
    status,
    ...detail,
    next:
      'Try again; if it stays so, ' +
      `ask whoever runs the cluster${said === '' ? '' : ' (the details have its own words)'}.`,
  });
}

/**
 * For a 403, with the RBAC that would allow it. Names are taken from the server's own words (`raw`), because `said`,
 * which is shown, has long names hidden: an assumed role or a service account may look like a secret.
 */
function forbiddenProblem(at: ResourcePath, raw: string, said: string, asked: Asked): Problem {
  // 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "web"'
  const user = /User "([^"]+)"/.exec(raw)?.[1] ?? asked.user;
  const denied = /cannot (\S+) (?:resource|path) "([^"]+)"(?: in API group "([^"]*)")?/.exec(raw);
  const verb = denied?.[1] ?? verbOf(asked, at);
  const resource = (denied?.[2] ?? at.resource) || (asked.path.split('?')[0] ?? '');
  const group = denied?.[3] ?? at.group;
  const where = at.namespace === undefined ? ' in the whole cluster' : ` in the namespace ${at.namespace}`;
  const rule = resource.startsWith('/')
    ? { nonResourceURLs: [resource], verbs: [verb] }
    : { apiGroups: [group], resources: [resource], verbs: verbsWith(verb, resource) };
  const yaml = rbacYaml({ name: 'controller-tuner', rules: [rule], user, namespace: at.namespace });
  return new Problem(
    'kube.forbidden',
    `The user ${user} may not ${verb} ${resource}${resource.startsWith('/') ? '' : where}.`,
    {
      status: 403,
      next: 'Ask for the right; the details have RBAC that gives it.',
      detail: `${
        said === ''
          ? ''
          : said
              .split('\n')
              .map((l) => `# ${l}\n`)
              .join('')
      }${yaml}`,
    },
  );
}

function verbsWith(verb: string, resource: string): string[] {
  if (verb === 'list' || verb === 'watch') return ['get', 'list', 'watch'];
  // Servers from 1.35 on require create, as for kubectl's old port-forward; earlier ones require get for a websocket.
  return resource === 'pods/portforward' ? ['get', 'create'] : [verb];
}

function verbOf(asked: Asked, at: ResourcePath): string {
  if (asked.method !== 'GET') return asked.method === 'POST' ? 'create' : asked.method.toLowerCase();
  return /[?&]watch=/.test(asked.path) ? 'watch' : at.name === undefined && at.resource !== '' ? 'list' : 'get';
}

/** A web page where the API should be: a login page, a captive portal, a wrong address. */
export function pageProblem(status: number, body: string, asked: Asked): Problem {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1]?.replace(/\s+/g, ' ').trim();
  return new Problem(
    'kube.notApi',
    `${asked.server} answered with ` +
      `${status >= 300 && status < 400 ? `a redirect (${status})` : 'a web page'}${title ? `, "${title}",` : ''} ` +
      'where the Kubernetes API was expected.',
    {
      status,
      next:
        'Something in between asks you to log in, or the address is not that of an API server: ' +
        'log in there, or correct the server in the kubeconfig.',
    },
  );
}

export function looksLikePage(contentType: string, body: string): boolean {
  return /^text\/html/i.test(contentType) || /^\s*<(!doctype html|html|head|body)\b/i.test(body.slice(0, 200));
}

function statusMessage(body: string): string {
  try {
    const it = object(JSON.parse(body));
    return text(it['message']) || text(it['reason']);
  } catch {
    return body.slice(0, 2000);
  }
}

function inNamespace(at: ResourcePath): string {
  return at.namespace === undefined ? '' : ` in the namespace ${at.namespace}`;
}

function short(said: string): string {
  const line = said.split('\n')[0]?.trim() ?? '';
  return line === '' ? '' : `: ${line.slice(0, 200).replace(/\.$/, '')}`;
}
