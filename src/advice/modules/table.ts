/**
 * What controller-runtime and client-go do by default and which options they have, by version. Each line was read in
 * the sources of the versions in `CHECKED` (https://proxy.golang.org, sigs.k8s.io/controller-runtime); what lies
 * between two of them that differ is not known, which leaves out pre-releases too.
 */

/** The versions of controller-runtime whose sources were read, in their order. */
export const CHECKED: readonly string[] = [
  'v0.10.3',
  'v0.11.0',
  'v0.11.2',
  'v0.12.0',
  'v0.12.3',
  'v0.13.0',
  'v0.13.2',
  'v0.14.0',
  'v0.14.7',
  'v0.15.0',
  'v0.15.3',
  'v0.16.0',
  'v0.16.6',
  'v0.17.0',
  'v0.17.6',
  'v0.18.0',
  'v0.18.7',
  'v0.19.0',
  'v0.19.7',
  'v0.20.0',
  'v0.20.4',
  'v0.21.0',
  'v0.22.0',
  'v0.22.4',
  'v0.22.5',
  'v0.23.0',
  'v0.23.3',
  'v0.24.0',
  'v0.24.1',
  'v0.25.0',
  'v0.25.2',
];

/**
 * `name first` or `name first gone`: the first version of `CHECKED` that has a field, and the first after it that has
 * not.
 */
export const FIELDS: Readonly<Record<string, string>> = {
  cache: 'TransformStripManagedFields v0.18.0',
  'cache.ByObject':
    'EnableWatchBookmarks v0.19.7, Field v0.15.0, Label v0.15.0, Namespaces v0.16.0, SyncPeriod v0.22.4, ' +
    'Transform v0.15.0, UnsafeDisableDeepCopy v0.15.0',
  'cache.Config':
    'EnableWatchBookmarks v0.19.7, FieldSelector v0.16.0, LabelSelector v0.16.0, SyncPeriod v0.22.4, ' +
    'Transform v0.16.0, UnsafeDisableDeepCopy v0.16.0',
  'cache.Options':
    'ByObject v0.15.0, DefaultEnableWatchBookmarks v0.19.7, DefaultFieldSelector v0.15.0, ' +
    'DefaultLabelSelector v0.15.0, DefaultNamespaces v0.16.0, DefaultSelector v0.11.0 v0.15.0, ' +
    'DefaultTransform v0.12.0, DefaultUnsafeDisableDeepCopy v0.16.0, DefaultWatchErrorHandler v0.17.0, ' +
    'HTTPClient v0.15.0, Mapper v0.10.3, Namespace v0.10.3 v0.15.0, Namespaces v0.15.0 v0.16.0, ' +
    'NewInformer v0.20.0, ReaderFailOnMissingInformer v0.16.0, Resync v0.10.3 v0.15.0, Scheme v0.10.3, ' +
    'SelectorsByObject v0.10.3 v0.15.0, SyncPeriod v0.15.0, TransformByObject v0.12.0 v0.15.0, ' +
    'UnsafeDisableDeepCopy v0.15.0 v0.16.0, UnsafeDisableDeepCopyByObject v0.10.3 v0.15.0',
  'client.CacheOptions':
    'DisableFor v0.15.0, EnableReadYourWritesConsistency v0.25.0, Reader v0.15.0, Unstructured v0.15.0',
  'client.Options':
    'Cache v0.15.0, DryRun v0.15.0, FieldOwner v0.23.0, FieldValidation v0.23.0, HTTPClient v0.15.0, ' +
    'Log v0.25.0, Mapper v0.10.3, Opts v0.10.3 v0.15.0, Scheme v0.10.3, WarningHandler v0.15.0 v0.19.0',
  'cluster.Options':
    'Cache v0.15.0, Client v0.15.0, ClientDisableCacheFor v0.10.3 v0.16.0, DryRunClient v0.10.3 v0.16.0, ' +
    'EventBroadcaster v0.10.3, HTTPClient v0.15.0, Logger v0.10.3, MapperProvider v0.10.3, ' +
    'Namespace v0.10.3 v0.16.0, NewCache v0.10.3, NewClient v0.10.3, Scheme v0.10.3, SyncPeriod v0.10.3 v0.20.0',
  'config.Controller':
    'CacheSyncTimeout v0.15.0, EnableWarmup v0.22.0, GroupKindConcurrency v0.15.0, Logger v0.21.0, ' +
    'MaxConcurrentReconciles v0.15.0, NeedLeaderElection v0.15.0, ReconciliationTimeout v0.22.0, ' +
    'RecoverPanic v0.15.0, SkipNameValidation v0.19.0, UsePriorityQueue v0.20.0',
  'controller.Options':
    'CacheSyncTimeout v0.10.3, EnableWarmup v0.22.0, Log v0.10.3 v0.12.0, LogConstructor v0.12.0, ' +
    'Logger v0.21.0, MaxConcurrentReconciles v0.10.3, NeedLeaderElection v0.15.0, NewQueue v0.18.0, ' +
    'RateLimiter v0.10.3, Reconciler v0.10.3, ReconciliationTimeout v0.22.0, RecoverPanic v0.10.3, ' +
    'SkipNameValidation v0.19.0, UsePriorityQueue v0.21.0',
  'manager.Options':
    'BaseContext v0.12.0, Cache v0.15.0, CertDir v0.10.3 v0.16.0, Client v0.15.0, ' +
    'ClientDisableCacheFor v0.10.3 v0.16.0, Controller v0.10.3, DryRunClient v0.10.3 v0.16.0, ' +
    'EventBroadcaster v0.10.3, GracefulShutdownTimeout v0.10.3, HealthProbeBindAddress v0.10.3, ' +
    'Host v0.10.3 v0.16.0, LeaderElection v0.10.3, LeaderElectionConfig v0.10.3, LeaderElectionID v0.10.3, ' +
    'LeaderElectionLabels v0.22.0, LeaderElectionNamespace v0.10.3, LeaderElectionReleaseOnCancel v0.10.3, ' +
    'LeaderElectionResourceLock v0.10.3, LeaderElectionResourceLockInterface v0.14.0, LeaseDuration v0.10.3, ' +
    'LivenessEndpointName v0.10.3, Logger v0.10.3, MapperProvider v0.10.3, Metrics v0.16.0, ' +
    'MetricsBindAddress v0.10.3 v0.16.0, Namespace v0.10.3 v0.16.0, NewCache v0.10.3, NewClient v0.10.3, ' +
    'Port v0.10.3 v0.16.0, PprofBindAddress v0.15.0, ReadinessEndpointName v0.10.3, RenewDeadline v0.10.3, ' +
    'RetryPeriod v0.10.3, Scheme v0.10.3, SyncPeriod v0.10.3 v0.16.0, TLSOpts v0.13.2 v0.16.0, ' +
    'WebhookServer v0.10.3',
  'server.Options':
    'BindAddress v0.16.0, CertDir v0.16.0, CertName v0.16.0, ExtraHandlers v0.16.0, FilterProvider v0.16.0, ' +
    'HandlerOpts v0.25.2, KeyName v0.16.0, ListenConfig v0.18.0, SecureServing v0.16.0, TLSOpts v0.16.0',
  'webhook.Options':
    'CertDir v0.15.0, CertName v0.15.0, ClientCAName v0.15.0, Host v0.15.0, KeyName v0.15.0, Port v0.15.0, ' +
    'TLSMinVersion v0.15.0 v0.16.0, TLSOpts v0.15.0, WebhookMux v0.15.0',
};

/** A value from a version on. */
export interface From<T> {
  readonly from: string;
  readonly value: T;
  /** File and what stands there. */
  readonly source: string;
}

/**
 * `GetConfig` and `GetConfigWithContext`, when the kubeconfig sets no QPS. Never set below v0.4.0 that anyone still
 * builds.
 */
export const GET_CONFIG: readonly From<{ readonly qps: number; readonly burst: number | undefined }>[] = [
  {
    from: 'v0.4.0',
    value: { qps: 20, burst: 30 },
    source: 'pkg/client/config/config.go: cfg.QPS = 20.0, cfg.Burst = 30',
  },
  { from: 'v0.21.0', value: { qps: -1, burst: undefined }, source: 'pkg/client/config/config.go: cfg.QPS = -1' },
];

export const MAX_CONCURRENT_RECONCILES: readonly From<number>[] = [
  { from: 'v0.4.0', value: 1, source: 'pkg/controller/controller.go: options.MaxConcurrentReconciles = 1' },
];

export const USE_PRIORITY_QUEUE: readonly From<'none' | 'off' | 'on'>[] = [
  { from: 'v0.4.0', value: 'none', source: 'pkg/config/controller.go: no field UsePriorityQueue' },
  { from: 'v0.20.0', value: 'off', source: 'pkg/controller/controller.go: ptr.Deref(….UsePriorityQueue, false)' },
  { from: 'v0.23.0', value: 'on', source: 'pkg/controller/controller.go: ptr.Deref(options.UsePriorityQueue, true)' },
];

export const REGISTERS_REST_METRICS: readonly From<boolean>[] = [
  { from: 'v0.4.0', value: false, source: 'pkg/metrics: no RegisterRESTClientMetrics' },
  { from: 'v0.25.0', value: true, source: 'pkg/metrics/client_go_adapter.go: func RegisterRESTClientMetrics' },
];

/**
 * rest/config.go: DefaultQPS 5.0 and DefaultBurst 10, read in v0.18.0, v0.19.16, v0.20.0, v0.21.0, v0.36.1, v0.37.0 and
 * v0.37.2.
 */
export const CLIENT_GO_DEFAULTS = { qps: 5, burst: 10 } as const;

/** The first version of client-go whose LatencyMetric takes a context (tools/metrics/metrics.go; v0.20.0 has none). */
export const LATENCY_METRIC_CONTEXT = 'v0.21.0';
