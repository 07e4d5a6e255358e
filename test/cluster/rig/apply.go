package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/yaml"
)

const fieldManager = "rig"

// runApply applies manifests (files, or folders of *.yaml in order of their names). There is no scheduler in this cluster:
// workloads that name no node get --node.
func runApply(ctx context.Context, flags *flag.FlagSet, args []string) error {
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	node := flags.String("node", "", "node of pods that name none")
	changes := map[string][]change{}
	flags.Func("set", "NAMESPACE/NAME:replicas=N or NAMESPACE/NAME:arg=FLAG (added to the container's), for a workload; more than once", func(text string) error {
		return parseChange(changes, text)
	})
	_ = flags.Parse(args)

	config, err := connect(*kubeconfig)
	if err != nil {
		return err
	}
	files, err := manifestFiles(flags.Args())
	if err != nil {
		return err
	}
	client, err := newApplier(config)
	if err != nil {
		return err
	}
	for _, file := range files {
		objects, err := readManifests(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, object := range objects {
			if *node != "" {
				pinTo(object, *node)
			}
			for _, c := range changes[object.GetNamespace()+"/"+object.GetName()] {
				c.to(object)
			}
			if err := client.apply(ctx, object); err != nil {
				return fmt.Errorf("%s: %s %s: %w", file, object.GetKind(), object.GetName(), err)
			}
		}
	}
	return nil
}

// change is what a load changes in a workload: the number of pods, or an additional flag. Of equal flags, a program
// uses the last.
type change struct {
	replicas int64
	arg      string
}

func parseChange(changes map[string][]change, text string) error {
	name, what, found := strings.Cut(text, ":")
	key, value, _ := strings.Cut(what, "=")
	c := change{arg: value}
	if key == "replicas" {
		number, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return err
		}
		c = change{replicas: number}
	} else if !found || key != "arg" {
		return fmt.Errorf("%q says neither replicas nor arg", text)
	}
	changes[name] = append(changes[name], c)
	return nil
}

func (c change) to(object *unstructured.Unstructured) {
	containers, found, _ := unstructured.NestedSlice(object.Object, "spec", "template", "spec", "containers")
	if !found {
		return
	}
	if c.arg == "" {
		_ = unstructured.SetNestedField(object.Object, c.replicas, "spec", "replicas")
		return
	}
	container := containers[0].(map[string]any)
	args, _ := container["args"].([]any)
	container["args"] = append(args, c.arg)
	_ = unstructured.SetNestedSlice(object.Object, containers, "spec", "template", "spec", "containers")
}

func manifestFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(path, "*.yaml"))
		if err != nil {
			return nil, err
		}
		sort.Strings(inside)
		files = append(files, inside...)
	}
	return files, nil
}

func readManifests(file string) ([]*unstructured.Unstructured, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var objects []*unstructured.Unstructured
	for _, document := range bytes.Split(append([]byte("\n"), text...), []byte("\n---")) {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(document, &object.Object); err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
	return objects, nil
}

func pinTo(object *unstructured.Unstructured, node string) {
	template := []string{"spec", "template", "spec"}
	if _, found, _ := unstructured.NestedMap(object.Object, template...); !found {
		return
	}
	path := append(template, "nodeName")
	if name, _, _ := unstructured.NestedString(object.Object, path...); name == "" {
		_ = unstructured.SetNestedField(object.Object, node, path...)
	}
}

// applier applies objects of any kind by server-side apply.
type applier struct {
	dynamic dynamic.Interface
	mapper  *restmapper.DeferredDiscoveryRESTMapper
}

func newApplier(config *rest.Config) (*applier, error) {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	discoverer, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	return &applier{client, restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(discoverer))}, nil
}

// apply waits up to a minute for the kind to be served and its namespace to exist: a new CRD is served with a delay,
// and a new API server creates its own namespaces with a delay.
func (a *applier) apply(ctx context.Context, object *unstructured.Unstructured) error {
	var mapping *meta.RESTMapping
	var err error
	deadline := time.Now().Add(time.Minute)
	for {
		gvk := object.GroupVersionKind()
		if mapping, err = a.mapper.RESTMapping(gvk.GroupKind(), gvk.Version); err == nil {
			break
		}
		if !meta.IsNoMatchError(err) || time.Now().After(deadline) || !sleep(ctx, 100*time.Millisecond) {
			return err
		}
		a.mapper.Reset()
	}
	data, err := object.MarshalJSON()
	if err != nil {
		return err
	}
	var resource dynamic.ResourceInterface = a.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() == meta.RESTScopeNameNamespace {
		resource = a.dynamic.Resource(mapping.Resource).Namespace(object.GetNamespace())
	}
	force := true
	options := metav1.PatchOptions{FieldManager: fieldManager, Force: &force}
	for {
		_, err = resource.Patch(ctx, object.GetName(), types.ApplyPatchType, data, options)
		if !apierrors.IsNotFound(err) || time.Now().After(deadline) || !sleep(ctx, 100*time.Millisecond) {
			return err
		}
	}
}

// sleep waits, and returns whether the context is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
