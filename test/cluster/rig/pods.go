package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// runPods is the part of a kubelet that kwok lacks: for each of the node's pods with a known image, it runs a process,
// tells kwok where to forward the pod's ports and where its log is, and ends the process with the pod. A process that
// exits by itself is restarted, and the pod's restart count goes up.
func runPods(ctx context.Context, flags *flag.FlagSet, args []string) error {
	file := flags.String("settings", "", "settings file")
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
	apply, err := newApplier(config)
	if err != nil {
		return err
	}
	onNode := informers.WithTweakListOptions(func(options *metav1.ListOptions) {
		options.FieldSelector = fields.OneTermEqualSelector("spec.nodeName", s.Node).String()
	})
	factory := informers.NewSharedInformerFactoryWithOptions(clients, 0, onNode)
	k := &kubelet{
		settings: s, config: config, clients: clients, apply: apply,
		pods:      factory.Core().V1().Pods().Lister(),
		processes: map[types.UID]*process{},
		retry:     map[types.UID]backoff{},
		network:   &network{},
		changed:   make(chan struct{}, 1),
		exits:     make(chan *process, 16),
	}
	wake := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { k.wake() },
		UpdateFunc: func(any, any) { k.wake() },
		DeleteFunc: func(any) { k.wake() },
	}
	informer := factory.Core().V1().Pods().Informer()
	if _, err := informer.AddEventHandler(wake); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return ctx.Err()
	}
	if err := k.network.serve(ctx, s.Network, s.NetworkSocket); err != nil {
		return err
	}
	return k.run(ctx)
}

// backoff is the state of a process that exited, until it runs again.
type backoff struct {
	restarts int32
	notUntil time.Time
}

// kubelet's fields are only used by the goroutine of run, except for the two channels.
type kubelet struct {
	*settings
	config    *rest.Config
	clients   kubernetes.Interface
	apply     *applier
	pods      corelisters.PodLister
	processes map[types.UID]*process
	retry     map[types.UID]backoff
	network   *network
	changed   chan struct{}
	exits     chan *process
}

func (k *kubelet) wake() {
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

func (k *kubelet) run(ctx context.Context) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		if err := k.sync(ctx); err != nil && ctx.Err() == nil {
			log.Print(err)
		}
		select {
		case <-ctx.Done():
			k.stopAll()
			return nil
		case p := <-k.exits:
			k.ended(ctx, p)
		case <-k.changed:
		case <-ticker.C:
			if k.Owner != 0 && !isThere(k.Owner) {
				log.Printf("process %d, which this cluster is for, is gone: ending everything", k.Owner)
				k.stopAll()
				return endListed(k.Dir)
			}
		}
	}
}

// sync starts missing processes and stops those that are no longer wanted.
func (k *kubelet) sync(ctx context.Context) error {
	pods, err := k.pods.List(labels.Everything())
	if err != nil {
		return err
	}
	wanted := map[types.UID]bool{}
	static, err := k.readStaticPod()
	if err != nil {
		return err
	}
	mirrored := static == nil
	for _, pod := range pods {
		if hash := pod.Annotations[corev1.MirrorPodAnnotationKey]; hash != "" {
			mirrored = true
			if static != nil && hash != static.Annotations[corev1.MirrorPodAnnotationKey] && pod.DeletionTimestamp == nil {
				if err := k.removeMirror(ctx, pod); err != nil {
					return err
				}
				continue
			}
		}
		name, p, known := k.programOf(pod)
		if !known || pod.DeletionTimestamp != nil || pod.Status.Phase == corev1.PodFailed || pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		wanted[pod.UID] = true
		if k.processes[pod.UID] != nil || time.Now().Before(k.retry[pod.UID].notUntil) {
			continue
		}
		if err := k.startPod(ctx, pod, name, p); err != nil {
			log.Printf("start %s: %v", baseName(pod), err)
			last := k.retry[pod.UID]
			k.retry[pod.UID] = backoff{last.restarts, time.Now().Add(time.Second)}
		}
	}
	for uid, p := range k.processes {
		if !wanted[uid] && !p.stopping {
			log.Printf("stop %s/%s", p.Namespace, p.Pod)
			p.stop()
		}
	}
	if !mirrored {
		return k.mirrorStaticPod(ctx, static)
	}
	return k.network.learn(k)
}

func (k *kubelet) startPod(ctx context.Context, pod *corev1.Pod, name string, p program) error {
	kubeconfig := filepath.Join(k.Dir, "pods", baseName(pod)+".kubeconfig")
	if !p.OwnKubeconfig {
		token, err := writeAccountKubeconfig(ctx, k.config, pod.Namespace, pod.Spec.ServiceAccountName, "in-cluster", pod.Namespace, kubeconfig)
		if err != nil {
			return err
		}
		if p.Quiet {
			if err := os.WriteFile(filepath.Join(k.Dir, "pods", baseName(pod)+".token"), []byte(token), 0o600); err != nil {
				return err
			}
		}
	}
	l, err := plan(pod, p, kubeconfig)
	if err != nil {
		return err
	}
	if err := k.tellKwok(ctx, pod, l); err != nil {
		return err
	}
	proc, err := start(k.Dir, pod, name, p, l, func(p *process) { k.exits <- p })
	if err != nil {
		return err
	}
	log.Printf("started %s as process %d", baseName(pod), proc.PID)
	proc.Restarts = k.retry[pod.UID].restarts
	k.processes[pod.UID] = proc
	return k.writeProcesses()
}

// tellKwok creates the objects that configure port-forwards and logs; the pod owns both, so they are deleted with it.
func (k *kubelet) tellKwok(ctx context.Context, pod *corev1.Pod, l *launch) error {
	forwards := make([]any, 0, len(l.ports))
	for containerPort, port := range l.ports {
		forwards = append(forwards, map[string]any{
			"ports":  []any{int64(containerPort)},
			"target": map[string]any{"address": "127.0.0.1", "port": int64(port)},
		})
	}
	logs := []any{map[string]any{"logsFile": logFile(k.Dir, pod), "follow": true}}
	for kind, spec := range map[string]any{"PortForward": map[string]any{"forwards": forwards}, "Logs": map[string]any{"logs": logs}} {
		object := &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "kwok.x-k8s.io/v1alpha1",
			"kind":       kind,
			"metadata":   map[string]any{"name": pod.Name, "namespace": pod.Namespace},
			"spec":       spec,
		}}
		object.SetOwnerReferences([]metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID}})
		if err := k.apply.apply(ctx, object); err != nil {
			return fmt.Errorf("%s for %s: %w", kind, baseName(pod), err)
		}
	}
	return nil
}

// ended handles a process that exited. Unless it was stopped on purpose, it is restarted after a second, with a longer
// backoff each time.
func (k *kubelet) ended(ctx context.Context, p *process) {
	delete(k.processes, p.UID)
	if err := k.writeProcesses(); err != nil {
		log.Print(err)
	}
	if p.stopping {
		delete(k.retry, p.UID)
		return
	}
	state := p.command.ProcessState
	restarts := p.Restarts + 1
	k.retry[p.UID] = backoff{restarts, time.Now().Add(min(time.Duration(restarts)*time.Second, 10*time.Second))}
	log.Printf("%s/%s ended: %v", p.Namespace, p.Pod, state)
	if err := k.countRestart(ctx, p, restarts, state); err != nil && !apierrors.IsNotFound(err) {
		log.Printf("restart count of %s/%s: %v", p.Namespace, p.Pod, err)
	}
}

func (k *kubelet) countRestart(ctx context.Context, p *process, restarts int32, state *os.ProcessState) error {
	pod, err := k.clients.CoreV1().Pods(p.Namespace).Get(ctx, p.Pod, metav1.GetOptions{})
	if err != nil || pod.UID != p.UID || len(pod.Status.ContainerStatuses) == 0 {
		return err
	}
	now := metav1.Now()
	status := &pod.Status.ContainerStatuses[0]
	terminated := &corev1.ContainerStateTerminated{ExitCode: int32(state.ExitCode()), Reason: "Error", FinishedAt: now}
	if state.Success() {
		terminated.Reason = "Completed"
	}
	if status.State.Running != nil {
		terminated.StartedAt = status.State.Running.StartedAt
	}
	status.RestartCount = restarts
	status.LastTerminationState = corev1.ContainerState{Terminated: terminated}
	status.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
	_, err = k.clients.CoreV1().Pods(p.Namespace).UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	return err
}

// writeProcesses lists the running processes in processes.json, for `rig wait`, `status` and tests.
func (k *kubelet) writeProcesses() error {
	list := make([]*process, 0, len(k.processes))
	for _, p := range k.processes {
		list = append(list, p)
	}
	return writeJSON(filepath.Join(k.Dir, "processes.json"), list)
}

// stopAll ends every process and waits for them.
func (k *kubelet) stopAll() {
	for _, p := range k.processes {
		p.stop()
	}
	for _, p := range k.processes {
		<-p.exited
	}
	k.processes = map[types.UID]*process{}
	if err := k.writeProcesses(); err != nil {
		log.Print(err)
	}
}
