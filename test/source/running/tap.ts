/**
 * A server on the loopback between one program and the test cluster's API server: it counts and times what goes
 * through.
 */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { TestCluster } from './cluster';

/** A read of one ConfigMap as it came in. */
export interface Read {
  readonly name: string;
  /** ms, of performance.now(). */
  readonly at: number;
}

const READ = /^\/api\/v1\/namespaces\/[^/]+\/configmaps\/([^/?]+)$/;

export class Tap {
  /** Since the gate was opened. */
  readonly reads: Read[] = [];
  readonly #server: http.Server;
  readonly #agent = new https.Agent({ keepAlive: true });
  /** Reads that wait at the closed gate, by the ConfigMap's name. */
  #held: Map<string, () => void> | undefined = new Map();
  #last = performance.now();

  private constructor(private readonly upstream: TestCluster) {
    this.#server = http.createServer((request, response) => {
      this.#take(request, response);
    });
  }

  /** With the gate closed: reads of ConfigMaps are not answered yet, so that those who wait can be counted. */
  static async open(kubeconfig: string): Promise<Tap> {
    const tap = new Tap(new TestCluster(kubeconfig));
    await new Promise<void>((resolve) => {
      tap.#server.listen(0, '127.0.0.1', resolve);
    });
    return tap;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }
  /** Different ConfigMaps that are waited for at the closed gate, and ms since the last of them came. */
  get waiting(): { readonly count: number; readonly quiet: number } {
    return { count: this.#held?.size ?? 0, quiet: performance.now() - this.#last };
  }

  openGate(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const go of held?.values() ?? []) go();
  }

  async close(): Promise<void> {
    this.openGate();
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #take(request: http.IncomingMessage, response: http.ServerResponse): void {
    const name = READ.exec((request.url ?? '').split('?')[0] ?? '')?.[1];
    if (request.method === 'GET' && name !== undefined) {
      if (this.#held !== undefined) {
        this.#last = performance.now();
        this.#held.set(name, () => {
          this.#forward(request, response);
        });
        return;
      }
      this.reads.push({ name, at: performance.now() });
    }
    this.#forward(request, response);
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const up = https.request(
      new URL(request.url ?? '/', this.upstream.server),
      {
        ...this.upstream.tls,
        agent: this.#agent,
        method: request.method,
        headers: { ...request.headers, host: this.upstream.server.host },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
      },
    );
    up.on('error', () => response.destroy());
    response.on('close', () => up.destroy());
    request.pipe(up);
  }
}
