/** Managers, controllers and worker loops of a package. */
import type { Call, Func, GoFile, Literal } from '../go/file';
import type { Node } from '../go/grammar';
import type { SetUp, Span } from '../types';
import type { Options } from './options';

/** `ctrl.NewManager(cfg, ctrl.Options{…})` in any of its forms. */
export interface Manager {
  readonly file: GoFile;
  readonly func: Func | undefined;
  readonly call: Node;
  /** The options' literal, in the call or behind a variable; undefined when it can't be found. */
  readonly options: Literal | undefined;
  /** All that can be known of the options. */
  readonly read: Options;
}

/** One call of a builder's chain: `.For(&T{})`, also when it stands in a statement of its own (`b.For(&T{})`). */
export interface Link extends Call {
  /** The method's name, as a place. */
  readonly field: Node;
}

/** The type that `For` names, in terms of imports ('' for one of this package). */
export interface Kind {
  readonly pkg: string;
  readonly name: string;
}

/** `ctrl.NewControllerManagedBy(mgr)….Complete(r)`, or `controller.New(name, mgr, controller.Options{…})`. */
export interface Controller {
  readonly file: GoFile;
  readonly func: Func | undefined;
  /** The call that begins it: `ctrl.NewControllerManagedBy(mgr)` or `controller.New(…)`. */
  readonly call: Node;
  /** By `Named`, else by the kind that `For` names, in lower case as controller-runtime does; undefined: unknown. */
  readonly name: string | undefined;
  /** The reconciler's type in this package, if it is one. */
  readonly reconciler: string | undefined;
  readonly options: Literal | undefined;
  /** All that can be known of the options; undefined when a builder has no `WithOptions`. */
  readonly read: Options | undefined;
  /**
   * Where `.WithOptions(…)` would be put in: the offset of the name `Complete` or `Build`, after its dot; undefined for
   * `controller.New`.
   */
  readonly chainEnd: number | undefined;
  /** The builder's calls, in the order of the text; empty for `controller.New`. */
  readonly links: readonly Link[];
  /** True when the builder is handed on, so that calls may be missing here. */
  readonly open: boolean;
  /** The request's type of `TypedControllerManagedBy[T]`, as it stands. */
  readonly typed: string | undefined;
  readonly kind: Kind | undefined;
  /** MaxConcurrentReconciles in force; undefined when it can't be known. */
  readonly workers: number | undefined;
  readonly workersFrom: WorkersFrom;
  /** Where the number stands. */
  readonly workersAt: (Span & { readonly file: GoFile }) | undefined;
  /** The one manager of this package, when there is one: its options hold for what this controller leaves open. */
  readonly manager: Manager | undefined;
}

/** A controller as it stands, before it is known how many reconciles run at once. */
export type Found = Omit<Controller, 'workers' | 'workersFrom' | 'workersAt' | 'manager'>;

/** `manager`: the manager's `Controller` options, or its GroupKindConcurrency. */
export type WorkersFrom = 'default' | 'set' | 'manager' | 'flag' | 'environment' | 'unknown';

/** `for i := 0; i < workers; i++ { go wait.Until(c.runWorker, …) }` of a plain client-go program. */
export interface WorkerLoop {
  readonly file: GoFile;
  readonly func: Func | undefined;
  readonly loop: Node;
  /** The bound's expression. */
  readonly bound: Node;
  readonly workers: number | undefined;
  readonly workersFrom: Exclude<WorkersFrom, 'default' | 'manager'>;
  /** Where the number stands: the literal, the flag's default, the caller's argument. */
  readonly workersAt: (Span & { readonly file: GoFile }) | undefined;
  /** The function that each worker runs. */
  readonly runs: string | undefined;
}

export interface Controllers {
  readonly managers: readonly Manager[];
  readonly controllers: readonly Controller[];
  readonly loops: readonly WorkerLoop[];
  setUps(file: GoFile): readonly SetUp[];
}
