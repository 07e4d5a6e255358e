/** One open cluster: a session, what it sees, and the workloads found in that. Knows nothing of the editor. */
import { orAbort } from '../base/abort';
import { Disposables, Emitter, type Disposable } from '../base/dispose';
import type { ProblemData } from '../base/problem';
import { discover, withReason } from '../controllers/discover';
import { leaseEnd } from '../controllers/leaders';
import type { ClusterObjects, Reason, Workload } from '../controllers/types';
import type { Inventory, KubeSession } from '../kube/types';

export interface ClusterOptions {
  /** Namespaces to use when listing the whole cluster is forbidden. */
  readonly namespaces: readonly string[];
  /** Workloads that the user marked: `namespace/name` → is a controller. Asked for at every discovery. */
  readonly marked: () => Readonly<Record<string, boolean>>;
  /** Listeners hear of changes at most this often, ms. Default: the inventory's own, 250. */
  readonly coalesceMs?: number;
  /** Clock, ms since the epoch; for tests. Default Date.now. */
  readonly now?: () => number;
}

export class Cluster implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  readonly #inventory: Inventory;
  readonly #now: () => number;
  #workloads: readonly Workload[] | undefined;
  #byId: ReadonlyMap<string, Workload> | undefined;
  #expiry: NodeJS.Timeout | undefined;
  readonly #learned = new Map<string, Reason>();

  constructor(
    readonly session: KubeSession,
    private readonly options: ClusterOptions,
  ) {
    this.#now = options.now ?? Date.now;
    this.#inventory = this.#own.add(
      session.inventory({
        namespaces: options.namespaces,
        ...(options.coalesceMs !== undefined && { coalesceMs: options.coalesceMs }),
      }),
    );
    this.#own.add(
      this.#inventory.onDidChange(() => {
        this.refresh();
      }),
    );
    this.#own.add({
      dispose: () => {
        clearTimeout(this.#expiry);
      },
    });
  }

  /** Resolves after the first lists; rejects with a Problem when nothing at all could be listed. */
  get ready(): Promise<void> {
    return this.#inventory.ready;
  }
  /**
   * Resolves when everything but the pods was listed. Pods take longest in a large cluster, and the rest can be shown
   * meanwhile. Never rejects.
   */
  get outlined(): Promise<void> {
    return this.#inventory.outlined;
  }
  get state(): Inventory['state'] {
    return this.#inventory.state;
  }
  /** What could not be listed or watched, one for each resource. */
  get problems(): readonly ProblemData[] {
    return this.#inventory.problems;
  }
  get scope(): Inventory['scope'] {
    return this.#inventory.scope;
  }
  get objects(): ClusterObjects {
    return this.#inventory.objects;
  }
  readonly onDidChange = this.#changed.event;

  /** Resolves when ready; rejects when the signal aborts first. */
  whenReady(signal?: AbortSignal): Promise<void> {
    return orAbort(this.ready, signal);
  }

  /**
   * All workloads with a pod, controllers or not, as of the last change. Computed on demand and kept until the next
   * change, so a hidden tree costs nothing.
   */
  workloads(): readonly Workload[] {
    if (this.#workloads) return this.#workloads;
    const now = this.#now();
    const found = discover(this.objects, { now, marked: this.options.marked() });
    this.#workloads =
      this.#learned.size === 0
        ? found
        : found.map((w) => {
            const reason = this.#learned.get(w.id);
            return reason ? withReason(w, reason) : w;
          });
    this.#byId = undefined;
    this.#awaitExpiry(now);
    return this.#workloads;
  }

  workload(id: string): Workload | undefined {
    const all = this.workloads();
    this.#byId ??= new Map(all.map((w) => [w.id, w]));
    return this.#byId.get(id);
  }

  /** Takes in what a process's own metrics say about its workload; kept while the cluster is open. */
  learn(workload: string, reason: Reason): void {
    if (this.#learned.get(workload)?.text === reason.text) return;
    this.#learned.set(workload, reason);
    this.refresh();
  }

  /** Forgets the computed workloads and tells the listeners: after a change, or when the user marked a workload. */
  refresh(): void {
    this.#workloads = undefined;
    this.#changed.fire();
  }

  /** Asks the API server for everything once more, for a user who doubts the tree; the watches need no help. */
  relist(): void {
    this.#inventory.refresh?.();
  }

  dispose(): void {
    this.#own.dispose();
  }

  /** No event tells that a dead leader's lease has run out, since nobody renews it: a timer does. */
  #awaitExpiry(now: number): void {
    clearTimeout(this.#expiry);
    let next = Infinity;
    for (const lease of this.objects.leases.values()) {
      const end = leaseEnd(lease);
      if (lease.holder !== '' && end > now && end < next) next = end;
    }
    if (next === Infinity || this.#own.disposed) return;
    this.#expiry = setTimeout(
      () => {
        this.refresh();
      },
      Math.min(next - now + 50, 3_600_000),
    );
    this.#expiry.unref();
  }
}
