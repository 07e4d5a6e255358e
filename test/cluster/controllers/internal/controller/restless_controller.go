package controller

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	samplesv1 "example.com/tuner-samples/api/v1"
)

// StampAnnotation is where a stamping controller writes the time of its last look.
const StampAnnotation = "samples.example.com/seen"

// RestlessReconciler writes down when it looked at a paint, and changes nothing else. Each write is an event, which is the next
// reconcile: only the client's limit keeps it from filling the machine.
type RestlessReconciler struct {
	client.Client
	Name string
	// Status says to write into the status instead of an annotation.
	Status bool
}

// +kubebuilder:rbac:groups=samples.example.com,resources=paints;paints/status,verbs=get;list;watch;update;patch

// Reconcile writes the time.
func (r *RestlessReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var paint samplesv1.Paint
	if err := r.Get(ctx, req.NamespacedName, &paint); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	before := paint.DeepCopy()
	if r.Status {
		now := metav1.NowMicro()
		paint.Status.CheckedAt = &now
		return ctrl.Result{}, client.IgnoreNotFound(r.Client.Status().Patch(ctx, &paint, client.MergeFrom(before), client.FieldOwner(r.Name)))
	}
	if paint.Annotations == nil {
		paint.Annotations = map[string]string{}
	}
	paint.Annotations[StampAnnotation] = time.Now().UTC().Format(time.RFC3339Nano)
	return ctrl.Result{}, client.IgnoreNotFound(r.Patch(ctx, &paint, client.MergeFrom(before), client.FieldOwner(r.Name)))
}

// SetupWithManager adds the controller to the manager.
func (r *RestlessReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named(r.Name).
		For(&samplesv1.Paint{}).
		Complete(r)
}
