package main

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	samplesv1 "example.com/tuner-samples/api/v1"
)

const (
	// Orders of each controller; when all are there, they are changed in turn.
	orders = 400
	// Volumes that are made, each with its claim; then no more.
	volumes = 3000
	// volumeLabel is on every volume and claim of this load, for who removes them.
	volumeLabel = "samples.example.com/volume"
)

func (l *load) changeWidget(ctx context.Context, turn int64) error {
	widget := &samplesv1.Widget{Spec: samplesv1.WidgetSpec{Parts: 4, Revision: turn}}
	widget.Namespace, widget.Name = l.namespace, fmt.Sprintf("widget-%03d", turn%int64(l.widgets))
	return l.put(ctx, widget, fmt.Sprintf(`{"spec":{"revision":%d}}`, turn))
}

func (l *load) changeGadget(ctx context.Context, turn int64) error {
	seed := strconv.FormatInt(turn, 16)
	gadget := &samplesv1.Gadget{Spec: samplesv1.GadgetSpec{Seed: seed}}
	gadget.Namespace, gadget.Name = l.namespace, fmt.Sprintf("gadget-%02d", turn%int64(l.gadgets))
	return l.put(ctx, gadget, fmt.Sprintf(`{"spec":{"seed":%q}}`, seed))
}

func (l *load) changeOrder(ctx context.Context, controller string, turn int64) error {
	order := &corev1.ConfigMap{Data: map[string]string{"amount": strconv.FormatInt(turn, 10)}}
	order.Namespace, order.Name = l.namespace, fmt.Sprintf("%s-%03d", controller, turn%orders)
	order.Labels = map[string]string{samplesv1.OrderLabel: controller}
	return l.put(ctx, order, fmt.Sprintf(`{"data":{"amount":"%d"}}`, turn))
}

// addVolume makes a volume and a claim that fits it. kube-controller-manager writes both of them twice to bind them.
func (l *load) addVolume(ctx context.Context, turn int64) error {
	name := fmt.Sprintf("volume-%04d", turn%volumes)
	none := ""
	size := corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	volume := &corev1.PersistentVolume{Spec: corev1.PersistentVolumeSpec{
		Capacity:                      size,
		AccessModes:                   []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
		PersistentVolumeSource:        corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/mnt/" + name}},
	}}
	volume.Name, volume.Labels = name, map[string]string{volumeLabel: ""}
	claim := &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes:      volume.Spec.AccessModes,
		StorageClassName: &none,
		Resources:        corev1.VolumeResourceRequirements{Requests: size},
	}}
	claim.Namespace, claim.Name, claim.Labels = l.namespace, name, volume.Labels
	if err := client.IgnoreAlreadyExists(l.Create(ctx, volume)); err != nil {
		return err
	}
	return client.IgnoreAlreadyExists(l.Create(ctx, claim))
}

// put merges the patch into the object, or makes the object if there is none.
func (l *load) put(ctx context.Context, object client.Object, patch string) error {
	target := object.DeepCopyObject().(client.Object)
	err := l.Patch(ctx, target, client.RawPatch("application/merge-patch+json", []byte(patch)))
	if client.IgnoreNotFound(err) != nil || err == nil {
		return err
	}
	return l.Create(ctx, object)
}
