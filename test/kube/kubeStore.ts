/**
 * Lists and watches over HTTP as an API server gives them, with faults at will: what a real one does only on its bad
 * days.
 */
import type http from 'node:http';
import { json, statusBody, type Handler } from './kubeServer';

export interface Obj {
  metadata: { name: string; namespace: string; uid: string; resourceVersion?: string; labels?: Record<string, string> };
  spec?: unknown;
  status?: unknown;
}
interface Event {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Obj;
}
interface Watcher {
  readonly res: http.ServerResponse;
  readonly resource: string;
  readonly namespace: string | undefined;
}

const RESOURCES = [
  'pods',
  'services',
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
  'leases',
  'servicemonitors',
  'podmonitors',
  'namespaces',
];

export class Store {
  /** Answers 403 where it says so. */
  forbidden: (resource: string, namespace: string | undefined, verb: 'list' | 'watch') => boolean = () => false;
  /** Watches from before this version are told 410. */
  oldest = 0;
  /** Answers 410 to the next continue token. */
  expireContinue = false;
  monitoring = false;
  /** Knows lists as a stream of events (WatchList); else such a request is refused, as by servers before 1.27. */
  streams = false;
  readonly asked: string[] = [];
  readonly watchers = new Set<Watcher>();
  readonly #objects = new Map<string, Map<string, Obj>>(RESOURCES.map((r) => [r, new Map<string, Obj>()]));
  readonly #events = new Map<string, Event[]>(RESOURCES.map((r) => [r, []]));
  #version = 1;

  put(resource: string, object: Obj, silently = false): void {
    const all = this.#of(resource);
    const version = ++this.#version;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const type = all.has(object.metadata.uid) ? 'MODIFIED' : 'ADDED';
    all.set(object.metadata.uid, stored);
    this.#tell(resource, { version, type, object: stored }, silently);
  }

  remove(resource: string, uid: string, silently = false): void {
    const object = this.#of(resource).get(uid);
    if (!object) throw new Error(`no ${uid}`);
    this.#of(resource).delete(uid);
    this.#tell(resource, { version: ++this.#version, type: 'DELETED', object }, silently);
  }

  /** A bookmark to every watch, as comes once a minute. */
  bookmark(): void {
    for (const w of this.watchers)
      w.res.write(
        `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version) } } })}\n`,
      );
  }

  /** Ends every watch: as if it had run its time, or with an event, or by breaking the connection. */
  endWatches(how: 'end' | 'gone' | 'break'): void {
    for (const w of [...this.watchers]) {
      if (how === 'gone')
        w.res.write(`${JSON.stringify({ type: 'ERROR', object: statusBody(410, 'too old resource version') })}\n`);
      if (how === 'break') w.res.socket?.destroy();
      else w.res.end();
      this.watchers.delete(w);
    }
  }

  readonly handler: Handler = (req, res) => {
    const url = new URL(req.url ?? '', 'http://x');
    const parts = url.pathname.split('/').filter((p) => p !== '');
    if (url.pathname === '/apis/monitoring.coreos.com/v1') {
      if (this.monitoring)
        json(res, {
          kind: 'APIResourceList',
          resources: [{ name: 'servicemonitors' }, { name: 'servicemonitors/status' }],
        });
      else json(res, statusBody(404, 'not found'), 404);
      return;
    }
    const at = parts.indexOf('namespaces');
    const namespace = at >= 0 && parts.length > at + 2 ? parts[at + 1] : undefined;
    const resource = parts.at(-1) ?? '';
    const query = url.searchParams;
    const verb = query.get('watch') === '1' ? 'watch' : 'list';
    this.asked.push(`${verb} ${resource} ${namespace ?? '*'}${query.get('continue') ? ' more' : ''}`);
    if (this.forbidden(resource, namespace, verb)) {
      json(
        res,
        statusBody(
          403,
          `${resource} is forbidden: User "jane" cannot ${verb} resource "${resource}" in API group "" ${namespace ? `in the namespace "${namespace}"` : 'at the cluster scope'}`,
        ),
        403,
      );
    } else if (verb === 'list') this.#list(res, resource, namespace, query);
    else if (query.has('sendInitialEvents')) this.#stream(res, resource, namespace);
    else this.#watch(res, resource, namespace, Number(query.get('resourceVersion')));
  };

  #list(res: http.ServerResponse, resource: string, namespace: string | undefined, query: URLSearchParams): void {
    const from = Number(query.get('continue') ?? 0);
    if (from > 0 && this.expireContinue) {
      this.expireContinue = false;
      json(res, statusBody(410, 'the continue token has expired'), 410);
      return;
    }
    const all = [...this.#of(resource).values()].filter(
      (o) => namespace === undefined || o.metadata.namespace === namespace,
    );
    const to = query.has('limit') ? from + Number(query.get('limit')) : all.length;
    json(res, {
      metadata: { resourceVersion: String(this.#version), ...(to < all.length && { continue: String(to) }) },
      items: all.slice(from, to),
    });
  }

  #watch(res: http.ServerResponse, resource: string, namespace: string | undefined, from: number): void {
    if (from < this.oldest) {
      json(res, statusBody(410, 'too old resource version'), 410);
      return;
    }
    res.writeHead(200, { 'content-type': 'application/json' });
    res.flushHeaders();
    const watcher = { res, resource, namespace };
    this.watchers.add(watcher);
    res.on('close', () => {
      this.watchers.delete(watcher);
    });
    for (const e of this.#events.get(resource) ?? []) if (e.version > from) this.#send(watcher, e);
  }

  #stream(res: http.ServerResponse, resource: string, namespace: string | undefined): void {
    if (!this.streams) {
      json(res, statusBody(422, 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch'), 422);
      return;
    }
    const version = this.#version;
    this.#watch(res, resource, namespace, version);
    for (const object of this.#of(resource).values())
      if (namespace === undefined || object.metadata.namespace === namespace)
        res.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    res.write(
      `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version), annotations: { 'k8s.io/initial-events-end': 'true' } } } })}\n`,
    );
  }

  #tell(resource: string, event: Event, silently: boolean): void {
    this.#events.get(resource)?.push(event);
    if (silently) return;
    for (const w of this.watchers) if (w.resource === resource) this.#send(w, event);
  }

  #send(w: Watcher, { type, object }: Event): void {
    if (w.namespace === undefined || w.namespace === object.metadata.namespace)
      w.res.write(`${JSON.stringify({ type, object })}\n`);
  }

  #of(resource: string): Map<string, Obj> {
    const all = this.#objects.get(resource);
    if (!all) throw new Error(`no ${resource}`);
    return all;
  }
}

export function pod(name: string, namespace = 'web', labels: Record<string, string> = {}): Obj {
  return {
    metadata: { name, namespace, uid: `uid-${namespace}-${name}`, labels },
    spec: { containers: [{ name: 'manager', image: 'x:1' }] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
