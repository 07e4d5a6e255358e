/** Tokens for endpoints that ask for one, kept in memory only. */
import { Problem } from '../base/problem';
import { list, object, text, time } from '../base/json';
import { Shared } from './concurrency';
import type { ApiClient } from './net/client';

/** The shortest lifetime that the API server grants (TokenRequest's `expirationSeconds`). */
const SECONDS = 600;
/** A token is no longer used this long before it expires, ms. */
const MARGIN_MS = 60_000;

interface Kept {
  readonly token: string;
  readonly until: number;
}

export class ServiceAccountTokens {
  readonly #kept = new Map<string, Kept>();
  readonly #asking = new Map<string, Shared<string>>();

  constructor(private readonly client: ApiClient) {}

  /** Throws Problem `kube.forbidden` with the RBAC that allows it. */
  async token(namespace: string, name: string, signal: AbortSignal): Promise<string> {
    const id = `${namespace}/${name}`;
    const kept = this.#kept.get(id);
    if (kept && kept.until - MARGIN_MS > Date.now()) return kept.token;
    let asking = this.#asking.get(id);
    if (!asking) this.#asking.set(id, (asking = new Shared()));
    return asking.run((stop) => this.#request(namespace, name, stop), signal);
  }

  async list(namespace: string, signal: AbortSignal): Promise<readonly string[]> {
    const names: string[] = [];
    let next = '';
    do {
      const after = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
      const page = object(await this.client.json<unknown>(`${accountsPath(namespace)}?limit=500${after}`, { signal }));
      names.push(
        ...list(page['items'])
          .map((a) => text(object(object(a)['metadata'])['name']))
          .filter((n) => n !== ''),
      );
      next = text(object(page['metadata'])['continue']);
    } while (next !== '');
    return names.sort();
  }

  async #request(namespace: string, name: string, signal: AbortSignal): Promise<string> {
    const path = `${accountsPath(namespace)}/${encodeURIComponent(name)}/token`;
    const asked = Date.now();
    const answer = object(
      object(
        await this.client.json<unknown>(path, {
          method: 'POST',
          signal,
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: SECONDS } },
        }),
      )['status'],
    );
    const token = text(answer['token']);
    if (token === '')
      throw new Problem('kube.server', `The API server gave no token for the service account ${namespace}/${name}.`, {
        next: 'Choose another service account.',
      });
    // By our own clock, from the moment of asking: the server's may differ.
    this.#kept.set(`${namespace}/${name}`, {
      token,
      until: Math.min(asked + SECONDS * 1000, time(answer['expirationTimestamp']) || Infinity),
    });
    return token;
  }
}

function accountsPath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts`;
}
