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
   * Contexts of all files, the current one first. A file that doesn't parse is in `problems` and hides no other; its
   * last readable content counts until it is read again.
   */
  load(): Promise<{ readonly contexts: readonly ContextInfo[]; readonly problems: readonly ProblemData[] }>;
  /** A file was changed, created or removed; fires at most every 200 ms. */
  readonly onDidChange: (listener: () => void) => Disposable;
  /** A session for a context: the same one while it is open and the context's entries are unchanged. */
  session(context: string): Promise<KubeSession>;
}

export interface KubeSession extends Disposable {
  readonly context: ContextInfo;
  /** GET of JSON under the API server's root: `/api/v1/namespaces`. Throws Problem (`kube.*`). */
  getJson<T>(path: string, options: { readonly signal?: AbortSignal }): Promise<T>;
  /**
   * GET of anything under the API server's root, whatever its status: for its proxies to Services. Throws Problem
   * (`kube.*`) when the API server itself refuses, and `kube.tooLong` above `maxBytes` (after decompression).
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
  /** The bearer token of the kubeconfig's user (token, token file, exec); undefined for certificates. Memory only. */
  ownToken(signal: AbortSignal): Promise<string | undefined>;
  /** TokenRequest for a service account: valid for ten minutes, kept in memory until a minute before it expires. */
  serviceAccountToken(namespace: string, name: string, signal: AbortSignal): Promise<string>;
  serviceAccounts(namespace: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Lists and watches what discovery needs, until disposed. */
  inventory(options: InventoryOptions): Inventory;
  /** Kinds that can be listed and watched, custom ones included, each once. */
  kinds?(signal: AbortSignal): Promise<readonly KindInfo[]>;
  /** Lists and watches these kinds until disposed, and passes on each object. */
  follow?(options: FollowOptions): Following;
}

/** Gets objects as they come; src/churn is one. Calls are in the order of the API server's events. */
export interface ObjectListener {
  /**
   * An object of a list (no `as`) or of an event. Gives its key; undefined when it is of no interest. `scope`: the
   * namespace that is followed, '' = all.
   */
  seen(
    kind: KindInfo,
    object: unknown,
    at: number,
    as: { readonly scope: string; readonly as: 'added' | 'modified' | undefined },
  ): string | undefined;
  deleted(kind: KindInfo, object: unknown, at: number): void;
  /** A list is complete: these are all objects. Called for the first list, and after each gap (`410 Gone`). */
  listed(kind: KindInfo, scope: string, keys: ReadonlySet<string>, at: number): void;
  /** It may no longer be seen, or the kind is gone. */
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
  /** Used when listing the whole cluster is forbidden; the context's own namespace is tried as well. */
  readonly namespaces: readonly string[];
  /** Listeners hear of changes at most this often, ms. Default 250. */
  readonly coalesceMs?: number;
}

export interface Inventory extends Disposable {
  /** Resolves after the first lists; rejects with a Problem when nothing at all could be listed. */
  readonly ready: Promise<void>;
  /**
   * Resolves when everything but the pods was listed, so that the pods so far can be shown in their workloads; never
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
  /** Asks again at once: for what was refused, what waits for a connection, and monitors installed since. */
  refresh?(): void;
  readonly onDidChange: (listener: () => void) => Disposable;
}
