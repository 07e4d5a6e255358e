package main

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
)

// fillLabel is on everything that fill makes.
const fillLabel = "tuner-test/fill"

// Fixed numbers of the filled cluster: workloads per namespace, pods per node, concurrent requests.
const (
	workloadsPerNamespace = 10
	podsPerNode           = 500
	fillers               = 32
)

type filler struct {
	clients   *kubernetes.Clientset
	pods      int
	workloads int
}

// runFill creates workloads (Deployments with their ReplicaSets) and their pods, all of them Running. It creates the
// pods itself, because kube-controller-manager's own limit of 20 requests a second would take minutes.
// kube-controller-manager must be paused meanwhile, or both create pods.
func runFill(ctx context.Context, flags *flag.FlagSet, args []string) error {
	f := &filler{}
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	flags.IntVar(&f.pods, "pods", 10_000, "number of pods")
	flags.IntVar(&f.workloads, "workloads", 500, "number of workloads")
	_ = flags.Parse(args)
	if f.workloads < 1 || f.pods < f.workloads {
		return fmt.Errorf("at least one workload, and at least one pod for each (%d pods, %d workloads)", f.pods, f.workloads)
	}
	var err error
	if f.clients, err = connectTyped(*kubeconfig); err != nil {
		return err
	}
	namespaces := (f.workloads + workloadsPerNamespace - 1) / workloadsPerNamespace
	if err := parallel(ctx, "namespaces", namespaces, f.namespace); err != nil {
		return err
	}
	if err := parallel(ctx, "nodes", (f.pods+podsPerNode-1)/podsPerNode, f.node); err != nil {
		return err
	}
	if err := parallel(ctx, "workloads", f.workloads, f.workload); err != nil {
		return err
	}
	return f.untilRunning(ctx)
}

// untilRunning waits until kwok has set every pod to Running.
func (f *filler) untilRunning(ctx context.Context) error {
	pending := metav1.ListOptions{LabelSelector: fillLabel, FieldSelector: "status.phase=Pending", ResourceVersion: "0"}
	for {
		pods, err := f.clients.CoreV1().Pods("").List(ctx, pending)
		if err != nil || len(pods.Items) == 0 {
			return err
		}
		fmt.Printf("%d of %d pods run\n", f.pods-len(pods.Items), f.pods)
		if !sleep(ctx, 2*time.Second) {
			return ctx.Err()
		}
	}
}

// connectTyped makes a client for many calls: protobuf bodies cost the API server a fraction of JSON.
func connectTyped(kubeconfig string) (*kubernetes.Clientset, error) {
	config, err := connect(kubeconfig)
	if err != nil {
		return nil, err
	}
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	return kubernetes.NewForConfig(config)
}

func (f *filler) namespace(ctx context.Context, i int) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespaceName(i), Labels: map[string]string{fillLabel: ""}}}
	_, err := f.clients.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	// kube-controller-manager creates this account too, when it runs; without it, no pod is admitted.
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}
	_, err = f.clients.CoreV1().ServiceAccounts(namespace.Name).Create(ctx, account, metav1.CreateOptions{})
	return ignoreExisting(err)
}

func (f *filler) node(ctx context.Context, i int) error {
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName(i), Labels: map[string]string{fillLabel: ""}}}
	_, err := f.clients.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{})
	return ignoreExisting(err)
}

// workload makes one Deployment with its ReplicaSet and pods. Every tenth looks like a controller.
func (f *filler) workload(ctx context.Context, i int) error {
	namespace := namespaceName(i / workloadsPerNamespace)
	name := fmt.Sprintf("app-%04d", i)
	if i%10 == 0 {
		name = fmt.Sprintf("operator-%04d", i)
	}
	first, next := i*f.pods/f.workloads, (i+1)*f.pods/f.workloads
	replicas := int32(next - first)
	selector := map[string]string{"app": name}
	podLabels := map[string]string{"app": name, fillLabel: "", "pod-template-hash": "7c9d8f6b5"}

	deployment, err := f.clients.AppsV1().Deployments(namespace).Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name, fillLabel: ""}},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: selector},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": name, fillLabel: ""}},
				Spec:       f.podSpec(i),
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	set, err := f.clients.AppsV1().ReplicaSets(namespace).Create(ctx, &appsv1.ReplicaSet{
		ObjectMeta: metav1.ObjectMeta{
			Name:            name + "-7c9d8f6b5",
			Labels:          podLabels,
			Annotations:     map[string]string{"deployment.kubernetes.io/revision": "1"},
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(deployment, appsv1.SchemeGroupVersion.WithKind("Deployment"))},
		},
		Spec: appsv1.ReplicaSetSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": name, "pod-template-hash": "7c9d8f6b5"}},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: podLabels}, Spec: f.podSpec(i)},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	owner := *metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("ReplicaSet"))
	for number := first; number < next; number++ {
		spec := f.podSpec(i)
		spec.NodeName = nodeName(number / podsPerNode)
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Name:            fmt.Sprintf("%s-%05d", set.Name, number),
				Labels:          podLabels,
				OwnerReferences: []metav1.OwnerReference{owner},
			},
			Spec: spec,
		}
		if _, err := f.clients.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) podSpec(i int) corev1.PodSpec {
	container := corev1.Container{
		Name:  "main",
		Image: fmt.Sprintf("registry.example/app-%d:v1.%d.%d", i%40, i%7, i%3),
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		Env:   []corev1.EnvVar{{Name: "PORT", Value: "8080"}, {Name: "LOG_LEVEL", Value: "info"}},
	}
	if i%10 == 0 {
		container.Args = []string{"--leader-elect", "--metrics-bind-address=:8443", "--pprof-bind-address=:6060"}
		container.Ports = []corev1.ContainerPort{{Name: "metrics", ContainerPort: 8443}}
	}
	return corev1.PodSpec{Containers: []corev1.Container{container}}
}

// runUnfill deletes the namespaces and nodes of fill; everything else is deleted with them, in the background.
func runUnfill(ctx context.Context, flags *flag.FlagSet, args []string) error {
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	_ = flags.Parse(args)
	clients, err := connectTyped(*kubeconfig)
	if err != nil {
		return err
	}
	filled := metav1.ListOptions{LabelSelector: fillLabel}
	namespaces, err := clients.CoreV1().Namespaces().List(ctx, filled)
	if err != nil {
		return err
	}
	err = parallel(ctx, "namespaces", len(namespaces.Items), func(ctx context.Context, i int) error {
		name := namespaces.Items[i].Name
		now := int64(0)
		background := metav1.DeletePropagationBackground
		options := metav1.DeleteOptions{GracePeriodSeconds: &now, PropagationPolicy: &background}
		if err := clients.AppsV1().Deployments(name).DeleteCollection(ctx, options, filled); err != nil {
			return err
		}
		if err := clients.AppsV1().ReplicaSets(name).DeleteCollection(ctx, options, filled); err != nil {
			return err
		}
		if err := clients.CoreV1().Pods(name).DeleteCollection(ctx, options, filled); err != nil {
			return err
		}
		return clients.CoreV1().Namespaces().Delete(ctx, name, metav1.DeleteOptions{})
	})
	if err != nil {
		return err
	}
	return clients.CoreV1().Nodes().DeleteCollection(ctx, metav1.DeleteOptions{}, filled)
}

// parallel calls do for 0…n-1, several at once, and returns the first error. Progress lines use what as the name; "" =
// no progress.
func parallel(ctx context.Context, what string, n int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next, done atomic.Int64
	var group sync.WaitGroup
	for range min(fillers, n) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n || ctx.Err() != nil {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
				if count := done.Add(1); what != "" && (count == int64(n) || count%100 == 0) {
					fmt.Printf("%d of %d %s\n", count, n, what)
				}
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func ignoreExisting(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func namespaceName(i int) string { return fmt.Sprintf("fill-%03d", i) }

func nodeName(i int) string { return fmt.Sprintf("fill-node-%02d", i) }
