package controller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	samplesv1 "example.com/tuner-samples/api/v1"
)

// GadgetReconciler keeps each gadget's fingerprint in its status. The fingerprint is what a CPU profile shows.
type GadgetReconciler struct {
	client.Client

	// Rounds is how often the digest is hashed again: the cost of one fingerprint.
	Rounds int
	// CPUShare is the share of one core that fingerprints may use in the long run, above 0 and up to 1.
	CPUShare float64
}

// +kubebuilder:rbac:groups=samples.example.com,resources=gadgets,verbs=get;list;watch
// +kubebuilder:rbac:groups=samples.example.com,resources=gadgets/status,verbs=get;update;patch

// Reconcile fingerprints the gadget's seed and writes it into the status.
func (r *GadgetReconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	var gadget samplesv1.Gadget
	if err := r.Get(ctx, req.NamespacedName, &gadget); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if gadget.Status.ObservedGeneration == gadget.Generation {
		return ctrl.Result{}, nil
	}
	start := time.Now()
	gadget.Status.Fingerprint = r.fingerprint(gadget.Spec.Seed)
	gadget.Status.ObservedGeneration = gadget.Generation
	spent := time.Since(start)

	if err := r.Status().Update(ctx, &gadget); err != nil {
		return ctrl.Result{}, fmt.Errorf("status: %w", err)
	}
	return ctrl.Result{}, r.rest(ctx, spent)
}

// fingerprint hashes the seed, and the digest again and again.
func (r *GadgetReconciler) fingerprint(seed string) string {
	digest := sha256.Sum256([]byte(seed))
	for range r.Rounds {
		digest = stretch(digest)
	}
	return hex.EncodeToString(digest[:])
}

// stretch is one round: a digest of the digest.
//
//go:noinline
func stretch(digest [sha256.Size]byte) [sha256.Size]byte {
	return sha256.Sum256(digest[:])
}

// rest waits so long after work of the given length that the two together keep to CPUShare.
func (r *GadgetReconciler) rest(ctx context.Context, worked time.Duration) error {
	pause := time.Duration(float64(worked) * (1/r.CPUShare - 1))
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SetupWithManager adds the controller to the manager.
func (r *GadgetReconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		For(&samplesv1.Gadget{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(r)
}
