/** Managers, controllers and worker loops of a package. */
import type { Func, GoFile, Literal } from '../go/file';
import type { Node } from '../go/grammar';
import type { SetUp } from '../types';

/** `ctrl.NewManager(cfg, ctrl.Options{…})` in any of its forms. */
export interface Manager { readonly file: GoFile; readonly func: Func | undefined; readonly call: Node; /** The options' literal, in the call or behind a variable; undefined when it can't be found. */ readonly options: Literal | undefined }

/** `ctrl.NewControllerManagedBy(mgr)….Complete(r)`, or `controller.New(name, mgr, controller.Options{…})`. */
export interface Controller {
  readonly file: GoFile;
  readonly func: Func | undefined;
  readonly call: Node;
  /** By `Named`, else by the kind that `For` names, in lower case as controller-runtime does; undefined: unknown. */
  readonly name: string | undefined;
  /** The reconciler's type in this package, if it is one. */
  readonly reconciler: string | undefined;
  readonly options: Literal | undefined;
  /** Where `.WithOptions(…)` would be put in: the offset right before `.Complete(` or `.Build(`; undefined for `controller.New`. */
  readonly chainEnd: number | undefined;
  /** MaxConcurrentReconciles in force; undefined when it can't be known. */
  readonly workers: number | undefined;
}

/** `for i := 0; i < workers; i++ { go wait.Until(c.runWorker, …) }` of a plain client-go program. */
export interface WorkerLoop { readonly file: GoFile; readonly func: Func | undefined; readonly loop: Node; /** The bound's expression. */ readonly bound: Node; readonly workers: number | undefined }

export interface Controllers {
  readonly managers: readonly Manager[];
  readonly controllers: readonly Controller[];
  readonly loops: readonly WorkerLoop[];
  setUps(file: GoFile): readonly SetUp[];
}
