/**
 * What is found in sources and how it is mended. Offsets are UTF-16 code units from the start of the text, as in the
 * editor. Paths are opaque to this room but for '/' between their parts: absolute file paths on the command line, URIs
 * in the editor.
 */

/** A half-open range of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Edit extends Span {
  /** Another file than the finding's; one that does not exist yet is made, with start = end = 0. */
  readonly file?: string;
  readonly text: string;
  /**
   * Places in `text`, relative to its start, that a person may want to type over: the editor stops at them in this
   * order.
   */
  readonly stops?: readonly Span[];
}

export interface Fix {
  /** Stable within the rule, e.g. `qps-50`. The first fix of a finding is the one that `--apply` and "fix all" take. */
  readonly id: string;
  /** In the imperative, with the values: "Set QPS to 50 and Burst to 100". */
  readonly title: string;
  /** Apart from each other; none touches the same place twice. Keeps comments and formatting. */
  readonly edits: readonly Edit[];
  /** True when the light bulb may take it without being asked which. */
  readonly preferred?: boolean;
}

export type Severity = 'warning' | 'information' | 'hint';

/** The limit of a client as the compiled program would report it. */
export interface Effective {
  /** Requests a second; below 0: no limit. Undefined when it can't be known from the source. */
  readonly qps: number | undefined;
  readonly burst: number | undefined;
  /** What makes it so, with the version: "client-go's default, k8s.io/client-go v0.37.0". */
  readonly because: string;
  /**
   * The client is not made at all: its constructor returns an error, and the limits are those that a client of another
   * kind would have.
   */
  readonly refused?: true;
}

/** A line of somebody's source that proves what is said. */
export interface Cite {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What is linked, as read: "k8s.io/client-go@v0.37.0/rest/config.go:44". */
  readonly text: string;
}

export interface Finding extends Span {
  /** Id of the rule, kebab case. */
  readonly rule: string;
  readonly severity: Severity;
  /** What is so here and why, one or two sentences, with numbers and versions. */
  readonly message: string;
  readonly effective?: Effective;
  readonly cite?: Cite;
  readonly fixes: readonly Fix[];
}

/** One setting in force, for the lens, the hover and the review. */
export interface Setting {
  /** As the field or flag is called: "QPS", "MaxConcurrentReconciles". */
  readonly name: string;
  /** As a person reads it: "50", "no limit", "unknown". */
  readonly value: string;
  readonly default: string;
  readonly from: 'default' | 'set' | 'flag' | 'environment' | 'unknown';
  /** Where it is set, if it is. */
  readonly at?: Span & { readonly file: string };
  /** What it means, and the source of the default. */
  readonly tells: string;
  readonly cite?: Cite;
}

/** A place in a source where something is set up. */
export interface SetUp extends Span {
  readonly kind: 'client' | 'manager' | 'controller' | 'workers' | 'component';
  /** Of a controller its name or kind, of a client what is made. */
  readonly name: string;
  /** One line: "QPS 5 · burst 10 · client-go's default". */
  readonly line: string;
  readonly settings: readonly Setting[];
}

export interface FileReport {
  readonly file: string;
  readonly findings: readonly Finding[];
  readonly setUps: readonly SetUp[];
}

/** What a connected cluster or a recording told of the program that is built from this module. All per process. */
export interface Measured {
  /** Where it was measured: "widgets in team-a, the last 5 minutes". */
  readonly of: string;
  readonly seconds: number;
  /** Requests a second that went out, and the p99 of the limiter's wait, s; undefined: not exported. */
  readonly requestsPerSecond: number | undefined;
  readonly limiterP99: number | undefined;
  /** Mean wait in the limiter and mean time of a request without it, s. */
  readonly limiterMean: number | undefined;
  readonly requestMean: number | undefined;
  readonly workers: number | undefined;
  readonly busyWorkers: number | undefined;
  /** Mean time of a reconcile, s, and reconciles a second. */
  readonly reconcileMean: number | undefined;
  readonly reconcilesPerSecond: number | undefined;
  /** Share of the busy workers that waited in the limiter at any time, 0…1. */
  readonly inLimiter: number | undefined;
}

/** Reads sources. Answers undefined for what is not there; throws for what can't be read. */
export interface Files {
  read(path: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Names in a folder; folders end in '/'. Empty when it is not there. */
  list(path: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** A path of the operating system (as a go.mod's `replace` has it) as one of ours. */
  absolute(osPath: string): string;
  /** Folders of the Go module cache, e.g. /home/me/go/pkg/mod; empty: none is there. */
  readonly moduleCaches: readonly string[];
}
