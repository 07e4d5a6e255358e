package probe

import (
	"context"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/cluster"
)

// controller-runtime's client builds its REST client for a kind at the first request for it; a manager's own is asked by the
// reader that goes past the cache.
func init() {
	Forced = func(ctx context.Context, made any) (any, error) {
		reader, ok := made.(client.Reader)
		if c, is := made.(cluster.Cluster); is {
			reader, ok = c.GetAPIReader(), true
		}
		if !ok {
			return nil, nil
		}
		list := &unstructured.UnstructuredList{}
		list.SetAPIVersion("v1")
		list.SetKind("PodList")
		return reader, reader.List(ctx, list)
	}
}
