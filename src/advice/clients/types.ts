/** Where a client's configuration is made, what is set on it, and which clients are built from it. */
import type { ImportedPlace } from '../go/lookups';
import type { Func, GoFile } from '../go/file';
import type { Node } from '../go/grammar';
import type { Effective, SetUp, Span } from '../types';

/** What a configuration comes from. `getConfig` is controller-runtime's, which sets its own default. */
export type OriginKind =
  'getConfig' | 'inCluster' | 'clientcmd' | 'literal' | 'parameter' | 'envtest' | 'manager' | 'unknown';

/** One configuration: an expression that makes it, and what happens to it until it is used. */
export interface Config {
  readonly file: GoFile;
  readonly func: Func | undefined;
  /** The call or literal that makes it. */
  readonly origin: Node;
  readonly kind: OriginKind;
  /** The variable that holds it; undefined for an inline call. */
  readonly variable: string | undefined;
  readonly qps: SetAt | undefined;
  readonly burst: SetAt | undefined;
  readonly rateLimiter: SetAt | undefined;
  /** Clients and managers built from it, in the order of the text. */
  readonly uses: readonly Use[];
  /** What the limit of a client built from it is. */
  readonly effective: Effective;
  /** True when the origin returns an error as well. */
  readonly fails: boolean;
  /** True for a copy of another configuration, with that one's limits as they were then. */
  readonly copy: boolean;
  /** The origins of what it is a copy of. */
  readonly copied: readonly Node[];
  /**
   * Other origins that the same variable may hold: `if … { cfg = a } else { cfg = b }`. The first in the text speaks
   * for all.
   */
  readonly others: readonly Node[];
  /**
   * All assignments and fields, in the order of the text, those without effect included. `sure`: it happens whenever
   * the code behind it does.
   */
  readonly sets: readonly (SetAt & { readonly field: LimitField; readonly sure: boolean })[];
  /** True when the function of another package that gives it sets QPS or Burst itself. */
  readonly setByImport: boolean;
  /** A call that the configuration escapes to: it may change the limits in a way that can't be seen. */
  readonly escapes: Node | undefined;
}

/** A limit as a function of another package leaves it. `where`: the words for the place that sets it. */
export interface ImportedLimit {
  readonly number: number | undefined;
  readonly origin: boolean;
  readonly where: string | undefined;
}

/** What a function of another package gives. */
export interface ImportedConfig {
  readonly kind: OriginKind;
  /** It returns an error as well. */
  readonly fails: boolean;
  readonly qps: ImportedLimit;
  readonly burst: ImportedLimit;
}

export type LimitField = 'QPS' | 'Burst' | 'RateLimiter';

/** An assignment or a literal's field. `number` is undefined when the value can't be known. */
export interface SetAt {
  readonly file: GoFile;
  readonly statement: Node;
  readonly value: Node;
  readonly number: number | undefined;
  /** The flag's name, when it comes from one. */
  readonly flag?: string;
  /** As of a Value. */
  readonly imported?: true;
  readonly importedFrom?: ImportedPlace;
  /** Of a RateLimiter whose numbers are known: those. */
  readonly bucket?: {
    readonly qps: number;
    readonly burst: number | undefined;
  };
  readonly from: 'set' | 'flag' | 'environment' | 'unknown';
  /** Where the number itself stands: the literal, the flag's default. */
  readonly at: (Span & { readonly file: GoFile }) | undefined;
}

/**
 * How many limiters a client has.
 * - `client`: one for all that it does (dynamic, metadata, discovery, a REST client).
 * - `clientset`: with QPS > 0 one for all API groups (`NewForConfigAndClient` makes it); with QPS 0 each group version
 * has its own 5/10.
 * - `kinds`: controller-runtime's client makes a REST client, and so a limiter, for each kind.
 */
export type Limiters = 'client' | 'clientset' | 'kinds';

/** What is built from a configuration: `ctrl.NewManager`, `kubernetes.NewForConfig`, `client.New`, … */
export interface Use {
  readonly call: Node;
  readonly makes: string;
  readonly effective: Effective;
  /** Set only after this was built. */
  readonly tooLate: readonly SetAt[];
  readonly file: GoFile;
  readonly limiters: Limiters;
}

export interface Clients {
  /** Of all files of the package. */
  readonly configs: readonly Config[];
  /** For the lens and the review, of one file. */
  setUps(file: GoFile): readonly SetUp[];
}
