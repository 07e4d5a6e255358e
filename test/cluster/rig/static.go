package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// readStaticPod reads the static pod from its current manifest, with its mirror's name and annotations; nil without
// one.
func (s *settings) readStaticPod() (*corev1.Pod, error) {
	if s.StaticPod == "" {
		return nil, nil
	}
	text, err := os.ReadFile(s.StaticPod)
	if err != nil {
		return nil, err
	}
	var pod corev1.Pod
	if err := yaml.UnmarshalStrict([]byte(strings.ReplaceAll(string(text), "${VERSION}", s.Version)), &pod); err != nil {
		return nil, fmt.Errorf("%s: %w", s.StaticPod, err)
	}
	manifest, err := json.Marshal(pod.Spec)
	if err != nil {
		return nil, err
	}
	hash := fmt.Sprintf("%x", fnv32(manifest))
	pod.Name += "-" + s.Node
	pod.Annotations = map[string]string{
		corev1.MirrorPodAnnotationKey: hash,
		"kubernetes.io/config.hash":   hash,
		"kubernetes.io/config.source": "file",
	}
	pod.Spec.NodeName = s.Node
	return &pod, nil
}

// mirrorStaticPod shows the static pod in the API, as a kubelet does: named after the node, owned by it.
func (k *kubelet) mirrorStaticPod(ctx context.Context, pod *corev1.Pod) error {
	node, err := k.clients.CoreV1().Nodes().Get(ctx, k.Node, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("node of the static pod: %w", err)
	}
	controller := true
	pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: node.Name, UID: node.UID, Controller: &controller}}
	_, err = k.clients.CoreV1().Pods(pod.Namespace).Create(ctx, pod, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		return nil // the informer will tell
	}
	return err
}

// removeMirror deletes the mirror of a manifest that has changed. Its process ends with it, and the next sync creates
// the new mirror.
func (k *kubelet) removeMirror(ctx context.Context, pod *corev1.Pod) error {
	log.Printf("the manifest of %s has changed", baseName(pod))
	now := int64(0)
	err := k.clients.CoreV1().Pods(pod.Namespace).Delete(ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &pod.UID},
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
