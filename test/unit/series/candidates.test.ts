/** Which objects of a cluster are taken for a Prometheus: those of the projects' own charts and operators, and none of their neighbours. */
import { describe, expect, it } from 'vitest';
import { candidates } from '../../../src/series/prometheus/candidates';
import { World } from '../controllers/cluster';

const image = (name: string, args: readonly string[] = [], ports: readonly object[] = []): object => ({
  name: 'c',
  image: name,
  args,
  ports,
});
const told = (w: World) =>
  candidates(w).map((c) => ({
    id: c.id,
    kind: c.kind,
    ports: c.pods().map((p) => `${p.pod}:${p.port}`),
    prefix: c.prefixes[0],
    scheme: c.scheme,
  }));

describe('a Prometheus is seen', () => {
  it('of the operator: one of its two Services, with the port that the pod names', () => {
    const labels = { 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': 'k8s' };
    const w = new World()
      .pod('prometheus-k8s-0', {
        namespace: 'monitoring',
        labels,
        containers: [
          image(
            'quay.io/prometheus/prometheus:v3.7.0',
            ['--web.route-prefix=/'],
            [{ name: 'web', containerPort: 9090 }],
          ),
        ],
      })
      .service(
        'prometheus-k8s',
        labels,
        [
          { name: 'web', port: 9090, targetPort: 'web' },
          { name: 'reloader-web', port: 8080, targetPort: 8080 },
        ],
        { namespace: 'monitoring' },
      )
      .service('prometheus-operated', labels, [{ name: 'web', port: 9090, targetPort: 'web' }], {
        namespace: 'monitoring',
      });
    expect(told(w)).toEqual([
      {
        id: 'monitoring/prometheus-k8s',
        kind: 'Prometheus',
        ports: ['prometheus-k8s-0:9090'],
        prefix: '',
        scheme: 'http',
      },
    ]);
  });

  it('of the community chart: a Service on port 80 that leads to 9090, behind the path of its address', () => {
    const labels = { 'app.kubernetes.io/name': 'prometheus', 'app.kubernetes.io/component': 'server' };
    const w = new World()
      .pod('prometheus-server-abc', {
        namespace: 'default',
        labels,
        containers: [image('quay.io/prometheus/prometheus:v3', ['--web.external-url=https://x.example/prom/'])],
      })
      .service('prometheus-server', labels, [{ name: 'http', port: 80, targetPort: 9090 }]);
    expect(told(w)).toEqual([
      {
        id: 'default/prometheus-server',
        kind: 'Prometheus',
        ports: ['prometheus-server-abc:9090'],
        prefix: '/prom',
        scheme: 'http',
      },
    ]);
  });

  it('without any Service, by its image; not ready, it is none', () => {
    const w = new World().pod('metrics-0', { containers: [image('docker.io/prom/prometheus@sha256:aa')] });
    expect(told(w)).toEqual([
      { id: 'default/metrics-0', kind: 'Prometheus', ports: ['metrics-0:9090'], prefix: '', scheme: 'http' },
    ]);
    const [record] = w.pods.values();
    w.pods.set(record!.uid, { ...record!, ready: false });
    expect(told(w)).toEqual([]);
  });

  it("as Thanos' querier, Mimir's gateway and VictoriaMetrics, those that see more first", () => {
    const thanos = { 'app.kubernetes.io/name': 'thanos-query' };
    const mimir = { 'app.kubernetes.io/name': 'mimir', 'app.kubernetes.io/component': 'gateway' };
    const single = { app: 'vmsingle' };
    const select = { 'app.kubernetes.io/name': 'vmselect' };
    const plain = { app: 'prometheus' };
    const w = new World()
      .pod('p-0', { labels: plain, containers: [image('prom/prometheus:v3')] })
      .service('prometheus', plain, [{ name: 'web', port: 9090, targetPort: 9090 }])
      .pod('v-0', { labels: single, containers: [image('victoriametrics/victoria-metrics:v1')] })
      .service('vmsingle', single, [{ name: 'http', port: 8428, targetPort: 8428 }])
      .pod('s-0', { labels: select, containers: [image('victoriametrics/vmselect:v1')] })
      .service('vmselect', select, [{ name: 'http', port: 8481, targetPort: 8481 }])
      .pod('t-0', {
        labels: thanos,
        containers: [image('thanosio/thanos:v0.38', ['query', '--http-address=0.0.0.0:10902'])],
      })
      .service('thanos-query', thanos, [
        { name: 'grpc', port: 10901, targetPort: 10901 },
        { name: 'http', port: 10902, targetPort: 10902 },
      ])
      .pod('g-0', { labels: mimir, containers: [image('nginxinc/nginx-unprivileged:1')] })
      .service('mimir-gateway', mimir, [{ name: 'http-metrics', port: 80, targetPort: 8080 }]);
    expect(told(w).map((c) => [c.kind, c.id, c.ports[0], c.prefix])).toEqual([
      ['Mimir', 'default/mimir-gateway', 'g-0:8080', '/prometheus'],
      ['Thanos', 'default/thanos-query', 't-0:10902', ''],
      ['VictoriaMetrics', 'default/vmselect', 's-0:8481', '/select/0/prometheus'],
      ['VictoriaMetrics', 'default/vmsingle', 'v-0:8428', ''],
      ['Prometheus', 'default/prometheus', 'p-0:9090', ''],
    ]);
  });

  it('and its pods are those of the moment', () => {
    const labels = { app: 'prometheus' };
    const w = new World().service('prometheus', labels, [{ name: 'web', port: 9090, targetPort: 9090 }]);
    const [one] = candidates(w);
    expect(one?.pods()).toEqual([]);
    w.pod('prometheus-0', { labels, containers: [image('prom/prometheus')] });
    expect(one?.pods()).toEqual([{ namespace: 'default', pod: 'prometheus-0', port: 9090 }]);
  });
});

describe('no Prometheus is seen in', () => {
  it.each([
    [
      'its operator',
      'prometheus-operator',
      { 'app.kubernetes.io/name': 'prometheus-operator' },
      'quay.io/prometheus-operator/prometheus-operator:v0.86',
    ],
    [
      'its alert manager',
      'alertmanager-main',
      { 'app.kubernetes.io/name': 'alertmanager' },
      'quay.io/prometheus/alertmanager:v0.28',
    ],
    [
      'a node exporter',
      'prometheus-node-exporter',
      { app: 'prometheus-node-exporter' },
      'quay.io/prometheus/node-exporter:v1',
    ],
    [
      'its adapter',
      'prometheus-adapter',
      { app: 'prometheus-adapter' },
      'registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12',
    ],
    ['a pushgateway', 'prometheus-pushgateway', { app: 'prometheus-pushgateway' }, 'prom/pushgateway'],
    ["Thanos' store", 'thanos-store', { 'app.kubernetes.io/name': 'thanos-store' }, 'thanosio/thanos:v0.38'],
    ['a vmagent', 'vmagent', { app: 'vmagent' }, 'victoriametrics/vmagent'],
    [
      "Mimir's ingester",
      'mimir-ingester',
      { 'app.kubernetes.io/name': 'mimir', 'app.kubernetes.io/component': 'ingester' },
      'grafana/mimir:2',
    ],
    ['kube-state-metrics', 'kube-state-metrics', { app: 'kube-state-metrics' }, 'registry.k8s.io/kube-state-metrics'],
    ['a controller', 'widgets', { app: 'widgets' }, 'example.com/widgets:1'],
  ])('%s', (_what, name, labels, from) => {
    const w = new World()
      .pod(`${name}-0`, { labels, containers: [image(from, ['store'], [{ name: 'http', containerPort: 9090 }])] })
      .service(name, labels, [{ name: 'http', port: 9090, targetPort: 9090 }]);
    expect(told(w)).toEqual([]);
  });
});
