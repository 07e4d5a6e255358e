/** The RBAC rules that let somebody read the endpoints we ask, as YAML ready to apply. */
import { rbacYaml } from '../kube/net/rbac';
import type { Auth } from './reach';

/**
 * For paths that a process refused: "/metrics", "/debug/pprof/". For the kubeconfig's own user the name is the person's to
 * fill in: only the API server knows it.
 */
export function endpointRbac(auth: Auth, paths: readonly string[]): string {
  const nonResourceURLs = [...new Set(paths.flatMap((p) => (p.endsWith('/') ? [p.slice(0, -1), p, `${p}*`] : [p])))];
  const user = auth.kind === 'serviceAccount' ? `system:serviceaccount:${auth.namespace}:${auth.name}` : 'USER (see kubectl auth whoami)';
  return rbacYaml({ name: 'controller-tuner-reader', rules: [{ nonResourceURLs, verbs: ['get'] }], user });
}
