/**
 * The questions to an open profile other than its flame graph, and their answers: shapes only. Words and meanings are
 * those of `go tool pprof`.
 */
/** Where a function comes from, as far as its name and file say. */
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
  /** Index into LAYERS (src/profile/layers/rules.ts). */
  readonly layer: number;
  /** Id of the function's name, whatever the granularity; a file or package has its own id. */
  readonly fn: number;
}

/**
 * What becomes one row or node: a function by its name; a function in a file; a file; a line of a function; an address;
 * a Go package. Like pprof's `-functions` … `-addresses`, with two differences: pprof has no packages, and a file is
 * one row here, while pprof's `-files` has a row for each line at which a function of the file begins.
 */
export type Granularity = 'functions' | 'filefunctions' | 'files' | 'lines' | 'addresses' | 'packages';

/**
 * The part of a profile that is shown. Applied in pprof's order: tagRoot and tagLeaf add frames; focus and ignore
 * choose samples; hide and show leave frames out, and samples without any left; showFrom cuts off what lies above; cut;
 * tagFocus and tagIgnore choose samples; noInlines; granularity. Expressions are Go's (RE2), matched anywhere in a
 * function's name, its file or its binary. Percentages stay those of the whole profile. {} and undefined: the whole
 * profile, by function.
 */
export interface Part {
  /** Only samples with a frame that matches. */
  readonly focus?: string;
  /** Only samples without a frame that matches. */
  readonly ignore?: string;
  /** Frames that match are left out: what they cost counts for their caller. */
  readonly hide?: string;
  /** Frames that don't match are left out. */
  readonly show?: string;
  /** Frames above the outermost one that matches are left out, and samples without one. */
  readonly showFrom?: string;
  /**
   * Only samples with such a label: `KEY=EXPRESSION,EXPRESSION` (one of them), `EXPRESSION,EXPRESSION` against
   * `key:value` (all of them), or for numbers `KEY=4kb:`, `:4kb`, `1kb:4kb`, `4kb`. Several filters: all hold.
   */
  readonly tagFocus?: readonly string[];
  /** Only samples without such a label; with several filters, none may hold. */
  readonly tagIgnore?: readonly string[];
  /** Label keys whose values become frames above all others, the first outermost. */
  readonly tagRoot?: readonly string[];
  /** Label keys whose values become frames below all others, the last innermost. */
  readonly tagLeaf?: readonly string[];
  /** Default 'functions'. */
  readonly granularity?: Granularity;
  /** Inlined frames count for the function that they were inlined into. */
  readonly noInlines?: boolean;
  /**
   * "Cut the framework": each controller's Reconcile (or the step of a plain client-go loop) becomes a root. The frames
   * above it are left out, and so are samples that are not spent in any controller's worker.
   */
  readonly cut?: boolean;
}

/** What every question has. */
export interface Asked {
  readonly sampleType: number;
  readonly part?: Part | undefined;
}

/** For answers with frames. */
export interface AskedFrames extends Asked {
  /** The user's own module paths (go.mod's `module`); [] or absent: judged from the files' paths. */
  readonly ownModules?: readonly string[] | undefined;
}

/**
 * Values of a difference: `after` is of the opened profile, `before` of its base. All other values of an answer are
 * after − before.
 */
export interface Change {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/**
 * Every function (by the part's granularity) with a value, largest |flat| first, then by name. As columns, with one
 * entry a row. Flat goes to the innermost frame of a sample, cum to each function in it once, however often it recurs.
 */
export interface TopTable {
  readonly id: Uint32Array;
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  /** Index into the profile's LAYERS. */
  readonly layer: Uint8Array;
  /** 0 never inlined, 1 in some places ("partial-inline"), 2 wherever it occurs. */
  readonly inlined: Uint8Array;
  readonly names: readonly string[];
  readonly files: readonly string[];
  /** Line to open; 0 = unknown. */
  readonly lines: Float64Array;
  /** What percentages refer to; sum% is the running sum of flat, divided by this. */
  readonly total: number;
  /** Only for a difference. */
  readonly change?: { readonly flat: Change; readonly cum: Change };
}

/** A call from one function to another. */
export interface Edge {
  readonly id: number;
  readonly value: number;
  /** True when the call is inlined wherever it occurs. */
  readonly inlined: boolean;
  /** Only for a difference: value is after − before. */
  readonly before?: number;
}

export interface PeekEntry {
  readonly id: number;
  readonly flat: number;
  readonly cum: number;
  /** Largest |value| first, then by name. Without calls to itself, as in pprof. */
  readonly callers: readonly Edge[];
  readonly callees: readonly Edge[];
  readonly before?: { readonly flat: number; readonly cum: number };
}

/** Callers and callees of functions: `go tool pprof -peek`. */
export interface Peek {
  /** In the order of a `TopTable`. */
  readonly entries: readonly PeekEntry[];
  /** All functions named by `entries`, once each. */
  readonly frames: readonly (Frame & { readonly id: number })[];
  readonly total: number;
}

export interface GraphNode {
  readonly id: number;
  readonly flat: number;
  readonly cum: number;
  readonly before?: { readonly flat: number; readonly cum: number };
}

export interface GraphEdge {
  /** Ids of functions. */
  readonly from: number;
  readonly to: number;
  readonly value: number;
  /** True for a call that passes through functions that are not shown: a dashed line in pprof's picture. */
  readonly residual: boolean;
  readonly inlined: boolean;
  readonly before?: number;
}

/** The call graph, without small nodes and edges, pruned as pprof does it for its pictures. */
export interface CallGraph {
  /** By pprof's own measure of interest, the most interesting first. */
  readonly nodes: readonly GraphNode[];
  /** Heaviest first. */
  readonly edges: readonly GraphEdge[];
  readonly frames: readonly (Frame & { readonly id: number })[];
  readonly total: number;
  /** Functions below nodeFraction; `furtherNodes` counts those of the rest that nodeCount left out. */
  readonly droppedNodes: number;
  readonly furtherNodes: number;
  readonly droppedEdges: number;
}

export interface GraphQuery extends AskedFrames {
  /** How many functions to show at most; 0 = all. Default 80; this and the two defaults below are pprof's. */
  readonly nodeCount?: number;
  /** A function with less than this part of the total is left out. Default 0.005. */
  readonly nodeFraction?: number;
  /** A call with less than this part of the total is left out. Default 0.001. */
  readonly edgeFraction?: number;
}

/** Values per line of source: one row for each file, function and line, by file, then line. */
export interface LineTable {
  /** Of each row: index into `files`, into `names`, line number (0 = unknown), and values. */
  readonly file: Uint32Array;
  readonly name: Uint32Array;
  readonly line: Float64Array;
  /** First line of the row's function, as the compiler saw it; 0 = unknown. */
  readonly start: Float64Array;
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  /** 1 where the line's function was inlined at every place of the row. */
  readonly inlined: Uint8Array;
  /** As the profile has them: paths of the machine that built the program. */
  readonly files: readonly string[];
  readonly names: readonly string[];
  readonly total: number;
  readonly change?: { readonly flat: Change; readonly cum: Change };
  /**
   * By (file, line), whatever the function. A sample counts once for a line, so these are not sums of the rows above.
   */
  readonly byLine: {
    readonly file: Uint32Array;
    readonly line: Float64Array;
    readonly flat: Float64Array;
    readonly cum: Float64Array;
    readonly change?: { readonly flat: Change; readonly cum: Change };
  };
}

export interface LinesQuery extends Asked {
  /** Only this file, as the profile names it. */
  readonly file?: string;
  /** Only functions of this name. */
  readonly name?: string;
}

export interface TagValue {
  /** As pprof prints it: numbers with their unit scaled, "4kB". Numbers that print alike are one. */
  readonly text: string;
  readonly value: number;
  /** The number and its unit, where all samples of this text have the same one. */
  readonly number?: number;
  readonly unit?: string;
}

/** Totals of a label key and of its values, largest first: `go tool pprof -tags`. */
export interface Tag {
  readonly key: string;
  readonly total: number;
  readonly values: readonly TagValue[];
}

export interface Tags {
  /** By name. */
  readonly tags: readonly Tag[];
  readonly total: number;
}

/** What one controller costs. Each sample counts for one controller, or in one of the other fields of `Split`. */
export interface ControllerSplit {
  readonly controller: string;
  /** The function that is its root: Reconcile, or the step of its loop. */
  readonly root: string;
  /** Everything under its root. */
  readonly reconcile: number;
  /** The part of `reconcile` in reads of the cache (including copies of objects); `coding` is decoding and encoding. */
  readonly cacheReads: number;
  readonly coding: number;
  /**
   * Outside any root, but on its behalf: its predicates and map functions, which informers call, and its own
   * goroutines.
   */
  readonly behalf: number;
}

export interface Split {
  /** Largest first. */
  readonly controllers: readonly ControllerSplit[];
  /** Informers, their watches and the decoding in these, for all controllers together. */
  readonly informers: number;
  /** The framework between the queue and Reconcile, and the queues themselves. */
  readonly framework: number;
  /** Garbage collection outside any of the above (its workers). */
  readonly gc: number;
  /** Everything else. */
  readonly rest: number;
  readonly total: number;
}
