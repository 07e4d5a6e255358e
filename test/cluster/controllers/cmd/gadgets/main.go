// Command gadgets is a controller that burns CPU. Its metrics are served as kubebuilder's scaffold does: HTTPS with a
// certificate of its own making, for bearer tokens that may read /metrics. pprof listens on the loopback only.
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
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
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
	var rounds int
	var cpuShare float64
	flag.StringVar(&metricsAddr, "metrics-bind-address", ":8443", "The address the metrics endpoint binds to.")
	flag.StringVar(&probeAddr, "health-probe-bind-address", ":8081", "The address the probe endpoint binds to.")
	flag.StringVar(&pprofAddr, "pprof-bind-address", "", "The address the pprof endpoint binds to. Empty: off.")
	flag.BoolVar(&enableLeaderElection, "leader-elect", false, "Let only one of the replicas work at a time.")
	flag.IntVar(&rounds, "rounds", 1_000_000, "Rounds of hashing in one fingerprint.")
	flag.Float64Var(&cpuShare, "cpu-share", 0.35, "Share of one core that fingerprints may use, above 0 and up to 1.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

	if cpuShare <= 0 || cpuShare > 1 {
		setupLog.Info("--cpu-share must be above 0 and up to 1", "cpuShare", cpuShare)
		os.Exit(2)
	}

	cfg := ctrl.GetConfigOrDie()
	lock, err := identity.NewLock(cfg, identity.Namespace("gadgets-system"), "gadgets.example.com")
	if err != nil {
		setupLog.Error(err, "Failed to make the leader lock")
		os.Exit(1)
	}

	mgr, err := ctrl.NewManager(cfg, ctrl.Options{
		Scheme: scheme,
		Metrics: metricsserver.Options{
			BindAddress:    metricsAddr,
			SecureServing:  true,
			FilterProvider: filters.WithAuthenticationAndAuthorization,
		},
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

	if err := (&controller.GadgetReconciler{
		Client:   mgr.GetClient(),
		Rounds:   rounds,
		CPUShare: cpuShare,
	}).SetupWithManager(mgr); err != nil {
		setupLog.Error(err, "Failed to make the controller", "controller", "Gadget")
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
