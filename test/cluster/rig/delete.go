package main

import (
	"context"
	"flag"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

// runDelete deletes the objects of manifests, last first, except for namespaces: those take long to disappear, and
// nothing can be created in them meanwhile. A missing object is no error. With --volumes it also deletes
// PersistentVolumes and claims with that label, including their finalizers.
func runDelete(ctx context.Context, flags *flag.FlagSet, args []string) error {
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	selector := flags.String("volumes", "", "label of volumes and claims to delete")
	_ = flags.Parse(args)
	config, err := connect(*kubeconfig)
	if err != nil {
		return err
	}
	client, err := newApplier(config)
	if err != nil {
		return err
	}
	files, err := manifestFiles(flags.Args())
	if err != nil {
		return err
	}
	for _, file := range files {
		objects, err := readManifests(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		slices.Reverse(objects)
		for _, object := range objects {
			if object.GetKind() == "Namespace" {
				continue
			}
			if err := client.delete(ctx, object); err != nil {
				return fmt.Errorf("%s: %s %s: %w", file, object.GetKind(), object.GetName(), err)
			}
		}
	}
	if *selector == "" {
		return nil
	}
	return deleteVolumes(ctx, *kubeconfig, *selector)
}

func deleteVolumes(ctx context.Context, kubeconfig, selector string) error {
	clients, err := connectTyped(kubeconfig)
	if err != nil {
		return err
	}
	labelled := metav1.ListOptions{LabelSelector: selector}
	free := []byte(`{"metadata":{"finalizers":null}}`)
	core := clients.CoreV1()
	claims, err := core.PersistentVolumeClaims("").List(ctx, labelled)
	if err != nil {
		return err
	}
	err = parallel(ctx, "", len(claims.Items), func(ctx context.Context, i int) error {
		claim := &claims.Items[i]
		own := core.PersistentVolumeClaims(claim.Namespace)
		if err := own.Delete(ctx, claim.Name, metav1.DeleteOptions{}); err != nil {
			return ignoreMissing(err)
		}
		_, err := own.Patch(ctx, claim.Name, types.MergePatchType, free, metav1.PatchOptions{})
		return ignoreMissing(err)
	})
	if err != nil {
		return err
	}
	list, err := core.PersistentVolumes().List(ctx, labelled)
	if err != nil {
		return err
	}
	return parallel(ctx, "", len(list.Items), func(ctx context.Context, i int) error {
		name := list.Items[i].Name
		if err := core.PersistentVolumes().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return ignoreMissing(err)
		}
		_, err := core.PersistentVolumes().Patch(ctx, name, types.MergePatchType, free, metav1.PatchOptions{})
		return ignoreMissing(err)
	})
}

func ignoreMissing(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func (a *applier) delete(ctx context.Context, object *unstructured.Unstructured) error {
	gvk := object.GroupVersionKind()
	mapping, err := a.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return err
	}
	var resource dynamic.ResourceInterface = a.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		resource = a.dynamic.Resource(mapping.Resource).Namespace(object.GetNamespace())
	}
	return ignoreMissing(resource.Delete(ctx, object.GetName(), metav1.DeleteOptions{}))
}
