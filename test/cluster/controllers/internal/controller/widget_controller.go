// Package controller holds the reconcilers.
package controller

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"

	samplesv1 "example.com/tuner-samples/api/v1"
)

// WidgetReconciler gives each widget its parts: one ConfigMap a part, all of them of the widget's revision.
type WidgetReconciler struct {
	client.Client
	Scheme *runtime.Scheme
}

// +kubebuilder:rbac:groups=samples.example.com,resources=widgets,verbs=get;list;watch
// +kubebuilder:rbac:groups=samples.example.com,resources=widgets/status,verbs=get;update;patch
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;list;watch;create;update;patch

// Reconcile writes every part that is missing or of another revision, one after the other, then the status. A widget of
// four parts with a new revision is four writes of ConfigMaps: at 5 of them a second (controller-runtime's client has a
// limiter for each kind) that is a little more than one widget a second.
func (r *WidgetReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var widget samplesv1.Widget
	if err := r.Get(ctx, req.NamespacedName, &widget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	for part := range widget.Spec.Parts {
		if err := r.reconcilePart(ctx, &widget, part); err != nil {
			return ctrl.Result{}, fmt.Errorf("part %d: %w", part, err)
		}
	}
	return ctrl.Result{}, r.updateStatus(ctx, &widget)
}

func (r *WidgetReconciler) reconcilePart(ctx context.Context, widget *samplesv1.Widget, part int) error {
	config := &corev1.ConfigMap{}
	config.Namespace = widget.Namespace
	config.Name = fmt.Sprintf("%s-part-%d", widget.Name, part)

	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, config, func() error {
		config.Labels = map[string]string{samplesv1.WidgetLabel: widget.Name}
		config.Data = map[string]string{"revision": strconv.FormatInt(widget.Spec.Revision, 10)}
		return controllerutil.SetControllerReference(widget, config, r.Scheme)
	})
	return err
}

func (r *WidgetReconciler) updateStatus(ctx context.Context, widget *samplesv1.Widget) error {
	status := samplesv1.WidgetStatus{
		ReadyParts:         widget.Spec.Parts,
		ObservedRevision:   widget.Spec.Revision,
		ObservedGeneration: widget.Generation,
	}
	if widget.Status == status {
		return nil
	}
	before := widget.DeepCopy()
	widget.Status = status
	if err := r.Status().Patch(ctx, widget, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("status: %w", err)
	}
	log.FromContext(ctx).Info("Widget is up to date", "revision", widget.Spec.Revision)
	return nil
}

// SetupWithManager adds the controller to the manager, with one worker.
func (r *WidgetReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&samplesv1.Widget{}).
		Owns(&corev1.ConfigMap{}).
		WithOptions(controller.Options{MaxConcurrentReconciles: 1}).
		Complete(r)
}
