/**
 * HTTP to one API server as one user, over a few connections that are kept. client-node's generated clients are not
 * used: they open a TLS connection for every call (60 of 60), can't stream a watch into small records, and don't map
 * errors.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { pipeline, Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import type { Disposable } from '../../base/dispose';
import { isAbort, Problem } from '../../base/problem';
import type { Answer } from '../../target/types';
import { abortError, abortReason } from '../../base/abort';
import { endedAt, type Credential, type Credentials } from '../auth/credentials';
import { dial, type TlsIdentity } from './dial';
import { connectionProblem, looksLikePage, pageProblem, statusProblem, type Asked } from './problems';
import { proxyFor } from './proxy';

export interface ClientOptions {
  readonly context: string;
  readonly credentials: Credentials;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly accept?: string;
  /** Longest wait for the headers, and between two pieces of the body; ms. Default 30 s. */
  readonly timeoutMs?: number;
  /** Longest wait between two pieces of the body, where it may be longer; ms. */
  readonly idleMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Return an answer of any status that does not come from the API server itself. */
  readonly anyStatus?: boolean;
  /** Watches, and the lists before them, have connections of their own, so that a call never waits behind one. */
  readonly long?: boolean;
}

/** A JSON document as it came. `parse` throws Problem (`kube.notApi`). */
export interface JsonText {
  readonly text: string;
  parse<T>(): T;
}

export interface Dialed {
  readonly socket: Socket;
  readonly credential: Credential;
}

const TIMEOUT_MS = 30_000;
/** Longest answer that is read in one piece, after decompression: a page of 500 pods is some MB. */
const MAX_JSON = 256 << 20;
/** Calls share two connections. Watches take what they need: one each over HTTP/1.1, one for a hundred over HTTP/2. */
const CALL_CONNECTIONS = 2;
const LONG_CONNECTIONS = 512;

interface Pools {
  readonly id: string;
  readonly calls: Pool;
  readonly long: Pool;
}

export class ApiClient implements Disposable {
  readonly server: URL;
  readonly #base: string;
  readonly #closed = new AbortController();
  #pools: Pools | undefined;

  constructor(private readonly options: ClientOptions) {
    this.server = new URL(options.credentials.cluster.server);
    this.#base = this.server.pathname.replace(/\/$/, '');
  }

  /** Aborted when this client is disposed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** One JSON document. Throws Problem (`kube.*`) or the signal's abort. */
  async json<T>(path: string, call: CallOptions = {}): Promise<T> {
    return (await this.document(path, call)).parse<T>();
  }

  /** The same, still as text, so that something can be done before the time that parsing takes. */
  async document(path: string, call: CallOptions = {}): Promise<JsonText> {
    const answer = await this.open(path, call);
    const asked = this.asked(path, call, answer.credential);
    let bytes: Buffer;
    try {
      bytes = await collect(answer.body, answer.gzip, MAX_JSON);
    } catch (e) {
      throw this.failure(e, asked, call.signal);
    }
    const body = bytes.toString('utf8');
    const parse = <T>(): T => {
      try {
        return JSON.parse(body) as T;
      } catch (e) {
        if (looksLikePage(answer.contentType, body)) throw pageProblem(answer.status, body, asked);
        throw new Problem(
          'kube.notApi',
          `${asked.server} answered ${path.split('?')[0]} with something that is not JSON.`,
          { next: 'Check the server in the kubeconfig, and a proxy in between.', status: answer.status, cause: e },
        );
      }
    };
    return { text: body, parse };
  }

  /** The answer as a decompressed stream; destroy it to end the request. If it is not 2xx, throws as `json` does. */
  async stream(
    path: string,
    call: CallOptions,
  ): Promise<{ readonly body: Readable; readonly contentType: string; fail(e: unknown): Error }> {
    const { body, gzip, contentType, credential } = await this.open(path, call);
    const fail = (e: unknown): Error => this.failure(e, this.asked(path, call, credential), call.signal);
    return { body: gzip ? pipeline(body, createGunzip(), () => undefined) : body, contentType, fail };
  }

  /**
   * The answer of something behind the API server's proxy, whatever its status. When the API server itself refuses,
   * throws as `json` does.
   */
  async raw(path: string, call: CallOptions, maxBytes: number): Promise<Answer> {
    const answer = await this.open(path, { ...call, accept: '*/*', long: true, anyStatus: true });
    const asked = this.asked(path, call, answer.credential);
    let body: Buffer;
    try {
      body = await collect(answer.body, answer.gzip, maxBytes);
    } catch (e) {
      throw this.failure(e, asked, call.signal);
    }
    if (answer.status >= 400 && isStatus(body))
      throw statusProblem(answer.status, answer.contentType, body.toString('utf8'), asked);
    return { status: answer.status, headers: answer.headers, body, unverified: false };
  }

  /** A connection of its own, for a websocket, and the credential to send on it. */
  async dial(signal: AbortSignal): Promise<Dialed> {
    const credential = await this.options.credentials.get(signal);
    const tls = await this.#tls(credential);
    return {
      socket: await dial({
        server: this.server,
        proxy: this.#proxy(),
        tls,
        alpn: ['http/1.1'],
        signal: AbortSignal.any([signal, this.closed]),
      }),
      credential,
    };
  }

  /** The path on the wire: servers behind Rancher and the like have a path of their own in front. */
  wirePath(path: string): string {
    return this.#base + path;
  }

  asked(path: string, call: Pick<CallOptions, 'method'>, credential?: Credential): Asked {
    const { context, credentials } = this.options;
    return {
      server: this.server.host,
      method: call.method ?? 'GET',
      path,
      context,
      user: credentials.user?.name ?? 'anonymous',
      certificateEndedAt: endedAt(credential?.cert),
    };
  }

  failure(e: unknown, asked: Asked, signal: AbortSignal | undefined): Error {
    if (signal?.aborted) return abortReason(signal);
    if (this.closed.aborted) return abortReason(this.closed);
    // undici reports an abort that nobody asked for: the connection was lost.
    if (isAbort(e))
      return new Problem('kube.unreachable', `The connection to ${asked.server} was closed.`, {
        next: 'Try again.',
        cause: e,
      });
    return connectionProblem(e, asked);
  }

  dispose(): void {
    if (this.closed.aborted) return;
    this.#closed.abort(abortError('The session was closed.'));
    this.#drop(this.#pools, 'destroy');
    this.#pools = undefined;
  }

  private async open(
    path: string,
    call: CallOptions,
  ): Promise<{
    status: number;
    contentType: string;
    gzip: boolean;
    headers: Record<string, string>;
    body: Readable;
    credential: Credential;
  }> {
    const { credentials, log } = this.options;
    for (let attempt = 0; ; attempt++) {
      const start = Date.now();
      const signal = call.signal ? AbortSignal.any([call.signal, this.closed]) : this.closed;
      if (signal.aborted) throw this.failure(abortReason(signal), this.asked(path, call), call.signal);
      let credential: Credential | undefined;
      let answer: Dispatcher.ResponseData;
      try {
        credential = await credentials.get(signal);
        const pools = await this.#use(credential);
        answer = await pools[call.long ? 'long' : 'calls'].request({
          path: this.wirePath(path),
          method: call.method ?? 'GET',
          signal,
          headersTimeout: call.timeoutMs ?? TIMEOUT_MS,
          bodyTimeout: call.idleMs ?? call.timeoutMs ?? TIMEOUT_MS,
          headers: {
            accept: call.accept ?? 'application/json',
            'accept-encoding': 'gzip',
            'user-agent': 'controller-tuner',
            ...credential.headers,
            ...call.headers,
            ...(call.body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        });
      } catch (e) {
        throw this.failure(e, this.asked(path, call, credential), call.signal);
      }
      const status = answer.statusCode;
      const contentType = header(answer, 'content-type');
      const gzip = header(answer, 'content-encoding').toLowerCase() === 'gzip';
      log(`${call.method ?? 'GET'} ${path} ${status} in ${Date.now() - start} ms`);
      const ours = call.anyStatus === true && status !== 401;
      if (ours || (status >= 200 && status < 300))
        return { status, contentType, gzip, headers: plain(answer), body: answer.body, credential };
      const asked = this.asked(path, call, credential);
      let said: Buffer;
      try {
        said = await collect(answer.body, gzip, 1 << 20);
      } catch (e) {
        throw call.signal?.aborted || this.closed.aborted
          ? this.failure(e, asked, call.signal)
          : statusProblem(status, contentType, '', asked);
      }
      // The server behind the proxy wants credentials of its own; ours are fine, so there is no second attempt.
      if (call.anyStatus === true && !isStatus(said))
        return { status, contentType, gzip: false, headers: plain(answer), body: Readable.from([said]), credential };
      if (status === 401 && attempt === 0 && credentials.refused(credential)) continue;
      throw statusProblem(status, contentType, said.toString('utf8'), asked);
    }
  }

  #proxy(): URL | undefined {
    return proxyFor(this.server, this.options.credentials.cluster.proxyUrl, this.options.env);
  }

  async #tls({ cert, key }: Credential): Promise<TlsIdentity> {
    const { cluster } = this.options.credentials;
    return {
      ca: await this.options.credentials.ca(),
      cert,
      key,
      serverName: cluster.tlsServerName,
      skipVerify: cluster.skipTlsVerify,
    };
  }

  /** The connections of this TLS identity; those of another one (after a certificate was renewed) may finish. */
  async #use(credential: Credential): Promise<Pools> {
    const tls = await this.#tls(credential);
    const proxy = this.#proxy();
    const id = createHash('sha256')
      .update(JSON.stringify([tls, proxy?.href]))
      .digest('base64');
    if (this.closed.aborted) throw abortReason(this.closed);
    if (this.#pools?.id === id) return this.#pools;
    this.#drop(this.#pools, 'close');
    this.#pools = {
      id,
      calls: this.#pool(CALL_CONNECTIONS, tls, proxy),
      long: this.#pool(LONG_CONNECTIONS, tls, proxy),
    };
    return this.#pools;
  }

  #pool(connections: number, tls: TlsIdentity, proxy: URL | undefined): Pool {
    return new Pool(this.server.origin, {
      connections,
      pipelining: 1,
      allowH2: true,
      keepAliveTimeout: 60_000,
      connect: (_options, done) => {
        dial({ server: this.server, proxy, tls, alpn: ['h2', 'http/1.1'], signal: this.closed }).then(
          (socket) => {
            done(null, socket);
          },
          (e: unknown) => {
            done(e instanceof Error ? e : new Error(String(e)), null);
          },
        );
      },
    });
  }

  #drop(pools: Pools | undefined, how: 'close' | 'destroy'): void {
    for (const pool of pools ? [pools.calls, pools.long] : []) void pool[how]().catch(() => undefined);
  }
}

/** True when the API server itself speaks: it refuses with a Status object. */
function isStatus(body: Buffer): boolean {
  return /"kind"\s*:\s*"Status"/.test(body.subarray(0, 2000).toString('latin1'));
}

function plain({ headers }: Dispatcher.ResponseData): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, v] of Object.entries(headers)) if (v !== undefined) out[name] = Array.isArray(v) ? v.join(', ') : v;
  return out;
}

function header(answer: Dispatcher.ResponseData, name: string): string {
  const value = answer.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

async function collect(body: Readable, gzip: boolean, limit: number): Promise<Buffer> {
  const tooLong = (): Problem =>
    new Problem('kube.tooLong', 'The answer of the API server is too long.', {
      next: 'Limit what is looked at with the setting controllerTuner.namespaces.',
    });
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw tooLong();
    parts.push(part);
  }
  const whole = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
  if (!gzip) return whole;
  try {
    return await promisify(gunzip)(whole, { maxOutputLength: limit });
  } catch (e) {
    throw (e as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE' ? tooLong() : e;
  }
}
