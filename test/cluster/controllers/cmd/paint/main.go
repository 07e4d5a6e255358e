// Command paint is a controller that wants every paint to have one color. Run it twice with different colors, and the two
// rewrite spec.color of the same objects for ever. By --task it writes for nothing instead: the time, into an annotation or the
// status, at each reconcile.
package main

import (
	"flag"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	samplesv1 "example.com/tuner-samples/api/v1"
	"example.com/tuner-samples/internal/controller"
)

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func init() {
	utilruntime.Must(samplesv1.AddToScheme(scheme))
}

func main() {
	var color, task, metricsAddr, pprofAddr string
	var qps float64
	var pause time.Duration
	flag.StringVar(&color, "color", "red", "The color that everything is to have, and the controller's name.")
	flag.StringVar(&task, "task", "color", "What is done: color, stamp (the time into an annotation) or status (the time into the status).")
	flag.StringVar(&metricsAddr, "metrics-bind-address", ":8080", "The address the metrics endpoint binds to.")
	flag.StringVar(&pprofAddr, "pprof-bind-address", "", "The address the pprof endpoint binds to. Empty: off.")
	flag.Float64Var(&qps, "qps", 3, "Requests a second to the API server: what keeps the fight from filling the machine.")
	flag.DurationVar(&pause, "pause", 0, "How long something may keep another color before it is painted over.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

	cfg := ctrl.GetConfigOrDie()
	cfg.QPS = float32(qps)
	cfg.Burst = int(qps * 2)

	mgr, err := ctrl.NewManager(cfg, ctrl.Options{
		Scheme:           scheme,
		Metrics:          metricsserver.Options{BindAddress: metricsAddr},
		PprofBindAddress: pprofAddr,
	})
	if err != nil {
		setupLog.Error(err, "Failed to make the manager")
		os.Exit(1)
	}
	switch task {
	case "stamp", "status":
		err = (&controller.RestlessReconciler{Client: mgr.GetClient(), Name: color, Status: task == "status"}).SetupWithManager(mgr)
	default:
		err = (&controller.PaintReconciler{Client: mgr.GetClient(), Color: color, Pause: pause}).SetupWithManager(mgr)
	}
	if err != nil {
		setupLog.Error(err, "Failed to make the controller", "controller", color)
		os.Exit(1)
	}

	setupLog.Info("Starting the manager", "color", color)
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		setupLog.Error(err, "Failed to run the manager")
		os.Exit(1)
	}
}
