/** ArgoCD's application controller: flags, environment and the keys of argocd-cmd-params-cm. */
import type { Component, Knob } from '../types';

const A = 'github.com/argoproj/argo-cd/v3@v3.6.1';
const MAIN = `${A}/cmd/argocd-application-controller/commands/argocd_application_controller.go`;
const CLIENT = `${A}/pkg/apis/application/v1alpha1/cluster_constants.go`;

const qps: Knob = {
  kind: 'qps',
  env: 'ARGOCD_K8S_CLIENT_QPS',
  param: 'controller.k8s.client.qps',
  default: '50',
  raise: ['100', '200'],
  tells:
    'Requests a second to the API server of each managed cluster. As a key of the ConfigMap it is in ArgoCD ' +
    'v3.5.7 and not yet in v3.3.0; before, set the environment variable.',
  source: `${CLIENT}:45`,
};
const burst: Knob = {
  kind: 'burst',
  env: 'ARGOCD_K8S_CLIENT_BURST',
  param: 'controller.k8s.client.burst',
  default: '100',
  raise: ['200', '400'],
  tells:
    'Requests that may go out at once before the QPS holds them back. Unset it is twice the QPS. As a key of the ' +
    'ConfigMap it is in ArgoCD v3.5.7 and not yet in v3.3.0.',
  source: `${CLIENT}:48`,
};
const status: Knob = {
  kind: 'concurrency',
  flags: ['status-processors'],
  env: 'ARGOCD_APPLICATION_CONTROLLER_STATUS_PROCESSORS',
  param: 'controller.status.processors',
  default: '20',
  raise: ['50', '100'],
  tells: 'Workers that compare applications with their sources. They loop over the queue `app_reconciliation_queue`.',
  source: `${MAIN}:259`,
};
const operation: Knob = {
  kind: 'concurrency',
  flags: ['operation-processors'],
  env: 'ARGOCD_APPLICATION_CONTROLLER_OPERATION_PROCESSORS',
  param: 'controller.operation.processors',
  default: '10',
  raise: ['25', '50'],
  tells: 'Workers that sync applications. They loop over the queue `app_operation_processing_queue`.',
  source: `${MAIN}:260`,
};

export const ARGOCD_CONTROLLER: Component = {
  id: 'argocd',
  name: 'argocd-application-controller',
  read: 'v3.6.1',
  since: 'v2.8.0',
  images: /(^|\/)argocd$/,
  commands: ['argocd-application-controller'],
  names: ['argocd-application-controller', 'application-controller'],
  params: 'argocd-cmd-params-cm',
  knobs: [
    status,
    operation,
    qps,
    burst,
    {
      kind: 'concurrency',
      flags: ['hydration-processors'],
      env: 'ARGOCD_APPLICATION_CONTROLLER_HYDRATION_PROCESSORS',
      param: 'controller.hydration.processors',
      default: '5',
      since: 'v3.5.7',
      tells: 'Workers that hydrate manifests; only used when the Source Hydrator is enabled.',
      source: `${MAIN}:261`,
    },
    {
      kind: 'concurrency',
      flags: ['kubectl-parallelism-limit'],
      env: 'ARGOCD_APPLICATION_CONTROLLER_KUBECTL_PARALLELISM_LIMIT',
      param: 'controller.kubectl.parallelism.limit',
      default: '20',
      tells:
        'Cluster operations of syncs at the same time; below 1: no limit. `argocd_kubectl_exec_pending` above 0 ' +
        'shows that they wait for it.',
      source: `${MAIN}:274`,
    },
    {
      kind: 'pprof',
      param: 'controller.profile.enabled',
      default: 'false',
      on: 'true',
      since: 'v2.14.0',
      tells: 'Serves pprof on the metrics port, 8082, at `/debug/pprof`.',
      source: `${A}/docs/operator-manual/argocd-cmd-params-cm.yaml:117`,
    },
    {
      kind: 'log',
      flags: ['loglevel'],
      env: 'ARGOCD_APPLICATION_CONTROLLER_LOGLEVEL',
      param: 'controller.log.level',
      default: 'info',
      tells: 'debug, info, warn or error. At debug it tells why an application was refreshed, and by which object.',
      source: `${MAIN}:263`,
    },
    {
      kind: 'log',
      flags: ['logformat'],
      env: 'ARGOCD_APPLICATION_CONTROLLER_LOGFORMAT',
      param: 'controller.log.format',
      default: 'json',
      since: 'v3.0.0',
      earlier: [{ from: 'v2.8.0', to: 'v3.0.0', default: 'text' }],
      tells: 'json or text.',
      source: `${MAIN}:262`,
    },
    {
      kind: 'other',
      flags: ['sharding-method'],
      env: 'ARGOCD_CONTROLLER_SHARDING_ALGORITHM',
      param: 'controller.sharding.algorithm',
      default: 'legacy',
      tells: "How clusters are spread over the controller's replicas: legacy, round-robin or consistent-hashing.",
      source: `${MAIN}:288`,
    },
    {
      kind: 'other',
      env: 'ARGOCD_CONTROLLER_REPLICAS',
      default: '1',
      tells: "Number of shards; has to be the number of the StatefulSet's replicas.",
      source: `${A}/docs/operator-manual/high_availability.md:119`,
    },
  ],
  limits: [{ qps, burst, burstPerQps: 2, of: 'to each managed cluster' }],
  restart:
    'The application controller must be restarted to take it: `kubectl rollout restart -n argocd statefulset ' +
    'argocd-application-controller`.',
  advice:
    'Upstream runs 50 status and 25 operation processors for 1,000 applications ' +
    '(docs/operator-manual/high_availability.md, argo-cd v3.6.1).',
};
