/**
 * Reads one kubeconfig file. client-node's KubeConfig reads clusters and users and makes their paths absolute. What its
 * model (2.0.1) leaves out is read from the same YAML: `tokenFile`, `as-uid`, `as-groups`, `as-user-extra`, the clusters'
 * extensions, and contexts without a cluster, which are shown with what is wrong with them. Its `loadFromDefault` and
 * `mergeConfig` are not used: they stop at the first file that doesn't parse and at the first name that comes twice.
 */
import path from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { loadYaml } from '@kubernetes/client-node/dist/yaml.js';
import { Problem } from '../../base/problem';
import { list, object, text, type Json } from '../../base/json';
import type { ContextEntry, ExecEntry, Impersonation, ParsedFile, UserEntry, ClusterEntry } from './entries';

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec';

/** Throws Problem `kube.configParse` with file and line. An empty file gives no entries. */
export function parseKubeconfig(content: string, file: string): ParsedFile {
  if (isEmpty(content)) return { file, clusters: [], users: [], contexts: [], current: '' };
  let raw: Json;
  const config = new KubeConfig();
  try {
    const whole: unknown = loadYaml(content);
    if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
      throw new Error('it is not a mapping of clusters, users and contexts');
    raw = object(whole);
    config.loadFromString(content, { onInvalidEntry: 'filter' });
    config.makePathsAbsolute(path.dirname(file));
  } catch (e) {
    throw parseProblem(e, file);
  }
  const rawUsers = byName(raw['users'], 'user');
  const rawClusters = byName(raw['clusters'], 'cluster');
  return {
    file,
    current: text(raw['current-context']),
    contexts: list(raw['contexts'])
      .map(object)
      .flatMap((c) => contextEntry(c, file)),
    clusters: config.clusters.map((c) => clusterEntry(c, rawClusters.get(c.name) ?? {}, file)),
    users: config.users.map((u) => userEntry(u, rawUsers.get(u.name) ?? {}, file)),
  };
}

/** True if there is nothing but comments, white space and a document's first line. */
function isEmpty(content: string): boolean {
  return (
    content
      .replace(/^\s*#.*$/gm, '')
      .replace(/^---$/m, '')
      .trim() === ''
  );
}

/** `raw`: the same cluster as written in the file. */
function clusterEntry(c: KubeConfig['clusters'][number], raw: Json, file: string): ClusterEntry {
  return {
    name: c.name,
    file,
    server: c.server,
    caFile: nonEmpty(c.caFile),
    caData: nonEmpty(c.caData),
    tlsServerName: nonEmpty(c.tlsServerName),
    skipTlsVerify: c.skipTLSVerify,
    proxyUrl: nonEmpty(c.proxyUrl),
    execConfig: list(raw['extensions'])
      .map(object)
      .find((e) => e['name'] === EXEC_EXTENSION)?.['extension'],
  };
}

/** `raw`: the same user as written in the file. */
function userEntry(u: KubeConfig['users'][number], raw: Json, file: string): UserEntry {
  const provider = object(raw['auth-provider']);
  return {
    name: u.name,
    file,
    token: nonEmpty(u.token),
    tokenFile: absolute(text(raw['tokenFile']), file),
    username: nonEmpty(u.username),
    password: nonEmpty(u.password),
    certFile: nonEmpty(u.certFile),
    certData: nonEmpty(u.certData),
    keyFile: nonEmpty(u.keyFile),
    keyData: nonEmpty(u.keyData),
    exec: raw['exec'] ? execEntry(object(raw['exec']), file) : undefined,
    authProvider: raw['auth-provider']
      ? { name: text(provider['name']), config: object(provider['config']) }
      : undefined,
    impersonate: impersonation(raw),
  };
}

function parseProblem(e: unknown, file: string): Problem {
  const said = e instanceof Error ? e : new Error(String(e));
  const { mark, reason } = said as Error & { mark?: { line?: number }; reason?: string };
  const line = typeof mark?.line === 'number' ? mark.line + 1 : undefined;
  // The library's message quotes the lines around the fault, which may hold a token: keep only its reason.
  const why = typeof reason === 'string' ? reason : (said.message.split('\n')[0] ?? '');
  return new Problem(
    'kube.configParse',
    `The kubeconfig ${file}${line === undefined ? '' : `, line ${line},`} can't be read: ${why}.`,
    {
      next: 'Fix the file; it is read again as soon as it is saved.',
    },
  );
}

function contextEntry(raw: Json, file: string): ContextEntry[] {
  const name = text(raw['name']);
  if (name === '') return [];
  const context = object(raw['context']);
  return [
    {
      name,
      file,
      cluster: text(context['cluster']),
      user: text(context['user']),
      namespace: text(context['namespace']) || 'default',
    },
  ];
}

function execEntry(raw: Json, file: string): ExecEntry {
  const command = text(raw['command']);
  return {
    apiVersion: text(raw['apiVersion']),
    // As in kubectl: a command with a slash is relative to the kubeconfig's folder, one without is looked up in PATH.
    command: /[/\\]/.test(command) ? (absolute(command, file) ?? '') : command,
    args: list(raw['args']).map(String),
    env: list(raw['env'])
      .map(object)
      .map((e) => ({ name: text(e['name']), value: String(e['value'] ?? '') }))
      .filter((e) => e.name !== ''),
    installHint: text(raw['installHint']).trim(),
    interactiveMode: text(raw['interactiveMode']),
    provideClusterInfo: raw['provideClusterInfo'] === true,
  };
}

function impersonation(raw: Json): Impersonation | undefined {
  const extra = Object.fromEntries(
    Object.entries(object(raw['as-user-extra'])).map(([key, values]) => [key, list(values).map(String)]),
  );
  const it = { user: text(raw['as']), uid: text(raw['as-uid']), groups: list(raw['as-groups']).map(String), extra };
  return it.user === '' && it.uid === '' && it.groups.length === 0 && Object.keys(extra).length === 0 ? undefined : it;
}

/** The inner object of each named entry; the first one of a name counts, as everywhere. */
function byName(entries: unknown, inner: string): ReadonlyMap<string, Json> {
  const map = new Map<string, Json>();
  for (const e of list(entries).map(object)) {
    const name = text(e['name']);
    if (!map.has(name)) map.set(name, object(e[inner]));
  }
  return map;
}

function absolute(p: string, file: string): string | undefined {
  return p === '' ? undefined : path.isAbsolute(p) ? p : path.join(path.dirname(file), p);
}

/** YAML gives numbers for `token: 123456` and null for an empty field. */
function nonEmpty(v: unknown): string | undefined {
  return v === undefined || v === null || v === '' ? undefined : String(v as string | number);
}
