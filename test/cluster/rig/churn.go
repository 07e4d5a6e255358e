package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
)

const turnLabel = "tuner-test/turn"

// How often etcd is written to: everything due by then goes into one transaction, which is limited to 128 operations.
const (
	etcdBeat  = 50 * time.Millisecond
	etcdBatch = 100
)

// runChurn changes a label of fill's pods at the given rate for the given time. With access to the cluster's etcd, it
// writes there what the API server would have written: a patch costs the API server some milliseconds of CPU, which two
// cores, shared with the watcher under test, can't afford a thousand times a second. Watchers get the same events in
// the same way.
func runChurn(ctx context.Context, flags *flag.FlagSet, args []string) error {
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	rate := flags.Int("rate", 1000, "changes a second")
	seconds := flags.Int("seconds", 30, "for so long")
	etcd := flags.String("etcd", "", "address of the cluster's etcd; without it the pods are patched through the API server")
	_ = flags.Parse(args)
	clients, err := connectTyped(*kubeconfig)
	if err != nil {
		return err
	}
	// From the API server's cache: listing ten thousand pods need not touch etcd.
	pods, err := clients.CoreV1().Pods("").List(ctx, metav1.ListOptions{LabelSelector: fillLabel, ResourceVersion: "0"})
	if err != nil {
		return err
	}
	if len(pods.Items) == 0 {
		return fmt.Errorf("no pods to change: fill the cluster first")
	}
	if *rate < 1 || *seconds < 1 {
		return fmt.Errorf("a rate and a time of at least 1 are needed, not %d and %d", *rate, *seconds)
	}
	total := *rate * *seconds
	began := time.Now()
	changes := total
	var late int64
	if *etcd == "" {
		late, err = patchPods(ctx, clients, pods.Items, *rate, total)
	} else {
		changes, late, err = writePods(ctx, *etcd, pods.Items, *rate, total)
	}
	took := time.Since(began).Seconds()
	fmt.Printf("%d changes in %.1f s, %.0f a second, %d of them more than 1 s late\n", changes, took, float64(changes)/took, late)
	return err
}

func patchPods(ctx context.Context, clients kubernetes.Interface, pods []corev1.Pod, rate, total int) (int64, error) {
	began := time.Now()
	var late atomic.Int64
	err := parallel(ctx, "", total, func(ctx context.Context, i int) error {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		if wait := time.Until(due); wait > 0 {
			if !sleep(ctx, wait) {
				return ctx.Err()
			}
		} else if wait < -time.Second {
			late.Add(1)
		}
		pod := &pods[rand.IntN(len(pods))]
		patch := fmt.Appendf(nil, `{"metadata":{"labels":{"%s":"%d"}}}`, turnLabel, i)
		_, err := clients.CoreV1().Pods(pod.Namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	})
	return late.Load(), err
}

// writePods puts pods into etcd as the API server stores them, but only those that still exist: a deleted pod is not
// recreated.
func writePods(ctx context.Context, etcd string, pods []corev1.Pod, rate, total int) (changes int, late int64, err error) {
	encoder := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	began := time.Now()
	for written := 0; written < total; {
		due := min(total, int(time.Since(began).Seconds()*float64(rate)))
		if due == written {
			if !sleep(ctx, etcdBeat) {
				return changes, late, ctx.Err()
			}
			continue
		}
		if time.Since(began)-time.Duration(written)*time.Second/time.Duration(rate) > time.Second {
			late += int64(due - written)
		}
		chosen := map[int]bool{}
		var puts []etcdPut
		for ; written < due && len(puts) < etcdBatch; written++ {
			// A transaction may write each key only once.
			i := rand.IntN(len(pods))
			for chosen[i] && len(chosen) < len(pods) {
				i = rand.IntN(len(pods))
			}
			chosen[i] = true
			pod := pods[i].DeepCopy()
			pod.ResourceVersion = ""
			pod.Labels[turnLabel] = fmt.Sprint(written)
			pod.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
			var stored bytes.Buffer
			if err := encoder.Encode(pod, &stored); err != nil {
				return changes, late, err
			}
			puts = append(puts, etcdPut{key: []byte("/registry/pods/" + pod.Namespace + "/" + pod.Name), value: stored.Bytes()})
		}
		done, err := putExisting(ctx, etcd, puts)
		if err != nil {
			return changes, late, err
		}
		if done {
			changes += len(puts)
		}
		sleep(ctx, etcdBeat)
	}
	return changes, late, nil
}

type etcdPut struct{ key, value []byte }

// putExisting writes everything in one transaction of etcd's JSON gateway, where []byte is base64 as in Go. If one of
// the keys is gone, it writes nothing and returns false: the next batch has other pods.
func putExisting(ctx context.Context, etcd string, puts []etcdPut) (bool, error) {
	type keyValue struct {
		Key   []byte `json:"key"`
		Value []byte `json:"value"`
	}
	type operation struct {
		Put keyValue `json:"requestPut"`
	}
	type compare struct {
		Key     []byte `json:"key"`
		Target  string `json:"target"`
		Result  string `json:"result"`
		Version string `json:"version"`
	}
	var transaction struct {
		Compare []compare   `json:"compare"`
		Success []operation `json:"success"`
	}
	for _, put := range puts {
		transaction.Compare = append(transaction.Compare, compare{Key: put.key, Target: "VERSION", Result: "GREATER", Version: "0"})
		transaction.Success = append(transaction.Success, operation{Put: keyValue{Key: put.key, Value: put.value}})
	}
	body, err := json.Marshal(transaction)
	if err != nil {
		return false, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, etcd+"/v3/kv/txn", bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		return false, err
	}
	var outcome struct {
		Succeeded bool `json:"succeeded"`
	}
	if answer.StatusCode != http.StatusOK || json.Unmarshal(said, &outcome) != nil {
		return false, fmt.Errorf("etcd answered %s: %s", answer.Status, said)
	}
	return outcome.Succeeded, nil
}
