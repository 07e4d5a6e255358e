/** One open context: what its user may ask of its API server. */
import type { Duplex } from 'node:stream';
import { Problem } from '../base/problem';
import type { Answer } from '../target/types';
import { Credentials, type CredentialOptions } from './auth/credentials';
import { LiveInventory } from './inventory/inventory';
import type { ResolvedContext } from './kubeconfig/entries';
import { ApiClient } from './net/client';
import { PodStream } from './stream/podStream';
import { ServiceAccountTokens } from './tokens';
import type { KindInfo } from '../churn/types';
import { discoverKinds } from './changes/discovery';
import { LiveFollowing } from './changes/following';
import type { ContextInfo, Following, FollowOptions, Inventory, InventoryOptions, KubeSession } from './types';

export class Session implements KubeSession {
  readonly context: ContextInfo;
  readonly #client: ApiClient;
  readonly #credentials: Credentials;
  readonly #tokens: ServiceAccountTokens;

  /** Throws Problem `kube.context` when the context points nowhere. */
  constructor(
    { info, cluster, user }: ResolvedContext,
    private readonly options: CredentialOptions,
  ) {
    if (info.problem || !cluster)
      throw Problem.fromJSON(
        info.problem ?? { code: 'kube.context', message: `The context ${info.name} has no cluster.` },
      );
    this.context = info;
    this.#credentials = new Credentials(user, cluster, options);
    this.#client = new ApiClient({
      context: info.name,
      credentials: this.#credentials,
      env: options.env,
      log: options.log,
    });
    this.#tokens = new ServiceAccountTokens(this.#client);
  }

  get disposed(): boolean {
    return this.#client.closed.aborted;
  }

  getJson<T>(path: string, { signal }: { readonly signal?: AbortSignal }): Promise<T> {
    return this.#client.json<T>(path, { signal });
  }

  raw(
    path: string,
    options: {
      readonly signal: AbortSignal;
      readonly maxBytes: number;
      readonly idleTimeoutMs: number;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answer> {
    const { signal, maxBytes, idleTimeoutMs, headers } = options;
    return this.#client.raw(path, { signal, timeoutMs: idleTimeoutMs, ...(headers && { headers }) }, maxBytes);
  }

  podStream(namespace: string, pod: string, port: number, signal: AbortSignal): Duplex {
    return new PodStream(
      {
        client: this.#client,
        refused: (dialed) => this.#credentials.refused(dialed.credential),
        log: this.options.log,
      },
      { namespace, pod, port, signal },
    );
  }

  async ownToken(signal: AbortSignal): Promise<string | undefined> {
    return (await this.#credentials.get(signal)).token;
  }

  serviceAccountToken(namespace: string, name: string, signal: AbortSignal): Promise<string> {
    return this.#tokens.token(namespace, name, signal);
  }

  serviceAccounts(namespace: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#tokens.list(namespace, signal);
  }

  inventory(options: InventoryOptions): Inventory {
    return new LiveInventory(this.#client, this.context.namespace, options);
  }

  kinds(signal: AbortSignal): Promise<readonly KindInfo[]> {
    return discoverKinds(this.#client, signal);
  }

  follow(options: FollowOptions): Following {
    return new LiveFollowing(this.#client, options);
  }

  /** Ends every request, stream and watch of this session. */
  dispose(): void {
    this.#client.dispose();
  }
}
