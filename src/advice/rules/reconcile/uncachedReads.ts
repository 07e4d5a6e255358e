/** Reconcile asks the API server for what a cache could tell, or makes a client of its own. */
import { RUNTIME } from '../../libraries';
import { CLIENT } from '../../controllers/names';
import { reconcileCode } from '../../controllers/reconcilers';
import { all } from '../../go/grammar';
import type { GoRule } from '../../rule';
import type { Finding } from '../../types';

/** `clientset.CoreV1().Pods(ns)`, of any group and version. */
const GROUP = /\.[A-Z][A-Za-z]*V\d+((alpha|beta)\d+)?\(\)\.([A-Z]\w*)\([^()]*\)$/;

export const UNCACHED_READS: GoRule = {
  id: 'uncached-reads',
  title: 'Reads in Reconcile that bypass the cache',
  explains:
    "The manager's client reads from the informers' memory. A clientset (`kubernetes.Interface`) and " +
    '`GetAPIReader` ask the API server each time: a request that the client-side limit counts and that a worker ' +
    'waits for, on every reconcile. A client that Reconcile makes for itself also begins with connections, ' +
    'discovery and a limiter of its own. Where the newest state matters (before something is deleted, to know ' +
    'that a name is free) the direct read is right; that is why no fix is offered.',
  *check({ file, pkg }) {
    for (const { file: of, func } of reconcileCode(pkg)) {
      if (of !== file || func.body === undefined) continue;
      for (const node of all(func.body, 'call_expression')) {
        const call = file.call(node);
        const name = node.childForFieldName('function') ?? node;
        const tell = (message: string): Finding => ({
          rule: UNCACHED_READS.id,
          severity: 'hint',
          ...file.span(name),
          message,
          fixes: [],
        });
        const makes =
          (call.pkg === 'k8s.io/client-go/kubernetes' && /^NewForConfig/.test(call.name)) ||
          (call.pkg === CLIENT && call.name === 'New') ||
          (call.pkg === 'k8s.io/client-go/dynamic' && /^NewForConfig/.test(call.name)) ||
          (call.pkg === 'k8s.io/client-go/rest' && call.name === 'InClusterConfig') ||
          (call.pkg === RUNTIME && /^GetConfig/.test(call.name));
        if (makes) {
          yield tell(
            `Reconcile comes here each time: ${name.text} makes ` +
              `${/Config$|ConfigOrDie$/.test(call.name) && !call.name.startsWith('New') ? 'a configuration' : 'a client with connections and a limiter of its own'} ` +
              'for one reconcile.',
          );
          continue;
        }
        if ((call.name !== 'Get' && call.name !== 'List') || call.on === undefined) continue;
        const kind = call.on.type === 'call_expression' ? GROUP.exec(call.on.text)?.[3] : undefined;
        // Logs and other subresources have no cache.
        if (kind !== undefined) {
          const whole =
            call.name === 'List' && /^metav1\.ListOptions\{\}$/.test(call.args[1]?.text ?? '')
              ? ', all of them, in one answer without a limit'
              : '';
          yield tell(
            `This asks the API server for ${kind} on every reconcile${whole}; the manager's client would read ` +
              'them from its cache.',
          );
        } else if (call.name === 'List' && /(^|\.)(API|api)Reader$|GetAPIReader\(\)$/.test(call.on.text))
          yield tell('This lists from the API server on every reconcile: an APIReader has no cache.');
      }
    }
  },
};
