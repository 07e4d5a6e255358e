/** Passwords, tokens and secret headers of Prometheuses, each bound to the address for which it was given. */
import { parseAddress } from './address';
import type { Secrets } from './client';

/** Where they are kept: the editor's SecretStorage. */
export interface SecretBox {
  keys(): PromiseLike<readonly string[]>;
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/**
 * Whose they are. A Prometheus with an address is identified by it and not by its name: whoever changes the address in
 * a setting gets no password that was given for another. One in a cluster is identified by the API server's address,
 * for the same reason.
 */
export type SecretOwner =
  | { readonly url: string; readonly username: string }
  /** `id`: namespace/name. */
  | { readonly server: string; readonly id: string };

const PREFIX = 'prometheus ';

export class PrometheusSecrets {
  constructor(private readonly box: SecretBox) {}

  async get(owner: SecretOwner): Promise<Secrets | undefined> {
    return read(await this.box.get(keyOf(owner)));
  }

  async keep(owner: SecretOwner, secrets: Secrets): Promise<void> {
    await this.box.store(keyOf(owner), JSON.stringify(secrets));
  }

  async forget(owner: SecretOwner): Promise<void> {
    await this.box.delete(keyOf(owner));
  }

  /** Everyone who has some. */
  async owners(): Promise<readonly SecretOwner[]> {
    return (await this.box.keys()).flatMap((key) => ownerOf(key) ?? []);
  }
}

/** "https://prometheus.example as jane", "monitoring/prometheus of https://10.0.0.1:6443". */
export function ownerLabel(owner: SecretOwner): string {
  if ('server' in owner) return `${owner.id} of ${owner.server}`;
  return owner.username === '' ? owner.url : `${owner.url} as ${owner.username}`;
}

function keyOf(owner: SecretOwner): string {
  if ('server' in owner) return `${PREFIX}${JSON.stringify(['cluster', owner.server, owner.id])}`;
  const { origin, pathname } = parseAddress(owner.url);
  return `${PREFIX}${JSON.stringify(['url', `${origin}${pathname.replace(/\/+$/, '')}`, owner.username])}`;
}

function ownerOf(key: string): SecretOwner | undefined {
  if (!key.startsWith(PREFIX)) return undefined;
  try {
    const [kind, a, b] = JSON.parse(key.slice(PREFIX.length)) as unknown[];
    if (typeof a !== 'string' || typeof b !== 'string') return undefined;
    return kind === 'url' ? { url: a, username: b } : kind === 'cluster' ? { server: a, id: b } : undefined;
  } catch {
    return undefined;
  }
}

function read(text: string | undefined): Secrets | undefined {
  if (text === undefined) return undefined;
  try {
    const { username, secret, headers } = JSON.parse(text) as {
      username?: unknown;
      secret?: unknown;
      headers?: unknown;
    };
    return {
      ...(typeof username === 'string' && { username }),
      ...(typeof secret === 'string' && { secret }),
      ...(typeof headers === 'object' &&
        headers !== null && {
          headers: Object.fromEntries(
            Object.entries(headers).filter((e): e is [string, string] => typeof e[1] === 'string'),
          ),
        }),
    };
  } catch {
    return undefined;
  }
}
