import type { EndpointKind } from './types';

/** A port that a known system listens on by default. */
export interface KnownPort {
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly kinds: readonly EndpointKind[];
  /** False where a setting must switch it on: such a port is tried only when the user acts. */
  readonly always: boolean;
}

/** A widespread system with controllers. Any one of `images`, `programs` or `label` identifies it. */
export interface KnownSystem {
  /** "Argo CD's application controller": completes "This is …". */
  readonly title: string;
  /** Last parts of the image's path; `x/y` compares the last two. */
  readonly images?: readonly string[];
  /** Names of the program, or of a word among its arguments. */
  readonly programs?: readonly string[];
  /** A label of the pod or workload, as key and value; `*` = any value. */
  readonly label?: readonly [string, string];
  /** Names of its leases, where they don't name the system. */
  readonly leases?: readonly string[];
  readonly ports?: readonly KnownPort[];
}

const BOTH = ['pprof', 'metrics'] as const;
const METRICS = ['metrics'] as const;
const PPROF = ['pprof'] as const;
const http = (port: number, kinds: readonly EndpointKind[], always = true): KnownPort => ({
  port,
  scheme: 'http',
  kinds,
  always,
});
const https = (port: number, kinds: readonly EndpointKind[], always = true): KnownPort => ({
  port,
  scheme: 'https',
  kinds,
  always,
});

/**
 * Sources of the ports: Kubernetes, `pkg/cluster/ports` and the components' `--secure-port`; Argo CD, its metrics
 * Services; Flux, pkg/runtime/pprof on the metrics server; Cluster API, `--diagnostics-address`; cert-manager,
 * `--metrics-listen-address` and `--profiler-address`; knative and Tekton, pkg/profiling (8008); the others, their
 * default flags.
 */
export const KNOWN: readonly KnownSystem[] = [
  {
    title: 'the kube-controller-manager',
    images: ['kube-controller-manager'],
    programs: ['kube-controller-manager'],
    leases: ['kube-controller-manager'],
    ports: [https(10257, BOTH)],
  },
  {
    title: 'the kube-scheduler',
    images: ['kube-scheduler'],
    programs: ['kube-scheduler'],
    leases: ['kube-scheduler'],
    ports: [https(10259, BOTH)],
  },
  {
    title: 'a cloud controller manager',
    leases: ['cloud-controller-manager'],
    ports: [https(10258, BOTH)],
    images: [
      'cloud-controller-manager',
      'aws-cloud-controller-manager',
      'azure-cloud-controller-manager',
      'openstack-cloud-controller-manager',
      'hcloud-cloud-controller-manager',
      'digitalocean-cloud-controller-manager',
      'vsphere-cloud-controller-manager',
      'oci-cloud-controller-manager',
      'linode-cloud-controller-manager',
    ],
    programs: [
      'cloud-controller-manager',
      'aws-cloud-controller-manager',
      'openstack-cloud-controller-manager',
      'hcloud-cloud-controller-manager',
      'gce-cloud-controller-manager',
    ],
  },
  {
    title: 'the cluster autoscaler',
    images: ['cluster-autoscaler', 'cluster-autoscaler-amd64', 'cluster-autoscaler-arm64'],
    programs: ['cluster-autoscaler'],
    ports: [http(8085, METRICS), http(8085, PPROF, false)],
  },
  {
    title: "Argo CD's application controller",
    programs: ['argocd-application-controller'],
    label: ['app.kubernetes.io/name', 'argocd-application-controller'],
    ports: [http(8082, METRICS), http(8082, PPROF, false)],
  },
  {
    title: "Argo CD's ApplicationSet controller",
    programs: ['argocd-applicationset-controller'],
    label: ['app.kubernetes.io/name', 'argocd-applicationset-controller'],
    ports: [http(8080, METRICS)],
  },
  {
    title: "Argo CD's notifications controller",
    programs: ['argocd-notifications', 'argocd-notifications-controller'],
    label: ['app.kubernetes.io/name', 'argocd-notifications-controller'],
    ports: [http(9001, METRICS)],
  },
  {
    title: "Argo Rollouts' controller",
    images: ['argo-rollouts'],
    programs: ['rollouts-controller'],
    ports: [http(8090, METRICS)],
  },
  {
    title: "Argo Workflows' controller",
    images: ['workflow-controller'],
    programs: ['workflow-controller'],
    ports: [https(9090, METRICS), http(6060, PPROF, false)],
  },
  {
    title: "MOCO's controller",
    images: ['cybozu-go/moco', 'cybozu/moco'],
    programs: ['moco-controller'],
    ports: [http(8080, METRICS, false)],
  },
  {
    title: "cert-manager's controller",
    images: ['cert-manager-controller'],
    ports: [http(9402, METRICS), http(6060, PPROF, false)],
  },
  {
    title: "cert-manager's CA injector",
    images: ['cert-manager-cainjector'],
    ports: [http(9402, METRICS, false), http(6060, PPROF, false)],
  },
  {
    title: "cert-manager's webhook",
    images: ['cert-manager-webhook'],
    ports: [http(9402, METRICS, false), http(6060, PPROF, false)],
  },
  {
    title: "cert-manager's approver or trust manager",
    images: ['cert-manager-approver-policy', 'trust-manager', 'cert-manager-istio-csr'],
    ports: [http(9402, METRICS, false)],
  },
  ...['source', 'kustomize', 'helm', 'notification', 'image-reflector', 'image-automation'].map((n): KnownSystem => ({
    title: `Flux's ${n} controller`,
    images: [`fluxcd/${n}-controller`],
    ports: [http(8080, BOTH)],
  })),
  {
    title: 'a Cluster API provider',
    label: ['cluster.x-k8s.io/provider', '*'],
    images: [
      'cluster-api-controller',
      'kubeadm-bootstrap-controller',
      'kubeadm-control-plane-controller',
      'capd-manager',
    ],
    ports: [https(8443, BOTH)],
  },
  {
    title: "Tekton's controller",
    images: ['tekton-pipelines-controller'],
    label: ['app.kubernetes.io/part-of', 'tekton-pipelines'],
    ports: [http(9090, METRICS), http(8008, PPROF, false)],
  },
  {
    title: "Knative's controller or autoscaler",
    images: ['serving/cmd/controller', 'cmd/autoscaler', 'eventing/cmd/controller'],
    ports: [http(9090, METRICS), http(8008, PPROF, false)],
  },
  { title: 'the Prometheus operator', images: ['prometheus-operator'], ports: [http(8080, BOTH)] },
  {
    title: 'the Ingress NGINX controller',
    images: ['ingress-nginx/controller'],
    programs: ['nginx-ingress-controller'],
    ports: [http(10254, METRICS), http(10245, PPROF, false)],
  },
  { title: 'the AWS load balancer controller', images: ['aws-load-balancer-controller'], ports: [http(8080, METRICS)] },
  {
    title: 'Karpenter',
    images: ['karpenter/controller'],
    label: ['app.kubernetes.io/name', 'karpenter'],
    ports: [http(8080, METRICS), http(8080, PPROF, false)],
  },
  { title: 'ExternalDNS', images: ['external-dns'], ports: [http(7979, METRICS)] },
  { title: 'External Secrets', images: ['external-secrets'], ports: [http(8080, METRICS)] },
  {
    title: 'the Sealed Secrets controller',
    images: ['sealed-secrets-controller'],
    ports: [http(8081, METRICS, false)],
  },
  { title: 'Velero', images: ['velero/velero'], ports: [http(8085, METRICS), http(6060, PPROF)] },
  {
    title: 'Crossplane or one of its providers',
    images: ['crossplane/crossplane'],
    label: ['pkg.crossplane.io/provider', '*'],
    ports: [http(8080, METRICS, false)],
  },
  { title: "KEDA's operator", images: ['kedacore/keda', 'keda-operator'], ports: [http(8080, METRICS)] },
  {
    title: "Kyverno's controller",
    images: ['kyverno/kyverno', 'background-controller', 'cleanup-controller', 'reports-controller'],
    ports: [http(8000, METRICS), http(6060, PPROF, false)],
  },
  { title: 'Gatekeeper', images: ['gatekeeper'], ports: [http(8888, METRICS), http(6060, PPROF, false)] },
  {
    title: "Istio's control plane",
    images: ['istio/pilot', 'pilot'],
    ports: [http(15014, METRICS), http(8080, PPROF)],
  },
  {
    title: "Cilium's operator",
    images: ['cilium/operator', 'operator-generic', 'operator-aws', 'operator-azure'],
    programs: ['cilium-operator', 'cilium-operator-generic', 'cilium-operator-aws', 'cilium-operator-azure'],
    ports: [http(9963, METRICS, false), http(6061, PPROF, false)],
  },
  {
    title: "Calico's controllers",
    images: ['calico/kube-controllers', 'kube-controllers'],
    ports: [http(9094, METRICS)],
  },
  { title: 'the CSI snapshot controller', images: ['snapshot-controller'] },
  { title: 'CloudNativePG', images: ['cloudnative-pg'], programs: ['cnpg-manager'], ports: [http(8080, METRICS)] },
  { title: 'Kueue', images: ['kueue/kueue'], ports: [https(8443, METRICS)] },
  {
    title: "Rook's operator",
    images: ['rook/ceph'],
    programs: ['rook-ceph-operator'],
    label: ['app', 'rook-ceph-operator'],
  },
  { title: 'the vertical pod autoscaler', images: ['vpa-recommender', 'vpa-updater', 'vpa-admission-controller'] },
  { title: "MetalLB's controller", images: ['metallb/controller'], ports: [http(7472, METRICS)] },
];

/**
 * Servers, stores, proxies and agents that look like a controller in some ways (a lease, a metrics port, a monitor) and
 * are none. Last parts of image paths.
 */
export const NOT_CONTROLLERS: ReadonlySet<string> = new Set([
  'kube-apiserver',
  'etcd',
  'coredns',
  'kube-proxy',
  'kube-state-metrics',
  'metrics-server',
  'prometheus-adapter',
  'kine',
  'konnectivity-agent',
  'node-local-dns',
  'k8s-dns-node-cache',
  'prometheus',
  'alertmanager',
  'grafana',
  'loki',
  'tempo',
  'mimir',
  'thanos',
  'pushgateway',
  'node-exporter',
  'blackbox-exporter',
  'redis_exporter',
  'postgres-exporter',
  'postgres_exporter',
  'mysqld-exporter',
  'victoria-metrics',
  'nginx',
  'httpd',
  'haproxy',
  'envoy',
  'caddy',
  'traefik',
  'redis',
  'memcached',
  'postgres',
  'postgresql',
  'spilo-16',
  'mysql',
  'mariadb',
  'mongo',
  'mongodb',
  'kafka',
  'rabbitmq',
  'nats',
  'elasticsearch',
  'opensearch',
  'minio',
  'cassandra',
  'zookeeper',
  'clickhouse-server',
  'vault',
  'consul',
  'fluent-bit',
  'fluentd',
  'promtail',
  'opentelemetry-collector',
  'opentelemetry-collector-contrib',
  'dex',
  'pause',
  'registry',
  'calico/node',
  'cilium',
  'flannel',
  'kindnetd',
]);
