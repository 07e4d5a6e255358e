// Command leaky is a controller as they were written before controller-runtime: client-go informers and a work queue of
// its own, and one port for everything, pprof included. Its goroutines grow.
package main

import (
	"context"
	"flag"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/metrics/legacyregistry"
	_ "k8s.io/component-base/metrics/prometheus/restclient" // rest_client_*
	_ "k8s.io/component-base/metrics/prometheus/workqueue"  // workqueue_*
	"k8s.io/klog/v2"

	samplesv1 "example.com/tuner-samples/api/v1"
	"example.com/tuner-samples/internal/leaky"
)

func main() {
	klog.InitFlags(nil)
	kubeconfig := flag.String("kubeconfig", "", "Path to a kubeconfig. Empty: the one of the cluster that this runs in.")
	namespace := flag.String("namespace", metav1.NamespaceAll, "Look at this namespace only.")
	workers := flag.Int("workers", 2, "Number of workers.")
	latency := flag.Duration("upstream-latency", 1500*time.Millisecond, "How long the upstream service takes for an answer.")
	maxLeaked := flag.Int64("max-leaked", 2000, "Stop leaking at so many goroutines.")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *namespace, *workers, *latency, *maxLeaked); err != nil {
		klog.ErrorS(err, "Ended")
		klog.FlushAndExit(klog.ExitFlushTimeout, 1)
	}
}

func run(ctx context.Context, kubeconfig, namespace string, workers int, latency time.Duration, maxLeaked int64) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	clientset, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactoryWithOptions(clientset, 10*time.Minute,
		informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = samplesv1.WidgetLabel }))

	upstream, err := leaky.ServeSlowly(ctx, latency)
	if err != nil {
		return err
	}
	prices, err := leaky.New(factory, &leaky.Catalog{URL: upstream, Client: &http.Client{Timeout: time.Minute}}, maxLeaked)
	if err != nil {
		return err
	}

	server := &http.Server{Addr: listenAddress(), Handler: debugMux(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	go func() {
		if err := server.ListenAndServe(); err != http.ErrServerClosed {
			klog.ErrorS(err, "The debug server ended", "address", server.Addr)
			klog.FlushAndExit(klog.ExitFlushTimeout, 1)
		}
	}()

	factory.Start(ctx.Done())
	klog.InfoS("Started", "workers", workers, "address", server.Addr)
	return prices.Run(ctx, workers)
}

// listenAddress is :8081, or LISTEN_ADDRESS.
func listenAddress() string {
	if address := os.Getenv("LISTEN_ADDRESS"); address != "" {
		return address
	}
	return ":8081"
}

// debugMux serves metrics, liveness and pprof from one port.
func debugMux() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", legacyregistry.Handler())
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
