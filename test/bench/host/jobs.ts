/** What is asked of the extension host, and what it answers. Times in ms, sizes in bytes. */

export interface ActivationJob {
  readonly kind: 'activation';
  /** Ours is activated before the empty one. */
  readonly oursFirst: boolean;
}

export interface Activation {
  /** Reading and running its code, by the loader. */
  readonly load: number;
  /** Its activate(). */
  readonly activate: number;
  /** All that the editor does for it, from asking until it is active. */
  readonly whole: number;
}

export interface ActivationResult {
  readonly ours: Activation;
  readonly empty: Activation;
  /** Files of ours that were loaded besides dist/extension.js. */
  readonly others: readonly string[];
  /** Loading dist/kube.js, which activation is spared. */
  readonly kube: number;
}

export interface TreeJob {
  readonly kind: 'tree';
  /** Namespaces and workloads to open before the changes begin. */
  readonly openNamespaces: number;
  readonly openWorkloads: number;
  /** How long pods are changed, s; 0: not at all. */
  readonly churnSeconds: number;
}

export interface Memory {
  readonly rss: number;
  /** Of V8 after a garbage collection, with what it holds outside of its heap. */
  readonly held: number;
}

export interface TreeResult {
  readonly pods: number;
  readonly workloads: number;
  /** From connecting until the editor has the children of the context from the provider. */
  readonly firstPaint: number;
  /** From connecting until every pod was listed and the tree told. */
  readonly listed: number;
  /** When connecting began, ms since the epoch, to compare with what the window saw. */
  readonly connectingAt: number;
  readonly openedRows: number;
  /** Before the extension was activated; connected; with all of `open…` opened; after the changes. */
  readonly memory: {
    readonly before: Memory;
    readonly connected: Memory;
    readonly opened: Memory;
    readonly after: Memory;
  };
  /** The most rss seen, every 20 ms, from before connecting until all was opened. */
  readonly peakRss: number;
  readonly churn: Churn | undefined;
}

export interface Churn {
  /** What the rig said of itself: "10000 changes in 10.0 s, 1000 a second, 0 of them more than 1 s late". */
  readonly said: string;
  readonly seconds: number;
  /** The tree told the editor that something looks different. */
  readonly fires: number;
  /** The most within one second. */
  readonly mostInASecond: number;
  /** Of those: the whole tree, or a context with all under it. */
  readonly ofTheWhole: number;
  /** Nodes told, of all fires together. */
  readonly nodes: number;
  /** How often the cluster told that its objects changed: proof that the changes came in. */
  readonly heard: number;
  readonly delayP99: number;
  readonly delayMax: number;
  /** Share of one processor that the host used. */
  readonly cpu: number;
  /** A pod was deleted half way: until the tree told of it; undefined where nothing may be deleted. */
  readonly deletionShown: number | undefined;
}
