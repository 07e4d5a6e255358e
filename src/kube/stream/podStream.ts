/**
 * A byte stream to a port of a pod, over the API server's port-forward websocket. Node's http and tls take it through
 * `createConnection`. client-node's PortForward (2.0.1) is not used: it never ends its output when the far side closes,
 * has no backpressure, pings or abort, and ignores HTTPS_PROXY.
 */
import { Duplex } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { Problem } from '../../base/problem';
import { abortReason } from '../../base/abort';
import { cutAndHide } from '../auth/hide';
import type { ApiClient, Dialed } from '../net/client';
import { statusProblem } from '../net/problems';
import { ChannelReader, frames, PROTOCOL } from './channels';

export interface PodStreamOptions {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly signal: AbortSignal;
  /** Between two pings, ms. Default 10 s: below the idle limit of every load balancer that we know of. */
  readonly pingMs?: number;
  /** A peer that stays silent for this long after a ping is gone, ms. Default 20 s. */
  readonly silentMs?: number;
  /** For the whole handshake, ms. Default 20 s. */
  readonly handshakeMs?: number;
}

/** Credentials of the client, and whether to try once more after a 401. */
export interface StreamHost {
  readonly client: ApiClient;
  refused(dialed: Dialed): boolean;
  log(line: string): void;
}

export class PodStream extends Duplex {
  /** Never true: to its users it is a connected socket, which holds what is written until it really is. */
  readonly connecting = false;
  readonly #started = Date.now();
  readonly #where: string;
  readonly #reader = new ChannelReader();
  #ws: WebSocket | undefined;
  #dialing: AbortController | undefined = new AbortController();
  #waiting: (() => void) | undefined;
  #farEnded = false;
  #heard = Date.now();
  #timers: NodeJS.Timeout[] = [];
  #idle: { readonly ms: number; timer: NodeJS.Timeout } | undefined;

  constructor(
    private readonly host: StreamHost,
    private readonly options: PodStreamOptions,
  ) {
    super({ allowHalfOpen: true, highWaterMark: 256 * 1024 });
    this.#where = `${options.namespace}/${options.pod} port ${options.port}`;
    const { signal } = options;
    const stop = (): void => {
      this.destroy(abortReason(signal));
    };
    const closed = (): void => {
      this.destroy(abortReason(host.client.closed));
    };
    if (signal.aborted) process.nextTick(stop);
    else {
      signal.addEventListener('abort', stop, { once: true });
      host.client.closed.addEventListener('abort', closed, { once: true });
      this.once('close', () => {
        signal.removeEventListener('abort', stop);
        host.client.closed.removeEventListener('abort', closed);
      });
      this.#connect().catch((e: unknown) => {
        this.destroy(e instanceof Error ? e : new Error(String(e)));
      });
    }
  }

  // node's http and tls expect these of a socket; a stream doesn't have them.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  /** Like a socket's. http calls it when an answer is complete: ends, and closes without waiting for the far side. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else
      this.once('finish', () => {
        this.destroy();
      });
  }
  /** Like a socket's: emits 'timeout' after that long without a byte either way; 0 = never. */
  setTimeout(ms: number, listener?: () => void): this {
    clearTimeout(this.#idle?.timer);
    this.#idle =
      ms > 0 && !this.destroyed
        ? {
            ms,
            timer: setTimeout(() => {
              this.emit('timeout');
            }, ms),
          }
        : undefined;
    this.#idle?.timer.unref();
    if (listener) {
      if (ms > 0) this.once('timeout', listener);
      else this.off('timeout', listener);
    }
    return this;
  }

  override _read(): void {
    const ws = this.#ws;
    if (!ws?.isPaused) return;
    // Nothing was read while the reader was slow: that silence was our own.
    this.#heard = Date.now();
    ws.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (e?: Error | null) => void): void {
    const ws = this.#ws;
    if (!ws) {
      this.#waiting = () => {
        this._write(chunk, _encoding, done);
      };
      return;
    }
    // The far side has ended already. As with a socket, later writes go nowhere, and what came can still be read.
    if (this.#farEnded) {
      done();
      return;
    }
    this.#idle?.timer.refresh();
    const parts = frames(chunk);
    // `ws` calls back when the system has taken the bytes, so a slow tunnel slows down the writer.
    for (const [i, part] of parts.entries()) {
      ws.send(
        part,
        { binary: true, compress: false },
        i < parts.length - 1
          ? undefined
          : (e) => {
              done(e && !this.#farEnded ? this.#dropped(e) : null);
            },
      );
    }
  }

  /** The protocol has no half-close: the far side learns of the end when everything is closed. */
  override _final(done: (e?: Error | null) => void): void {
    done();
  }

  override _destroy(error: Error | null, done: (e?: Error | null) => void): void {
    this.#dialing?.abort();
    for (const t of this.#timers) clearInterval(t);
    clearTimeout(this.#idle?.timer);
    const ws = this.#ws;
    this.#ws = undefined;
    this.#waiting = undefined;
    if (ws && ws.readyState !== WebSocket.CLOSED) {
      // Says goodbye if all went well; the socket is closed at once in any case.
      if (!error && ws.readyState === WebSocket.OPEN && !ws.isPaused) {
        ws.close(1000);
        const hard = setTimeout(() => {
          ws.terminate();
        }, 500);
        ws.once('close', () => {
          clearTimeout(hard);
        });
      } else ws.terminate();
    }
    done(error);
  }

  async #connect(): Promise<void> {
    const { client } = this.host;
    const { namespace, pod, port, handshakeMs = 20_000 } = this.options;
    const podPath = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
    const path = `${podPath}/portforward?ports=${port}`;
    const late = setTimeout(() => {
      this.destroy(
        new Problem('kube.timeout', `The tunnel to ${this.#where} was not there within ${handshakeMs / 1000} s.`, {
          next: 'Try again; if it stays so, check that the node of the pod is up.',
        }),
      );
    }, handshakeMs);
    this.#timers.push(late);
    for (let attempt = 0; !this.destroyed; attempt++) {
      const stop = (this.#dialing ??= new AbortController()).signal;
      let dialed: Dialed;
      try {
        dialed = await client.dial(stop);
      } catch (e) {
        throw client.failure(e, client.asked(path, {}), this.options.signal);
      }
      this.#dialing = undefined;
      if (this.destroyed) {
        dialed.socket.destroy();
        return;
      }
      const refused = await this.#handshake(path, dialed);
      if (refused === undefined) {
        clearTimeout(late);
        return;
      }
      if (refused.status !== 401 || attempt > 0 || !this.host.refused(dialed)) throw refused;
    }
  }

  /** undefined once the tunnel is open; the Problem when the server refused. Rejects when the connection broke. */
  #handshake(path: string, { socket, credential }: Dialed): Promise<Problem | undefined> {
    const { client } = this.host;
    const asked = client.asked(path, {}, credential);
    return new Promise((resolve, reject) => {
      // The connection, TLS included, is already open. ws calls http.request, which VS Code replaces in its extension
      // host with one that always sets an agent of its own; with an agent, Node ignores createConnection. VS Code
      // leaves requests to a unix socket alone, hence the socketPath; it is never opened.
      const ws = new WebSocket(`ws+unix:tunnel:${client.wirePath(path)}`, [PROTOCOL], {
        headers: { ...credential.headers, host: client.server.host, 'user-agent': 'controller-tuner' },
        createConnection: () => socket,
        perMessageDeflate: false,
        followRedirects: false,
        maxPayload: 64 << 20,
      });
      this.#ws = undefined;
      const gone = (): void => {
        ws.terminate();
      };
      this.once('close', gone);
      ws.once('open', () => {
        this.off('close', gone);
        if (this.destroyed) {
          ws.terminate();
          resolve(undefined);
          return;
        }
        this.#use(ws, socket);
        this.host.log(`port-forward to ${this.#where} in ${Date.now() - this.#started} ms`);
        resolve(undefined);
      });
      ws.once('unexpected-response', (_request, answer) => {
        void readSome(answer).then((body) => {
          this.off('close', gone);
          ws.terminate();
          socket.destroy();
          resolve(this.#refusal(answer, body, asked));
        });
      });
      ws.on('error', (e) => {
        this.off('close', gone);
        socket.destroy();
        reject(client.failure(e, asked, this.options.signal));
      });
    });
  }

  #refusal(answer: IncomingMessage, body: string, asked: Parameters<typeof statusProblem>[3]): Problem {
    return statusProblem(answer.statusCode ?? 0, answer.headers['content-type'] ?? '', body, asked);
  }

  #use(ws: WebSocket, socket: Socket): void {
    const { pingMs = 10_000, silentMs = 20_000 } = this.options;
    this.#ws = ws;
    this.#heard = Date.now();
    ws.removeAllListeners('error');
    ws.on('error', (e) => {
      this.destroy(this.#dropped(e));
    });
    ws.on('pong', () => {
      this.#heard = Date.now();
    });
    ws.on('ping', () => {
      this.#heard = Date.now();
    });
    ws.on('message', (data: Buffer) => {
      this.#message(ws, data);
    });
    ws.on('close', (code) => {
      // With 1000 (and 1005, a close without a code) a kubelet says that the port's connection has ended. Without a
      // close the tunnel broke, and what was read may be incomplete.
      if (code === 1000 || code === 1005) this.#farEnd();
      else this.destroy(this.#dropped());
    });
    socket.setNoDelay(true);
    let last = Date.now();
    this.#timers.push(
      setInterval(() => {
        const late = Date.now() - last > 2 * pingMs;
        last = Date.now();
        // This process itself was held up (a busy thread, a sleeping laptop): what arrived meanwhile is not read yet.
        if (ws.isPaused || late) this.#heard = last;
        if (ws.isPaused) return;
        if (Date.now() - this.#heard > silentMs) this.destroy(this.#dropped(undefined, silentMs));
        else if (ws.readyState === WebSocket.OPEN) ws.ping();
      }, pingMs),
    );
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.();
    this.emit('connect');
  }

  #message(ws: WebSocket, data: Buffer): void {
    this.#heard = Date.now();
    if (this.destroyed) return;
    this.#idle?.timer.refresh();
    const got = this.#reader.take(data);
    if (got === undefined) return;
    if (got.error !== undefined) this.destroy(this.#portProblem(got.error));
    else if (got.data.length > 0 && !this.push(got.data)) ws.pause();
  }

  #farEnd(): void {
    if (this.destroyed || this.#farEnded) return;
    this.#farEnded = true;
    for (const t of this.#timers) clearInterval(t);
    this.push(null);
    // Nobody is left to write to.
    if (!this.writableEnded) this.end();
  }

  #portProblem(said: string): Problem {
    const { namespace, pod, port } = this.options;
    const refused = /connection refused|actively refused/i.test(said);
    const gone =
      /pod (\S+ )?not found|sandbox \S* ?(not found|not running)|pod .*does not exist|not running|no such container|no network namespace/i.test(
        said,
      );
    return new Problem(
      refused ? 'kube.portRefused' : 'kube.portForward',
      refused
        ? `Nothing listens on port ${port} of the pod ${namespace}/${pod}.`
        : gone
          ? `The pod ${namespace}/${pod} is not running any more.`
          : `The node could not reach port ${port} of the pod ${namespace}/${pod}.`,
      {
        next: refused
          ? 'Check the port; the process may serve it on another, or not at all.'
          : 'Refresh and choose a running replica.',
        detail: cutAndHide(said),
      },
    );
  }

  #dropped(e?: Error, silentMs?: number): Problem {
    const seconds = Math.round((Date.now() - this.#started) / 100) / 10;
    const how = silentMs === undefined ? 'broke' : `was silent for ${silentMs / 1000} s and is taken for dead,`;
    return new Problem(
      'kube.tunnelDropped',
      `The tunnel to ${this.#where} ${how} ${seconds} s after it was asked for.`,
      {
        next:
          'Try again. If it breaks after the same time each time, a proxy or load balancer on the way ' +
          'limits connections.',
        ...(e && { detail: e.message, cause: e }),
      },
    );
  }
}

/** At most 64 kB of an answer, for its message. Never fails and never waits long. */
function readSome(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    const done = (): void => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts).toString('utf8'));
    };
    const timer = setTimeout(done, 2000);
    answer.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > 65_536) done();
    });
    answer.on('end', done);
    answer.on('error', done);
    answer.on('close', done);
  });
}
