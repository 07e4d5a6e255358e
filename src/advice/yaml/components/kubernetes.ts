/** kube-controller-manager and kube-scheduler, and their part in a kubeadm configuration. */
import type { Component, Knob } from '../types';

const K = 'k8s.io/kubernetes@v1.37.2';
const C = 'k8s.io/controller-manager@v0.37.2';
const STATIC =
  'The kubelet restarts a static pod when its file changes; after a change of a kubeadm configuration the ' +
  'manifests have to be made anew (`kubeadm init phase control-plane` or `kubeadm upgrade node`).';

const kcmQps: Knob = {
  kind: 'qps',
  flags: ['kube-api-qps'],
  config: 'generic.clientConnection.qps',
  default: '20',
  raise: ['50', '100'],
  tells: "Requests a second of the controller manager's clients to the API server.",
  source: `${K}/pkg/controller/apis/config/v1alpha1/defaults.go:61`,
};
const kcmBurst: Knob = {
  kind: 'burst',
  flags: ['kube-api-burst'],
  config: 'generic.clientConnection.burst',
  default: '30',
  raise: ['100', '200'],
  tells: 'Requests that may go out at once before `--kube-api-qps` holds them back.',
  source: `${K}/pkg/controller/apis/config/v1alpha1/defaults.go:64`,
};

/**
 * Lowest version whose source was read and has the flag, where that isn't v1.26.0: read were v1.26.0, v1.30.0, v1.33.0
 * and v1.37.2.
 */
const SINCE: Readonly<Record<string, string>> = {
  'concurrent-job-syncs': 'v1.30.0',
  'concurrent-cron-job-syncs': 'v1.30.0',
  'concurrent-validating-admission-policy-status-syncs': 'v1.30.0',
  'concurrent-daemonset-syncs': 'v1.33.0',
  'concurrent-disruption-syncs': 'v1.37.0',
  'concurrent-resourceclaim-syncs': 'v1.37.0',
  'concurrent-device-taint-eviction-syncs': 'v1.37.0',
};

/** flag, default, what is worked on, file and line of the default, values to offer. */
const SYNCS: readonly (readonly [string, string, string, string, (readonly string[])?])[] = [
  [
    'concurrent-deployment-syncs',
    '5',
    'Deployments',
    'pkg/controller/deployment/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-replicaset-syncs',
    '5',
    'ReplicaSets',
    'pkg/controller/replicaset/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-statefulset-syncs',
    '5',
    'StatefulSets',
    'pkg/controller/statefulset/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-daemonset-syncs',
    '2',
    'DaemonSets',
    'pkg/controller/daemon/config/v1alpha1/defaults.go:34',
    ['10', '20'],
  ],
  ['concurrent-job-syncs', '5', 'Jobs', 'pkg/controller/job/config/v1alpha1/defaults.go:34', ['20', '50']],
  ['concurrent-cron-job-syncs', '5', 'CronJobs', 'pkg/controller/cronjob/config/v1alpha1/defaults.go:34', ['20', '50']],
  [
    'concurrent-service-endpoint-syncs',
    '5',
    'Services for their EndpointSlices',
    'pkg/controller/endpointslice/config/v1alpha1/defaults.go:35',
    ['20', '50'],
  ],
  [
    'concurrent-endpoint-syncs',
    '5',
    'Endpoints',
    'pkg/controller/endpoint/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'mirroring-concurrent-service-endpoint-syncs',
    '5',
    'Endpoints that are mirrored to EndpointSlices',
    'pkg/controller/endpointslicemirroring/config/v1alpha1/defaults.go:35',
    ['20', '50'],
  ],
  [
    'concurrent-namespace-syncs',
    '10',
    'namespaces that are being deleted',
    'pkg/controller/namespace/config/v1alpha1/defaults.go:38',
    ['20', '50'],
  ],
  [
    'concurrent-gc-syncs',
    '20',
    'objects in the garbage collector',
    'pkg/controller/garbagecollector/config/v1alpha1/defaults.go:38',
    ['40', '80'],
  ],
  [
    'concurrent-horizontal-pod-autoscaler-syncs',
    '5',
    'HorizontalPodAutoscalers',
    'pkg/controller/podautoscaler/config/v1alpha1/defaults.go:38',
    ['20', '50'],
  ],
  [
    'concurrent-resource-quota-syncs',
    '5',
    'ResourceQuotas',
    'pkg/controller/resourcequota/config/v1alpha1/defaults.go:38',
    ['20', '50'],
  ],
  [
    'concurrent-serviceaccount-token-syncs',
    '5',
    'service account tokens',
    'pkg/controller/serviceaccount/config/v1alpha1/defaults.go:37',
    ['20', '50'],
  ],
  [
    'concurrent-ephemeralvolume-syncs',
    '5',
    'ephemeral volumes',
    'pkg/controller/volume/ephemeral/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-ttl-after-finished-syncs',
    '5',
    'finished Jobs with a TTL',
    'pkg/controller/ttlafterfinished/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-validating-admission-policy-status-syncs',
    '5',
    'ValidatingAdmissionPolicies',
    'pkg/controller/validatingadmissionpolicystatus/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-rc-syncs',
    '5',
    'ReplicationControllers',
    'pkg/controller/replication/config/v1alpha1/defaults.go:34',
    ['20', '50'],
  ],
  [
    'concurrent-disruption-syncs',
    '1',
    'PodDisruptionBudgets',
    'pkg/controller/disruption/config/v1alpha1/defaults.go:34',
    ['5', '10'],
  ],
  [
    'concurrent-resourceclaim-syncs',
    '50',
    'ResourceClaims',
    'pkg/controller/resourceclaim/config/v1alpha1/defaults.go:36',
  ],
  [
    'concurrent-device-taint-eviction-syncs',
    '8',
    'evictions for device taints',
    'pkg/controller/devicetainteviction/config/v1alpha1/defaults.go:39',
    ['16', '32'],
  ],
];
const syncs: Knob[] = SYNCS.map(([flag, value, what, at, raise]) => ({
  kind: 'concurrency',
  flags: [flag],
  default: value,
  tells:
    `Workers: how many ${what} are synced at the same time. More is faster and costs CPU and requests to the API ` +
    'server.',
  source: `${K}/${at}`,
  ...(raise !== undefined && { raise }),
  ...(SINCE[flag] !== undefined && { since: SINCE[flag] }),
}));

const kcmProfiling: Knob = {
  kind: 'pprof',
  flags: ['profiling'],
  default: 'true',
  tells: 'Serves pprof at `/debug/pprof` on the secure port, for those who may GET that path.',
  source: 'k8s.io/component-base@v0.37.2/config/v1alpha1/defaults.go:88',
  on: 'true',
};
const kcmContention: Knob = {
  kind: 'other',
  flags: ['contention-profiling'],
  default: 'false',
  tells: 'Records where goroutines block, for the block profile. Needs `--profiling`.',
  source: `${C}/options/debugging.go:48`,
};
const verbosity: Knob = {
  kind: 'log',
  flags: ['v'],
  default: '0',
  tells:
    "How much is logged: 0 is the least. Requests that waited longer than a second in the client's limiter are " +
    'logged at every level, one in 10 s at most, from 2 on one a second; from 3 on all that waited longer than ' +
    '50 ms are.',
  source: 'k8s.io/client-go@v0.37.2/rest/request.go:681',
};

export const KUBE_CONTROLLER_MANAGER: Component = {
  id: 'kube-controller-manager',
  name: 'kube-controller-manager',
  read: 'v1.37.2',
  since: 'v1.26.0',
  images: /(^|\/)kube-controller-manager(-[a-z0-9]+)?$/,
  names: ['kube-controller-manager'],
  configs: { apiVersion: /^kubecontrollermanager\.config\.k8s\.io\//, kind: 'KubeControllerManagerConfiguration' },
  knobs: [kcmQps, kcmBurst, ...syncs, kcmProfiling, kcmContention, verbosity],
  limits: [{ qps: kcmQps, burst: kcmBurst, of: '' }],
  restart: STATIC,
  advice:
    'Raise the workers of the controller whose queue grows (`workqueue_depth`), together with `--kube-api-qps`: ' +
    'more workers wait for the same limit otherwise.',
};

const schedulerQps: Knob = {
  kind: 'qps',
  flags: ['kube-api-qps'],
  config: 'clientConnection.qps',
  default: '50',
  raise: ['100', '200'],
  tells:
    "Requests a second of the scheduler's clients to the API server. The flag is deprecated and ignored when " +
    '`--config` names a file: there it is `clientConnection.qps`.',
  source: `${K}/pkg/scheduler/apis/config/v1/defaults.go:151`,
};
const schedulerBurst: Knob = {
  kind: 'burst',
  flags: ['kube-api-burst'],
  config: 'clientConnection.burst',
  default: '100',
  raise: ['200', '400'],
  tells:
    'Requests that may go out at once before the QPS holds them back. The flag is deprecated and ignored when ' +
    '`--config` names a file: there it is `clientConnection.burst`.',
  source: `${K}/pkg/scheduler/apis/config/v1/defaults.go:154`,
};

export const KUBE_SCHEDULER: Component = {
  id: 'kube-scheduler',
  name: 'kube-scheduler',
  read: 'v1.37.2',
  since: 'v1.26.0',
  images: /(^|\/)kube-scheduler(-[a-z0-9]+)?$/,
  names: ['kube-scheduler'],
  configs: { apiVersion: /^kubescheduler\.config\.k8s\.io\//, kind: 'KubeSchedulerConfiguration' },
  knobs: [
    schedulerQps,
    schedulerBurst,
    {
      kind: 'concurrency',
      config: 'parallelism',
      default: '16',
      tells: 'Goroutines that try nodes for one pod at the same time.',
      source: `${K}/pkg/scheduler/apis/config/v1/defaults.go:111`,
    },
    {
      kind: 'pprof',
      flags: ['profiling'],
      config: 'enableProfiling',
      default: 'true',
      tells:
        'Serves pprof at `/debug/pprof` on the secure port. The flag is deprecated and ignored when `--config` ' +
        'names a file.',
      source: `${K}/cmd/kube-scheduler/app/options/deprecated.go:44`,
      on: 'true',
    },
    {
      kind: 'other',
      flags: ['contention-profiling'],
      config: 'enableContentionProfiling',
      default: 'true',
      tells: 'Records where goroutines block, for the block profile.',
      source: `${K}/cmd/kube-scheduler/app/options/deprecated.go:45`,
    },
    verbosity,
  ],
  limits: [{ qps: schedulerQps, burst: schedulerBurst, of: '' }],
  restart: STATIC,
};
