/** RBAC that would allow what was refused, as YAML ready for `kubectl apply -f -`. */

export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A rule on a path of the API server, or of a server that asks it (a controller's `/metrics`). */
export interface NonResourceRule {
  readonly nonResourceURLs: readonly string[];
  readonly verbs: readonly string[];
}

export interface RbacRequest {
  /** Name of the role and its binding. */
  readonly name: string;
  readonly rules: readonly (RbacRule | NonResourceRule)[];
  /** User name as the API server knows it: `jane`, or `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  /** undefined = in the whole cluster. */
  readonly namespace?: string | undefined;
}

/** A Role and RoleBinding, or without a namespace a ClusterRole and ClusterRoleBinding. */
export function rbacYaml({ name, rules, user, namespace }: RbacRequest): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const meta = [
    'metadata:',
    `  name: ${q(name)}`,
    ...(namespace === undefined ? [] : [`  namespace: ${q(namespace)}`]),
  ];
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    ...meta,
    'rules:',
    ...rules.flatMap((rule) =>
      Object.entries(rule).map(
        ([key, values], i) => `${i === 0 ? '- ' : '  '}${key}: [${(values as readonly string[]).map(q).join(', ')}]`,
      ),
    ),
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}Binding`,
    ...meta,
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${kind}`,
    `  name: ${q(name)}`,
    'subjects:',
    ...(account
      ? ['- kind: ServiceAccount', `  name: ${q(account[2] ?? '')}`, `  namespace: ${q(account[1] ?? '')}`]
      : ['- kind: User', '  apiGroup: rbac.authorization.k8s.io', `  name: ${q(user)}`]),
    '',
  ].join('\n');
}

/** Plain where YAML reads it as the same string, else in quotes (JSON's are YAML's). */
function q(s: string): string {
  return /^[A-Za-z][A-Za-z0-9._/-]*$/.test(s) && !/^(y|n|yes|no|true|false|on|off|null)$/i.test(s)
    ? s
    : JSON.stringify(s);
}

/**
 * All rights that listing and profiling controllers needs: discovery, the tunnel, and tokens for endpoints that ask.
 */
export const DISCOVERY_RULES: readonly RbacRule[] = [
  { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list', 'watch'] },
  {
    apiGroups: ['apps'],
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
    verbs: ['get', 'list', 'watch'],
  },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
];
