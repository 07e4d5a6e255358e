// Command widgets is a controller whose own client holds it back: 5 writes a second, one worker. Its queue grows as soon
// as widgets change faster than that.
package main

import (
	"flag"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	samplesv1 "example.com/tuner-samples/api/v1"
	"example.com/tuner-samples/internal/controller"
	"example.com/tuner-samples/internal/identity"
)

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(samplesv1.AddToScheme(scheme))
}

func main() {
	var metricsAddr, probeAddr, pprofAddr string
	var enableLeaderElection bool
	var qps float64
	flag.StringVar(&metricsAddr, "metrics-bind-address", ":8080", "The address the metrics endpoint binds to.")
	flag.StringVar(&probeAddr, "health-probe-bind-address", ":8081", "The address the probe endpoint binds to.")
	flag.StringVar(&pprofAddr, "pprof-bind-address", "", "The address the pprof endpoint binds to. Empty: off.")
	flag.BoolVar(&enableLeaderElection, "leader-elect", false, "Let only one of the replicas work at a time.")
	flag.Float64Var(&qps, "qps", 0, "Writes a second of each kind, instead of 5.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

	// How long requests wait in the client's own limiter, and how long they take.
	metrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency, metrics.MetricRequestLatency)

	cfg := ctrl.GetConfigOrDie()
	cfg.QPS = 5
	cfg.Burst = 10
	if qps > 0 {
		cfg.QPS = float32(qps)
		cfg.Burst = int(qps * 1.5)
	}

	lock, err := identity.NewLock(cfg, identity.Namespace("widgets-system"), "widgets.example.com")
	if err != nil {
		setupLog.Error(err, "Failed to make the leader lock")
		os.Exit(1)
	}

	mgr, err := ctrl.NewManager(cfg, ctrl.Options{
		Scheme:                              scheme,
		Metrics:                             metricsserver.Options{BindAddress: metricsAddr},
		HealthProbeBindAddress:              probeAddr,
		PprofBindAddress:                    pprofAddr,
		LeaderElection:                      enableLeaderElection,
		LeaderElectionResourceLockInterface: lock,
		LeaderElectionReleaseOnCancel:       true,
	})
	if err != nil {
		setupLog.Error(err, "Failed to make the manager")
		os.Exit(1)
	}

	if err := (&controller.WidgetReconciler{
		Client: mgr.GetClient(),
		Scheme: mgr.GetScheme(),
	}).SetupWithManager(mgr); err != nil {
		setupLog.Error(err, "Failed to make the controller", "controller", "Widget")
		os.Exit(1)
	}
	if err := mgr.AddHealthzCheck("healthz", healthz.Ping); err != nil {
		setupLog.Error(err, "Failed to set up the health check")
		os.Exit(1)
	}
	if err := mgr.AddReadyzCheck("readyz", healthz.Ping); err != nil {
		setupLog.Error(err, "Failed to set up the ready check")
		os.Exit(1)
	}

	setupLog.Info("Starting the manager")
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		setupLog.Error(err, "Failed to run the manager")
		os.Exit(1)
	}
}
