// Package leaky is a controller written straight on client-go, with two faults: it waits for a slow service in its
// reconcile loop, and it starts a goroutine for each object that nobody ever ends.
package leaky

import (
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

// Controller finds out the price of every part (a ConfigMap) that it sees.
type Controller struct {
	catalog   *Catalog
	queue     workqueue.TypedRateLimitingInterface[string]
	lister    corelisters.ConfigMapLister
	synced    cache.InformerSynced
	maxLeaked int64
	leaked    atomic.Int64
}

// New makes the controller on the ConfigMaps of the factory. It stops leaking at maxLeaked goroutines.
func New(factory informers.SharedInformerFactory, catalog *Catalog, maxLeaked int64) (*Controller, error) {
	informer := factory.Core().V1().ConfigMaps()
	c := &Controller{
		catalog: catalog,
		queue: workqueue.NewTypedRateLimitingQueueWithConfig(
			workqueue.DefaultTypedControllerRateLimiter[string](),
			workqueue.TypedRateLimitingQueueConfig[string]{Name: "prices"},
		),
		lister:    informer.Lister(),
		synced:    informer.Informer().HasSynced,
		maxLeaked: maxLeaked,
	}
	_, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    c.enqueue,
		UpdateFunc: func(_, updated any) { c.enqueue(updated) },
	})
	return c, err
}

func (c *Controller) enqueue(object any) {
	if key, err := cache.MetaNamespaceKeyFunc(object); err == nil {
		c.queue.Add(key)
	}
}

// Run works with so many workers until the context ends.
func (c *Controller) Run(ctx context.Context, workers int) error {
	defer c.queue.ShutDown()
	if !cache.WaitForCacheSync(ctx.Done(), c.synced) {
		return ctx.Err()
	}
	for worker := range workers {
		labels := pprof.Labels("controller", "prices", "worker", strconv.Itoa(worker))
		go pprof.Do(ctx, labels, func(ctx context.Context) {
			wait.UntilWithContext(ctx, c.runWorker, time.Second)
		})
	}
	<-ctx.Done()
	return nil
}

func (c *Controller) runWorker(ctx context.Context) {
	for c.processNextItem(ctx) {
	}
}

func (c *Controller) processNextItem(ctx context.Context) bool {
	key, quit := c.queue.Get()
	if quit {
		return false
	}
	defer c.queue.Done(key)
	if err := c.Reconcile(ctx, key); err != nil {
		klog.FromContext(ctx).Error(err, "Reconcile failed", "key", key)
		c.queue.AddRateLimited(key)
		return true
	}
	c.queue.Forget(key)
	return true
}

// Reconcile asks for the part's price and announces it.
func (c *Controller) Reconcile(ctx context.Context, key string) error {
	namespace, name, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return fmt.Errorf("split %q: %w", key, err)
	}
	part, err := c.lister.ConfigMaps(namespace).Get(name)
	if err != nil {
		return nil // gone meanwhile
	}
	price, err := c.catalog.FetchPrice(ctx, part.Name)
	if err != nil {
		return fmt.Errorf("price of %s: %w", part.Name, err)
	}
	c.announce(part, price)
	return nil
}

// announce tells a subscriber the price. There is none, so the goroutine waits for its answer until the process ends.
func (c *Controller) announce(_ *corev1.ConfigMap, _ string) {
	if c.leaked.Add(1) > c.maxLeaked {
		c.leaked.Add(-1)
		return
	}
	acknowledged := make(chan struct{})
	go c.awaitAcknowledgement(acknowledged)
}

func (c *Controller) awaitAcknowledgement(acknowledged <-chan struct{}) {
	<-acknowledged
	c.leaked.Add(-1)
}
