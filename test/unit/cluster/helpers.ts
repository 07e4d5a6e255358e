/** A session whose pods are HTTP servers of this process: real sockets, no cluster. */
import * as http from 'node:http';
import * as net from 'node:net';
import { Duplex } from 'node:stream';
import { Emitter } from '../../../src/base/dispose';
import type { Memento } from '../../../src/cluster/memory';
import type {
  ClusterObjects,
  Endpoint,
  LeaseRecord,
  PodRecord,
  Replica,
  WorkloadRecord,
} from '../../../src/controllers/types';
import type { Inventory, KubeSession } from '../../../src/kube/types';

export const INDEX =
  "<html><head><title>/debug/pprof/</title></head><body>Types of profiles available:<table><tr><td>7</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr></table></body></html>";
export const METRICS =
  '# TYPE controller_runtime_max_concurrent_reconciles gauge\ncontroller_runtime_max_concurrent_reconciles{controller="widget"} 2\n# TYPE controller_runtime_active_workers gauge\ncontroller_runtime_active_workers{controller="widget"} 1\n';

export interface Served {
  readonly port: number;
  readonly seen: { path: string; token: string | undefined }[];
  close(): Promise<void>;
}

/** Serves paths as bodies; with `token`, 401 without a bearer token and 403 with another one. */
export async function serve(paths: Readonly<Record<string, string>>, token?: string): Promise<Served> {
  const seen: Served['seen'] = [];
  const server = http.createServer((q, r) => {
    const given = q.headers.authorization?.replace('Bearer ', '');
    seen.push({ path: q.url ?? '', token: given });
    const body = paths[q.url ?? ''];
    if (token !== undefined && given !== token) {
      r.statusCode = given === undefined ? 401 : 403;
      r.end('no');
      return;
    }
    r.statusCode = body === undefined ? 404 : 200;
    r.setHeader('Content-Type', body?.startsWith('<') === true ? 'text/html' : 'text/plain; version=0.0.4');
    r.end(body ?? 'not found');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** A memento that lasts as long as the test. */
export function forgetful(): Memento {
  const map = new Map<string, unknown>();
  return {
    get: (key) => map.get(key),
    set: (key, value) => {
      map.set(key, value);
    },
  };
}

/** A stream that ends with an error, as the tunnel does that was not given. */
export function failing(e: Error): Duplex {
  const d = new Duplex({
    read: () => undefined,
    write: (_c, _e, cb) => {
      cb();
    },
  });
  queueMicrotask(() => {
    d.destroy(e);
  });
  return d;
}

export interface SessionOptions {
  /** Port of the pod → port of this machine; others refuse. */
  readonly ports?: Readonly<Record<number, number>>;
  readonly stream?: (port: number) => Duplex;
  readonly ownToken?: string;
  readonly inventory?: Inventory;
}

export function session({
  ports = {},
  stream,
  ownToken,
  inventory,
}: SessionOptions): KubeSession & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    context: {
      name: 'ctx',
      cluster: 'c',
      user: 'jane',
      namespace: 'default',
      server: 'https://127.0.0.1:1',
      current: true,
      file: '',
      problem: undefined,
    },
    getJson: () => Promise.reject(new Error('not asked for here')),
    podStream: (_namespace, _pod, port) => {
      asked.push(port);
      // Port 1 of this machine has no listener: a refusal as a real one.
      return stream ? stream(port) : net.connect({ host: '127.0.0.1', port: ports[port] ?? 1 });
    },
    ownToken: () => Promise.resolve(ownToken),
    serviceAccountToken: (namespace, name) => Promise.resolve(`token-of-${namespace}-${name}`),
    serviceAccounts: () => Promise.resolve(['default']),
    inventory: () => {
      if (!inventory) throw new Error('no inventory here');
      return inventory;
    },
    dispose: () => undefined,
  };
}

export function pod(over: Partial<PodRecord> = {}): PodRecord {
  return {
    uid: 'u1',
    namespace: 'ns',
    name: 'w-0',
    labels: {},
    annotations: {},
    owner: { kind: 'StatefulSet', name: 'w', uid: 'wu' },
    node: 'n1',
    hostNetwork: false,
    serviceAccount: 'default',
    hostname: 'w-0',
    phase: 'Running',
    ready: true,
    deleting: false,
    restarts: 0,
    reason: '',
    createdAt: 1,
    containers: [],
    ...over,
  };
}

export function endpoint(kind: Endpoint['kind'], port: number, over: Partial<Endpoint> = {}): Endpoint {
  return {
    kind,
    port,
    scheme: 'http',
    path: kind === 'pprof' ? '/debug/pprof/' : '/metrics',
    how: `--${kind}-bind-address=:${port}`,
    certainty: 'stated',
    ...over,
  };
}

export function replica(endpoints: readonly Endpoint[] = [], over: Partial<PodRecord> = {}): Replica {
  return { pod: pod(over), leases: [], leader: false, version: 'v1', endpoints };
}

export const WORKLOAD = { id: 'StatefulSet/ns/w', namespace: 'ns', name: 'w' };

/** An inventory that tests write into. */
export class Seen implements Inventory {
  readonly ready: Promise<void> = Promise.resolve();
  readonly outlined: Promise<void> = Promise.resolve();
  readonly pods = new Map<string, PodRecord>();
  readonly workloads = new Map<string, WorkloadRecord>();
  readonly leases = new Map<string, LeaseRecord>();
  readonly objects: ClusterObjects = {
    pods: this.pods,
    workloads: this.workloads,
    leases: this.leases,
    services: new Map(),
    monitors: new Map(),
  };
  readonly scope = 'all';
  readonly problems = [];
  readonly state = 'live';
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  change(): void {
    this.#changed.fire();
  }
  dispose(): void {
    this.#changed.dispose();
  }
}
