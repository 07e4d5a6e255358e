/** What the profile room gives to the rest: shapes only, no code. Values are in the profile's own unit unless said. */

export interface ValueType { readonly type: string; readonly unit: string }

/** Where a function comes from, as far as its name and file tell. */
export type Origin = 'own' | 'dependency' | 'std' | 'unknown';

/** One function, as shown. `name` is Go's full name: `sigs.k8s.io/x/pkg.(*T).Method`. */
export interface Frame {
  readonly name: string;
  /** Import path of the package; '' when the name has none. */
  readonly pkg: string;
  readonly file: string;
  /** Line of the function's start, or of the frame itself; 0 = unknown. */
  readonly line: number;
  readonly origin: Origin;
}

export interface ProfileSummary {
  readonly kind: 'pprof' | 'goroutines';
  readonly sampleTypes: readonly (ValueType & { readonly total: number })[];
  /** Index that `go tool pprof` would take: `default_sample_type`, else the last one. */
  readonly defaultSampleType: number;
  readonly samples: number;
  /** Start, ms since the epoch; 0 = unknown. */
  readonly timeMillis: number;
  /** Length of the capture, ns; 0 = unknown. */
  readonly durationNanos: number;
  readonly maxDepth: number;
  /** Things the reader passed over, each a sentence; empty for a sound file. */
  readonly warnings: readonly string[];
}

/** Which part of the call tree, and how fine. */
export interface FlameQuery {
  readonly sampleType: number;
  /** Function ids from below the root down to the frame that fills the width; [] = all. */
  readonly zoom: readonly number[];
  /** Nodes narrower than this part of the zoomed frame's value are left out: ~0.25 px / width in px. */
  readonly minShare: number;
  /** Module paths that are the person's own (go.mod's `module`); [] = judged from the files' paths. */
  readonly ownModules: readonly string[];
}

/**
 * A call tree in depth-first order, as columns of equal length; row 0 is the root, with the zoomed frame's ancestors
 * (each as wide as the zoomed frame) above it when zoomed. A subtree is the range [i, i + size[i]).
 */
export interface FlameTree {
  /** Function id, see `frames`; stable for the open file, so paths of them can be kept. Root: 0xffffffff. */
  readonly fn: Uint32Array;
  readonly depth: Uint32Array;
  readonly size: Uint32Array;
  /** Left edge, in values from the left of row 0. */
  readonly start: Float64Array;
  /** Value with all below (the width is its absolute value), and value of the frame itself. */
  readonly total: Float64Array;
  readonly self: Float64Array;
  /**
   * Width of each row, in values: only there when the samples have values of both signs (a difference of two profiles), since
   * then |total| says nothing about the room that the frames below take. Absent: |total|.
   */
  readonly width?: Float64Array;
  /** True totals of the rows above the zoomed frame, root first: those rows' own `total` is the zoomed frame's. */
  readonly ancestors?: readonly number[];
  /** The frames that occur in `fn`, each once; plain arrays, since messages to a page carry no Map. */
  readonly frames: readonly (Frame & { readonly id: number })[];
  /** Total of the whole profile for this sample type: what per cents are of. */
  readonly grandTotal: number;
  /** Rows that were too narrow and left out. */
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

export interface TopRow { readonly name: string; readonly file: string; readonly line: number; readonly flat: number; readonly cum: number }

export interface StackFrame { readonly name: string; readonly file: string; readonly line: number }

export interface GoroutineGroup {
  readonly count: number;
  /** "running", "chan receive", "select", "IO wait"…; '' where the dump does not tell (debug=1). */
  readonly state: string;
  /** Longest wait in whole minutes, as the dump tells; 0 = under one minute or not told. */
  readonly minutes: number;
  readonly lockedToThread: number;
  /** pprof labels, as `name` → `value`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdBy: StackFrame | undefined;
  /** Leaf first. */
  readonly stack: readonly StackFrame[];
  /** True when the runtime left frames out ("...N frames elided..."). */
  readonly elided: boolean;
  /** Goroutine ids, at most 20, lowest first; empty for debug=1. */
  readonly ids: readonly number[];
}

export interface GoroutineDump {
  readonly total: number;
  /** Most goroutines first. */
  readonly groups: readonly GoroutineGroup[];
  readonly warnings: readonly string[];
}

/** One open file. All calls go to the thread that holds it; `dispose` ends it. */
export interface OpenProfile {
  readonly summary: ProfileSummary;
  flame(query: FlameQuery): Promise<FlameTree>;
  /** Case-insensitive text, or /regex/ between slashes. */
  search(query: { readonly text: string; readonly sampleType: number }): Promise<SearchResult>;
  top(query: { readonly sampleType: number }): Promise<readonly TopRow[]>;
  /** Undefined when the file holds no goroutines (a CPU profile). */
  goroutines(): Promise<GoroutineDump | undefined>;
  /** The same as a gzipped profile.proto, for `go tool pprof` and others: a goroutine dump as well. */
  encode(): Promise<Uint8Array>;
  dispose(): void;
}

export interface OpenOptions {
  /** Refuse more than this many bytes after decompression. */
  readonly maxBytes: number;
}
