// Command orders is a controller that asks a service elsewhere about each order (a ConfigMap with a label of its own). By its
// flags it is starved of workers (the service is slow, nothing else is) or stuck in error backoff (the service refuses).
package main

import (
	"context"
	"flag"
	"net/http"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	samplesv1 "example.com/tuner-samples/api/v1"
	"example.com/tuner-samples/internal/controller"
	"example.com/tuner-samples/internal/leaky"
)

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
}

func main() {
	var name, metricsAddr, pprofAddr string
	var workers int
	var latency time.Duration
	var refusals float64
	flag.StringVar(&name, "name", "starved", "Name of the controller, and value of the label of its orders.")
	flag.StringVar(&metricsAddr, "metrics-bind-address", ":8080", "The address the metrics endpoint binds to.")
	flag.StringVar(&pprofAddr, "pprof-bind-address", "", "The address the pprof endpoint binds to. Empty: off.")
	flag.IntVar(&workers, "workers", 1, "Number of workers.")
	flag.DurationVar(&latency, "upstream-latency", 500*time.Millisecond, "How long the service takes for an answer.")
	flag.Float64Var(&refusals, "refusals", 0, "Share of the answers that are refusals, from 0 up to 1.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

	metrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency, metrics.MetricRequestLatency)
	ctx := ctrl.SetupSignalHandler()
	if err := run(ctx, name, metricsAddr, pprofAddr, workers, latency, refusals); err != nil {
		setupLog.Error(err, "Ended", "controller", name)
		os.Exit(1)
	}
}

func run(ctx context.Context, name, metricsAddr, pprofAddr string, workers int, latency time.Duration, refusals float64) error {
	mine := labels.SelectorFromSet(labels.Set{samplesv1.OrderLabel: name})
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:           scheme,
		Metrics:          metricsserver.Options{BindAddress: metricsAddr},
		PprofBindAddress: pprofAddr,
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{"workshop": {}},
			ByObject:          map[client.Object]cache.ByObject{&corev1.ConfigMap{}: {Label: mine}},
		},
	})
	if err != nil {
		return err
	}
	upstream, err := leaky.ServeSlowly(ctx, latency)
	if err != nil {
		return err
	}
	reconciler := &controller.OrderReconciler{
		Client:   mgr.GetClient(),
		Name:     name,
		Workers:  workers,
		Refusals: refusals,
		Catalog:  &leaky.Catalog{URL: upstream, Client: &http.Client{Timeout: time.Minute}},
	}
	if err := reconciler.SetupWithManager(mgr); err != nil {
		return err
	}
	setupLog.Info("Starting the manager", "controller", name)
	return mgr.Start(ctx)
}
