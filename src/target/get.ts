import * as http from 'node:http';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { abortErrorOf } from '../base/abort';
import { isAbort } from '../base/problem';
import { unpack } from './encoding';
import { connectProblem, dropped, timedOut, tooBig } from './problems';
import type { Answer, GetOptions, Target } from './types';

const CANCELLED = 'The request was cancelled.';

/** Longest body, unless the caller says otherwise: 512 MiB. */
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * GET of a path of a process. One stream for each request, closed with it: no connection is kept. A text that came
 * compressed is unpacked, a profile (a gzip file in itself) stays as it is.
 *
 * Any status is an answer; see `expectOk`. Throws a Problem: `target.refused`, `target.unreachable`, `target.timeout`,
 * `target.dropped`, `target.tooBig`, `target.certificate`, `target.clientCertificate`, `target.scheme` (speaks the
 * other of HTTP and HTTPS), `target.protocol` (no HTTP at all), and whatever Problem the stream or the token ends with.
 * An aborted signal gives its AbortError at once and destroys the stream.
 */
export async function get(target: Target, path: string, options: GetOptions): Promise<Answer> {
  throwIfCancelled(options.signal);
  // Our own signal, so that the stream and the token are given up when the request ends, for whatever reason.
  const ended = new AbortController();
  const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
  try {
    const token = await target.token?.(signal);
    throwIfCancelled(options.signal);
    const answer = await new Request(target, path, options, token, signal).answer;
    const body = await unpack(answer.body, answer.headers, options.maxBytes ?? MAX_BYTES, () =>
      tooBig(target, path, options.maxBytes ?? MAX_BYTES),
    );
    return body === answer.body ? answer : { ...answer, body };
  } catch (e) {
    // When the user cancels, the stream may end with any error: it is still an abort.
    throwIfCancelled(options.signal);
    throw e;
  } finally {
    ended.abort();
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortErrorOf(signal, CANCELLED);
}

/** One request, from connecting to the last byte. Everything that it opened is closed before `answer` settles. */
class Request {
  readonly answer: Promise<Answer>;
  readonly #started = performance.now();
  readonly #maxBytes: number;
  #received = 0;
  #responded = false;
  #done = false;
  #timer: NodeJS.Timeout | undefined;
  #req: http.ClientRequest | undefined;
  /** What HTTP runs on, and the given stream below it when there is TLS in between. */
  #socket: Duplex | undefined;
  #stream: Duplex | undefined;
  #resolve!: (a: Answer) => void;
  #reject!: (e: unknown) => void;

  constructor(
    private readonly target: Target,
    private readonly path: string,
    private readonly options: GetOptions,
    token: string | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.#maxBytes = options.maxBytes ?? MAX_BYTES;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#timer = setTimeout(
      () => this.#fail(timedOut(target, path, options.idleTimeoutMs, this.#received)),
      options.idleTimeoutMs,
    );
    try {
      this.#start(token);
    } catch (e) {
      this.#fail(e);
    }
  }

  #start(token: string | undefined): void {
    const { target } = this;
    // Without an agent, Node opens one connection and keeps none. TLS is made in #connect, so plain http serves both.
    // The module's http.request won't do: VS Code replaces it in its extension host with one that always sets an agent
    // of its own (for proxies). With an agent, Node ignores createConnection, and the request would go to this
    // machine's own port.
    this.#req = new http.ClientRequest({
      method: 'GET',
      path: this.path,
      host: target.host,
      port: target.port,
      setHost: false,
      headers: {
        Host: hostHeader(target),
        Accept: '*/*',
        'Accept-Encoding': 'gzip',
        'User-Agent': 'controller-tuner',
        Connection: 'close',
        ...(token !== undefined && token !== '' && { Authorization: `Bearer ${token}` }),
        ...this.options.headers,
      },
      createConnection: () => this.#connect(),
    });
    this.#req.on('error', (e) => this.#fail(this.#explain(e)));
    this.#req.on('response', (res) => this.#read(res));
    this.#req.on('upgrade', () =>
      this.#fail(connectProblem(new Error('the server switched protocols'), target, this.#progress())),
    );
    this.#req.end();
  }

  #connect(): Duplex {
    const { target } = this;
    this.#stream = target.open?.(this.signal);
    // The stream knows why it ended (the pod was deleted, the API server went away) where HTTP only sees a reset.
    this.#stream?.on('error', (e) => this.#fail(this.#explain(e)));
    if (target.scheme === 'http') {
      this.#socket = this.#stream ?? net.connect({ host: target.host, port: target.port });
    } else {
      this.#socket = tls.connect({
        ...(this.#stream === undefined ? { host: target.host, port: target.port } : { socket: this.#stream }),
        ...(net.isIP(target.host) === 0 && { servername: target.host }),
        rejectUnauthorized: !target.anyCertificate,
        ...(target.ca !== undefined && { ca: target.ca }),
        ALPNProtocols: ['http/1.1'],
      });
    }
    return this.#socket;
  }

  #read(res: http.IncomingMessage): void {
    this.#responded = true;
    this.#timer?.refresh();
    if (Number(res.headers['content-length'] ?? 0) > this.#maxBytes)
      return this.#fail(tooBig(this.target, this.path, this.#maxBytes));
    const chunks: Buffer[] = [];
    res.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      if (this.#received > this.#maxBytes) return this.#fail(tooBig(this.target, this.path, this.#maxBytes));
      chunks.push(chunk);
      this.#timer?.refresh();
      try {
        this.options.onProgress?.(this.#received);
      } catch (e) {
        this.#fail(e);
      }
    });
    res.on('error', (e) => this.#fail(this.#explain(e)));
    res.on('close', () => {
      if (!res.complete) this.#fail(dropped(this.target, this.#progress()));
    });
    res.on('end', () => {
      if (!res.complete) return this.#fail(dropped(this.target, this.#progress()));
      const unverified = this.#socket instanceof tls.TLSSocket && !this.#socket.authorized;
      this.#finish(() =>
        this.#resolve({
          status: res.statusCode ?? 0,
          headers: plain(res.headers),
          body: Buffer.concat(chunks),
          unverified,
        }),
      );
    });
  }

  #progress(): { seconds: number; bytes: number; answered: boolean } {
    return { seconds: (performance.now() - this.#started) / 1000, bytes: this.#received, answered: this.#responded };
  }

  #explain(e: Error): unknown {
    return isAbort(e) ? e : connectProblem(e, this.target, this.#progress());
  }

  readonly #onAbort = (): void => this.#fail(abortErrorOf(this.options.signal!, CANCELLED));

  #fail(e: unknown): void {
    this.#finish(() => this.#reject(e));
  }

  #finish(settle: () => void): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.options.signal?.removeEventListener('abort', this.#onAbort);
    // Each on its own: ending TLS leaves the stream below it open. Later errors of streams that are torn down mean
    // nothing.
    for (const end of [this.#req, this.#socket, this.#stream]) end?.on('error', () => undefined).destroy();
    settle();
  }
}

/** `pod.example:8080`, with brackets around IPv6; without the port where it is the scheme's own. */
function hostHeader({ scheme, host, port }: Target): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === (scheme === 'https' ? 443 : 80) ? name : `${name}:${port}`;
}

function plain(headers: http.IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, v] of Object.entries(headers)) if (v !== undefined) out[name] = Array.isArray(v) ? v.join(', ') : v;
  return out;
}
