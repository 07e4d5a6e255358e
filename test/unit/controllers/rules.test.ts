import { describe, expect, it } from 'vitest';
import { runtimeReason, withReason } from '../../../src/controllers/discover';
import { RULES, THRESHOLD } from '../../../src/controllers/rules';
import { World, type PodSpec } from './cluster';

const SCRAPED = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' };
const c = (name: string, image: string, args: readonly string[] = [], ports: readonly [string, number][] = []) => ({
  name,
  image,
  args,
  ports: ports.map(([n, containerPort]) => ({ name: n, containerPort })),
});

/** Real pods in short: name of the workload, its spec. */
const CONTROLLERS: readonly [string, string, PodSpec][] = [
  [
    'kubebuilder v4',
    'shop-controller-manager',
    {
      labels: { 'control-plane': 'controller-manager', 'app.kubernetes.io/name': 'shop' },
      containers: [
        c('manager', 'reg/shop:v1', [
          '/manager',
          '--metrics-bind-address=:8443',
          '--leader-elect',
          '--health-probe-bind-address=:8081',
        ]),
      ],
    },
  ],
  [
    'kubebuilder, one replica, no election',
    'shop',
    {
      containers: [
        c('manager', 'reg/shop:v1', ['/manager', '--metrics-bind-address=:8443', '--health-probe-bind-address=:8081']),
      ],
    },
  ],
  [
    'Operator SDK with kube-rbac-proxy',
    'memcached-operator',
    {
      labels: { 'control-plane': 'controller-manager' },
      containers: [
        c(
          'kube-rbac-proxy',
          'gcr.io/kubebuilder/kube-rbac-proxy:v0.13',
          ['--secure-listen-address=0.0.0.0:8443', '--upstream=http://127.0.0.1:8080/'],
          [['https', 8443]],
        ),
        c('manager', 'reg/memcached-operator', ['--leader-elect']),
      ],
    },
  ],
  [
    'Argo CD application controller',
    'argocd-application-controller',
    {
      labels: {
        'app.kubernetes.io/component': 'application-controller',
        'app.kubernetes.io/name': 'argocd-application-controller',
      },
      containers: [
        c(
          'argocd-application-controller',
          'quay.io/argoproj/argocd:v3.1',
          ['/usr/local/bin/argocd-application-controller'],
          [['', 8082]],
        ),
      ],
    },
  ],
  [
    'Argo CD application sets',
    'argocd-applicationset-controller',
    { containers: [c('x', 'quay.io/argoproj/argocd:v3.1', ['/usr/local/bin/argocd-applicationset-controller'])] },
  ],
  [
    'MOCO',
    'moco-controller',
    {
      labels: { 'app.kubernetes.io/component': 'moco-controller' },
      containers: [c('moco-controller', 'ghcr.io/cybozu-go/moco:0.27', ['--leader-elect'])],
    },
  ],
  [
    'cert-manager',
    'cert-manager',
    {
      labels: { app: 'cert-manager', 'app.kubernetes.io/component': 'controller' },
      containers: [
        c(
          'cert-manager-controller',
          'quay.io/jetstack/cert-manager-controller:v1.19',
          ['--v=2', '--leader-election-namespace=kube-system'],
          [['http-metrics', 9402]],
        ),
      ],
    },
  ],
  [
    'cert-manager cainjector',
    'cert-manager-cainjector',
    { containers: [c('cainjector', 'quay.io/jetstack/cert-manager-cainjector:v1.19')] },
  ],
  [
    'Flux',
    'kustomize-controller',
    {
      containers: [
        c('manager', 'ghcr.io/fluxcd/kustomize-controller:v1.7', ['--enable-leader-election'], [['http-prom', 8080]]),
      ],
    },
  ],
  [
    'Cluster API',
    'capi-controller-manager',
    {
      labels: { 'cluster.x-k8s.io/provider': 'cluster-api', 'control-plane': 'controller-manager' },
      containers: [
        c('manager', 'registry.k8s.io/cluster-api/cluster-api-controller:v1.11', [
          '/manager',
          '--leader-elect',
          '--diagnostics-address=:8443',
        ]),
      ],
    },
  ],
  [
    'Ingress NGINX',
    'ingress-nginx-controller',
    {
      labels: { 'app.kubernetes.io/component': 'controller' },
      containers: [
        c('controller', 'registry.k8s.io/ingress-nginx/controller:v1.14', [
          '/nginx-ingress-controller',
          '--election-id=ingress-nginx-leader',
        ]),
      ],
    },
  ],
  [
    'an external CSI provisioner',
    'csi',
    {
      containers: [
        c('csi-provisioner', 'registry.k8s.io/sig-storage/csi-provisioner:v5', [
          '--leader-election',
          '--http-endpoint=:8080',
        ]),
      ],
    },
  ],
  [
    'an operator known by its names and metrics alone',
    'payments-operator',
    { containers: [c('payments-operator', 'reg/payments-operator', [], [['metrics', 8080]])] },
  ],
  [
    'the Prometheus operator',
    'prometheus-operator',
    {
      labels: { 'app.kubernetes.io/component': 'controller' },
      containers: [
        c('prometheus-operator', 'quay.io/prometheus-operator/prometheus-operator:v0.86', [
          '--kubelet-service=kube-system/kubelet',
        ]),
      ],
    },
  ],
  // Whatever states a pprof endpoint wants to be profiled: shown rather than missed; a person can mark it as none.
  [
    'a web shop in Go with pprof',
    'shop',
    {
      annotations: SCRAPED,
      labels: { 'app.kubernetes.io/component': 'frontend' },
      containers: [
        c(
          'shop',
          'reg/shop:v1',
          ['--pprof-addr=:6060', '--metrics-port=9090'],
          [
            ['metrics', 9090],
            ['pprof', 6060],
          ],
        ),
      ],
    },
  ],
];

const OTHERS: readonly [string, string, PodSpec][] = [
  [
    'nginx',
    'web',
    {
      annotations: SCRAPED,
      containers: [
        c(
          'nginx',
          'nginx:1.29',
          [],
          [
            ['http', 80],
            ['metrics', 9113],
          ],
        ),
      ],
    },
  ],
  [
    'postgres',
    'postgres',
    {
      annotations: SCRAPED,
      containers: [
        c('postgres', 'postgres:18', [], [['postgres', 5432]]),
        c('exporter', 'quay.io/prometheuscommunity/postgres-exporter:v0.18', [], [['metrics', 9187]]),
      ],
    },
  ],
  [
    'redis with exporter',
    'redis',
    {
      containers: [
        c('redis', 'docker.io/bitnami/redis:8', [], [['redis', 6379]]),
        c('metrics', 'oliver006/redis_exporter:v1', [], [['metrics', 9121]]),
      ],
    },
  ],
  [
    'a lone redis exporter',
    'redis-exporter',
    { annotations: SCRAPED, containers: [c('redis-exporter', 'oliver006/redis_exporter:v1', [], [['metrics', 9121]])] },
  ],
  [
    'node-exporter',
    'node-exporter',
    {
      labels: { 'app.kubernetes.io/component': 'exporter' },
      hostNetwork: true,
      containers: [
        c('node-exporter', 'quay.io/prometheus/node-exporter:v1.10', ['--web.listen-address=127.0.0.1:9100']),
        c(
          'kube-rbac-proxy',
          'quay.io/brancz/kube-rbac-proxy:v0.20',
          ['--secure-listen-address=[$(IP)]:9100', '--upstream=http://127.0.0.1:9100/'],
          [['https', 9100]],
        ),
      ],
    },
  ],
  [
    'CoreDNS',
    'coredns',
    {
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns' },
      annotations: SCRAPED,
      containers: [
        c('coredns', 'registry.k8s.io/coredns/coredns:v1.13', ['-conf', '/etc/coredns/Corefile'], [['metrics', 9153]]),
      ],
    },
  ],
  [
    'etcd',
    'etcd-cp-1',
    {
      namespace: 'kube-system',
      hostNetwork: true,
      labels: { component: 'etcd', tier: 'control-plane' },
      containers: [c('etcd', 'registry.k8s.io/etcd:3.6.5-0', ['etcd', '--listen-metrics-urls=http://127.0.0.1:2381'])],
    },
  ],
  [
    'kube-apiserver',
    'kube-apiserver-cp-1',
    {
      namespace: 'kube-system',
      hostNetwork: true,
      labels: { component: 'kube-apiserver', tier: 'control-plane' },
      containers: [
        c('kube-apiserver', 'registry.k8s.io/kube-apiserver:v1.36.0', [
          'kube-apiserver',
          '--secure-port=6443',
          '--profiling=true',
        ]),
      ],
    },
  ],
  [
    'kube-proxy',
    'kube-proxy',
    {
      namespace: 'kube-system',
      hostNetwork: true,
      containers: [
        c('kube-proxy', 'registry.k8s.io/kube-proxy:v1.36.0', [
          '/usr/local/bin/kube-proxy',
          '--config=/x',
          '--metrics-bind-address=0.0.0.0:10249',
        ]),
      ],
    },
  ],
  [
    'kube-state-metrics',
    'kube-state-metrics',
    {
      containers: [
        c(
          'kube-state-metrics',
          'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17',
          ['--port=8080', '--telemetry-port=8081'],
          [
            ['http-metrics', 8080],
            ['telemetry', 8081],
          ],
        ),
      ],
    },
  ],
  [
    'metrics-server',
    'metrics-server',
    {
      containers: [
        c(
          'metrics-server',
          'registry.k8s.io/metrics-server/metrics-server:v0.8',
          ['--secure-port=10250', '--kubelet-use-node-status-port'],
          [['https', 10250]],
        ),
      ],
    },
  ],
  [
    'Prometheus',
    'prometheus-k8s',
    {
      labels: { 'app.kubernetes.io/component': 'prometheus', 'operator.prometheus.io/name': 'k8s' },
      containers: [
        c('prometheus', 'quay.io/prometheus/prometheus:v3.7', ['--web.enable-lifecycle'], [['web', 9090]]),
        c(
          'config-reloader',
          'quay.io/prometheus-operator/prometheus-config-reloader:v0.86',
          [],
          [['reloader-web', 8080]],
        ),
      ],
    },
  ],
  [
    'Grafana',
    'grafana',
    {
      annotations: SCRAPED,
      containers: [
        c(
          'grafana',
          'grafana/grafana:12',
          [],
          [
            ['http', 3000],
            ['profiling', 6060],
          ],
        ),
      ],
    },
  ],
  [
    'Kafka in KRaft mode',
    'kafka-controller',
    {
      labels: { 'app.kubernetes.io/component': 'controller-eligible' },
      containers: [
        c(
          'kafka',
          'docker.io/bitnami/kafka:4',
          [],
          [
            ['controller', 9093],
            ['metrics', 5556],
          ],
        ),
      ],
    },
  ],
  [
    'gunicorn with workers',
    'api',
    { containers: [c('api', 'reg/api', ['gunicorn', '--workers=4', 'app:app'], [['http', 8000]])] },
  ],
];

describe('a controller', () => {
  it.each(CONTROLLERS)('is %s', (_, name, spec) => {
    const w = new World().deployment(name, 1, spec).one;
    expect(w.isController, JSON.stringify(w.reasons)).toBe(true);
    expect(w.reasons.length).toBeGreaterThan(0);
  });

  it.each(OTHERS)('is not %s', (_, name, spec) => {
    const w = new World()
      .deployment(name, 1, spec)
      .service(
        name,
        spec.labels ?? {},
        [{ name: 'metrics', port: 9090 }],
        spec.labels ? { namespace: spec.namespace ?? 'default', labels: { monitored: 'yes' } } : {},
      )
      .monitor('ServiceMonitor', name, {
        namespaceSelector: { any: true },
        selector: { matchLabels: { monitored: 'yes' } },
        endpoints: [{ port: 'metrics' }],
      }).one;
    expect(w.isController, JSON.stringify(w.reasons)).toBe(false);
  });

  it('is not whatever is only well watched: all that scraping gives stays under the threshold', () => {
    const rules = ['metrics-endpoint', 'prometheus-annotations', 'monitor'];
    expect(RULES.filter((r) => rules.includes(r.name)).reduce((sum, r) => sum + r.weight, 0)).toBeLessThan(THRESHOLD);
    expect(RULES.filter((r) => rules.includes(r.name)).length).toBe(rules.length);
  });

  it('is a bare pod that names its ports pprof and metrics, with no other sign', () => {
    const w = new World().deployment('red', 1, {
      containers: [
        c(
          'red',
          'reg/red:v1',
          [],
          [
            ['metrics', 8080],
            ['pprof', 6060],
          ],
        ),
      ],
    }).one;
    expect([w.isController, w.score]).toEqual([true, 50]);
  });

  it('is told by rules with names of their own', () =>
    expect(new Set(RULES.map((r) => r.name)).size).toBe(RULES.length));
});

describe('reasons', () => {
  it('are sentences with the facts, heaviest first', () => {
    const w = new World()
      .deployment('w', 2, {
        labels: { app: 'w' },
        containers: [
          c('manager', 'reg/w:1', ['--leader-elect', '--health-probe-bind-address=:8081'], [['metrics', 8080]]),
        ],
      })
      .lease('default', 'w.example.com', 'w-7c9d-a_1')
      .service('w-metrics', { app: 'w' }, [{ name: 'metrics', port: 80, targetPort: 'metrics' }], {
        labels: { app: 'w' },
      })
      .monitor('ServiceMonitor', 'w', {
        selector: { matchLabels: { app: 'w' } },
        endpoints: [{ port: 'metrics' }],
      }).one;
    expect(w.reasons.map((r) => r.text)).toEqual([
      'holds the lease default/w.example.com',
      'is started with --leader-elect',
      'is started with --health-probe-bind-address=:8081',
      'has a container named manager',
      'offers metrics (ServiceMonitor default/w)',
      'is scraped by ServiceMonitor default/w',
    ]);
    expect(w.score).toBe(60 + 50 + 25 + 15 + 5 + 5);
  });

  it('come from the labels and the name when there are no pods', () => {
    const w = new World().workload('Deployment', 'shop-controller-manager', {
      labels: { 'control-plane': 'controller-manager' },
    }).one;
    expect([w.isController, w.replicas]).toEqual([true, []]);
  });

  it('yield to what the person marked', () => {
    const w = new World()
      .deployment('web', 1, { containers: [c('nginx', 'nginx')] })
      .deployment('op', 1, { containers: [c('m', 'reg/m', ['--leader-elect'])] });
    const [op, web] = w.discover({ 'default/web': true, 'default/op': false });
    expect([op!.isController, op!.reasons[0]!.text, web!.isController, web!.reasons[0]!.text]).toEqual([
      false,
      'you marked it as not a controller',
      true,
      'you marked it as a controller',
    ]);
  });
});

describe('what /metrics tells', () => {
  const web = (name: string, image: string) => new World().deployment(name, 1, { containers: [c(name, image)] }).one;

  it('makes a controller of what shows nothing else', () => {
    const w = web('quiet', 'reg/quiet');
    expect(w.isController).toBe(false);
    const seen = withReason(
      w,
      runtimeReason(['go_goroutines', 'workqueue_depth', 'controller_runtime_reconcile_total'])!,
    );
    expect([seen.isController, seen.reasons[0]!.text]).toEqual([
      true,
      'exports controller_runtime_reconcile_total, which controller-runtime does',
    ]);
    expect(withReason(seen, runtimeReason(['workqueue_depth'])!).reasons.length).toBe(1);
    expect(runtimeReason(['go_goroutines', 'http_requests_total'])).toBeUndefined();
  });

  it('does not make one of an API server, which has queues too, nor of what the person unmarked', () => {
    expect(
      withReason(web('kube-apiserver', 'registry.k8s.io/kube-apiserver:v1'), runtimeReason(['workqueue_depth'])!)
        .isController,
    ).toBe(false);
    const marked = new World().deployment('quiet', 1).discover({ 'default/quiet': false })[0]!;
    expect(withReason(marked, runtimeReason(['controller_runtime_x'])!).isController).toBe(false);
  });
});
