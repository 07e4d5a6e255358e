import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { connectionProblem, statusProblem, type Asked } from '../../../src/kube/net/problems';
import { parsePath } from '../../../src/kube/net/paths';
import { rbacYaml } from '../../../src/kube/net/rbac';

const asked: Asked = {
  server: 'k.example:6443',
  method: 'GET',
  path: '/api/v1/namespaces/web/pods?limit=1',
  context: 'prod',
  user: 'jane',
};
const status = (message: string, code: number): string => JSON.stringify({ kind: 'Status', message, code });
const failed = (code: string, message = code): Problem =>
  connectionProblem(Object.assign(new Error(message), { code }), asked) as Problem;

describe('errors on the way', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'kube.certificate', /has expired/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'kube.certificate', /authority that the kubeconfig does not name/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'kube.certificate', /authority/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'kube.certificate', /for another name/],
    ['ECONNREFUSED', 'kube.refused', /Nothing listens on k.example:6443/],
    ['ENOTFOUND', 'kube.dns', /name of k.example:6443 is not known/],
    ['UND_ERR_HEADERS_TIMEOUT', 'kube.timeout', /did not answer in time/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'kube.unreachable', /does not speak TLS/],
    ['HPE_INVALID_CONSTANT', 'kube.unreachable', /does not speak HTTP/],
    ['ERR_OSSL_PEM_NO_START_LINE', 'kube.certificate', /context prod can't be used/],
    ['EHOSTUNREACH', 'kube.unreachable', /failed/],
  ])('%s', (code, problem, message) => {
    const p = failed(code);
    expect(p.code).toBe(problem);
    expect(p.message).toMatch(message);
    expect(p.next).toMatch(/\.$/);
  });

  it('looks into the errors of each address and the causes', () => {
    const inner = Object.assign(new Error('connect ECONNREFUSED ::1:6443'), { code: 'ECONNREFUSED' });
    expect(connectionProblem(new AggregateError([inner]), asked)).toMatchObject({ code: 'kube.refused' });
    expect(connectionProblem(new Error('fetch failed', { cause: inner }), asked)).toMatchObject({
      code: 'kube.refused',
    });
  });

  it('lets an abort and a Problem through as they are', () => {
    const abort = new DOMException('x', 'AbortError');
    expect(connectionProblem(abort, asked)).toBe(abort);
    const p = new Problem('kube.proxy', 'x');
    expect(connectionProblem(p, asked)).toBe(p);
  });
});

describe('answers', () => {
  it('403 names verb, resource and namespace, and has RBAC to apply', () => {
    const p = statusProblem(
      403,
      'application/json',
      status(
        'pods is forbidden: User "system:serviceaccount:web:viewer" cannot list resource "pods" in API group "" in the namespace "web"',
        403,
      ),
      asked,
    );
    expect(p).toMatchObject({
      code: 'kube.forbidden',
      status: 403,
      message: 'The user system:serviceaccount:web:viewer may not list pods in the namespace web.',
    });
    expect(p.detail).toContain('kind: RoleBinding');
    expect(p.detail).toContain('- kind: ServiceAccount\n  name: viewer\n  namespace: web');
    expect(p.detail).toContain('verbs: [get, list, watch]');
  });
  it.each([
    [
      'an assumed role of AWS',
      'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_ClusterViewerAccess_0123456789abcdef/jane@example.com',
    ],
    [
      'a service account with a long name',
      `system:serviceaccount:monitoring:${'prometheus-operator-kube-state-metrics-viewer'}`,
    ],
  ])('403 gives the right to the very user that the server names: %s', (_name, user) => {
    const p = statusProblem(
      403,
      '',
      status(
        `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "web"`,
        403,
      ),
      asked,
    );
    expect(p.message).toBe(`The user ${user} may not list pods in the namespace web.`);
    expect(p.detail).toContain(
      user.startsWith('arn:')
        ? `name: "${user}"`
        : '- kind: ServiceAccount\n  name: prometheus-operator-kube-state-metrics-viewer\n  namespace: monitoring',
    );
    expect(p.detail).not.toContain('name: "[hidden]"');
  });
  it('403 names a resource of any length, and hides a token in the words around it', () => {
    const long = 'extraordinarilylongcustomresourcenamesofsomeoperator';
    const p = statusProblem(
      403,
      '',
      status(
        `${long} is forbidden: User "jane" cannot list resource "${long}" in API group "x.example": token=abcdef123456`,
        403,
      ),
      asked,
    );
    expect(p.detail).toContain(`resources: [${long}]`);
    expect(p.detail).not.toContain('abcdef123456');
  });
  it('an error of the server always says what to do, and speaks of details only where there are any', () => {
    expect(statusProblem(500, '', '', asked)).toMatchObject({
      next: 'Try again; if it stays so, ask whoever runs the cluster.',
    });
    expect(statusProblem(500, '', status('boom', 500), asked).next).toContain('details');
  });
  it('403 for a tunnel asks for both verbs that servers want', () => {
    const p = statusProblem(
      403,
      '',
      status(
        'pods "w" is forbidden: User "jane" cannot get resource "pods/portforward" in API group "" in the namespace "web"',
        403,
      ),
      { ...asked, path: '/api/v1/namespaces/web/pods/w/portforward?ports=1' },
    );
    expect(p.message).toBe('The user jane may not get pods/portforward in the namespace web.');
    expect(p.detail).toContain('resources: [pods/portforward]\n  verbs: [get, create]');
  });
  it('401 says when the client certificate ended', () => {
    expect(statusProblem(401, '', '', { ...asked, certificateEndedAt: Date.UTC(2021, 0, 1) }).message).toBe(
      'The client certificate of the user jane expired on 2021-01-01.',
    );
    expect(statusProblem(401, '', '', asked).message).toBe(
      'k.example:6443 does not accept the credentials of the user jane (401).',
    );
  });
  it('404 names what is not there', () => {
    expect(
      statusProblem(404, '', status('pods "w" not found', 404), { ...asked, path: '/api/v1/namespaces/web/pods/w' })
        .message,
    ).toBe('There is no pod w in the namespace web.');
  });
  it('a web page is a web page, whatever its status', () => {
    for (const code of [200, 302, 403, 503]) {
      const p = statusProblem(
        code,
        'text/html; charset=utf-8',
        '<!DOCTYPE html><title>Corporate  Login</title>',
        asked,
      );
      expect(p.code).toBe('kube.notApi');
      expect(p.message).toContain('"Corporate Login"');
    }
  });
  it("500 gives the server's own words, without what looks like a token", () => {
    const p = statusProblem(500, 'application/json', status('etcd: leader changed, token=abcdef123456', 500), asked);
    expect(p.message).toBe('k.example:6443 answered 500: etcd: leader changed, token=[hidden].');
  });
});

describe('paths and RBAC', () => {
  it.each([
    ['/api/v1/pods', { group: '', resource: 'pods', namespace: undefined, name: undefined }],
    ['/api/v1/namespaces', { group: '', resource: 'namespaces', namespace: undefined, name: undefined }],
    ['/api/v1/namespaces/web', { group: '', resource: 'namespaces', namespace: undefined, name: 'web' }],
    [
      '/apis/apps/v1/namespaces/web/deployments/x',
      { group: 'apps', resource: 'deployments', namespace: 'web', name: 'x' },
    ],
    [
      '/api/v1/namespaces/web/pods/w/portforward?ports=1',
      { group: '', resource: 'pods/portforward', namespace: 'web', name: 'w' },
    ],
    ['/version', { group: '', resource: '', namespace: undefined, name: undefined }],
  ])('%s', (path, expected) => {
    expect(parsePath(path)).toEqual(expected);
  });

  it('quotes what YAML would read as something else', () => {
    const yaml = rbacYaml({
      name: 'tuner',
      rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
      user: 'jane@example.com',
    });
    expect(yaml).toContain(
      'kind: ClusterRole\nmetadata:\n  name: tuner\nrules:\n- nonResourceURLs: ["/metrics"]\n  verbs: [get]',
    );
    expect(yaml).toContain('- kind: User\n  apiGroup: rbac.authorization.k8s.io\n  name: "jane@example.com"');
  });
});
