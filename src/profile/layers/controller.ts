/** A controller's name, from the function that is its root on a stack. */
import { QUEUES } from '../goroutines/workers/pools';
import { packageOf } from '../names';

/**
 * `…/controller.(*WidgetReconciler).Reconcile` → "widget", controller-runtime's default name for it; for the steps of
 * kube-controller-manager's loops, the name of their queue.
 */
export function controllerNamed(root: string): string {
  const step = root.replace(/(\.func\d+|\.\d+|-range\d+|\.gowrap\d+|-fm)+$/, '');
  const queue = /^k8s\.io\/kubernetes\/pkg\/controller\/(?:.*\/)?([^/]+)$/.exec(step)?.[1];
  const known = queue === undefined ? undefined : QUEUES[queue];
  if (known !== undefined) return known;
  const pkg = packageOf(step);
  const type = /^\.\(?\*?(\w+)(?:\[.*\])?\)?\.\w+$/.exec(step.slice(pkg.length))?.[1];
  if (type === undefined) return step.slice(step.lastIndexOf('/') + 1);
  const word = type
    .replace(/(V\d+)?$/, '')
    .replace(/(Reconciler|Controller|Reconcile)$/i, '')
    .toLowerCase();
  return word === '' ? pkg.slice(pkg.lastIndexOf('/') + 1) : word;
}
