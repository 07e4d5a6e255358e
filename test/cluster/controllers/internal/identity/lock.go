// Package identity names this replica to the others.
package identity

import (
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// renewDeadline is controller-runtime's own default.
const renewDeadline = 10 * time.Second

// Namespace is the namespace that this replica runs in (POD_NAMESPACE, from the downward API), or fallback.
func Namespace(fallback string) string {
	if namespace := os.Getenv("POD_NAMESPACE"); namespace != "" {
		return namespace
	}
	return fallback
}

// NewLock is a lock on the lease namespace/name whose holder is "<pod>_<uuid>", as controller-runtime's own would be.
// That one asks the kernel for the host name; this one prefers POD_NAME, so that replicas that share a host name (host
// network, or a developer's machine) can be told apart.
func NewLock(config *rest.Config, namespace, name string) (resourcelock.Interface, error) {
	host := os.Getenv("POD_NAME")
	if host == "" {
		var err error
		if host, err = os.Hostname(); err != nil {
			return nil, fmt.Errorf("find out the host name: %w", err)
		}
	}
	lock := resourcelock.ResourceLockConfig{Identity: host + "_" + string(uuid.NewUUID())}
	return resourcelock.NewFromKubeconfig(resourcelock.LeasesResourceLock, namespace, name, lock, config, renewDeadline)
}
