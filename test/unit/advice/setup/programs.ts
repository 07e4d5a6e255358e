/** Programs in the shapes that these rules meet. */

/** kubebuilder's main.go, in short. `options`: the manager's literal. */
export function kubebuilder(
  options: string,
  { imports = '', before = '' }: { imports?: string; before?: string } = {},
): string {
  return `/*
Copyright 2026 The Widget Authors.

Licensed under the Apache License, Version 2.0.
    https://www.apache.org/licenses/LICENSE-2.0
*/

// Package main runs widgets.
package main

import (
	"flag"
	"os"
${imports}
	"k8s.io/apimachinery/pkg/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
)

var (
	scheme   = runtime.NewScheme()
	setupLog = ctrl.Log.WithName("setup")
)

func main() {
	var probeAddr string
	flag.StringVar(&probeAddr, "health-probe-bind-address", ":8081", "The address the probe endpoint binds to.")
	flag.Parse()
${before}
	// All controllers share one manager.
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ${options})
	if err != nil {
		setupLog.Error(err, "unable to start manager")
		os.Exit(1)
	}

	if err := mgr.Start(ctrl.SetupSignalHandler()); err != nil {
		setupLog.Error(err, "problem running manager")
		os.Exit(1)
	}
}
`;
}

export const OPTIONS = `ctrl.Options{
		Scheme:                 scheme,
		HealthProbeBindAddress: probeAddr,
		LeaderElectionID:       "widgets.example.com",
	}`;

/** A controller on client-go alone. */
export function plain({ imports = '', body = '' }: { imports?: string; body?: string } = {}): string {
  return `package main

import (
	"context"
	"time"
${imports}
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

func main() {
	cfg, err := rest.InClusterConfig()
	if err != nil {
		panic(err)
	}
	clientset := kubernetes.NewForConfigOrDie(cfg)
	factory := informers.NewSharedInformerFactory(clientset, time.Minute)
	factory.Core().V1().Pods().Informer()
	factory.Start(context.Background().Done())
${body}	select {}
}
`;
}
