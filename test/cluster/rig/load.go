package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// runRate writes the ConfigMap that the load reads: `2 widgets=5` is 2 of each kind a second, and 5 widgets. Rates that are not
// named are forgotten.
func runRate(ctx context.Context, flags *flag.FlagSet, args []string) error {
	kubeconfig := flags.String("kubeconfig", "", "kubeconfig")
	_ = flags.Parse(args)
	rate, err := strconv.ParseFloat(flags.Arg(0), 64)
	if err != nil || rate < 0 {
		return fmt.Errorf("%q is not a number of objects a second", flags.Arg(0))
	}
	data := map[string]any{"rate": strconv.FormatFloat(rate, 'g', -1, 64)}
	for _, argument := range flags.Args()[1:] {
		kind, text, _ := strings.Cut(argument, "=")
		if value, err := strconv.ParseFloat(text, 64); err != nil || value < 0 {
			return fmt.Errorf("%q is not KIND=NUMBER", argument)
		}
		data[kind] = text
	}
	config, err := connect(*kubeconfig)
	if err != nil {
		return err
	}
	client, err := newApplier(config)
	if err != nil {
		return err
	}
	return client.apply(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1",
		"kind":       "ConfigMap",
		"metadata":   map[string]any{"namespace": "workshop", "name": "load"},
		"data":       data,
	}})
}
