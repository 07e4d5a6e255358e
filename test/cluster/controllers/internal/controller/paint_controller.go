package controller

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	samplesv1 "example.com/tuner-samples/api/v1"
)

// PaintReconciler wants every paint to have its color, whatever anyone else wants.
type PaintReconciler struct {
	client.Client
	Color string
	// Pause is how long something may keep another color before it is painted over. 0 = not at all.
	Pause time.Duration

	// since is when each paint was first seen in another color; one worker, so no lock.
	since map[types.NamespacedName]time.Time
}

// +kubebuilder:rbac:groups=samples.example.com,resources=paints,verbs=get;list;watch;update;patch

// Reconcile paints over what has another color. Two of these with different colors never end.
func (r *PaintReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var paint samplesv1.Paint
	if err := r.Get(ctx, req.NamespacedName, &paint); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if paint.Spec.Color == r.Color {
		delete(r.since, req.NamespacedName)
		return ctrl.Result{}, nil
	}
	if wait := r.wait(req.NamespacedName); wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	log.FromContext(ctx).V(1).Info("Painting over", "from", paint.Spec.Color, "to", r.Color)
	before := paint.DeepCopy()
	paint.Spec.Color = r.Color
	err := r.Patch(ctx, &paint, client.MergeFrom(before), client.FieldOwner(r.Color))
	return ctrl.Result{}, client.IgnoreNotFound(err)
}

// wait is how long this paint may stay as it is.
func (r *PaintReconciler) wait(name types.NamespacedName) time.Duration {
	if r.Pause == 0 {
		return 0
	}
	if r.since == nil {
		r.since = map[types.NamespacedName]time.Time{}
	}
	first, found := r.since[name]
	if !found {
		r.since[name] = time.Now()
		return r.Pause
	}
	return time.Until(first.Add(r.Pause))
}

// SetupWithManager adds the controller to the manager, named after its color.
func (r *PaintReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named(r.Color).
		For(&samplesv1.Paint{}).
		Complete(r)
}
