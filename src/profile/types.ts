/**
 * What other rooms get from the profile room: shapes only, no code. Values are in the profile's own unit unless said.
 */
import type {
  Frame,
  Asked,
  AskedFrames,
  CallGraph,
  Change,
  GraphQuery,
  LinesQuery,
  LineTable,
  Part,
  Peek,
  Split,
  Tags,
  TopTable,
} from './answers';

export type * from './answers';

export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

export interface ProfileSummary {
  readonly kind: 'pprof' | 'goroutines';
  readonly sampleTypes: readonly (ValueType & { readonly total: number })[];
  /** The index that `go tool pprof` would use: `default_sample_type`, else the last one. */
  readonly defaultSampleType: number;
  readonly samples: number;
  /** Start, ms since the epoch; 0 = unknown. */
  readonly timeMillis: number;
  /** Length of the capture, ns; 0 = unknown. */
  readonly durationNanos: number;
  readonly maxDepth: number;
  /** What the reader had to skip, each a sentence; empty for an intact file. */
  readonly warnings: readonly string[];
  /** Keys of the labels that samples have, by name. */
  readonly labelKeys: readonly string[];
  /** How files were combined; absent for a single file. */
  readonly combined?: Combined;
}

export interface Combined {
  readonly sources: number;
  /** Files that were subtracted; 0: the sources were added up. */
  readonly bases: number;
  /** Percentages refer to the base, as with `-diff_base`. */
  readonly ofBase: boolean;
  readonly normalize: Normalize;
}

/** Which part of the call tree, and how fine. */
export interface FlameQuery {
  readonly sampleType: number;
  readonly part?: Part | undefined;
  /** Function ids from below the root down to the frame that fills the width; [] = all. */
  readonly zoom: readonly number[];
  /** Nodes narrower than this part of the zoomed frame's value are left out: ~0.25 px / width in px. */
  readonly minShare: number;
  /** The user's own module paths (go.mod's `module`); [] = judged from the files' paths. */
  readonly ownModules: readonly string[];
}

/**
 * A call tree in depth-first order, as columns of equal length; row 0 is the root, with the zoomed frame's ancestors
 * (each as wide as the zoomed frame) above it when zoomed. A subtree is the range [i, i + size[i]).
 */
export interface FlameTree {
  /** Function id, see `frames`. Stable while the file is open, so paths of ids can be kept. Root: 0xffffffff. */
  readonly fn: Uint32Array;
  readonly depth: Uint32Array;
  readonly size: Uint32Array;
  /** Left edge, in values from the left of row 0. */
  readonly start: Float64Array;
  /** Value with all below (the width is its absolute value), and value of the frame itself. */
  readonly total: Float64Array;
  readonly self: Float64Array;
  /**
   * Width of each row, in values; present only when |total| doesn't say how much room the frames below take. For a
   * difference it is before + after, so that unchanged frames are visible too; otherwise, for samples of both signs,
   * the sum of their |values|. Absent: the width is |total|.
   */
  readonly width?: Float64Array;
  /** Totals before and after, only for a difference; `total` is after − before. */
  readonly change?: Change;
  /** Actual totals of the rows above the zoomed frame, root first; `total` of those rows is the zoomed frame's. */
  readonly ancestors?: readonly number[];
  /** The frames that occur in `fn`, each once. An array, because messages to a page can't carry a Map. */
  readonly frames: readonly (Frame & { readonly id: number })[];
  /** Total of the whole profile for this sample type, which percentages refer to. */
  readonly grandTotal: number;
  /** Number of rows that were left out because they are too narrow. */
  readonly hidden: number;
  /** `zoom` as far as it was found; shorter than asked when the frame isn't in this sample type. */
  readonly zoom: readonly number[];
}

export interface SearchResult {
  /** Functions that match. */
  readonly ids: Uint32Array;
  /** Sum of the samples in which at least one frame matches: never more than the total. */
  readonly value: number;
  readonly share: number;
}

/** The callers of a function and its callees, both with the function as row 0. */
export interface Sandwich {
  /**
   * Rows below row 0 are callers, the direct ones first; it is drawn upwards. Its values are those of the function on
   * behalf of each caller.
   */
  readonly callers: FlameTree;
  readonly callees: FlameTree;
}

export interface SandwichQuery extends AskedFrames {
  readonly id: number;
  /** As in FlameQuery, of the function's own value. */
  readonly minShare: number;
}

export interface StackFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

export interface GoroutineGroup {
  readonly count: number;
  /** "running", "chan receive", "select", "IO wait"…; '' where the dump doesn't say (debug=1). */
  readonly state: string;
  /** Longest wait in whole minutes, from the dump; 0 = under one minute or unknown. */
  readonly minutes: number;
  readonly lockedToThread: number;
  /** pprof labels, as `name` → `value`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdBy: StackFrame | undefined;
  /** Leaf first. */
  readonly stack: readonly StackFrame[];
  /** True when the runtime left frames out ("...N frames elided..."). */
  readonly elided: boolean;
  /** Goroutine ids, at most 10,000, lowest first; empty for debug=1. */
  readonly ids: readonly number[];
  /**
   * Ids of the goroutines that started these, and how many each started; at most 500, empty where the dump doesn't say
   * (debug=1, Go below 1.21).
   */
  readonly creators: readonly { readonly goroutine: number; readonly count: number }[];
}

export interface GoroutineDump {
  readonly total: number;
  /** Most goroutines first. */
  readonly groups: readonly GoroutineGroup[];
  readonly warnings: readonly string[];
  /** The worker pools of the controllers in the process. */
  readonly workers: Workers;
}

/**
 * What a worker does. `reconciling`: runs, or its dump has no waits (debug=1, the binary form). `waitingForApi`: in a
 * request of client-go. `locked`: waits for a mutex or a semaphore. `external`: in a call to something else: HTTP,
 * gRPC, SQL, a child process. `other`: waits for anything else: a channel, a timer, goroutines of its own.
 */
export type WorkerState = 'idle' | 'reconciling' | 'throttled' | 'waitingForApi' | 'locked' | 'external' | 'other';

export interface WorkerStack {
  readonly state: WorkerState;
  readonly count: number;
  /** Index of the group in the dump. */
  readonly group: number;
}

export interface WorkerPool {
  /** Undefined where the dump doesn't say: all workers of a controller-runtime controller are idle. */
  readonly controller: string | undefined;
  /** Where the name comes from: "pprof label", "type WidgetReconciler", "workqueue volumes", …; '' without a name. */
  readonly from: string;
  /** Who runs the loop: "controller-runtime", "Argo CD", "MOCO", or "workqueue" for any loop over client-go's queue. */
  readonly kind: string;
  /** The sum of the counts below. */
  readonly workers: number;
  readonly counts: Readonly<Record<WorkerState, number>>;
  /** Most workers first within a state. */
  readonly stacks: readonly WorkerStack[];
}

export interface Workers {
  /** By name; those without one last. */
  readonly pools: readonly WorkerPool[];
  /** What could not be determined, in sentences. */
  readonly notes: readonly string[];
}

/** The questions to an open profile; each refers to the part that its query has, or to the whole profile. */
export interface Questions {
  flame(query: FlameQuery): Promise<FlameTree>;
  /** Case-insensitive text, or /regex/ between slashes. */
  search(query: Asked & { readonly text: string }): Promise<SearchResult>;
  top(query: AskedFrames): Promise<TopTable>;
  /** `match`: a regular expression against names, as pprof's -peek takes it, or ids. */
  peek(query: AskedFrames & { readonly match: string | readonly number[] }): Promise<Peek>;
  sandwich(query: SandwichQuery): Promise<Sandwich>;
  graph(query: GraphQuery): Promise<CallGraph>;
  lines(query: LinesQuery): Promise<LineTable>;
  tags(query: Asked): Promise<Tags>;
  split(query: Asked): Promise<Split>;
  /** One line a stack, "root;…;leaf value", as UTF-8; stacks with the same frames are added up. */
  folded(query: Asked): Promise<Uint8Array>;
  /** Undefined when the file holds no goroutines (a CPU profile), or is a difference. */
  goroutines(query?: undefined): Promise<GoroutineDump | undefined>;
  /**
   * The part as a gzipped profile.proto, for `go tool pprof` and others, with all value types; works for a goroutine
   * dump too.
   */
  encode(query?: { readonly part?: Part | undefined }): Promise<Uint8Array>;
}

/** One open file, or several opened as one. All calls go to the thread that holds it; `dispose` ends the thread. */
export interface OpenProfile extends Questions {
  readonly summary: ProfileSummary;
  dispose(): void;
}

export interface OpenOptions {
  /** Refuses a file of more than this many bytes after decompression; applies to each file. */
  readonly maxBytes: number;
  /** For several files. */
  readonly combine?: CombineOptions;
}

/**
 * 'total': sources are scaled to the total of the base (pprof's -normalize), for each value type. 'duration': every
 * file is scaled to one second of its capture, so that values are per second. 'none', the default: as they are.
 */
export type Normalize = 'none' | 'total' | 'duration';

export interface CombineOptions {
  /**
   * How many of the files, from the first on, are sources; the rest is the base. Default: all are sources, and are
   * added up.
   */
  readonly sources?: number;
  /** Percentages refer to the base (pprof's -diff_base) instead of all change (-base). */
  readonly ofBase?: boolean;
  readonly normalize?: Normalize;
}
