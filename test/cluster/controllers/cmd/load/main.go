// Command load gives the controllers work: so many widgets and gadgets a second are made or changed. The rate is
// data.rate of the ConfigMap "load" in its namespace, data.widgets (gadgets, starved, failing, volumes) for one kind alone, and
// can be changed at any time.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"strconv"
	"sync"
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
	// rate is for widgets and gadgets, unless rates says otherwise.
	rate  float64
	rates map[string]float64
	mu    sync.Mutex
}

// makers make or change one object of a kind; the names are those of the ConfigMap's own rates.
var makers = map[string]func(*load, context.Context, int64) error{
	"widgets": (*load).changeWidget,
	"gadgets": (*load).changeGadget,
	"starved": func(l *load, ctx context.Context, turn int64) error { return l.changeOrder(ctx, "starved", turn) },
	"failing": func(l *load, ctx context.Context, turn int64) error { return l.changeOrder(ctx, "failing", turn) },
	"volumes": (*load).addVolume,
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
	l.readRates(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			select {
			case <-time.After(time.Second):
				l.readRates(ctx)
			case <-ctx.Done():
			}
		}
	})
	for kind, change := range makers {
		running.Go(func() { l.make(ctx, kind, change) })
	}
	running.Wait()
	return nil
}

// make works for one kind, at its rate, until the context ends.
func (l *load) make(ctx context.Context, kind string, change func(*load, context.Context, int64) error) {
	// Revisions go on from the clock, so that a restarted load still changes what it finds.
	turn := time.Now().Unix() * 1000
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	for due := 0.0; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for due += l.rateOf(kind) * step.Seconds(); due >= 1; due-- {
			turn++
			if err := change(l, ctx, turn); err != nil && ctx.Err() == nil {
				log.Error(err, "Failed to change an object", "kind", kind)
			}
		}
	}
}

func (l *load) rateOf(kind string) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rate, found := l.rates[kind]; found {
		return rate
	}
	if kind == "widgets" || kind == "gadgets" {
		return l.rate
	}
	return 0
}

// readRates takes over the ConfigMap's rates; without one, or while it can't be read, they stay.
func (l *load) readRates(ctx context.Context) {
	var knob corev1.ConfigMap
	if err := l.Get(ctx, client.ObjectKey{Namespace: l.namespace, Name: "load"}, &knob); err != nil {
		return
	}
	rate, rates := l.rate, map[string]float64{}
	for name, text := range knob.Data {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil || value < 0 {
			continue
		}
		if name == "rate" {
			rate = value
		} else {
			rates[name] = value
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if rate != l.rate || !maps.Equal(rates, l.rates) {
		log.Info("New rates", "rate", rate, "rates", rates)
	}
	l.rate, l.rates = rate, rates
}
