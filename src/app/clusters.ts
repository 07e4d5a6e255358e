/** The contexts of the user's kubeconfig files, and which of them are open. */
import { orAbort } from '../base/abort';
import { Disposables, Emitter, type Disposable } from '../base/dispose';
import { isAbort, Problem, type ProblemData } from '../base/problem';
import { Cluster } from '../cluster/cluster';
import type { ContextInfo, KubeSession, Kubeconfigs } from '../kube/types';

export interface ClustersDeps {
  /** Loads the client-node part; called once, at the first use. */
  readonly kubeconfigs: () => Promise<Kubeconfigs>;
  readonly namespaces: () => readonly string[];
  readonly marked: () => Readonly<Record<string, boolean>>;
  readonly log: { info(message: string): void; problem(what: string, e: unknown): void };
}

/**
 * When listing a cluster takes longer than this, ms, the tree shows what has arrived so far, and is updated at the
 * second interval.
 */
const EARLY_MS = 700;
const EARLY_EVERY_MS = 1000;

export type ContextState = 'closed' | 'connecting' | 'open' | 'failed';

export interface ContextEntry {
  readonly info: ContextInfo;
  readonly state: ContextState;
  /**
   * The open cluster. While connecting: undefined, or, once there is something to show, the cluster whose pods are
   * still being listed.
   */
  readonly cluster: Cluster | undefined;
  /** Why the last attempt failed. */
  readonly problem: Problem | undefined;
  /** Incremented at each disconnect, so that the tree creates a new, collapsed node. */
  readonly generation: number;
}

interface Entry {
  info: ContextInfo;
  state: ContextState;
  cluster: Cluster | undefined;
  session: KubeSession | undefined;
  problem: Problem | undefined;
  generation: number;
  opening: Promise<Cluster> | undefined;
  stop: AbortController;
  listening: Disposable | undefined;
}

export class Clusters implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<string | undefined>());
  readonly #entries = new Map<string, Entry>();
  #loading: Promise<void> | undefined;
  #kubeconfigs: Promise<Kubeconfigs> | undefined;
  #problems: readonly ProblemData[] = [];
  #loaded = false;
  /** Incremented whenever the files are read. */
  #reads = 0;

  constructor(private readonly deps: ClustersDeps) {}

  /** The name of the context that changed; undefined: the list of contexts changed. */
  readonly onDidChange = this.#changed.event;

  /** True once the kubeconfig files were read. */
  get loaded(): boolean {
    return this.#loaded;
  }
  /** Files that could not be read. */
  get problems(): readonly ProblemData[] {
    return this.#problems;
  }
  /** The current context comes first. */
  get entries(): readonly ContextEntry[] {
    return [...this.#entries.values()];
  }
  entry(context: string): ContextEntry | undefined {
    return this.#entries.get(context);
  }

  /** Reads the kubeconfig files once and then watches them for changes. */
  load(): Promise<void> {
    return (this.#loading ??= this.#load().catch((e: unknown) => {
      this.#loading = undefined;
      throw e;
    }));
  }

  async #load(): Promise<void> {
    const kubeconfigs = await (this.#kubeconfigs ??= this.#open());
    await this.#read(kubeconfigs);
  }

  async #open(): Promise<Kubeconfigs> {
    const started = performance.now();
    try {
      const kubeconfigs = this.#own.add(await this.deps.kubeconfigs());
      this.deps.log.info(`The Kubernetes client was loaded in ${(performance.now() - started).toFixed(0)} ms.`);
      this.#own.add(
        kubeconfigs.onDidChange(() => {
          void this.reload();
        }),
      );
      return kubeconfigs;
    } catch (e) {
      this.#kubeconfigs = undefined;
      throw e;
    }
  }

  async #read(kubeconfigs: Kubeconfigs): Promise<void> {
    this.#reads++;
    const { contexts, problems } = await kubeconfigs.load();
    const before = new Map(this.#entries);
    this.#entries.clear();
    for (const info of contexts) {
      const old = before.get(info.name);
      before.delete(info.name);
      if (old) old.info = info;
      this.#entries.set(
        info.name,
        old ?? {
          info,
          state: 'closed',
          cluster: undefined,
          session: undefined,
          problem: undefined,
          generation: 0,
          opening: undefined,
          stop: new AbortController(),
          listening: undefined,
        },
      );
    }
    for (const removed of before.values()) this.#close(removed);
    this.#problems = problems;
    this.#loaded = true;
    for (const p of problems) this.deps.log.problem('Kubeconfig', Problem.fromJSON(p));
    this.#changed.fire(undefined);
  }

  /**
   * After a change of the files: reconnects the contexts that have changed or had failed, and leaves the others alone.
   */
  async reload(): Promise<void> {
    try {
      const kubeconfigs = await (this.#kubeconfigs ??= this.#open());
      await this.#read(kubeconfigs);
      for (const entry of [...this.#entries.values()]) {
        if (entry.state === 'open' || entry.state === 'connecting') {
          // Without a session yet, connecting will read the new files anyway.
          if (entry.session === undefined) continue;
          const now = await kubeconfigs.session(entry.info.name).catch(() => undefined);
          if (now === entry.session) continue;
          this.deps.log.info(`Context ${entry.info.name} changed in the kubeconfig; connecting anew.`);
        } else if (entry.state !== 'failed') continue;
        // A failed context may have just been fixed.
        this.#anew(entry);
      }
    } catch (e) {
      this.deps.log.problem('Reading the kubeconfig again', e);
    }
  }

  /**
   * After the namespaces setting changed: reconnects the contexts that it affects. Those that see the whole cluster
   * stay connected.
   */
  namespacesChanged(): void {
    for (const entry of this.#entries.values()) {
      const partly =
        entry.cluster !== undefined &&
        (entry.cluster.scope !== 'all' || entry.cluster.problems.some((p) => p.status === 403));
      if (entry.state === 'connecting' || entry.state === 'failed' || (entry.state === 'open' && partly))
        this.#anew(entry);
    }
  }

  /** Reconnects. Callers waiting for the old connection get the new one. */
  #anew(entry: Entry): void {
    this.#reset(entry);
    void this.#begin(entry).catch(() => undefined);
  }

  #begin(entry: Entry): Promise<Cluster> {
    if (entry.opening) return entry.opening;
    const opening = this.#connect(entry).finally(() => {
      if (entry.opening === opening) entry.opening = undefined;
    });
    entry.opening = opening;
    return opening;
  }

  /** The open cluster of a context; connects when it is not open. Rejects with a Problem, kept in the entry as well. */
  async connect(context: string, signal?: AbortSignal): Promise<Cluster> {
    await this.load();
    const entry = this.#entries.get(context);
    if (!entry)
      throw new Problem('cluster.noContext', `The kubeconfig has no context "${context}".`, {
        next: 'Choose another context.',
      });
    if (entry.cluster && entry.state === 'open') return entry.cluster;
    for (;;) {
      const opening = this.#begin(entry);
      try {
        return await orAbort(opening, signal);
      } catch (e) {
        // The kubeconfig changed meanwhile, and another attempt replaced this one: wait for that.
        if (!isAbort(e) || signal?.aborted || entry.opening === undefined || entry.opening === opening) throw e;
      }
    }
  }

  async #connect(entry: Entry): Promise<Cluster> {
    const { name } = entry.info;
    const { generation } = entry;
    const { signal } = entry.stop;
    entry.state = 'connecting';
    entry.problem = undefined;
    this.#changed.fire(name);
    const started = performance.now();
    let cluster: Cluster | undefined;
    try {
      if (entry.info.problem) throw Problem.fromJSON(entry.info.problem);
      const kubeconfigs = await (this.#kubeconfigs ??= this.#open());
      let session: KubeSession;
      let reads: number;
      do {
        reads = this.#reads;
        session = await orAbort(kubeconfigs.session(name), signal);
      } while (reads !== this.#reads);
      entry.session = session;
      cluster = new Cluster(session, { namespaces: this.deps.namespaces(), marked: this.deps.marked });
      const early = this.#showEarly(entry, cluster);
      try {
        await cluster.whenReady(signal);
      } finally {
        early.dispose();
      }
      entry.cluster = cluster;
      entry.state = 'open';
      entry.listening = cluster.onDidChange(() => {
        this.#changed.fire(name);
      });
      this.deps.log.info(
        `Connected to ${name} in ${(performance.now() - started).toFixed(0)} ms: ${cluster.objects.pods.size} ` +
          `pods, ${cluster.objects.workloads.size} workloads.`,
      );
      this.#changed.fire(name);
      return cluster;
    } catch (e) {
      cluster?.dispose();
      if (entry.generation === generation) {
        entry.session?.dispose();
        entry.session = undefined;
        entry.cluster = undefined;
        entry.state = isAbort(e) ? 'closed' : 'failed';
        entry.problem = isAbort(e) ? undefined : Problem.from(e, 'cluster.connect');
        this.deps.log.problem(`Connecting to ${name}`, e);
        this.#changed.fire(name);
      }
      throw isAbort(e) ? e : Problem.from(e, 'cluster.connect');
    }
  }

  /** A cluster of 10,000 pods takes seconds to list: shows its workloads with the pods that have arrived so far. */
  #showEarly(entry: Entry, cluster: Cluster): Disposable {
    let ended = false;
    let shown = 0;
    const show = (): void => {
      const pods = cluster.objects.pods.size;
      if (pods !== shown) {
        shown = pods;
        entry.cluster = cluster;
        this.#changed.fire(entry.info.name);
      }
      timer = setTimeout(show, EARLY_EVERY_MS);
    };
    let timer = setTimeout(() => {
      void cluster.outlined.then(() => {
        if (!ended) show();
      });
    }, EARLY_MS);
    return {
      dispose: () => {
        ended = true;
        clearTimeout(timer);
      },
    };
  }

  disconnect(context: string): void {
    const entry = this.#entries.get(context);
    if (!entry || entry.state === 'closed') return;
    this.#reset(entry);
    this.#changed.fire(context);
  }

  #reset(entry: Entry): void {
    this.#close(entry);
    entry.generation++;
    entry.stop = new AbortController();
    entry.opening = undefined;
  }

  #close(entry: Entry): void {
    entry.stop.abort();
    entry.listening?.dispose();
    entry.cluster?.dispose();
    entry.session?.dispose();
    entry.cluster = undefined;
    entry.session = undefined;
    entry.listening = undefined;
    entry.problem = undefined;
    entry.state = 'closed';
  }

  /** Recomputes every open cluster, after a setting changed. */
  refreshAll(): void {
    for (const entry of this.#entries.values()) entry.cluster?.refresh();
    this.#changed.fire(undefined);
  }

  dispose(): void {
    for (const entry of this.#entries.values()) this.#close(entry);
    this.#own.dispose();
  }
}
