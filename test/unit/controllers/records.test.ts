import { describe, expect, it } from 'vitest';
import { leaseRecord, monitorRecord, podRecord, serviceRecord, workloadRecord } from '../../../src/controllers/records';
import { pod } from './cluster';

describe('podRecord', () => {
  it('keeps what discovery needs and nothing else', () => {
    const p = podRecord({
      metadata: {
        name: 'p',
        namespace: 'n',
        uid: 'u',
        creationTimestamp: '2026-01-02T03:04:05Z',
        labels: { a: 'b' },
        annotations: {
          'prometheus.io/port': '8080',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'kubernetes.io/config.mirror': 'x',
        },
        ownerReferences: [
          { kind: 'Other', name: 'o', uid: '1' },
          { kind: 'ReplicaSet', name: 'r', uid: '2', controller: true },
        ],
      },
      spec: {
        nodeName: 'node',
        serviceAccountName: 'sa',
        hostname: 'h',
        containers: [
          {
            name: 'c',
            image: 'i:1',
            command: ['/m'],
            args: ['--x', 'y'],
            ports: [
              { name: 'metrics', containerPort: 1 },
              { containerPort: 53, protocol: 'UDP' },
            ],
            env: [
              { name: 'METRICS_ADDR', value: ':9' },
              { name: 'METRICS_AUTH_TOKEN', value: 'x' },
              { name: 'DB_PASSWORD_PORT', value: 'x' },
              { name: 'HOME', value: '/' },
              { name: 'PPROF_PORT', valueFrom: { secretKeyRef: {} } },
            ],
          },
        ],
        initContainers: [
          { name: 'init', image: 'i' },
          { name: 'side', image: 's', restartPolicy: 'Always' },
        ],
      },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          { restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
          { restartCount: 3 },
        ],
      },
    });
    expect(p).toEqual({
      uid: 'u',
      namespace: 'n',
      name: 'p',
      labels: { a: 'b' },
      annotations: { 'prometheus.io/port': '8080', 'kubernetes.io/config.mirror': 'x' },
      owner: { kind: 'ReplicaSet', name: 'r', uid: '2' },
      node: 'node',
      hostNetwork: false,
      serviceAccount: 'sa',
      hostname: 'h',
      phase: 'Running',
      ready: false,
      deleting: false,
      restarts: 5,
      reason: 'CrashLoopBackOff',
      createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
      containers: [
        {
          name: 'c',
          image: 'i:1',
          args: ['/m', '--x', 'y'],
          env: { METRICS_ADDR: ':9' },
          ports: [{ name: 'metrics', port: 1 }],
        },
        { name: 'side', image: 's', args: [], env: {}, ports: [] },
      ],
    });
  });

  it('keeps one copy of what the pods of a workload share', () => {
    const spec = {
      labels: { app: 'x' },
      owner: { kind: 'ReplicaSet', name: 'r' },
      containers: [{ name: 'c', image: 'i', args: ['--a', '--b'], ports: [{ containerPort: 1 }] }],
    };
    const [a, b, other] = [
      podRecord(pod('a', spec))!,
      podRecord(pod('b', spec))!,
      podRecord(
        pod('c', {
          ...spec,
          containers: [{ name: 'c', image: 'i', command: ['--a'], args: ['--b'], ports: [{ containerPort: 1 }] }],
        }),
      )!,
    ];
    expect([
      a.labels === b.labels,
      a.containers === b.containers,
      a.owner === b.owner,
      a.containers === other.containers,
    ]).toEqual([true, true, true, false]);
  });

  it('takes anything', () => {
    for (const bad of [undefined, null, 'x', 1, [], {}, { metadata: null }, { metadata: { name: 3 } }])
      expect(podRecord(bad)).toBeUndefined();
    const p = podRecord({
      metadata: { name: 'x', labels: 'no', ownerReferences: {}, creationTimestamp: 'never' },
      spec: { containers: [null, 'x', { args: 'x', env: [null], ports: [{}] }] },
      status: { conditions: [null], containerStatuses: 'x' },
    })!;
    expect([p.namespace, p.labels, p.owner, p.createdAt, p.containers.length, p.restarts]).toEqual([
      '',
      {},
      undefined,
      0,
      3,
      0,
    ]);
  });

  it('is on the node by its host name when it uses its network', () => {
    expect(podRecord(pod('p', { hostNetwork: true, node: 'n1.example' }))!.hostname).toBe('n1.example');
  });

  it('cuts very long arguments', () => {
    const p = podRecord(pod('p', { containers: [{ name: 'c', image: 'i', args: ['x'.repeat(100_000)] }] }))!;
    expect(p.containers[0]!.args[0]!.length).toBe(4096);
  });
});

describe('the others', () => {
  it('workloads, from PartialObjectMetadata too', () => {
    expect(
      workloadRecord('Deployment', {
        kind: 'PartialObjectMetadata',
        metadata: { name: 'd', namespace: 'n', uid: 'u' },
      }),
    ).toMatchObject({ kind: 'Deployment', name: 'd', namespace: 'n', uid: 'u', owner: undefined });
    expect(workloadRecord('Deployment', {})).toBeUndefined();
  });

  it('leases, but no heartbeats', () => {
    const spec = { holderIdentity: 'a_b', leaseDurationSeconds: 15, renewTime: '2026-11-20T10:00:00.123456Z' };
    expect(leaseRecord({ metadata: { name: 'l', namespace: 'n' }, spec })).toEqual({
      namespace: 'n',
      name: 'l',
      holder: 'a_b',
      durationSeconds: 15,
      renewedAt: NOW_MS,
    });
    expect(leaseRecord({ metadata: { name: 'node-1', namespace: 'kube-node-lease' }, spec })).toBeUndefined();
    expect(
      leaseRecord({
        metadata: {
          name: 'apiserver-x',
          namespace: 'kube-system',
          labels: { 'apiserver.kubernetes.io/identity': 'kube-apiserver' },
        },
        spec,
      }),
    ).toBeUndefined();
  });

  it('services, with target ports by name, number, and left out', () => {
    expect(
      serviceRecord({
        metadata: { name: 's', namespace: 'n' },
        spec: {
          selector: { a: 'b' },
          ports: [{ port: 80 }, { name: 'm', port: 443, targetPort: 'https' }, { port: 1, targetPort: 2 }],
        },
      })!.ports,
    ).toEqual([
      { name: '', port: 80, targetPort: 80 },
      { name: 'm', port: 443, targetPort: 'https' },
      { name: '', port: 1, targetPort: 2 },
    ]);
  });

  it('monitors of both kinds', () => {
    const s = monitorRecord('ServiceMonitor', {
      metadata: { name: 'm', namespace: 'n' },
      spec: {
        selector: {
          matchLabels: { a: 'b' },
          matchExpressions: [
            { key: 'k', operator: 'In', values: ['v'] },
            { key: 'k', operator: 'Odd' },
          ],
        },
        endpoints: [{ port: 'https', scheme: 'HTTPS', path: '/m' }, { targetPort: 9 }, {}],
      },
    })!;
    expect(s).toMatchObject({
      namespaces: ['n'],
      endpoints: [
        { port: 'https', scheme: 'https', path: '/m' },
        { port: 9, scheme: 'http', path: '/metrics' },
      ],
      selector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] },
    });
    expect(
      monitorRecord('PodMonitor', {
        metadata: { name: 'm', namespace: 'n' },
        spec: { namespaceSelector: { any: true }, podMetricsEndpoints: [{ port: 'x' }] },
      }),
    ).toMatchObject({ namespaces: 'any', endpoints: [{ port: 'x' }] });
  });
});

const NOW_MS = Date.UTC(2026, 10, 20, 10, 0, 0, 123);
