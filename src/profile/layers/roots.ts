/**
 * Where a controller's own work begins on a stack: the Reconcile that the framework calls, or the step of a loop over a
 * plain queue.
 */
import type { Columns } from '../columns';
import { CONTROLLER_RUNTIME, LOOPS, STEP_NAMES } from '../goroutines/workers/pools';

/** What `rootMarks` says of a line: it is a root, it calls the root, or it wraps a root. */
export const ROOT_ITSELF = 1;
const CALLS_ROOT = 2;
export const WRAPPER = 3;

/**
 * controller-runtime pkg/internal/controller/controller.go: `Reconcile`, v0.15.3:109, v0.25.2:196, which recovers from
 * panics and calls the user's.
 */
const RECONCILE =
  /^sigs\.k8s\.io\/controller-runtime\/pkg\/internal\/controller\.\(\*Controller(\[.*\])?\)\.Reconcile$/;
/**
 * The rest of controller-runtime, such as the adapters around the user's Reconcile: pkg/reconcile (`Func`,
 * `AsReconciler`).
 */
const WRAPPERS = /^sigs\.k8s\.io\/controller-runtime\//;

/** For each line of the columns: ROOT_ITSELF, CALLS_ROOT, WRAPPER, or 0. */
export function rootMarks({ lineFn, fnName }: Columns): Uint8Array {
  const ofFn = Uint8Array.from(fnName, rootMark);
  const out = new Uint8Array(lineFn.length);
  for (let k = 0; k < out.length; k++) out[k] = ofFn[lineFn[k] as number] as number;
  return out;
}

function rootMark(name: string): number {
  if (RECONCILE.test(name)) return CALLS_ROOT;
  if (WRAPPERS.test(name)) return WRAPPER;
  const loop = LOOPS.find((l) => l.step.test(name));
  if (loop) return loop.kind === CONTROLLER_RUNTIME ? WRAPPER : ROOT_ITSELF;
  return STEP_NAMES.test(name) ? ROOT_ITSELF : 0;
}
