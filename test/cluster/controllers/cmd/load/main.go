// Command load gives the controllers work: so many widgets and gadgets a second are made or changed. The rate is
// data.rate of the ConfigMap "load" in its namespace, and can be changed at any time.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	samplesv1 "example.com/tuner-samples/api/v1"
)

var (
	scheme = runtime.NewScheme()
	log    = ctrl.Log.WithName("load")
)

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(samplesv1.AddToScheme(scheme))
}

func main() {
	var l load
	flag.StringVar(&l.namespace, "namespace", "workshop", "Where the objects are made.")
	flag.IntVar(&l.widgets, "widgets", 300, "Number of widgets; when all are there, they are changed in turn.")
	flag.IntVar(&l.gadgets, "gadgets", 50, "Number of gadgets.")
	flag.IntVar(&l.paints, "paints", 20, "Number of paints; made once, never changed.")
	flag.Float64Var(&l.rate, "rate", 2, "Objects of each kind a second, until the ConfigMap says otherwise.")
	opts := zap.Options{}
	opts.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&opts)))

	c, err := client.New(ctrl.GetConfigOrDie(), client.Options{Scheme: scheme})
	if err != nil {
		log.Error(err, "Failed to make the client")
		os.Exit(1)
	}
	l.Client = c
	if err := l.run(ctrl.SetupSignalHandler()); err != nil {
		log.Error(err, "Failed")
		os.Exit(1)
	}
}

type load struct {
	client.Client
	namespace                string
	widgets, gadgets, paints int
	rate                     float64
	turn                     int64
}

// Steps of the loop; a step's share of the rate is carried over, so rates below one a step work as well.
const step = 250 * time.Millisecond

func (l *load) run(ctx context.Context) error {
	for i := range l.paints {
		paint := &samplesv1.Paint{Spec: samplesv1.PaintSpec{Color: "white"}}
		paint.Namespace, paint.Name = l.namespace, fmt.Sprintf("paint-%02d", i)
		if err := client.IgnoreAlreadyExists(l.Create(ctx, paint)); err != nil {
			return err
		}
	}
	// Revisions go on from the clock, so that a restarted load still changes what it finds.
	l.turn = time.Now().Unix() * 1000
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	due, ticks := 0.0, 0
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if ticks%4 == 0 {
			l.readRate(ctx)
		}
		ticks++
		for due += l.rate * step.Seconds(); due >= 1; due-- {
			l.turn++
			if err := l.change(ctx); err != nil && ctx.Err() == nil {
				log.Error(err, "Failed to change an object")
			}
		}
	}
}

// readRate takes over the ConfigMap's rate; without one, or while it can't be read, the rate stays.
func (l *load) readRate(ctx context.Context) {
	var knob corev1.ConfigMap
	if err := l.Get(ctx, client.ObjectKey{Namespace: l.namespace, Name: "load"}, &knob); err != nil {
		return
	}
	rate, err := strconv.ParseFloat(knob.Data["rate"], 64)
	if err != nil || rate < 0 || rate == l.rate {
		return
	}
	log.Info("New rate", "rate", rate)
	l.rate = rate
}

func (l *load) change(ctx context.Context) error {
	widget := &samplesv1.Widget{Spec: samplesv1.WidgetSpec{Parts: 4, Revision: l.turn}}
	widget.Namespace, widget.Name = l.namespace, fmt.Sprintf("widget-%03d", l.turn%int64(l.widgets))
	if err := l.put(ctx, widget, fmt.Sprintf(`{"spec":{"revision":%d}}`, l.turn)); err != nil {
		return err
	}
	seed := strconv.FormatInt(l.turn, 16)
	gadget := &samplesv1.Gadget{Spec: samplesv1.GadgetSpec{Seed: seed}}
	gadget.Namespace, gadget.Name = l.namespace, fmt.Sprintf("gadget-%02d", l.turn%int64(l.gadgets))
	return l.put(ctx, gadget, fmt.Sprintf(`{"spec":{"seed":%q}}`, seed))
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
