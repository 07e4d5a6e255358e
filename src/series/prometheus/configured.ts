/** The entries of the setting `controllerTuner.prometheus`, checked: settings.json may hold anything. */
import { Problem, type ProblemData } from '../../base/problem';
import { parseAddress } from './address';
import { urlClient, type PrometheusClient, type Secrets } from './client';

export type AuthKind = 'none' | 'basic' | 'bearer';
/** The header for a tenant: Mimir, Cortex, Loki and their like. */
export const TENANT_HEADER = 'X-Scope-OrgID';

/** One entry, complete. */
export interface ConfiguredPrometheus {
  /** Unique, also among the Prometheuses that were found in clusters. */
  readonly id: string;
  /** Its index in the setting. */
  readonly at: number;
  readonly name: string;
  readonly url: string;
  /** Contexts whose controllers it has metrics of; [] = all, and also attached processes. */
  readonly contexts: readonly string[];
  readonly auth: AuthKind;
  readonly username: string;
  /** With the tenant's; none of them is secret. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers whose values are in the secret storage. */
  readonly secretHeaders: readonly string[];
  /** '' = the usual authorities. */
  readonly caFile: string;
  readonly skipVerify: boolean;
  /** Why the entry can't be used. */
  readonly problem: ProblemData | undefined;
}

/** An entry as the user wrote it. */
export interface WrittenPrometheus {
  name?: string;
  url: string;
  contexts?: readonly string[];
  auth?: AuthKind;
  username?: string;
  tenant?: string;
  headers?: Readonly<Record<string, string>>;
  secretHeaders?: readonly string[];
  caFile?: string;
  skipVerify?: boolean;
}

export function readConfigured(raw: unknown): readonly ConfiguredPrometheus[] {
  if (!Array.isArray(raw)) return [];
  const ids = new Set<string>();
  return raw.flatMap((entry: unknown, at) => {
    const one = readOne(entry);
    if (!one) return [];
    // The same address twice, with other credentials or for other contexts.
    let id = one.id;
    for (let n = 2; ids.has(id); n++) id = `${one.id} ${n}`;
    ids.add(id);
    return [{ ...one, id, at }];
  });
}

function readOne(entry: unknown): Omit<ConfiguredPrometheus, 'at'> | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const e = entry as Readonly<Record<string, unknown>>;
  const url = text(e['url']);
  const tenant = text(e['tenant']);
  let host = url;
  let problem: Problem | undefined;
  try {
    host = parseAddress(url).host;
  } catch (p) {
    problem = Problem.from(p, 'prometheus.settings');
    host = '';
  }
  const auth = e['auth'] === 'basic' || e['auth'] === 'bearer' ? e['auth'] : 'none';
  const username = auth === 'basic' ? text(e['username']) : '';
  if (auth === 'basic' && username === '')
    problem ??= new Problem(
      'prometheus.settings',
      `The Prometheus at ${host} has no user name for its basic authentication.`,
      { next: 'Add "username" to it in the setting controllerTuner.prometheus.' },
    );
  const headers = record(e['headers']);
  if (Object.keys(headers).some((h) => h.toLowerCase() === 'authorization')) {
    problem ??= new Problem(
      'prometheus.settings',
      `The Prometheus at ${host} has the header Authorization in the settings.`,
      {
        next:
          'Take it out: set "auth" to basic or bearer, and the password or token is asked for ' +
          'and kept in the secret storage.',
      },
    );
  }
  const name = text(e['name']);
  return {
    id: `settings ${url} ${username}`,
    name: name === '' ? (host === '' ? 'Prometheus of the settings' : host) : name,
    url,
    contexts: texts(e['contexts']),
    auth,
    username,
    headers: { ...headers, ...(tenant !== '' && { [TENANT_HEADER]: tenant }) },
    secretHeaders: texts(e['secretHeaders']),
    caFile: text(e['caFile']),
    skipVerify: e['skipVerify'] === true,
    problem: problem?.toJSON(),
  };
}

/** Those for a context's controllers; undefined = for a process attached by its address. */
export function forContext(
  all: readonly ConfiguredPrometheus[],
  context: string | undefined,
): readonly ConfiguredPrometheus[] {
  return all.filter((one) => one.contexts.length === 0 || (context !== undefined && one.contexts.includes(context)));
}

export interface ClientNeeds {
  readonly secrets: (signal: AbortSignal) => Promise<Secrets | undefined>;
  /** The text of a file. */
  readonly read: (path: string) => Promise<string>;
}

/**
 * The client for an entry. Throws Problem `prometheus.settings` for mistakes in the settings, also for a CA file that
 * can't be read.
 */
export async function configuredClient(
  one: Pick<ConfiguredPrometheus, 'url' | 'auth' | 'username' | 'headers' | 'secretHeaders' | 'caFile' | 'skipVerify'>,
  { secrets, read }: ClientNeeds,
): Promise<PrometheusClient> {
  const ca = one.caFile === '' ? '' : await readCa(one.caFile, read);
  return urlClient({
    url: one.url,
    headers: one.headers,
    username: one.username,
    ca,
    skipVerify: one.skipVerify,
    secrets: async (signal) => {
      if (one.auth === 'none' && one.secretHeaders.length === 0) return undefined;
      const kept = await secrets(signal);
      const headers = Object.fromEntries(
        Object.entries(kept?.headers ?? {}).filter(([h]) =>
          one.secretHeaders.some((s) => s.toLowerCase() === h.toLowerCase()),
        ),
      );
      return { headers, ...(one.auth !== 'none' && kept?.secret !== undefined && { secret: kept.secret }) };
    },
  });
}

async function readCa(file: string, read: ClientNeeds['read']): Promise<string> {
  let pem: string;
  try {
    pem = await read(file);
  } catch (e) {
    throw new Problem('prometheus.settings', `The CA file ${file} could not be read.`, {
      next: 'Check its path, "caFile" in the setting controllerTuner.prometheus.',
      detail: e instanceof Error ? e.message : String(e),
      cause: e,
    });
  }
  if (!/-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(pem))
    throw new Problem('prometheus.settings', `${file} holds no certificate in PEM.`, {
      next: 'A CA file has lines that begin with -----BEGIN CERTIFICATE-----.',
    });
  return pem;
}

function text(v: unknown): string {
  return typeof v === 'string' ? v.trim() : '';
}
function texts(v: unknown): readonly string[] {
  return Array.isArray(v) ? v.filter((t): t is string => typeof t === 'string' && t !== '') : [];
}
function record(v: unknown): Record<string, string> {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).filter((e): e is [string, string] => typeof e[1] === 'string'))
    : {};
}
