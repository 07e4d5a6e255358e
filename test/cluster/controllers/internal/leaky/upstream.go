package leaky

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Catalog asks a service elsewhere for the price of a part. The service is slow, and the controller waits for it.
type Catalog struct {
	URL    string
	Client *http.Client
}

// FetchPrice is one call to the service.
func (c *Catalog) FetchPrice(ctx context.Context, part string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/price/"+part, nil)
	if err != nil {
		return "", err
	}
	response, err := c.Client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the catalog answered %s", response.Status)
	}
	price, err := io.ReadAll(io.LimitReader(response.Body, 1<<10))
	return string(price), err
}

// ServeSlowly is the service, within the same process so that the sample needs nothing else: it takes latency, give or
// take a quarter, for an answer. It returns its URL and ends with the context.
func ServeSlowly(ctx context.Context, latency time.Duration) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(time.Duration((0.75 + rand.Float64()/2) * float64(latency))):
				_, _ = fmt.Fprintf(w, "%d", 1+rand.IntN(100))
			case <-r.Context().Done():
			}
		}),
	}
	go func() { _ = server.Serve(listener) }()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return "http://" + listener.Addr().String(), nil
}
