package controller

import (
	"context"
	"fmt"
	"math/rand/v2"

	corev1 "k8s.io/api/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"

	"example.com/tuner-samples/internal/leaky"
)

// OrderReconciler asks the catalog for the price of every order. It writes nothing.
type OrderReconciler struct {
	client.Client
	Catalog *leaky.Catalog
	// Name of the controller.
	Name    string
	Workers int
	// Refusals is the share of orders that the catalog refuses, each time anew: the order is tried again, later each time.
	Refusals float64
}

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch

// Reconcile waits for the catalog's answer.
func (r *OrderReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var order corev1.ConfigMap
	if err := r.Get(ctx, req.NamespacedName, &order); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if _, err := r.Catalog.FetchPrice(ctx, order.Name); err != nil {
		return ctrl.Result{}, fmt.Errorf("price of %s: %w", order.Name, err)
	}
	if rand.Float64() < r.Refusals {
		return ctrl.Result{}, fmt.Errorf("the catalog refuses %s", order.Name)
	}
	return ctrl.Result{}, nil
}

// SetupWithManager adds the controller to the manager.
func (r *OrderReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named(r.Name).
		For(&corev1.ConfigMap{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: r.Workers}).
		Complete(r)
}
