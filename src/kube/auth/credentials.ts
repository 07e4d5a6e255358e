/**
 * Who we are to an API server: headers and client certificate of a kubeconfig's user, fresh for each request. The rules
 * are client-go's: data before file, tokenFile before token. client-node's `applyToHTTPSOptions` (2.0.1) is not used:
 * it doesn't follow rotation, share one run between concurrent calls, cancel, or impersonate groups.
 */
import { X509Certificate } from 'node:crypto';
import { Problem } from '../../base/problem';
import { Shared } from '../concurrency';
import type { ClusterEntry, UserEntry } from '../kubeconfig/entries';
import { execInfo, runExecPlugin, type ExecCredential } from './execPlugin';
import { dataOrFile, RotatingFile } from './files';

export interface Credential {
  /** `authorization` and the impersonation headers. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly token: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface CredentialOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** May the kubeconfig's exec plugin run? Asked each time. */
  readonly allowExec: () => boolean;
  readonly log: (line: string) => void;
  /** For tests. Default 60 s. */
  readonly execTimeoutMs?: number;
}

/** A credential is renewed this long before it expires, ms, so that it doesn't expire on the way. */
const BEFORE_EXPIRY_MS = 10_000;
/** A plugin that failed doesn't run again within this time, ms: a dozen watches ask at once, the user only once. */
const FAILED_KEPT_MS = 1000;

export class Credentials {
  readonly #certFile: RotatingFile | undefined;
  readonly #keyFile: RotatingFile | undefined;
  readonly #tokenFile: RotatingFile | undefined;
  readonly #caFile: RotatingFile | undefined;
  readonly #running = new Shared<ExecCredential>();
  #exec: ExecCredential | undefined;
  #failed: { readonly problem: unknown; readonly at: number } | undefined;

  constructor(
    readonly user: UserEntry | undefined,
    readonly cluster: ClusterEntry,
    private readonly options: CredentialOptions,
  ) {
    const rotating = (file: string | undefined, what: string): RotatingFile | undefined =>
      file === undefined ? undefined : new RotatingFile(file, what);
    this.#certFile = rotating(user?.certFile, 'client certificate');
    this.#keyFile = rotating(user?.keyFile, 'client key');
    this.#tokenFile = rotating(user?.tokenFile, 'token file');
    this.#caFile = rotating(cluster.caFile, 'certificate authority');
  }

  /** The cluster's CA in PEM; undefined = the system's. Throws Problem `kube.file`. */
  ca(): Promise<string | undefined> {
    return dataOrFile(this.cluster.caData, this.#caFile);
  }

  /** Throws Problem (`kube.exec*`, `kube.file`, `kube.authProvider`, `kube.execNotAllowed`). */
  async get(signal?: AbortSignal): Promise<Credential> {
    const { user } = this;
    if (!user) return { headers: {}, token: undefined, cert: undefined, key: undefined };
    let cert = await dataOrFile(user.certData, this.#certFile);
    let key = await dataOrFile(user.keyData, this.#keyFile);
    let token = this.#tokenFile ? (await this.#tokenFile.read()).trim() : user.token?.trim();
    if (user.exec) {
      const given = await this.#execCredential(signal);
      token = given.token ?? token;
      if (given.cert !== undefined) {
        cert = given.cert;
        key = given.key;
      }
    } else if (user.authProvider && !token) {
      token = legacyToken(user);
    }
    const headers: Record<string, string | string[]> = {};
    if (token) headers['authorization'] = `Bearer ${token}`;
    else if (user.username !== undefined)
      headers['authorization'] = `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
    return { headers: { ...headers, ...impersonationHeaders(user) }, token: token || undefined, cert, key };
  }

  /** The server refused this credential. True when asking again may give another one. */
  refused(used: Credential): boolean {
    if (this.user?.exec) {
      // Another call may have renewed it meanwhile: drop only the one that was refused.
      const same =
        this.#exec &&
        this.#exec.token === used.token &&
        (this.#exec.cert === undefined || this.#exec.cert === used.cert);
      if (same) this.#exec = undefined;
      return true;
    }
    for (const f of [this.#tokenFile, this.#certFile, this.#keyFile]) f?.stale();
    return this.#tokenFile !== undefined || this.#certFile !== undefined;
  }

  async #execCredential(signal: AbortSignal | undefined): Promise<ExecCredential> {
    const kept = this.#exec;
    if (kept && (kept.expiresAt === undefined || kept.expiresAt - BEFORE_EXPIRY_MS > Date.now())) return kept;
    if (this.#failed && Date.now() - this.#failed.at < FAILED_KEPT_MS) throw this.#failed.problem;
    return this.#running.run((stop) => this.#runPlugin(stop), signal);
  }

  async #runPlugin(signal: AbortSignal): Promise<ExecCredential> {
    const { user, cluster, options } = this;
    const exec = user?.exec;
    if (!user || !exec)
      throw new Problem('kube.execMissing', 'The user has no exec plugin.', {
        next: 'Give the user of this context an exec plugin or a token in the kubeconfig.',
      });
    if (!options.allowExec()) {
      throw new Problem(
        'kube.execNotAllowed',
        `The user ${user.name} logs in by running ${exec.command}, ` +
          'and programs are not run for a workspace that is not trusted.',
        { next: 'Trust the workspace (command "Workspaces: Manage Workspace Trust"), then try again.' },
      );
    }
    const start = Date.now();
    try {
      const ca = exec.provideClusterInfo ? await this.ca() : undefined;
      const info = execInfo(exec, cluster, ca === undefined ? undefined : Buffer.from(ca).toString('base64'));
      const got = await runExecPlugin(exec, info, user.name, options.env, signal, options.execTimeoutMs);
      options.log(
        `exec plugin ${exec.command}: a credential in ${Date.now() - start} ms, ` +
          `${got.expiresAt === undefined ? 'no expiry' : `good until ${new Date(got.expiresAt).toISOString()}`}`,
      );
      this.#exec = got;
      this.#failed = undefined;
      return got;
    } catch (e) {
      if (!signal.aborted) this.#failed = { problem: e, at: Date.now() };
      options.log(
        `exec plugin ${exec.command}: ${signal.aborted ? 'cancelled' : e instanceof Problem ? e.code : 'failed'} ` +
          `after ${Date.now() - start} ms`,
      );
      throw e;
    }
  }
}

/**
 * The old `auth-provider` users. An oidc token is used while it is valid. It is not renewed here: many identity
 * providers replace the refresh token at each use, and only kubectl writes the new one back, so renewing it in memory
 * would log the user out everywhere else.
 */
function legacyToken(user: UserEntry): string {
  const name = user.authProvider?.name ?? '';
  if (name !== 'oidc') {
    const plugin = name === 'gcp' ? ' (gke-gcloud-auth-plugin)' : name === 'azure' ? ' (kubelogin)' : '';
    throw new Problem(
      'kube.authProvider',
      `The user ${user.name} logs in by the auth-provider "${name}", which Kubernetes removed in 1.26.`,
      { next: `Get a new kubeconfig that uses an exec plugin${plugin}.` },
    );
  }
  const token = user.authProvider?.config['id-token'];
  if (typeof token !== 'string' || token === '') {
    throw new Problem(
      'kube.authProvider',
      `The user ${user.name} logs in by OpenID Connect, and the kubeconfig holds no id-token.`,
      { next: "Log in with kubectl or your identity provider's tool; the change is picked up." },
    );
  }
  const expiresAt = jwtExpiry(token);
  if (expiresAt !== undefined && expiresAt <= Date.now()) {
    throw new Problem(
      'kube.authProvider',
      `The OpenID Connect token of the user ${user.name} ran out on ${new Date(expiresAt).toISOString()}.`,
      { next: 'Run any kubectl command with this context: it renews the token, and the change is picked up.' },
    );
  }
  return token;
}

/** `exp` of a JWT as ms since the epoch; undefined when it can't be read. */
export function jwtExpiry(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const exp = (claims as { exp?: unknown } | null)?.exp;
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** The headers that client-go sends. An extra's key is percent-encoded, since header names allow fewer characters. */
export function impersonationHeaders(user: UserEntry): Record<string, string | string[]> {
  const as = user.impersonate;
  if (!as) return {};
  return {
    ...(as.user !== '' && { 'impersonate-user': as.user }),
    ...(as.uid !== '' && { 'impersonate-uid': as.uid }),
    ...(as.groups.length > 0 && { 'impersonate-group': [...as.groups] }),
    ...Object.fromEntries(
      Object.entries(as.extra).map(([key, values]) => [`impersonate-extra-${encodeHeaderName(key)}`, [...values]]),
    ),
  };
}

function encodeHeaderName(key: string): string {
  return [...Buffer.from(key.toLowerCase())]
    .map((b) => {
      const c = String.fromCharCode(b);
      return /[a-z0-9!#$&'*+.^_`|~-]/.test(c) ? c : `%${b.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** When a client certificate expired, as ms since the epoch; undefined when it is still valid or can't be read. */
export function endedAt(cert: string | undefined, now = Date.now()): number | undefined {
  if (cert === undefined) return undefined;
  try {
    const until = Date.parse(new X509Certificate(cert).validTo);
    return until <= now ? until : undefined;
  } catch {
    return undefined;
  }
}
