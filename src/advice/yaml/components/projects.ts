/**
 * Controllers of other projects: one component each. To add one, write it here from its own source and put it into the
 * list in index.ts.
 */
import type { Component, Knob } from '../types';

const POD = 'The pod restarts with the new arguments.';

const M = 'github.com/cybozu-go/moco docs/moco-controller.md (as of moco 0.23.2)';
const mocoQps: Knob = {
  kind: 'qps',
  flags: ['apiserver-qps-throttle'],
  default: '20',
  raise: ['50', '100'],
  tells: 'Requests a second to the API server. Burst is 1.5 times this.',
  source: M,
};
export const MOCO: Component = {
  id: 'moco',
  name: 'moco-controller',
  read: 'v0.23.2',
  since: 'v0.23.2',
  images: /(^|\/)moco$/,
  names: ['moco-controller'],
  knobs: [
    mocoQps,
    {
      kind: 'concurrency',
      flags: ['max-concurrent-reconciles'],
      default: '8',
      tells: 'MySQLClusters that are reconciled at the same time.',
      source: M,
    },
    {
      kind: 'pprof',
      flags: ['pprof-addr'],
      default: '',
      on: '127.0.0.1:6060',
      tells: "Address that serves pprof; off when it isn't set.",
      source: M,
    },
    {
      kind: 'log',
      flags: ['zap-log-level'],
      default: 'info',
      tells: 'debug, info, error or a number above 0.',
      source: M,
    },
  ],
  limits: [{ qps: mocoQps, burstPerQps: 1.5, of: '' }],
  restart: POD,
};

const CM = 'github.com/cert-manager/cert-manager@v1.21.2/internal/apis/config/controller/v1alpha1/defaults.go';
const cmQps: Knob = {
  kind: 'qps',
  flags: ['kube-api-qps'],
  config: 'kubernetesAPIQPS',
  default: '20',
  raise: ['50', '100'],
  tells: 'Requests a second to the API server. Must be above 0.',
  source: `${CM}:59`,
};
const cmBurst: Knob = {
  kind: 'burst',
  flags: ['kube-api-burst'],
  config: 'kubernetesAPIBurst',
  default: '50',
  raise: ['100', '200'],
  tells: 'Requests that may go out at once. cert-manager does not start with a burst below its QPS.',
  source: `${CM}:60`,
};
export const CERT_MANAGER: Component = {
  id: 'cert-manager',
  name: 'cert-manager controller',
  read: 'v1.21.2',
  since: 'v1.8.0',
  images: /(^|\/)cert-manager-controller(-[a-z0-9]+)?$/,
  names: ['cert-manager', 'cert-manager-controller'],
  configs: { apiVersion: /^controller\.config\.cert-manager\.io\//, kind: 'ControllerConfiguration' },
  knobs: [
    cmQps,
    cmBurst,
    {
      kind: 'concurrency',
      config: 'numberOfConcurrentWorkers',
      default: '5',
      raise: ['20', '50'],
      tells: 'Workers of each controller. Only in the configuration file.',
      source: `${CM}:82`,
    },
    {
      kind: 'concurrency',
      flags: ['max-concurrent-challenges'],
      config: 'maxConcurrentChallenges',
      default: '60',
      tells: 'ACME challenges that are under way at the same time.',
      source: `${CM}:83`,
    },
    {
      kind: 'pprof',
      flags: ['enable-profiling'],
      config: 'enablePprof',
      default: 'false',
      on: 'true',
      tells: "Serves pprof at the profiler's address.",
      source: `${CM}:65`,
    },
    {
      kind: 'other',
      flags: ['profiler-address'],
      config: 'pprofAddress',
      default: 'localhost:6060',
      tells: 'Address of pprof; keep it off public addresses.',
      source: `${CM}:66`,
    },
  ],
  limits: [{ qps: cmQps, burst: cmBurst, of: '' }],
  restart: POD,
};

const RUNTIME = 'github.com/fluxcd/pkg/runtime@v0.122.0';
const fluxQps: Knob = {
  kind: 'qps',
  flags: ['kube-api-qps'],
  default: '50',
  tells:
    'Requests a second to the API server. Without effect while the API server has API Priority and Fairness: ' +
    'then Flux sets no limit.',
  source: `${RUNTIME}/client/client.go:64`,
};
const fluxBurst: Knob = {
  kind: 'burst',
  flags: ['kube-api-burst'],
  default: '300',
  tells: 'Requests that may go out at once. Without effect while the API server has API Priority and Fairness.',
  source: `${RUNTIME}/client/client.go:66`,
};
const fluxLog: Knob = {
  kind: 'log',
  flags: ['log-level'],
  default: 'info',
  tells: 'trace, debug, info or error.',
  source: `${RUNTIME}/logger/logger.go:86`,
};
const flux = (id: string, read: string, since: string, knobs: readonly Knob[]): Component => ({
  id,
  name: `Flux ${id}`,
  read,
  since,
  images: new RegExp(`(^|/)${id}$`),
  names: [id],
  knobs: [...knobs, fluxQps, fluxBurst, fluxLog],
  limits: [
    {
      qps: fluxQps,
      burst: fluxBurst,
      of: '',
      unless: `Flux sets no limit while the API server has API Priority and Fairness (${RUNTIME}/client/client.go:79).`,
    },
  ],
  restart: POD,
});
export const FLUX: readonly Component[] = [
  flux('kustomize-controller', 'v1.10.1', 'v1.7.3', [
    {
      kind: 'concurrency',
      flags: ['concurrent'],
      default: '4',
      raise: ['20', '50'],
      tells: 'Kustomizations that are reconciled at the same time.',
      source: 'github.com/fluxcd/kustomize-controller@v1.10.1/main.go:123',
    },
    {
      kind: 'concurrency',
      flags: ['concurrent-ssa'],
      default: '4',
      tells: 'Server-side apply operations of one Kustomization at the same time.',
      source: 'github.com/fluxcd/kustomize-controller@v1.10.1/main.go:124',
    },
  ]),
  flux('source-controller', 'v1.10.1', 'v1.8.5', [
    {
      kind: 'concurrency',
      flags: ['concurrent'],
      default: '2',
      raise: ['10', '20'],
      tells: 'Objects of each kind of source that are reconciled at the same time.',
      source: 'github.com/fluxcd/source-controller@v1.10.1/main.go:137',
    },
  ]),
  flux('helm-controller', 'v1.4.3', 'v1.4.0', [
    {
      kind: 'concurrency',
      flags: ['concurrent'],
      default: '4',
      raise: ['20', '50'],
      tells: 'HelmReleases that are reconciled at the same time.',
      source: 'github.com/fluxcd/helm-controller@v1.4.3/main.go:118',
    },
  ]),
];

const X = 'github.com/crossplane/crossplane/v2@v2.1.0/cmd/crossplane/core/core.go';
export const CROSSPLANE: Component = {
  id: 'crossplane',
  name: 'crossplane',
  read: 'v2.1.0',
  since: 'v1.14.0',
  images: /(^|\/)crossplane$/,
  names: ['crossplane'],
  notWith: ['init'],
  knobs: [
    {
      kind: 'concurrency',
      flags: ['max-reconcile-rate', 'max-concurrent-reconciles'],
      default: '100',
      since: 'v1.16.0',
      earlier: [{ from: 'v1.14.0', to: 'v1.15.0', default: '10' }],
      source: `${X}:106`,
      tells:
        "Reconciles at the same time. Up to v2.0 it also sets the client's limit: QPS is 5 times and burst 10 " +
        'times this number (crossplane-runtime/v2@v2.0.0/pkg/ratelimiter/default.go:53). From v2.1 on it is ' +
        'called `--max-concurrent-reconciles`, the old name still works, and there is no client-side limit.',
    },
    {
      kind: 'pprof',
      flags: ['profile'],
      default: '',
      on: '127.0.0.1:6060',
      tells: "Address that serves pprof at `/debug/pprof`; off when it isn't set.",
      source: `${X}:92`,
    },
    {
      kind: 'log',
      flags: ['debug'],
      default: 'false',
      tells: 'Verbose logs.',
      source: 'github.com/crossplane/crossplane/v2@v2.1.0/cmd/crossplane/main.go:51',
    },
  ],
  limits: [],
  restart: POD,
};

const KUEUE_AT = 'sigs.k8s.io/kueue@v0.15.0/apis/config/v1beta2';
const kueueQps: Knob = {
  kind: 'qps',
  config: 'clientConnection.qps',
  default: '20',
  raise: ['50', '100'],
  tells: "Requests a second to the API server; below 0: no limit. Upstream's own manifests set 50.",
  source: `${KUEUE_AT}/defaults.go:44`,
};
const kueueBurst: Knob = {
  kind: 'burst',
  config: 'clientConnection.burst',
  default: '30',
  raise: ['100', '200'],
  tells: "Requests that may go out at once. Upstream's own manifests set 100.",
  source: `${KUEUE_AT}/defaults.go:45`,
};
export const KUEUE: Component = {
  id: 'kueue',
  name: 'kueue',
  read: 'v0.15.0',
  since: 'v0.15.0',
  images: /(^|\/)kueue$/,
  names: ['kueue-controller-manager'],
  configs: { apiVersion: /^config\.kueue\.x-k8s\.io\//, kind: 'Configuration' },
  knobs: [
    kueueQps,
    kueueBurst,
    {
      kind: 'pprof',
      config: 'pprofBindAddress',
      default: '',
      on: '127.0.0.1:8083',
      tells: "Address that serves pprof; off when it isn't set.",
      source: `${KUEUE_AT}/configuration_types.go:128`,
    },
    {
      kind: 'concurrency',
      config: 'controller.groupKindConcurrency',
      default: '1 for each kind',
      tells: "Reconciles at the same time by kind, as `Workload.kueue.x-k8s.io: 5`; controller-runtime's default is 1.",
      source: `${KUEUE_AT}/configuration_types.go:196`,
    },
  ],
  limits: [{ qps: kueueQps, burst: kueueBurst, of: '' }],
  restart: 'Kueue reads its configuration when it starts: restart its deployment.',
};

const keda = (
  id: string,
  name: string,
  images: RegExp,
  names: readonly string[],
  file: string,
  lines: readonly [number, number, number],
  more: readonly Knob[],
): Component => {
  const at = `github.com/kedacore/keda/v2@v2.21.0/cmd/${file}/main.go`;
  const qps: Knob = {
    kind: 'qps',
    flags: ['kube-api-qps'],
    default: '20',
    raise: ['50', '100'],
    tells: 'Requests a second to the API server.',
    source: `${at}:${lines[0]}`,
  };
  const burst: Knob = {
    kind: 'burst',
    flags: ['kube-api-burst'],
    default: '30',
    raise: ['100', '200'],
    tells: 'Requests that may go out at once.',
    source: `${at}:${lines[1]}`,
  };
  const pprof: Knob = {
    kind: 'pprof',
    flags: ['profiling-bind-address'],
    default: '',
    since: 'v2.14.0',
    on: '127.0.0.1:6060',
    tells: "Address that serves pprof; off when it isn't set.",
    source: `${at}:${lines[2]}`,
  };
  return {
    id,
    name,
    read: 'v2.21.0',
    since: 'v2.10.0',
    images,
    names,
    knobs: [qps, burst, ...more, pprof],
    limits: [{ qps, burst, of: '' }],
    restart: POD,
  };
};
const KEDA_MAIN = 'github.com/kedacore/keda/v2@v2.21.0/cmd/operator/main.go';
export const KEDA: readonly Component[] = [
  keda(
    'keda-operator',
    'keda-operator',
    /(^|\/)keda$/,
    ['keda-operator'],
    'operator',
    [115, 116, 110],
    [
      {
        kind: 'concurrency',
        env: 'KEDA_SCALEDOBJECT_CTRL_MAX_RECONCILES',
        default: '5',
        raise: ['20', '50'],
        tells: 'ScaledObjects that are reconciled at the same time.',
        source: `${KEDA_MAIN}:242`,
      },
      {
        kind: 'concurrency',
        env: 'KEDA_SCALEDJOB_CTRL_MAX_RECONCILES',
        default: '1',
        raise: ['5', '20'],
        tells: 'ScaledJobs that are reconciled at the same time.',
        source: `${KEDA_MAIN}:248`,
      },
    ],
  ),
  keda(
    'keda-metrics-apiserver',
    'keda-metrics-apiserver',
    /(^|\/)keda-metrics-apiserver$/,
    ['keda-metrics-apiserver', 'keda-operator-metrics-apiserver'],
    'adapter',
    [243, 244, 242],
    [],
  ),
  keda(
    'keda-admission-webhooks',
    'keda-admission-webhooks',
    /(^|\/)keda-admission-webhooks$/,
    ['keda-admission-webhooks', 'keda-admission'],
    'webhooks',
    [69, 70, 68],
    [],
  ),
];

const ESO = 'github.com/external-secrets/external-secrets@v1.3.2/cmd/controller/root.go';
const esoQps: Knob = {
  kind: 'qps',
  flags: ['client-qps'],
  default: '50',
  since: 'v1.3.2',
  earlier: [{ from: 'v0.9.0', to: 'v0.10.1', default: '5' }],
  raise: ['50', '100', '200'],
  tells: "Requests a second to the API server. Up to v0.10.0 the flag's default was 0, which is client-go's 5.",
  source: `${ESO}:354`,
};
const esoBurst: Knob = {
  kind: 'burst',
  flags: ['client-burst'],
  default: '100',
  since: 'v1.3.2',
  earlier: [{ from: 'v0.9.0', to: 'v0.10.1', default: '10' }],
  raise: ['200', '400'],
  tells: 'Requests that may go out at once.',
  source: `${ESO}:355`,
};
export const EXTERNAL_SECRETS: Component = {
  id: 'external-secrets',
  name: 'external-secrets',
  read: 'v1.3.2',
  since: 'v0.5.0',
  images: /(^|\/)external-secrets$/,
  names: ['external-secrets'],
  notWith: ['webhook', 'certcontroller'],
  knobs: [
    {
      kind: 'concurrency',
      flags: ['concurrent'],
      default: '1',
      raise: ['5', '20'],
      tells: 'ExternalSecrets (and objects of each other kind) that are reconciled at the same time.',
      source: `${ESO}:353`,
    },
    esoQps,
    esoBurst,
    {
      kind: 'log',
      flags: ['loglevel'],
      default: 'info',
      tells: 'debug, info, warn, error, dpanic, panic or fatal.',
      source: `${ESO}:357`,
    },
  ],
  limits: [{ qps: esoQps, burst: esoBurst, of: '' }],
  restart: POD,
};
