package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/labels"
)

// network is the pod network that kwok lacks: an HTTP proxy for clients that connect to a pod by its address. A request
// for 10.64.0.7:8080 reaches the process behind that pod, on whatever loopback port it listens. Prometheus uses it
// (proxy_url), so that its targets have addresses as in a real cluster, and so does the API server (its egress
// selector) for Services' pods and for the kubelet.
type network struct {
	// routes: address of this machine by the pod's IP and container port.
	routes atomic.Pointer[map[netip.AddrPort]string]
}

// learn updates the routes from the pods' addresses and the processes' ports. Called by the goroutine of kubelet.run.
func (n *network) learn(k *kubelet) error {
	pods, err := k.pods.List(labels.Everything())
	if err != nil {
		return err
	}
	routes := map[netip.AddrPort]string{}
	for _, pod := range pods {
		p := k.processes[pod.UID]
		ip, err := netip.ParseAddr(pod.Status.PodIP)
		if p == nil || err != nil {
			continue
		}
		for containerPort, port := range p.Ports {
			routes[netip.AddrPortFrom(ip, uint16(containerPort))] = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		}
	}
	n.routes.Store(&routes)
	return nil
}

func (n *network) route(hostPort string) (string, error) {
	address, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return "", fmt.Errorf("%q is no address of a pod", hostPort)
	}
	if routes := n.routes.Load(); routes != nil {
		if target, found := (*routes)[address]; found {
			return target, nil
		}
	}
	// The node's own network: the API server reaches the kubelet, which is kwok, through this proxy too.
	if address.Addr().IsLoopback() {
		return hostPort, nil
	}
	return "", fmt.Errorf("nothing listens at %s", hostPort)
}

// serve listens on the loopback (tcp, for Prometheus) and on a socket file (for the API server) until the context ends.
func (n *network) serve(ctx context.Context, tcp, file string) error {
	_ = os.Remove(file)
	server := &http.Server{Handler: n, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	for _, at := range []struct{ kind, address string }{{"tcp", tcp}, {"unix", file}} {
		listener, err := net.Listen(at.kind, at.address)
		if err != nil {
			return fmt.Errorf("pod network: %w", err)
		}
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				log.Printf("pod network: %v", err)
			}
		}()
	}
	return nil
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target, err := n.route(r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if r.Method != http.MethodConnect {
		proxy := httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.Out.URL.Host = target }}
		proxy.ServeHTTP(w, r)
		return
	}
	upstream, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(r.Context(), "tcp", target)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = upstream.Close()
		return
	}
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err == nil {
		// No client here half-closes its connection: a client that hangs up wants the other side to notice, and to give up
		// its query.
		go func() {
			_, _ = io.Copy(upstream, buffered)
			_ = upstream.Close()
		}()
		_, _ = io.Copy(client, upstream)
	}
	_ = client.Close()
	_ = upstream.Close()
}
