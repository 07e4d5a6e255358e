// Command rig does what needs a Kubernetes client or a certificate in the test cluster: it makes the certificates,
// applies manifests, runs a process for each pod, waits until everything works, and fills the cluster for benchmarks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

type command struct {
	help string
	run  func(ctx context.Context, flags *flag.FlagSet, args []string) error
}

var commands = map[string]command{
	"pki":    {"make certificates, keys and kubeconfigs", runPKI},
	"apply":  {"apply manifests", runApply},
	"delete": {"delete what manifests name", runDelete},
	"token":  {"write a kubeconfig for a service account", runToken},
	"pods":   {"run the processes behind the pods of a node", runPods},
	"wait":   {"wait until pods, processes and leases are there", runWait},
	"rate":   {"set how much work the load makes", runRate},
	"fill":   {"make many pods and workloads", runFill},
	"churn":  {"change the pods of fill for a time", runChurn},
	"unfill": {"remove what fill made", runUnfill},
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]].run == nil {
		usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	if err := commands[os.Args[1]].run(ctx, flags, os.Args[2:]); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

func usage() {
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString("rig COMMAND [flags]\n")
	for _, name := range names {
		fmt.Fprintf(&b, "  %-7s %s\n", name, commands[name].help)
	}
	fmt.Fprint(os.Stderr, b.String())
}

// connect loads a kubeconfig, without a client-side rate limit: the API server is ours.
func connect(kubeconfig string) (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	config.UserAgent = "rig"
	return config, nil
}
