/**
 * Whole programs, as people lay them out: what they set up, and what their Reconcile does. Every release builds them.
 */
import type { Shape } from './shapes';

export interface ControllerProgram extends Shape {
  /** controller-runtime's minor version that first has what it uses. */
  readonly from?: number;
}

const HEAD = `	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"`;

/** A reconciler in a file of its own, with all that is worth a word in it. */
const reconciler = (
  setup: string,
  { kind = 'ConfigMap', imports = '', name = 'Reconciler' } = {},
): string => `package main

import (
${HEAD}${imports}
)

// ${name} copies things.
type ${name} struct {
	client.Client
	Scheme *runtime.Scheme

	seen  map[string]int
	count int
}

// Reconcile brings one object up to date.
func (r *${name}) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var one corev1.${kind}
	if err := r.Get(ctx, req.NamespacedName, &one); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	r.count++
	if r.seen == nil {
		r.seen = map[string]int{}
	}
	r.seen[req.Name]++ // how often

	var pods corev1.PodList
	if err := r.List(ctx, &pods); err != nil {
		return ctrl.Result{}, err
	}
	if len(pods.Items) == 0 {
		return ctrl.Result{Requeue: true}, nil
	}
	for i := range pods.Items {
		pod := &pods.Items[i]
		pod.Status.Message = "seen"
		if err := r.Status().Update(ctx, pod); err != nil {
			return ctrl.Result{RequeueAfter: 100 * time.Millisecond}, err
		}
	}
	return ctrl.Result{RequeueAfter: time.Minute}, nil
}

// SetupWithManager is called once.
func (r *${name}) SetupWithManager(mgr ctrl.Manager) error {
${setup}
}
`;

const MAIN = `package main

import (
	"flag"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
}

func main() {
	var probeAddr string
	var enableLeaderElection bool
	flag.StringVar(&probeAddr, "health-probe-bind-address", ":8081", "The address the probe endpoint binds to.")
	flag.BoolVar(&enableLeaderElection, "leader-elect", false, "Let only one of the replicas work at a time.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:                 scheme,
		HealthProbeBindAddress: probeAddr,
		LeaderElection:         enableLeaderElection,
		LeaderElectionID:       "copies.example.com",
	})
	if err != nil {
		setupLog.Error(err, "Failed to make the manager")
		os.Exit(1)
	}

	if err := (&Reconciler{
		Client: mgr.GetClient(),
		Scheme: mgr.GetScheme(),
	}).SetupWithManager(mgr); err != nil {
		setupLog.Error(err, "Failed to make the controller", "controller", "ConfigMap")
		os.Exit(1)
	}
	if err := mgr.AddHealthzCheck("healthz", healthz.Ping); err != nil {
		setupLog.Error(err, "Failed to set up the health check")
		os.Exit(1)
	}

	setupLog.Info("Starting the manager")
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		setupLog.Error(err, "Failed to run the manager")
		os.Exit(1)
	}
}
`;

const CONTROLLER = '\n\t"sigs.k8s.io/controller-runtime/pkg/controller"';
const project = (
  name: string,
  setup: string,
  more: { kind?: string; imports?: string; main?: string; from?: number } = {},
): ControllerProgram => ({
  name,
  files: { 'main.go': more.main ?? MAIN, 'controller.go': reconciler(setup, more) },
  ...(more.from !== undefined && { from: more.from }),
});
const FOR = (kind: string, more = ''): string =>
  `\treturn ctrl.NewControllerManagedBy(mgr).\n\t\tFor(&corev1.${kind}{}).${more}\n\t\tComplete(r)`;

/** main with another way to take its flags. */
const withManager = (imports: string, above: string, main: string): string => `package main

import (
${imports}
)

${above === '' ? '' : `${above}\n\n`}func main() {
${main}
}
`;

const PFLAG_MAIN = withManager(
  `	"os"

	"github.com/spf13/pflag"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/manager"`,
  '',
  `	leader := pflag.Bool("leader-elect", false, "Let only one of the replicas work at a time.")
	pflag.Parse()

	options := manager.Options{
		LeaderElection:   *leader,
		LeaderElectionID: "copies.example.com",
	}
	cfg := ctrl.GetConfigOrDie()
	mgr, err := manager.New(cfg, options)
	if err != nil {
		os.Exit(1)
	}
	r := &Reconciler{Client: mgr.GetClient(), Scheme: mgr.GetScheme()}
	if err := r.SetupWithManager(mgr); err != nil {
		os.Exit(1)
	}
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		os.Exit(1)
	}`,
);

const COBRA_MAIN = withManager(
  `	"os"

	"github.com/spf13/cobra"
	ctrl "sigs.k8s.io/controller-runtime"`,
  `type options struct {
	leaderElect bool
}

func newCommand() *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:  "manager",
		RunE: func(cmd *cobra.Command, args []string) error { return o.run() },
	}
	cmd.Flags().BoolVar(&o.leaderElect, "leader-elect", false, "Let only one of the replicas work at a time.")
	return cmd
}

func (o *options) run() error {
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{LeaderElection: o.leaderElect, LeaderElectionID: "copies.example.com"})
	if err != nil {
		return err
	}
	if err := (&Reconciler{Client: mgr.GetClient(), Scheme: mgr.GetScheme()}).SetupWithManager(mgr); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}`,
  `	if err := newCommand().Execute(); err != nil {
		os.Exit(1)
	}`,
);

const URFAVE_MAIN = withManager(
  `	"os"

	"github.com/urfave/cli/v2"
	ctrl "sigs.k8s.io/controller-runtime"`,
  '',
  `	app := &cli.App{
		Name: "manager",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "leader-elect", Usage: "Let only one of the replicas work at a time."},
		},
		Action: func(c *cli.Context) error {
			mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{LeaderElection: c.Bool("leader-elect"), LeaderElectionID: "copies.example.com"})
			if err != nil {
				return err
			}
			if err := (&Reconciler{Client: mgr.GetClient()}).SetupWithManager(mgr); err != nil {
				return err
			}
			return mgr.Start(c.Context)
		},
	}
	if err := app.Run(os.Args); err != nil {
		os.Exit(1)
	}`,
);

const KINGPIN_MAIN = withManager(
  `	"github.com/alecthomas/kingpin/v2"
	ctrl "sigs.k8s.io/controller-runtime"`,
  '',
  `	leader := kingpin.Flag("leader-elect", "Let only one of the replicas work at a time.").Bool()
	kingpin.Parse()

	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{LeaderElection: *leader, LeaderElectionID: "copies.example.com"})
	kingpin.FatalIfError(err, "manager")
	kingpin.FatalIfError((&Reconciler{Client: mgr.GetClient()}).SetupWithManager(mgr), "controller")
	kingpin.FatalIfError(mgr.Start(ctrl.SetupSignalHandler()), "run")`,
);

const BARE_MAIN = withManager(
  `	ctrl "sigs.k8s.io/controller-runtime"`,
  '',
  `	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{})
	if err != nil {
		panic(err)
	}
	if err := (&Reconciler{Client: mgr.GetClient()}).SetupWithManager(mgr); err != nil {
		panic(err)
	}
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		panic(err)
	}`,
);

/** The adapter that was needed before upstream had one. */
const ADAPTER = `package main

import (
	"context"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	clientmetrics "k8s.io/client-go/tools/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

var limiterLatency = prometheus.NewHistogramVec(prometheus.HistogramOpts{
	Name: "rest_client_rate_limiter_duration_seconds",
	Help: "Time that requests waited in the client's own limiter.",
}, []string{"verb"})

type limiterAdapter struct{}

func (limiterAdapter) Observe(_ context.Context, verb string, _ url.URL, latency time.Duration) {
	limiterLatency.WithLabelValues(verb).Observe(latency.Seconds())
}

func init() {
	metrics.Registry.MustRegister(limiterLatency)
	clientmetrics.RateLimiterLatency = limiterAdapter{}
}
`;

const PLAIN_CONTROLLER = (workers: string, above = '', imports = ''): string => `package main

import (
	"context"
	"fmt"
	"os"
	"time"
${imports}
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

${above === '' ? '' : `${above}\n\n`}type controller struct {
	clientset kubernetes.Interface
	keys      chan string
}

func (c *controller) run(ctx context.Context, workers int) {
	for i := 0; i < workers; i++ {
		go wait.UntilWithContext(ctx, c.runWorker, time.Second)
	}
	<-ctx.Done()
}

func (c *controller) runWorker(ctx context.Context) {
	for key := range c.keys {
		fmt.Println(key)
	}
}

func main() {
	cfg, err := rest.InClusterConfig()
	if err != nil {
		os.Exit(1)
	}
	clientset := kubernetes.NewForConfigOrDie(cfg)
	factory := informers.NewSharedInformerFactory(clientset, 10*time.Minute)
	c := &controller{clientset: clientset, keys: make(chan string)}
	_, _ = factory.Core().V1().Pods().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj interface{}) { c.keys <- obj.(*corev1.Pod).Name },
	})
	ctx := context.Background()
	factory.Start(ctx.Done())
${workers}
}
`;

/** All of them. */
export const CONTROLLERS: readonly ControllerProgram[] = [
  project('k_scaffold', FOR('ConfigMap')),
  project('k_one_line', '\treturn ctrl.NewControllerManagedBy(mgr).For(&corev1.ConfigMap{}).Complete(r)'),
  project(
    'k_named',
    FOR('ConfigMap', '\n\t\tNamed("copies").\n\t\tOwns(&corev1.Secret{}). // what it makes\n\t\tOwns(&corev1.Pod{}).'),
  ),
  project('k_options', FOR('ConfigMap', '\n\t\tWithOptions(controller.Options{MaxConcurrentReconciles: 3}).'), {
    imports: CONTROLLER,
  }),
  project('k_options_empty', FOR('ConfigMap', '\n\t\tWithOptions(controller.Options{}).'), { imports: CONTROLLER }),
  project(
    'k_options_lines',
    FOR('ConfigMap', '\n\t\tWithOptions(controller.Options{\n\t\t\tMaxConcurrentReconciles: 1,\n\t\t}).'),
    { imports: CONTROLLER },
  ),
  project(
    'k_options_variable',
    `\toptions := controller.Options{MaxConcurrentReconciles: 2}\n\treturn ctrl.NewControllerManagedBy(mgr).WithOptions(options).For(&corev1.ConfigMap{}).Complete(r)`,
    { imports: CONTROLLER },
  ),
  project(
    'k_build',
    `\tc, err := ctrl.NewControllerManagedBy(mgr).\n\t\tFor(&corev1.Node{}).\n\t\tBuild(r)\n\tif err != nil {\n\t\treturn err\n\t}\n\t_ = c\n\treturn nil`,
    { kind: 'Node' },
  ),
  project('k_new', `\t_, err := controller.New("copies", mgr, controller.Options{Reconciler: r})\n\treturn err`, {
    imports: CONTROLLER,
  }),
  project('k_secrets', FOR('Secret'), { kind: 'Secret' }),
  project('k_events', FOR('Event'), { kind: 'Event' }),
  project('k_pods', FOR('Pod'), { kind: 'Pod' }),
  project('k_predicate', FOR('Pod', '\n\t\tWithEventFilter(predicate.GenerationChangedPredicate{}).'), {
    kind: 'Pod',
    imports: '\n\t"sigs.k8s.io/controller-runtime/pkg/predicate"',
  }),
  project(
    'k_bypass',
    `\tdirect, err := client.New(mgr.GetConfig(), client.Options{Scheme: mgr.GetScheme()})\n\tif err != nil {\n\t\treturn err\n\t}\n\tr.Client = direct\n${FOR('ConfigMap')}`,
  ),
  project('k_pflag', FOR('ConfigMap'), { main: PFLAG_MAIN }),
  project('k_cobra', FOR('ConfigMap'), { main: COBRA_MAIN }),
  project('k_urfave', FOR('ConfigMap'), { main: URFAVE_MAIN }),
  project('k_kingpin', FOR('ConfigMap'), { main: KINGPIN_MAIN }),
  project('k_bare', FOR('ConfigMap'), { main: BARE_MAIN }),
  project('k_pprof', FOR('ConfigMap'), {
    main: MAIN.replace('\t\tScheme:  ', '\t\tPprofBindAddress:       "127.0.0.1:6060",\n\t\tScheme:  '),
    from: 15,
  }),
  {
    name: 'k_adapter',
    files: { 'main.go': MAIN, 'controller.go': reconciler(FOR('ConfigMap')), 'limiter.go': ADAPTER },
  },
  project('k_upstream_metric', FOR('ConfigMap'), {
    main: MAIN.replace(
      '\tmgr, err :=',
      '\tmetrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency)\n\n\tmgr, err :=',
    ).replace('/zap"\n', '/zap"\n\t"sigs.k8s.io/controller-runtime/pkg/metrics"\n'),
    from: 25,
  }),
  {
    name: 'k_two',
    files: {
      'main.go': MAIN.replace(
        '\tif err := mgr.AddHealthz',
        '\tif err := (&Other{Client: mgr.GetClient(), Scheme: mgr.GetScheme()}).SetupWithManager(mgr); err != nil {\n\t\tos.Exit(1)\n\t}\n\tif err := mgr.AddHealthz',
      ),
      'controller.go': reconciler(FOR('ConfigMap')),
      'other.go': reconciler(FOR('Secret'), { kind: 'Secret', name: 'Other' }),
    },
  },
  { name: 'l_constant', files: { 'main.go': PLAIN_CONTROLLER('\tc.run(ctx, 2)') } },
  { name: 'l_named', files: { 'main.go': PLAIN_CONTROLLER('\tc.run(ctx, workers)', 'const workers = 4 // at once') } },
  {
    name: 'l_flag',
    files: {
      'main.go': PLAIN_CONTROLLER(
        '\tflag.Parse()\n\tc.run(ctx, *workers)',
        'var workers = flag.Int("workers", 2, "How many objects are worked on at once.")',
      ).replace('\t"context"\n', '\t"context"\n\t"flag"\n'),
    },
  },
  {
    name: 'l_metric',
    files: {
      'main.go': PLAIN_CONTROLLER('\tc.run(ctx, 2)').replace(
        '\t"k8s.io/client-go/tools/cache"\n',
        '\t"k8s.io/client-go/tools/cache"\n\t_ "k8s.io/component-base/metrics/prometheus/restclient"\n',
      ),
    },
  },
  {
    name: 'l_listening',
    files: {
      'main.go': PLAIN_CONTROLLER(
        '\tgo func() { _ = http.ListenAndServe("127.0.0.1:8080", nil) }()\n\tc.run(ctx, 2)',
      ).replace('\t"fmt"\n', '\t"fmt"\n\t"net/http"\n'),
    },
  },
];
