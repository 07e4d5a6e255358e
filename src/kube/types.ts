import type { Duplex } from 'node:stream';
import type { Disposable } from '../base/dispose';
import type { ProblemData } from '../base/problem';
import type { KindInfo } from '../churn/types';
import type { ClusterObjects } from '../controllers/types';
import type { Answer } from '../target/types';

export interface ContextInfo {
  readonly name: string;
  readonly cluster: string;
  readonly user: string;
  /** Namespace of the context; 'default' when it names none. */
  readonly namespace: string;
  readonly server: string;
  /** True for the `current-context`. */
  readonly current: boolean;
  /** The file that it came from. */
  readonly file: string;
  /** Why it can't be used: no such cluster, no such user… */
  readonly problem: ProblemData | undefined;
}

/** The kubeconfig files of this user. */
export interface Kubeconfigs extends Disposable {
  /**
   * Contexts of all files, the current one first. A file that doesn't parse is in `problems` and hides no other; what
   * it said before it broke is kept until it is read again.
   */
  load(): Promise<{ readonly contexts: readonly ContextInfo[]; readonly problems: readonly ProblemData[] }>;
  /** A file was changed, made or removed; heard at most every 200 ms. */
  readonly onDidChange: (listener: () => void) => Disposable;
  /** A session for a context; the same one while it is open and the context's entries are unchanged. */
  session(context: string): Promise<KubeSession>;
}

export interface KubeSession extends Disposable {
  readonly context: ContextInfo;
  /** GET of JSON under the API server's root: `/api/v1/namespaces`. Throws Problem (`kube.*`). */
  getJson<T>(path: string, options: { readonly signal?: AbortSignal }): Promise<T>;
  /**
   * GET of anything under the API server's root, whatever its status: for its proxies to Services. Throws Problem
   * (`kube.*`) where the API server itself refuses, and `kube.tooLong` above `maxBytes` (after decompression).
   */
  raw?(
    path: string,
    options: {
      readonly signal: AbortSignal;
      readonly maxBytes: number;
      readonly idleTimeoutMs: number;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answer>;
  /** A new stream to a port of a pod, usable at once (writes wait for the connection). */
  podStream(namespace: string, pod: string, port: number, signal: AbortSignal): Duplex;
  /**
   * The bearer token that the kubeconfig's user has (token, token file, exec); undefined for certificates. Memory only.
   */
  ownToken(signal: AbortSignal): Promise<string | undefined>;
  /** TokenRequest for a service account, ten minutes long, kept in memory until a minute before its end. */
  serviceAccountToken(namespace: string, name: string, signal: AbortSignal): Promise<string>;
  serviceAccounts(namespace: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Lists and watches what discovery needs, until disposed. */
  inventory(options: InventoryOptions): Inventory;
  /** Kinds that can be listed and watched, custom ones among them, each once. */
  kinds?(signal: AbortSignal): Promise<readonly KindInfo[]>;
  /** Lists and watches these kinds until disposed, and tells each object that comes. */
  follow?(options: FollowOptions): Following;
}

/** Whoever hears of objects as they come; src/churn is one. All are told in the order of the API server's events. */
export interface ObjectListener {
  /**
   * An object of a list (no `as`) or of an event; gives its key, undefined when it is of no interest. `scope`: the
   * namespace that is followed, '' = all.
   */
  seen(
    kind: KindInfo,
    object: unknown,
    at: number,
    as: { readonly scope: string; readonly as: 'added' | 'modified' | undefined },
  ): string | undefined;
  deleted(kind: KindInfo, object: unknown, at: number): void;
  /** A list is whole: these are all there are. The first, and one after each gap (`410 Gone`). */
  listed(kind: KindInfo, scope: string, keys: ReadonlySet<string>, at: number): void;
  /** It may not be seen any more, or the kind is gone. */
  lost(kind: KindInfo, scope: string): void;
}

export interface FollowOptions {
  readonly kinds: readonly KindInfo[];
  /** Kinds without namespaces are followed with 'all' only. */
  readonly namespaces: 'all' | readonly string[];
  /** As the API server takes it: `app=web,tier!=cache`. */
  readonly labelSelector?: string;
  readonly listener: ObjectListener;
}

export interface Following extends Disposable {
  /** Resolves when each kind was listed once, or could not be; never rejects. */
  readonly ready: Promise<void>;
  /** Kinds that are being watched now. */
  readonly live: readonly KindInfo[];
  /** What can't be listed or watched, each once; changes with the connection. */
  readonly problems: readonly ProblemData[];
  readonly onDidChange: (listener: () => void) => Disposable;
}

export interface InventoryOptions {
  /** Used when the cluster-wide list is forbidden; the context's own is tried as well. */
  readonly namespaces: readonly string[];
  /** Listeners hear of changes at most this often, ms. Default 250. */
  readonly coalesceMs?: number;
}

export interface Inventory extends Disposable {
  /** Resolves after the first lists; rejects with a Problem when nothing at all could be listed. */
  readonly ready: Promise<void>;
  /**
   * Resolves when all but the pods was listed, so that those pods that have come can be shown in their workloads; never
   * rejects.
   */
  readonly outlined: Promise<void>;
  /** Live maps: read, don't keep. */
  readonly objects: ClusterObjects;
  /** 'all' or the namespaces that this user may list. */
  readonly scope: 'all' | readonly string[];
  /** What could not be listed or watched, one for each resource; changes with the connection. */
  readonly problems: readonly ProblemData[];
  readonly state: 'connecting' | 'live' | 'reconnecting';
  /**
   * Asks at once for what was refused, for what waits for a connection, and for monitors that were installed meanwhile.
   */
  refresh?(): void;
  readonly onDidChange: (listener: () => void) => Disposable;
}
