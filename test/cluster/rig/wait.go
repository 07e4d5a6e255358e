package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Where each program's metrics are, by container port; with TLS, an answer of 401 or 403 shows that it works.
var metricsPorts = map[string]int32{"widgets": 8080, "gadgets": 8443, "leaky": 8081, "paint": 8080, "orders": 8080, "prometheus": 9090, "kube-controller-manager": 10257}

var securePorts = map[int32]bool{8443: true, 10257: true}

// runWait waits until every pod of the workloads runs, each process answers, and the leases are held. It prints what is
// still missing whenever that changes, and returns it as the error after the timeout.
func runWait(ctx context.Context, flags *flag.FlagSet, args []string) error {
	file := flags.String("settings", "", "settings file")
	timeout := flags.Duration("timeout", 300*time.Second, "give up after")
	leases := flags.String("leases", "", "namespace/name of leases that must be held, separated by commas")
	_ = flags.Parse(args)
	s, err := readSettings(*file)
	if err != nil {
		return err
	}
	config, err := connect(s.Kubeconfig)
	if err != nil {
		return err
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	w := &waiter{settings: s, clients: clients, leases: strings.Split(*leases, ","), http: &http.Client{
		Timeout:   10 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}}
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	for last := ""; ; {
		missing := w.missing(ctx)
		if missing == nil {
			return nil
		}
		if ctx.Err() == nil {
			lines := strings.Split(missing.Error(), "\n")
			sort.Strings(lines)
			if text := strings.Join(lines, ", "); text != last {
				fmt.Println("waiting for " + text)
				last = text
			}
		}
		if !sleep(ctx, 200*time.Millisecond) {
			return fmt.Errorf("after %s still missing: %s", *timeout, last)
		}
	}
}

type waiter struct {
	*settings
	clients *kubernetes.Clientset
	leases  []string
	// staticHash is that of the static pod's manifest.
	staticHash string
	http       *http.Client
}

// missing returns an error that lists what is not ready yet; nil when everything is.
func (w *waiter) missing(ctx context.Context) error {
	wanted, err := w.wantedPods(ctx)
	if err != nil {
		return err
	}
	pods, err := w.clients.CoreV1().Pods("").List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + w.Node})
	if err != nil {
		return err
	}
	running := map[string]bool{}
	for i := range pods.Items {
		pod := &pods.Items[i]
		name, _, known := w.programOf(pod)
		if hash := pod.Annotations[corev1.MirrorPodAnnotationKey]; hash != "" && hash != w.staticHash {
			continue // about to be replaced
		}
		if known && pod.DeletionTimestamp == nil && pod.Status.Phase == corev1.PodRunning {
			wanted[pod.Namespace+"/"+name]--
			running[string(pod.UID)] = true
		}
	}
	var all []error
	for program, count := range wanted {
		if count > 0 {
			if strings.HasPrefix(program, "rollout") {
				all = append(all, errors.New(program))
				continue
			}
			all = append(all, fmt.Errorf("pods of %s (%d)", program, count))
		}
	}
	if len(all) > 0 {
		return errors.Join(all...)
	}
	return errors.Join(w.silent(ctx, running), w.unheld(ctx))
}

// wantedPods counts the pods that workloads ask for, by namespace/program.
func (w *waiter) wantedPods(ctx context.Context) (map[string]int32, error) {
	wanted := map[string]int32{}
	static, err := w.readStaticPod()
	if err != nil {
		return nil, err
	}
	if static != nil {
		w.staticHash = static.Annotations[corev1.MirrorPodAnnotationKey]
		wanted["kube-system/kube-controller-manager"] = 1
	}
	add := func(meta metav1.ObjectMeta, replicas *int32, template corev1.PodTemplateSpec) {
		name, _, known := w.programOf(&corev1.Pod{Spec: template.Spec})
		if known && template.Spec.NodeName == w.Node {
			wanted[meta.Namespace+"/"+name] += *replicas
		}
	}
	deployments, err := w.clients.AppsV1().Deployments("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, d := range deployments.Items {
		if d.Spec.Template.Spec.NodeName == w.Node && (d.Status.ObservedGeneration < d.Generation || d.Status.UpdatedReplicas < *d.Spec.Replicas || d.Status.Replicas > *d.Spec.Replicas) {
			wanted["rollout of "+d.Namespace+"/"+d.Name] = 1
		}
		add(d.ObjectMeta, d.Spec.Replicas, d.Spec.Template)
	}
	sets, err := w.clients.AppsV1().StatefulSets("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	for _, d := range sets.Items {
		if d.Spec.Template.Spec.NodeName == w.Node && (d.Status.ObservedGeneration < d.Generation || d.Status.UpdateRevision != d.Status.CurrentRevision) {
			wanted["rollout of "+d.Namespace+"/"+d.Name] = 1
		}
		add(d.ObjectMeta, d.Spec.Replicas, d.Spec.Template)
	}
	return wanted, nil
}

// silent names the running pods whose metrics do not answer yet.
func (w *waiter) silent(ctx context.Context, running map[string]bool) error {
	text, err := os.ReadFile(filepath.Join(w.Dir, "processes.json"))
	if err != nil {
		return errors.New("processes")
	}
	var processes []*process
	if err := json.Unmarshal(text, &processes); err != nil {
		return err
	}
	var all []error
	for _, p := range processes {
		delete(running, string(p.UID))
		containerPort, found := metricsPorts[p.Program]
		if found && !w.answers(ctx, containerPort, p.Ports[containerPort]) {
			all = append(all, fmt.Errorf("metrics of %s/%s", p.Namespace, p.Pod))
		}
	}
	if len(running) > 0 {
		all = append(all, fmt.Errorf("%d processes", len(running)))
	}
	return errors.Join(all...)
}

func (w *waiter) answers(ctx context.Context, containerPort int32, port int) bool {
	scheme := "http"
	if securePorts[containerPort] {
		scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s://127.0.0.1:%d/metrics", scheme, port), nil)
	if err != nil {
		return false
	}
	response, err := w.http.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode < 404
}

// unheld names the leases without a holder.
func (w *waiter) unheld(ctx context.Context) error {
	var all []error
	for _, lease := range w.leases {
		namespace, name, found := strings.Cut(lease, "/")
		if !found {
			continue
		}
		var held *coordinationv1.Lease
		held, err := w.clients.CoordinationV1().Leases(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil || held.Spec.HolderIdentity == nil || *held.Spec.HolderIdentity == "" {
			all = append(all, fmt.Errorf("a holder of the lease %s", lease))
		}
	}
	return errors.Join(all...)
}

func fnv32(data []byte) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(data)
	return h.Sum32()
}
