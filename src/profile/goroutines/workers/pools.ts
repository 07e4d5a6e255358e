/**
 * Known worker pools, as data: where a worker waits for its queue, and which function it runs for each item. Everything
 * else about a loop comes from the dump: a goroutine in a queue's Get is a worker, and the caller of Get names its
 * loop.
 *
 * Read in the modules' own sources; a line number is that of the version named with it.
 */

/** Functions in which a worker waits for its queue. */
export const GETS: readonly RegExp[] = [
  // client-go: util/workqueue/queue.go. `(*Type).Get` v0.26.1:153, `(*Typed[T]).Get` v0.37.2:265, in sync.Cond.Wait;
  // queues that embed it (delaying, rate limiting) have the method by promotion.
  /^k8s\.io\/client-go\/util\/workqueue\.\(\*?\w+(\[.*\])?\)\.Get$/,
  // controller-runtime: pkg/controller/priorityqueue/priorityqueue.go, since v0.20.0. `GetWithPriority` v0.20.0:265 in
  // a channel receive, v0.23.3:424 and v0.25.2:449 in a select; `Get` calls it.
  /^sigs\.k8s\.io\/controller-runtime\/pkg\/controller\/priorityqueue\.\(\*priorityqueue(\[.*\])?\)\.Get(WithPriority)?$/,
  // controller-runtime: pkg/internal/controller/controller.go, around a plain queue since v0.20.4 (:415; v0.25.2:565).
  /^sigs\.k8s\.io\/controller-runtime\/pkg\/internal\/controller\.\(\*priorityQueueWrapper(\[.*\])?\)\.GetWithPriority$/,
];

export interface Loop {
  readonly kind: string;
  /** The function that a worker runs for each item. */
  readonly step: RegExp;
  /** Its controller's name. Absent: taken from the reconciler on the stack, otherwise unknown. */
  readonly name?: string;
  /** True for loops over a channel of their own, whose worker is idle when `step` itself waits. */
  readonly waitsItself?: true;
  /** True when every worker is started by another goroutine, so that the creator says nothing about the pool. */
  readonly anyCreator?: true;
}

const argo = (step: string, name: string): Loop => ({
  kind: 'Argo CD',
  step: new RegExp(`^github\\.com/argoproj/argo-cd(/v\\d+)?/controller\\.\\(\\*ApplicationController\\)\\.${step}$`),
  name,
});

export const CONTROLLER_RUNTIME = 'controller-runtime';

export const LOOPS: readonly Loop[] = [
  // pkg/internal/controller/controller.go, the same function in all releases: v0.14.0:256, v0.20.4:276, v0.25.2:422.
  // Started MaxConcurrentReconciles times by Start, so one goroutine starts all workers of a controller.
  {
    kind: CONTROLLER_RUNTIME,
    step: /^sigs\.k8s\.io\/controller-runtime\/pkg\/internal\/controller\.\(\*Controller(\[.*\])?\)\.processNextWorkItem$/,
  },
  // argo-cd controller/appcontroller.go: v2.8.0:739-760, v2.14.0:899-930, v3.6.1:972-1015, under the names that its
  // knobs have.
  argo('processAppRefreshQueueItem', 'status processors'),
  argo('processAppOperationQueueItem', 'operation processors'),
  argo('processHydrationQueueItem', 'hydration processors'),
  argo('processAppHydrateQueueItem', 'app hydration'),
  argo('processAppComparisonTypeQueueItem', 'app comparison'),
  argo('processProjectQueueItem', 'projects'),
  // moco clustering/process.go (`Start` selects over a channel and a ticker, then calls `do`), one goroutine for each
  // MySQLCluster, started by `(*clusterManager).Update` in clustering/manager.go.
  {
    kind: 'MOCO',
    step: /^github\.com\/cybozu-go\/moco\/clustering\.\(\*managerProcess\)\.Start$/,
    name: 'clustering',
    waitsItself: true,
    anyCreator: true,
  },
];

/**
 * For an unknown loop whose workers are all busy: a step with such a name, run by apimachinery's wait.Until or one of
 * its siblings (pkg/util/wait/backoff.go v0.37.2:162-250), as in client-go's own example and kube-controller-manager's
 * controllers.
 */
export const STEP_NAMES = /\.process(Next\w*|\w*Item)$/;
export const UNTIL = /^k8s\.io\/apimachinery\/pkg\/util\/wait\.(NonSliding|Jitter|Backoff)?Until/;

/**
 * Queues that are no controller's: the API machinery's watch over its own certificates and request headers, and
 * client-go's watch over a client's certificate (transport/cert_rotation.go v0.37.0:160) and over a leader's candidates
 * (tools/leaderelection/leasecandidate.go:156).
 */
export const NOT_CONTROLLERS = /^k8s\.io\/(apiserver|client-go)\//;

/**
 * Queue names of kube-controller-manager where they differ from the type's name (k8s.io/kubernetes v1.37.2,
 * pkg/controller): the `name` label of the queue's metrics. Keys are what follows `pkg/controller/`, without leading
 * folders.
 */
export const QUEUES: Readonly<Record<string, string>> = {
  // volume/persistentvolume/pv_controller_base.go:523, 593
  'persistentvolume.(*PersistentVolumeController).processNextVolumeWorkItem': 'volumes',
  'persistentvolume.(*PersistentVolumeController).processNextClaimWorkItem': 'claims',
  // volume/attachdetach/attach_detach_controller.go:621, volume/expand/expand_controller.go:186
  'attachdetach.(*attachDetachController).processNextItem': 'pvcs',
  'expand.(*expandController).processNextWorkItem': 'volume_expand',
  'ephemeral.(*ephemeralController).processNextWorkItem': 'ephemeral_volume',
  // daemon/daemon_controller.go:399, podautoscaler/horizontal.go:346, endpointslice/endpointslice_controller.go:322
  'daemon.(*DaemonSetsController).processNextWorkItem': 'daemonset',
  'podautoscaler.(*HorizontalController).processNextWorkItem': 'horizontalpodautoscaler',
  'endpointslice.(*Controller).processNextServiceWorkItem': 'endpoint_slice',
  // garbagecollector/garbagecollector.go
  'garbagecollector.(*GarbageCollector).processAttemptToDeleteWorker': 'garbage_collector_attempt_to_delete',
  'garbagecollector.(*GarbageCollector).processAttemptToOrphanWorker': 'garbage_collector_attempt_to_orphan',
  'garbagecollector.(*GraphBuilder).processGraphChanges': 'garbage_collector_graph_changes',
  // job/job_controller.go:765, ttlafterfinished_controller.go:179, serviceaccount/serviceaccounts_controller.go:175
  'job.(*Controller).processNextOrphanPod': 'job_orphan_pod',
  'ttlafterfinished.(*Controller).processNextWorkItem': 'ttl_jobs_to_delete',
  'serviceaccount.(*ServiceAccountsController).processNextWorkItem': 'serviceaccount',
  // disruption/disruption.go:644-683, resourceclaim/controller.go:822, namespace/namespace_controller.go:144
  'disruption.(*DisruptionController).processNextRecheckWorkItem': 'disruption_recheck',
  'disruption.(*DisruptionController).processNextStalePodDisruptionWorkItem': 'stale_pod_disruption',
  'resourceclaim.(*Controller).processNextWorkItem': 'resource_claim',
  'namespace.(*NamespaceController).worker': 'namespace',
  // ttl/ttl_controller.go, daemon/daemon_controller.go, podgc/gc_controller.go,
  // nodelifecycle/node_lifecycle_controller.go:356-360
  'ttl.(*Controller).processItem': 'ttlcontroller',
  'daemon.(*DaemonSetsController).processNextNodeUpdate': 'daemonset-node-updates',
  'podgc.(*PodGCController).discoverDeletedNodes': 'orphaned_pods_nodes',
  'nodelifecycle.(*Controller).doNodeProcessingPassWorker': 'node_lifecycle_controller',
  'nodelifecycle.(*Controller).doPodProcessingWorker': 'node_lifecycle_controller_pods',
  // resourcequota/resource_quota_monitor.go:116, storageversiongc/gc_controller.go,
  // serviceaccount/tokens_controller.go:87-91 (both queues)
  'resourcequota.(*QuotaMonitor).processResourceChanges': 'resource_quota_controller_resource_changes',
  'storageversiongc.(*Controller).processNextLease': 'storage_version_garbage_collector_leases',
  'storageversiongc.(*Controller).processNextStorageVersion': 'storage_version_garbage_collector_storageversions',
  'serviceaccount.(*TokensController).syncServiceAccount': 'serviceaccount_tokens_service',
  'serviceaccount.(*TokensController).syncSecret': 'serviceaccount_tokens_service',
  // certificates/, clusterroleaggregation/, endpointslicemirroring/, servicecidrs/servicecidrs_controller.go:83,
  // volume/selinuxwarning/, bootstrap/
  'rootcacertpublisher.(*Publisher).processNextWorkItem': 'root_ca_cert_publisher',
  'clustertrustbundlepublisher.(*ClusterTrustBundlePublisher).processNextWorkItem':
    'ca_cert_publisher_cluster_trust_bundles',
  'clusterroleaggregation.(*ClusterRoleAggregationController).processNextWorkItem': 'ClusterRoleAggregator',
  'endpointslicemirroring.(*Controller).processNextWorkItem': 'endpoint_slice_mirroring',
  'servicecidrs.(*Controller).processNext': 'ipaddresses',
  'selinuxwarning.(*Controller).processNextWorkItem': 'selinux_warning',
  'bootstrap.(*TokenCleaner).processNextWorkItem': 'token_cleaner',
  'bootstrap.(*Signer).serviceConfigMapQueue': 'bootstrap_signer_queue',
};
