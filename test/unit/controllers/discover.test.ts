import { describe, expect, it } from 'vitest';
import { World } from './cluster';
import { isSidecar, mainContainer, repositoryOf, versionOf } from '../../../src/controllers/image';
import { podRecord } from '../../../src/controllers/records';

const names = (w: World): string[] => w.discover().map((x) => `${x.id} ${x.replicas.length}`);

describe('workloads', () => {
  it('are found up the chain of owners', () => {
    expect(
      names(
        new World()
          .deployment('d', 2)
          .workload('StatefulSet', 's')
          .pod('s-0', { owner: { kind: 'StatefulSet', name: 's' } })
          .pod('ds-x', { owner: { kind: 'DaemonSet', name: 'ds' } }),
      ),
    ).toEqual(['Deployment/default/d 2', 'DaemonSet/default/ds 1', 'StatefulSet/default/s 1']);
  });

  it("are found by the hash where ReplicaSets can't be listed, and the same again when they can", () => {
    const w = new World()
      .pod('d-7c9d-a', { labels: { 'pod-template-hash': '7c9d' }, owner: { kind: 'ReplicaSet', name: 'd-7c9d' } })
      .pod('r-abc', { owner: { kind: 'ReplicaSet', name: 'r' } });
    expect(names(w)).toEqual(['Deployment/default/d 1', 'ReplicaSet/default/r 1']);
    w.workload('ReplicaSet', 'd-7c9d', { owner: { kind: 'Deployment', name: 'd' } })
      .workload('Deployment', 'd')
      .workload('ReplicaSet', 'r');
    expect(names(w)).toEqual(['Deployment/default/d 1', 'ReplicaSet/default/r 1']);
  });

  it('keep both pods of a rollout together, judged by the newer', () => {
    const w = new World().deployment('d', 1, { containers: [{ name: 'x', image: 'reg/x:1' }] });
    w.workload('ReplicaSet', 'd-8d8d', { owner: { kind: 'Deployment', name: 'd' } }).pod('d-8d8d-a', {
      owner: { kind: 'ReplicaSet', name: 'd-8d8d' },
      containers: [{ name: 'x', image: 'reg/x:2', args: ['--leader-elect'] }],
    });
    const newer = w.pods.get('uid-default-d-8d8d-a')!;
    w.pods.set(newer.uid, { ...newer, createdAt: newer.createdAt + 1000 });
    expect([w.one.replicas.map((r) => r.version), w.one.isController]).toEqual([['1', '2'], true]);
  });

  it("are static pods without the node's suffix, one for all nodes", () => {
    const w = new World();
    for (const node of ['cp-1', 'cp-2'])
      w.pod(`kube-scheduler-${node}`, {
        node,
        owner: { kind: 'Node', name: node },
        annotations: { 'kubernetes.io/config.mirror': 'x' },
      });
    w.pod('bare').pod('mirror-cp-9', { node: 'cp-9', annotations: { 'kubernetes.io/config.mirror': 'x' } });
    expect(names(w)).toEqual(['Pod/default/bare 1', 'Pod/default/kube-scheduler 2', 'Pod/default/mirror 1']);
  });

  it('are not Jobs, but what other kinds own', () => {
    expect(
      names(
        new World()
          .pod('job-x', { owner: { kind: 'Job', name: 'job' } })
          .pod('db-1', { owner: { kind: 'Cluster', name: 'db' } }),
      ),
    ).toEqual(['Cluster/default/db 1']);
  });

  it('stay without pods; the old ReplicaSets of a Deployment do not', () => {
    expect(names(new World().deployment('d', 0).workload('ReplicaSet', 'own'))).toEqual([
      'Deployment/default/d 0',
      'ReplicaSet/default/own 0',
    ]);
  });

  it('of one name in two namespaces are two', () => {
    expect(
      names(
        new World()
          .deployment('a', 1, { namespace: 'x' })
          .deployment('b', 1, { namespace: 'y' })
          .pod('a-1', { namespace: 'y', owner: { kind: 'Deployment', name: 'a' } }),
      ),
    ).toEqual(['Deployment/x/a 1', 'Deployment/y/a 1', 'Deployment/y/b 1']);
  });

  it('unchanged are given as the same object; a changed pod, lease, mark or Service gives a new one', () => {
    const w = new World().deployment('a', 2, { labels: { app: 'a' } }).deployment('b', 2, { labels: { app: 'b' } });
    const [a, b] = w.discover();
    w.pod('b-7c9d-a', {
      labels: { app: 'b', 'pod-template-hash': '7c9d' },
      owner: { kind: 'ReplicaSet', name: 'b-7c9d' },
    });
    const [a2, b2] = w.discover();
    expect([a2 === a, b2 === b, b2!.replicas[1] === b!.replicas[1]]).toEqual([true, false, true]);
    expect(
      w
        .lease('default', 'l', 'a-7c9d-b')
        .discover()[0]!
        .replicas.map((r) => r.leader),
    ).toEqual([true, false]);
    w.leases.clear();
    expect(w.discover({ 'default/a': true })[0]!.isController).toBe(true);
    expect(w.discover()[0]!.isController).toBe(false);
    expect(
      w.service('s', { app: 'a' }, [{ name: 'metrics', port: 1, targetPort: 8080 }]).discover()[0]!.replicas[0]!
        .endpoints.length,
    ).toBe(1);
    w.services.clear();
    expect(w.discover()[0]!.replicas[0]!.endpoints.length).toBe(0);
  });
});

describe('the main container and its version', () => {
  const main = (...cs: [string, string][]) =>
    mainContainer(
      podRecord({ metadata: { name: 'p' }, spec: { containers: cs.map(([name, image]) => ({ name, image })) } })!
        .containers,
    )?.name;

  it('is the one that does the work', () => {
    expect(main(['kube-rbac-proxy', 'x'], ['helper', 'y'], ['manager', 'z'])).toBe('manager');
    expect(main(['istio-proxy', 'x'], ['app', 'y'])).toBe('app');
    expect(main(['proxy', 'gcr.io/kubebuilder/kube-rbac-proxy:v1'], ['app', 'y'])).toBe('app');
    expect(main(['logs', 'y'], ['my-operator', 'y'])).toBe('my-operator');
    expect(main(['linkerd-proxy', 'x'])).toBe('linkerd-proxy');
    expect(main()).toBeUndefined();
    expect(isSidecar({ name: 'x', image: 'docker.io/fluent/fluent-bit:3', args: [], env: {}, ports: [] })).toBe(true);
  });

  it.each([
    ['reg.example.com:5000/team/app:v1.2.3', 'v1.2.3', 'team/app'],
    ['reg.example.com:5000/team/app', '', 'team/app'],
    ['nginx', '', 'nginx'],
    ['a/b:v1@sha256:0123456789abcdef0123', 'v1', 'a/b'],
    ['localhost/b@sha256:0123456789abcdef0123', 'sha256:0123456789ab', 'b'],
    ['', '', ''],
  ])('reads %s', (image, version, repository) =>
    expect([versionOf(image), repositoryOf(image)]).toEqual([version, repository]),
  );
});

describe('ten thousand pods', () => {
  it('are all found, and looking again for a single change works out only that', () => {
    const w = new World();
    for (let i = 0; i < 500; i++) {
      const labels = { app: `a${i}`, 'pod-template-hash': 'h' };
      w.workload('Deployment', `a${i}`, { namespace: `n${i % 10}` }).workload('ReplicaSet', `a${i}-h`, {
        namespace: `n${i % 10}`,
        owner: { kind: 'Deployment', name: `a${i}` },
      });
      w.service(`a${i}`, { app: `a${i}` }, [{ name: 'metrics', port: 1, targetPort: 8080 }], {
        namespace: `n${i % 10}`,
      }).lease(`n${i % 10}`, `l${i}`, `a${i}-h-7_x`);
      for (let p = 0; p < 20; p++)
        w.pod(`a${i}-h-${p}`, { namespace: `n${i % 10}`, labels, owner: { kind: 'ReplicaSet', name: `a${i}-h` } });
    }
    const first = w.discover();
    expect([
      first.length,
      first.reduce((n, x) => n + x.replicas.length, 0),
      first.filter((x) => x.replicas[0]!.leader).length,
      first.every((x) => x.replicas[0]!.endpoints.length === 1),
    ]).toEqual([500, 10_000, 500, true]);
    w.pod('a7-h-3', {
      namespace: 'n7',
      labels: { app: 'a7', 'pod-template-hash': 'h' },
      owner: { kind: 'ReplicaSet', name: 'a7-h' },
    });
    const second = w.discover();
    expect(second.filter((x, i) => x !== first[i]).map((x) => x.name)).toEqual(['a7']);
  });
});
