/**
 * The programs that are mended and run: controllers of ConfigMaps as people lay them out. Each reads the API server,
 * past any cache, as fast as it is let; what it asks beside that (its informer) goes through other paths.
 */

/** Requests of one reconcile, one after the other. */
const READS = 20;
/** Env: the one namespace whose ConfigMaps are worked on. */
export const NAMESPACE = 'CONFIGMAPS_OF';

/**
 * Where the configuration of a program with controller-runtime comes from: statements that leave it as the expression.
 */
export interface Origin {
  readonly name: string;
  readonly imports: readonly string[];
  readonly lines: readonly string[];
  readonly expression: string;
}

/** As kubebuilder's scaffold has it. */
export const GET_CONFIG: Origin = { name: 'getconfig', imports: [], lines: [], expression: 'ctrl.GetConfigOrDie()' };
export const CLIENTCMD: Origin = {
  name: 'clientcmd',
  imports: ['"k8s.io/client-go/tools/clientcmd"'],
  expression: 'restConfig',
  lines: [
    'restConfig, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))',
    'if err != nil {',
    '\tsetupLog.Error(err, "Failed to read the kubeconfig")',
    '\tos.Exit(1)',
    '}',
  ],
};
/** Only QPS, by hand. */
export const BY_HAND: Origin = {
  name: 'byhand',
  imports: [],
  expression: 'restConfig',
  lines: ['restConfig := ctrl.GetConfigOrDie()', 'restConfig.QPS = 35'],
};

/**
 * Where the controller is: in a file beside main.go, as old scaffolds have it; in a package of its own, as new ones
 * have it, by its import path; or set up by main itself.
 */
export type Layout = 'beside' | 'main' | { readonly package: string };

/** kubebuilder's main.go and its reconciler. `minor`: controller-runtime's. */
export function scaffold(minor: number, origin: Origin, layout: Layout = 'beside'): Record<string, string> {
  const own = minor >= 16;
  const inMain = layout === 'main';
  const apart = typeof layout === 'object';
  const [folder, name] = apart ? ['internal/controller/', 'controller'] : ['', 'main'];
  const reconciler = `&${apart ? 'controller.' : ''}Reconciler{Reader: mgr.GetAPIReader(), Namespace: os.Getenv("${NAMESPACE}")}`;
  const imports = [
    ...(inMain ? ['corev1 "k8s.io/api/core/v1"'] : []),
    '"k8s.io/apimachinery/pkg/runtime"',
    'utilruntime "k8s.io/apimachinery/pkg/util/runtime"',
    'clientgoscheme "k8s.io/client-go/kubernetes/scheme"',
    ...origin.imports,
    'ctrl "sigs.k8s.io/controller-runtime"',
    '"sigs.k8s.io/controller-runtime/pkg/log/zap"',
    ...(own ? ['metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"'] : []),
  ];
  return {
    'main.go': `package main

import (
	"flag"
	"os"

${imports.map((i) => `\t${i}`).join('\n')}
${apart ? `\n\t"${layout.package}/internal/controller"\n` : ''})

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
}

func main() {
	var metricsAddr string
	flag.StringVar(&metricsAddr, "metrics-bind-address", ":8080", "The address the metrics endpoint binds to.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

${origin.lines.map((l) => `\t${l}\n`).join('')}	mgr, err := ctrl.NewManager(${origin.expression}, ctrl.Options{
${own ? '\t\tScheme:  scheme,\n\t\tMetrics: metricsserver.Options{BindAddress: metricsAddr},' : '\t\tScheme:             scheme,\n\t\tMetricsBindAddress: metricsAddr,'}
	})
	if err != nil {
		setupLog.Error(err, "Failed to make the manager")
		os.Exit(1)
	}

	if err := ${inMain ? `ctrl.NewControllerManagedBy(mgr).For(&corev1.ConfigMap{}).Complete(${reconciler})` : `(${reconciler}).SetupWithManager(mgr)`}; err != nil {
		setupLog.Error(err, "Failed to make the controller", "controller", "ConfigMap")
		os.Exit(1)
	}

	setupLog.Info("Starting the manager")
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		setupLog.Error(err, "Failed to run the manager")
		os.Exit(1)
	}
}
`,
    [`${folder}controller.go`]: `package ${name}

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Reconciler reads ConfigMaps over and over.
type Reconciler struct {
	Reader    client.Reader
	Namespace string

	seen tally
}

// Reconcile reads one of them.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	if req.Namespace != r.Namespace {
		return ctrl.Result{}, nil
	}
	for i := 0; i < ${READS}; i++ {
		var one corev1.ConfigMap
		if err := r.Reader.Get(ctx, req.NamespacedName, &one); err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
		r.seen.add(one.Name)
	}
	return ctrl.Result{RequeueAfter: time.Millisecond}, nil
}
${
  inMain
    ? ''
    : `
// SetupWithManager is called once.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&corev1.ConfigMap{}).
		Complete(r)
}
`
}`,
    [`${folder}tally.go`]: tally(name),
  };
}

/** A lock that workers meet at, held long enough to be met. */
const tally = (name: string): string => `package ${name}

import (
	"crypto/sha256"
	"sync"
)

// tally keeps a sum for each name.
type tally struct {
	mu   sync.Mutex
	sums map[string][32]byte
}

func (t *tally) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sums == nil {
		t.sums = map[string][32]byte{}
	}
	sum := t.sums[name]
	for i := 0; i < 1000; i++ {
		sum = sha256.Sum256(append(sum[:], name...))
	}
	t.sums[name] = sum
}
`;

/** Which registry a program on client-go alone serves. */
export type Served = 'prometheus' | 'legacyregistry';

/** As sample-controller has it: informer, queue, a loop that starts workers. `qps`: set by hand, without a burst. */
export function plain(served: Served, { qps }: { qps?: number } = {}): Record<string, string> {
  const imports = [
    'metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"',
    '"k8s.io/apimachinery/pkg/util/wait"',
    '"k8s.io/client-go/informers"',
    '"k8s.io/client-go/kubernetes"',
    '"k8s.io/client-go/tools/cache"',
    '"k8s.io/client-go/tools/clientcmd"',
    '"k8s.io/client-go/util/workqueue"',
    ...(served === 'prometheus' ? [] : ['"k8s.io/component-base/metrics/legacyregistry"']),
    '"k8s.io/klog/v2"',
  ];
  return {
    'main.go': `package main

import (
	"context"
	"flag"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

${[...(served === 'prometheus' ? ['"github.com/prometheus/client_golang/prometheus/promhttp"'] : []), ...imports].map((i) => `\t${i}`).join('\n')}
)

func main() {
	metricsAddr := flag.String("metrics-bind-address", ":8080", "The address the metrics endpoint binds to.")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()

	cfg, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		klog.Fatalf("Failed to read the kubeconfig: %v", err)
	}
${qps === undefined ? '' : `\tcfg.QPS = ${qps}\n`}	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		klog.Fatalf("Failed to make the client: %v", err)
	}

	mux := http.NewServeMux()
	mux.Handle("/metrics", ${served === 'prometheus' ? 'promhttp.Handler()' : 'legacyregistry.Handler()'})
	server := &http.Server{Addr: *metricsAddr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.ListenAndServe(); err != nil {
			klog.Errorf("No metrics: %v", err)
		}
	}()

	factory := informers.NewSharedInformerFactoryWithOptions(client, 10*time.Minute, informers.WithNamespace(os.Getenv("${NAMESPACE}")))
	informer := factory.Core().V1().ConfigMaps().Informer()
	c := &controller{client: client, queue: workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[cache.ObjectName]())}
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: c.enqueue}); err != nil {
		klog.Fatalf("Failed to watch: %v", err)
	}
	factory.Start(ctx.Done())
	c.run(ctx, 2)
}

type controller struct {
	client kubernetes.Interface
	queue  workqueue.TypedRateLimitingInterface[cache.ObjectName]
	seen   tally
}

func (c *controller) enqueue(obj any) {
	if name, err := cache.ObjectToName(obj); err == nil {
		c.queue.Add(name)
	}
}

func (c *controller) run(ctx context.Context, workers int) {
	defer c.queue.ShutDown()
	for i := 0; i < workers; i++ {
		go wait.UntilWithContext(ctx, c.runWorker, time.Second)
	}
	<-ctx.Done()
}

func (c *controller) runWorker(ctx context.Context) {
	for c.processNextItem(ctx) {
	}
}

func (c *controller) processNextItem(ctx context.Context) bool {
	name, quit := c.queue.Get()
	if quit {
		return false
	}
	defer c.queue.Done(name)
	for i := 0; i < ${READS}; i++ {
		one, err := c.client.CoreV1().ConfigMaps(name.Namespace).Get(ctx, name.Name, metav1.GetOptions{})
		if err != nil {
			c.queue.AddRateLimited(name)
			return true
		}
		c.seen.add(one.Name)
	}
	c.queue.AddAfter(name, time.Millisecond)
	return true
}
`,
    'tally.go': tally('main'),
  };
}
