import type { Group, Panel } from './types';

const ARGO = 'argo-cd controller/metrics/metrics.go; argo-cd.readthedocs.io/en/latest/operator-manual/metrics';
const MOCO = 'github.com/cybozu-go/moco docs/metrics.md';
const CERT = 'cert-manager pkg/metrics; cert-manager.io/docs/devops-tips/prometheus-metrics';
const NECKER = 'github.com/zoetrope/kubbernecker internal/controller/metrics.go';

const rate = (group: Group, from: string, id: string, title: string, metric: string, by: string, tells: string): Panel =>
  ({ group, from, id, title, unit: 'perSecond', promql: `sum by (${by}) (rate(${metric}[$window]))`, tells, needs: [metric.replace(/\{.*$/, '')] });
const now = (group: Group, from: string, id: string, title: string, metric: string, by: string, tells: string): Panel =>
  ({ group, from, id, title, unit: 'count', promql: `sum by (${by}) (${metric})`, tells, needs: [metric] });

/** What some projects tell beside the metrics that all controllers have. */
export const PROJECT_PANELS: readonly Panel[] = [
  {
    id: 'argocd.reconcileP99', group: 'Argo CD', title: 'App reconcile, p99', unit: 'seconds',
    promql: 'histogram_quantile(0.99, sum by (dest_server, le) (rate(argocd_app_reconcile_bucket[$window])))',
    tells: 'How long a comparison of an application with its cluster takes. The largest bucket ends at 16 s.', from: ARGO, needs: ['argocd_app_reconcile_bucket'],
  },
  rate('Argo CD', ARGO, 'argocd.reconciles', 'App reconciles', 'argocd_app_reconcile_count', 'dest_server', 'Comparisons a second, by cluster. Many without changes in Git: look at what refreshes the apps.'),
  rate('Argo CD', ARGO, 'argocd.requests', 'Kubernetes requests', 'argocd_app_k8s_request_total', 'verb, response_code', 'Requests that reconciling applications made, against controller.k8s.client.qps.'),
  now('Argo CD', ARGO, 'argocd.pending', 'kubectl executions waiting', 'argocd_kubectl_exec_pending', 'command', 'Above 0 for long, controller.kubectl.parallelism.limit holds syncs back.'),
  rate('Argo CD', ARGO, 'argocd.events', 'Cluster events', 'argocd_cluster_events_total', 'server, group, kind', 'Which kinds of objects change all the time, and make apps be refreshed.'),
  {
    id: 'argocd.refreshQueue', group: 'Argo CD', title: 'Apps waiting for a status processor', unit: 'count', promql: 'sum by (name) (workqueue_depth{name="app_reconciliation_queue"})',
    tells: 'Growing, controller.status.processors (20) are too few, or what they wait for is too slow.', from: ARGO, needs: ['workqueue_depth'],
  },
  {
    id: 'argocd.operationQueue', group: 'Argo CD', title: 'Apps waiting for an operation processor', unit: 'count', promql: 'sum by (name) (workqueue_depth{name="app_operation_processing_queue"})',
    tells: 'Growing, controller.operation.processors (10) are too few for the syncs.', from: ARGO, needs: ['workqueue_depth'],
  },
  rate('MOCO', MOCO, 'moco.checks', 'Cluster checks', 'moco_cluster_checks_total', 'namespace, name', 'How often MOCO looked at each MySQL cluster.'),
  rate('MOCO', MOCO, 'moco.errors', 'Errors in managing clusters', 'moco_cluster_errors_total', 'namespace, name', 'Checks of a cluster that ended in an error.'),
  now('MOCO', MOCO, 'moco.available', 'Clusters available', 'moco_cluster_available', 'namespace, name', '1 while the cluster takes writes.'),
  now('MOCO', MOCO, 'moco.healthy', 'Clusters healthy', 'moco_cluster_healthy', 'namespace, name', '1 while all of the cluster runs without a problem.'),
  now('MOCO', MOCO, 'moco.ready', 'Ready replicas', 'moco_cluster_ready_replicas', 'namespace, name', 'mysqld Pods that are ready.'),
  now('MOCO', MOCO, 'moco.errant', 'Errant replicas', 'moco_cluster_errant_replicas', 'namespace, name', 'Instances with transactions that the primary does not have.'),
  rate('MOCO', MOCO, 'moco.failovers', 'Failovers', 'moco_cluster_failover_total', 'namespace, name', 'Primaries that were replaced because they failed.'),
  rate('MOCO', MOCO, 'moco.switchovers', 'Switchovers', 'moco_cluster_switchover_total', 'namespace, name', 'Primaries that were replaced while alive.'),
  rate('cert-manager', CERT, 'certmanager.syncs', 'Syncs', 'certmanager_controller_sync_call_count', 'controller', 'How often each of cert-manager\'s controllers worked on an item.'),
  rate('cert-manager', CERT, 'certmanager.syncErrors', 'Sync errors', 'certmanager_controller_sync_error_count', 'controller', 'Syncs that failed and are tried again.'),
  now('cert-manager', CERT, 'certmanager.ready', 'Certificates by readiness', 'certmanager_certificate_ready_status', 'condition', 'Certificates whose Ready condition is True, False or Unknown.'),
  rate('cert-manager', CERT, 'certmanager.acme', 'ACME requests', 'certmanager_http_acme_client_request_count', 'method, status', 'Requests to the ACME server: its own limits answer with 429.'),
  rate('kubbernecker', NECKER, 'kubbernecker.events', 'Changes by kind', 'kubbernecker_resource_events_total', 'group, kind, namespace, event_type', 'How often objects change, to find controllers that fight over them.'),
  rate('kubbernecker', NECKER, 'kubbernecker.objects', 'Updates by object', 'kubbernecker_resource_events_total{event_type="update"}', 'group, kind, namespace, resource_name', 'The objects that are updated most: two controllers may keep rewriting them.'),
];
