/** A small, typical project: kubebuilder's layout, tabs, an older controller-runtime, and manifests beside the code. */

const MAIN = `// Command manager runs the controllers of the shop.
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
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"example.com/shop/internal/controller"
)

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
}

func main() {
	var metricsAddr, probeAddr string
	flag.StringVar(&metricsAddr, "metrics-bind-address", ":8080", "The address the metrics endpoint binds to.")
	flag.StringVar(&probeAddr, "health-probe-bind-address", ":8081", "The address the probe endpoint binds to.")
	flag.Parse()
	ctrl.SetLogger(zap.New())

	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:                 scheme,
		Metrics:                metricsserver.Options{BindAddress: metricsAddr},
		HealthProbeBindAddress: probeAddr, // the kubelet asks there
	})
	if err != nil {
		setupLog.Error(err, "unable to start manager")
		os.Exit(1)
	}
	if err := (&controller.OrderReconciler{Client: mgr.GetClient(), Scheme: mgr.GetScheme()}).SetupWithManager(mgr); err != nil {
		setupLog.Error(err, "unable to create controller", "controller", "Order")
		os.Exit(1)
	}
	if err := mgr.AddHealthzCheck("healthz", healthz.Ping); err != nil {
		setupLog.Error(err, "unable to set up health check")
		os.Exit(1)
	}
	setupLog.Info("starting manager")
	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		setupLog.Error(err, "problem running manager")
		os.Exit(1)
	}
}
`;

const CONTROLLER = `// Package controller holds the reconcilers of the shop.
package controller

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// OrderReconciler marks each order that it has seen.
type OrderReconciler struct {
	client.Client
	Scheme *runtime.Scheme
}

// Reconcile is called for each order that changed.
func (r *OrderReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var order corev1.ConfigMap
	if err := r.Get(ctx, req.NamespacedName, &order); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if order.Labels["shop.example.com/seen"] == "true" {
		return ctrl.Result{}, nil
	}
	before := order.DeepCopy()
	if order.Labels == nil {
		order.Labels = map[string]string{}
	}
	order.Labels["shop.example.com/seen"] = "true"
	if err := r.Patch(ctx, &order, client.MergeFrom(before)); err != nil {
		return ctrl.Result{}, fmt.Errorf("mark %s: %w", order.Name, err)
	}
	return ctrl.Result{}, nil
}

// SetupWithManager adds the controller to the manager.
func (r *OrderReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&corev1.ConfigMap{}).
		Complete(r)
}
`;

const SWEEP = `// Command sweep takes old orders away.
package main

import (
	"context"
	"log"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func main() {
	config, err := rest.InClusterConfig()
	if err != nil {
		log.Fatal(err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	if err := clients.CoreV1().ConfigMaps("shop").DeleteCollection(context.Background(), metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "shop.example.com/seen"}); err != nil {
		log.Fatal(err)
	}
}
`;

const ARGOCD = `apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cmd-params-cm
  namespace: argocd
  labels:
    app.kubernetes.io/part-of: argocd
data:
  # 1,200 applications since the spring
  controller.status.processors: "20"
  server.insecure: "true" # behind the ingress
`;

/**
 * By path from the workspace's folder. controller-runtime v0.20.4: \`GetConfig\` still limits to 20 requests a second,
 * burst 30.
 */
export const SHOP: Readonly<Record<string, string>> = {
  'shop/go.mod': `module example.com/shop

go 1.23.0

require (
	k8s.io/api v0.32.1
	k8s.io/apimachinery v0.32.1
	k8s.io/client-go v0.32.1
	sigs.k8s.io/controller-runtime v0.20.4
)
`,
  'shop/cmd/main.go': MAIN,
  'shop/cmd/sweep/main.go': SWEEP,
  'shop/internal/controller/order_controller.go': CONTROLLER,
  'shop/config/argocd-cmd-params-cm.yaml': ARGOCD,
};
