/** The RBAC rules that let somebody read the endpoints we ask, as YAML ready to apply. */
import { Problem } from '../base/problem';
import { rbacYaml } from '../kube/net/rbac';
import { describeAuth, type Auth } from './reach';

/**
 * For paths that a process refused: "/metrics", "/debug/pprof/". The user fills in the name of the kubeconfig's own
 * user: only the API server knows it.
 */
export function endpointRbac(auth: Auth, paths: readonly string[]): string {
  const nonResourceURLs = [...new Set(paths.flatMap((p) => (p.endsWith('/') ? [p.slice(0, -1), p, `${p}*`] : [p])))];
  const user =
    auth.kind === 'serviceAccount'
      ? `system:serviceaccount:${auth.namespace}:${auth.name}`
      : 'USER (see kubectl auth whoami)';
  return rbacYaml({ name: 'controller-tuner-reader', rules: [{ nonResourceURLs, verbs: ['get'] }], user });
}

/**
 * Adds to a process's 403 (`target.forbidden`) the rules that would open `path` to the account that was used; any other
 * error is returned as it is.
 */
export function withRules(problem: Problem, auth: Auth, path: string): Problem {
  if (problem.code !== 'target.forbidden' || auth.kind === 'none') return problem;
  const words = (problem.detail ?? '').split('\n', 1)[0] ?? '';
  return new Problem(problem.code, problem.message, {
    ...problem.options,
    detail: `${words === '' ? '' : `# The process says: ${words}\n`}${endpointRbac(auth, [path])}`,
    next: `Let ${describeAuth(auth)} read it, or choose another account. The details have the rules to apply.`,
  });
}
