/**
 * What we learned about a workload's processes and keep over a restart: endpoints that answered, and whose token to
 * send.
 */
import { parseEndpointUrl } from './pins';
import { NO_AUTH, parseAuth, sameAuth, type Auth } from './reach';
import type { EndpointKind } from '../controllers/types';

/** Where it is kept: the editor's memento, or a Map. */
export interface Memento {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export interface RememberedEndpoint {
  readonly kind: EndpointKind;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly path: string;
  /** It asked for a token. */
  readonly secured: boolean;
}

export interface Remembered {
  readonly endpoints: readonly RememberedEndpoint[];
  readonly auth: Auth;
}

const KEY = 'controllerTuner.endpoints.v1';
const NOTHING: Remembered = { endpoints: [], auth: NO_AUTH };

interface Stored {
  workload: string;
  auth?: Auth;
  endpoints: { url: string; kind: EndpointKind; secured?: boolean }[];
}

/**
 * Holds choices and addresses, never tokens. Beyond `limit` workloads, those with the oldest answer or choice are
 * forgotten; reading doesn't count.
 */
export class EndpointMemory {
  readonly #known = new Map<string, Remembered>();

  constructor(
    private readonly memento: Memento,
    private readonly limit = 300,
  ) {
    const stored = memento.get(KEY);
    for (const s of Array.isArray(stored) ? (stored as unknown[]) : []) {
      const one = read(s);
      if (one) this.#known.set(one[0], one[1]);
    }
  }

  get(context: string, workload: string): Remembered {
    return this.#known.get(keyOf(context, workload)) ?? NOTHING;
  }

  /** Keeps the endpoints that answered, in place of those known before. */
  keepEndpoints(context: string, workload: string, endpoints: readonly RememberedEndpoint[]): void {
    const { auth } = this.get(context, workload);
    this.#set(keyOf(context, workload), {
      endpoints: endpoints.map(({ kind, port, scheme, path, secured }) => ({ kind, port, scheme, path, secured })),
      auth,
    });
  }

  keepAuth(context: string, workload: string, auth: Auth): void {
    this.#set(keyOf(context, workload), { endpoints: this.get(context, workload).endpoints, auth });
  }

  #set(key: string, value: Remembered): void {
    const before = this.#known.get(key);
    this.#known.delete(key);
    if (value.endpoints.length > 0 || value.auth.kind !== 'none') this.#known.set(key, value);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= this.limit) break;
      this.#known.delete(old);
    }
    if (before && same(before, value)) return;
    this.memento.set(
      KEY,
      [...this.#known].map(([workload, v]): Stored => ({
        workload,
        ...(v.auth.kind !== 'none' && { auth: v.auth }),
        endpoints: v.endpoints.map((e) => ({
          kind: e.kind,
          url: `${e.scheme}://:${e.port}${e.path}`,
          ...(e.secured && { secured: true }),
        })),
      })),
    );
  }
}

function keyOf(context: string, workload: string): string {
  return `${context}\n${workload}`;
}

function same(a: Remembered, b: Remembered): boolean {
  return sameAuth(a.auth, b.auth) && JSON.stringify(a.endpoints) === JSON.stringify(b.endpoints);
}

function read(s: unknown): [string, Remembered] | undefined {
  if (typeof s !== 'object' || s === null) return undefined;
  const { workload, auth, endpoints } = s as Record<string, unknown>;
  if (typeof workload !== 'string' || !Array.isArray(endpoints)) return undefined;
  const known: RememberedEndpoint[] = [];
  for (const e of endpoints as unknown[]) {
    const { kind, url, secured } = (e ?? {}) as Record<string, unknown>;
    if ((kind !== 'pprof' && kind !== 'metrics') || typeof url !== 'string') continue;
    const at = parseEndpointUrl(url);
    if (at) known.push({ kind, ...at, secured: secured === true });
  }
  return [workload, { endpoints: known, auth: parseAuth(auth) ?? NO_AUTH }];
}
