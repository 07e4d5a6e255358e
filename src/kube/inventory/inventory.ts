/**
 * Everything that discovery needs of one cluster, kept up to date: for the whole cluster where that is allowed,
 * otherwise namespace by namespace.
 */
import { abortError } from '../../base/abort';
import { Emitter } from '../../base/dispose';
import { Problem, type ProblemData } from '../../base/problem';
import { list, object, text } from '../../base/json';
import type { ClusterObjects } from '../../controllers/types';
import type { Inventory, InventoryOptions } from '../types';
import { pause, Slots } from '../concurrency';
import type { ApiClient } from '../net/client';
import { DISCOVERY_RULES, rbacYaml } from '../net/rbac';
import { Backoff, CONNECTION, LOGIN } from './backoff';
import { isLogin, Reflector } from './reflector';
import { coreResources, emptyStores, MONITORING_GROUP, monitorResources, type Resource } from './resources';

/** Most namespaces watched one by one when the whole cluster is forbidden; each costs a watch for every resource. */
const MOST_NAMESPACES = 50;
/**
 * First lists of single namespaces that run at once: fifty namespaces are hundreds of lists, and over HTTP/1.1 as many
 * handshakes.
 */
const FIRST_LISTS = 16;
const COALESCE_MS = 250;

export class LiveInventory implements Inventory {
  readonly #stores = emptyStores();
  readonly objects: ClusterObjects = this.#stores;
  readonly ready: Promise<void>;
  readonly outlined: Promise<void>;
  #outline: () => void = () => undefined;
  readonly #emitter = new Emitter<void>();
  readonly onDidChange = this.#emitter.event;
  readonly #ended = new AbortController();
  #reflectors: Reflector[] = [];
  readonly #stops = new Map<Reflector, AbortController>();
  readonly #resources: readonly Resource[];
  readonly #monitors: readonly Resource[];
  /** Resources whose namespaces are being listed for the first time. */
  readonly #splitting = new Map<Resource, Promise<void>>();
  #refreshing = false;
  #again = new AbortController();
  readonly #backoff = new Backoff();
  readonly #slots = new Slots(FIRST_LISTS);
  #namespaces: Promise<readonly string[]> | undefined;
  /** Why not even the first request succeeded. */
  #gate: Problem | undefined;
  #listedOnce = false;
  #tooMany: ProblemData | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: ApiClient,
    private readonly contextNamespace: string,
    private readonly options: InventoryOptions,
  ) {
    const closed = (): void => {
      this.dispose();
    };
    client.closed.addEventListener('abort', closed, { once: true });
    this.#ended.signal.addEventListener(
      'abort',
      () => {
        client.closed.removeEventListener('abort', closed);
      },
      { once: true },
    );
    this.#resources = coreResources(this.#stores);
    this.#monitors = monitorResources(this.#stores);
    this.outlined = new Promise((resolve) => {
      this.#outline = resolve;
    });
    this.ready = this.#start();
    // Callers that don't wait for `ready` see the error in `problems`.
    this.ready.catch(() => undefined);
    if (client.closed.aborted) this.dispose();
  }

  get state(): Inventory['state'] {
    if (this.#gate || this.#reflectors.some((r) => r.state === 'retrying')) return 'reconnecting';
    return this.#listedOnce ? 'live' : 'connecting';
  }

  get scope(): Inventory['scope'] {
    const pods = this.#reflectors.filter((r) => r.resource.name === 'pods');
    if (pods.length === 0 || pods.some((r) => r.namespace === undefined && r.state !== 'refused')) return 'all';
    return pods.flatMap((r) => (r.namespace !== undefined && r.state !== 'refused' ? [r.namespace] : [])).sort();
  }

  get problems(): readonly ProblemData[] {
    const out: ProblemData[] = [];
    if (this.#gate) out.push(this.#gate.toJSON());
    if (this.#tooMany) out.push(this.#tooMany);
    // One broken connection breaks every watch: report it once.
    const said = new Set<string>();
    for (const r of this.#reflectors) {
      if (r.state !== 'retrying' || !r.problem || said.has(r.problem.message)) continue;
      said.add(r.problem.message);
      out.push(r.problem.toJSON());
    }
    for (const resource of new Set(this.#reflectors.map((r) => r.resource))) {
      const missing = this.#missing(resource);
      if (missing) out.push(missing);
    }
    return out;
  }

  dispose(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(abortError('The inventory was closed.'));
    clearTimeout(this.#timer);
    this.#emitter.dispose();
  }

  async #start(): Promise<void> {
    const { signal } = this.#ended;
    // One request first. It shows whether anybody answers, makes one login instead of many, and over HTTP/2 opens the
    // connection for all.
    let found: readonly string[] | undefined;
    let first: Problem | undefined;
    try {
      found = await this.#discoverMonitors();
    } catch (e) {
      signal.throwIfAborted();
      first = this.#gate = Problem.from(e, 'kube.unexpected');
      this.#changed();
    }
    if (first) {
      void this.#keepTrying(first);
      throw first;
    }
    await this.#watchAll(found ?? []);
    signal.throwIfAborted();
    if (this.#listedOnce) return;
    throw this.#reflectors.find((r) => r.state === 'retrying')?.problem ?? this.#nothingAllowed();
  }

  /** Nobody answered at first. `ready` has rejected, but the cluster may come back. */
  async #keepTrying(problem: Problem): Promise<void> {
    const { signal } = this.#ended;
    let last = problem;
    for (;;) {
      this.#again = new AbortController();
      await pause(
        this.#backoff.next(isLogin(last) ? LOGIN : CONNECTION),
        AbortSignal.any([signal, this.#again.signal]),
      );
      if (signal.aborted) return;
      try {
        const found = await this.#discoverMonitors();
        this.#gate = undefined;
        await this.#watchAll(found);
        return;
      } catch (e) {
        if (signal.aborted) return;
        last = this.#gate = Problem.from(e, 'kube.unexpected');
        this.#changed();
      }
    }
  }

  /** Names of the monitor resources that are installed. Throws only when the API server can't be reached at all. */
  async #discoverMonitors(): Promise<readonly string[]> {
    try {
      const group = object(
        await this.client.json<unknown>(`/apis/${MONITORING_GROUP}/v1`, { signal: this.#ended.signal, long: true }),
      );
      return list(group['resources']).map((r) => text(object(r)['name']));
    } catch (e) {
      // Any answer of an API server will do; the usual one is that they are not installed.
      if (e instanceof Problem && ['kube.notFound', 'kube.forbidden', 'kube.server'].includes(e.code)) return [];
      throw e;
    }
  }

  refresh(): void {
    this.#backoff.reset();
    this.#again.abort();
    if (this.#gate || this.#ended.signal.aborted) return;
    for (const r of this.#reflectors) if (r.state !== 'live' || r.problem) r.retry();
    if (this.#refreshing) return;
    this.#refreshing = true;
    this.#namespaces = undefined;
    void this.#refresh()
      .catch(() => undefined)
      .finally(() => {
        this.#refreshing = false;
      });
  }

  /**
   * Looks for what was missing at first: monitors installed since, new namespaces. Whatever fails has its own problem.
   */
  async #refresh(): Promise<void> {
    const found = await this.#discoverMonitors();
    if (this.#ended.signal.aborted) return;
    await this.#watchAll(found);
    for (const all of this.#reflectors.filter((r) => r.namespace === undefined)) await this.#settle(all);
  }

  /** Resolves when each resource was listed once, or could not be. Those that are watched already stay as they are. */
  async #watchAll(installed: readonly string[]): Promise<void> {
    const wanted = [...this.#resources, ...this.#monitors.filter((m) => installed.includes(m.name))];
    const listing = wanted
      .filter((r) => !this.#reflectors.some((x) => x.resource === r))
      .map((resource) => ({ resource, done: this.#reflect(resource, undefined).then((all) => this.#settle(all)) }));
    void Promise.allSettled(listing.flatMap(({ resource, done }) => (resource.name === 'pods' ? [] : [done]))).then(
      this.#outline,
    );
    await Promise.all(listing.map(({ done }) => done));
    this.#changed();
  }

  /**
   * Where the whole cluster is forbidden, its namespaces are watched one by one; where it is allowed (again), they are
   * not.
   */
  async #settle(all: Reflector): Promise<void> {
    const { resource } = all;
    if (all.state === 'live') {
      for (const r of this.#reflectors.filter((x) => x.resource === resource && x !== all)) {
        this.#stops.get(r)?.abort();
        this.#stops.delete(r);
      }
      this.#reflectors = this.#reflectors.filter((x) => x.resource !== resource || x === all);
      return;
    }
    if (all.state !== 'refused' || all.problem?.status !== 403) return;
    const going =
      this.#splitting.get(resource) ??
      this.#split(all).finally(() => {
        this.#splitting.delete(resource);
      });
    this.#splitting.set(resource, going);
    await going;
  }

  async #split(all: Reflector): Promise<void> {
    const { resource } = all;
    const namespaces = await (this.#namespaces ??= this.#candidates());
    const missing = namespaces.filter(
      (ns) => !this.#reflectors.some((r) => r.resource === resource && r.namespace === ns),
    );
    await Promise.all(
      missing.map((ns) =>
        this.#slots.run(async () => {
          if (!this.#ended.signal.aborted && all.state === 'refused') await this.#reflect(resource, ns);
        }),
      ),
    );
  }

  async #reflect(resource: Resource, namespace: string | undefined): Promise<Reflector> {
    const stop = new AbortController();
    const state = (): void => {
      this.#changed();
      if (namespace === undefined && this.#reflectors.includes(reflector)) void this.#settle(reflector);
    };
    const reflector: Reflector = new Reflector(
      resource,
      namespace,
      this.client,
      {
        changed: () => {
          this.#changed();
        },
        state,
      },
      AbortSignal.any([this.#ended.signal, stop.signal]),
    );
    this.#stops.set(reflector, stop);
    this.#reflectors.push(reflector);
    await reflector.first;
    if (reflector.state === 'live') this.#listedOnce = true;
    return reflector;
  }

  /** The context's namespace, those of the setting, and those that can be listed. */
  async #candidates(): Promise<readonly string[]> {
    const names = new Set(
      [this.contextNamespace, ...this.options.namespaces.map((n) => n.trim())].filter((n) => n !== ''),
    );
    try {
      const page = object(
        await this.client.json<unknown>('/api/v1/namespaces?limit=500', {
          signal: this.#ended.signal,
          long: true,
          accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
        }),
      );
      for (const ns of list(page['items'])
        .map((i) => text(object(object(i)['metadata'])['name']))
        .sort())
        if (ns !== '') names.add(ns);
    } catch {
      // Usually forbidden for users who may not list pods everywhere: the named ones remain.
    }
    if (names.size > MOST_NAMESPACES) {
      this.#tooMany = new Problem(
        'kube.tooManyNamespaces',
        `You may not list the whole cluster at once, and of its ${names.size} namespaces only the first ` +
          `${MOST_NAMESPACES} are looked at.`,
        { next: 'Name the ones that matter in the setting controllerTuner.namespaces.' },
      ).toJSON();
    }
    return [...names].slice(0, MOST_NAMESPACES);
  }

  /** What a resource lacks: it is forbidden everywhere, or in some of the namespaces whose pods can be seen. */
  #missing(resource: Resource): ProblemData | undefined {
    const mine = this.#reflectors.filter((r) => r.resource === resource);
    const all = mine.find((r) => r.namespace === undefined);
    if (all && all.state !== 'refused') return all.state === 'live' ? all.problem?.toJSON() : undefined;
    const { scope } = this;
    const apart = mine.filter((r) => r.namespace !== undefined);
    if (all?.problem?.status === 403 && apart.length === 0) return undefined;
    const refused = apart.filter(
      (r) => r.state === 'refused' && (scope === 'all' || scope.length === 0 || scope.includes(r.namespace ?? '')),
    );
    const everywhere = apart.every((r) => r.state === 'refused');
    if (refused.length === 0 && !everywhere) return undefined;
    const problem = apart.find((r) => r.problem)?.problem ?? all?.problem;
    if (!problem) return undefined;
    if (problem.status !== 403) return everywhere ? problem.toJSON() : undefined;
    const where = everywhere
      ? ''
      : ` in ${refused
          .map((r) => r.namespace)
          .sort()
          .join(', ')}`;
    return new Problem('kube.forbidden', `You may not list ${resource.name}${where}: ${resource.without}.`, {
      status: 403,
      next: 'Ask for the right; the details have RBAC that gives it.',
      ...(problem.detail !== undefined && { detail: problem.detail }),
    }).toJSON();
  }

  #nothingAllowed(): Problem {
    const refused = this.#reflectors.find((r) => r.problem?.status === 403)?.problem;
    if (!refused)
      return (
        this.#reflectors.find((r) => r.problem)?.problem ??
        new Problem('kube.unexpected', 'Nothing could be listed.', {
          next: 'Connect again; the output channel Controller Tuner has every request and its answer.',
        })
      );
    const user = /^The user (.+) may not /.exec(refused.message)?.[1] ?? 'USER';
    const tried = [...new Set(this.#reflectors.flatMap((r) => r.namespace ?? []))];
    return new Problem(
      'kube.forbidden',
      `The user ${user} may list nothing that is needed, neither in the whole cluster nor in ` +
        `${tried.length === 0 ? 'a namespace' : tried.join(', ')}.`,
      {
        status: 403,
        next:
          'Name a namespace that you may see in the setting controllerTuner.namespaces, or ask for the rights; ' +
          'the details have RBAC that gives them.',
        detail: rbacYaml({ name: 'controller-tuner', rules: DISCOVERY_RULES, user, namespace: tried[0] }),
      },
    );
  }

  #changed(): void {
    if (this.#timer || this.#ended.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#emitter.fire();
    }, this.options.coalesceMs ?? COALESCE_MS);
  }
}
