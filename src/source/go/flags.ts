/** Flags: which library a package uses, and the edits that add one in the same style. */
import type { Edit } from '../types';
import type { Node } from './grammar';
import type { Func, GoFile } from './file';
import type { GoPackage } from './package';

export interface NewFlag {
  /** As it is typed: "kube-api-qps". */
  readonly name: string;
  readonly kind: 'int' | 'float' | 'bool' | 'string' | 'duration';
  /** As Go source: `50`, `":6060"`, `time.Minute`. */
  readonly value: string;
  /** Help text without quotes; says the default itself. */
  readonly help: string;
  /** What the variable or field would be called: "kubeAPIQPS". */
  readonly variable: string;
}

export interface AddedFlags {
  /** How each flag's value is written where it is used, in the order asked: `kubeAPIQPS`, `*kubeAPIQPS`, `o.KubeAPIQPS`, `c.Float64("kube-api-qps")`. */
  readonly expressions: readonly string[];
  /** Go type of each expression: int, float32, float64, bool, string, time.Duration. */
  readonly types: readonly string[];
  readonly edits: readonly Edit[];
  /** The library, as a person calls it: "flag", "pflag", "cobra", "urfave/cli", "kingpin". */
  readonly library: string;
}

/**
 * Adds flags in the style that the package already uses, for a value that is needed at `at` in `file`. Undefined when it has no
 * flags, or none whose values can be seen from there.
 */
export function addFlags(_pkg: GoPackage, _file: GoFile, _func: Func | undefined, _at: Node, _flags: readonly NewFlag[]): AddedFlags | undefined {
  return undefined;
}
