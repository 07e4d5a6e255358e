// Package probe tells what limit a client really has: it looks into the client that was built, not at the configuration.
package probe

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/time/rate"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/flowcontrol"
)

// Host is an API server that knows Pods and nothing else.
var Host = os.Getenv("PROBE_HOST")

// Forced makes a client that builds its REST client at the first request do so. Set where controller-runtime is there.
var Forced = func(context.Context, any) (any, error) { return nil, nil }

// Flags are those that libraries registered.
var Flags = flag.CommandLine

// Expected is how many calls are watched: the program ends when each has been reached, before it would start to work.
var Expected int

var reached = map[int]bool{}

// Told is one client's limit. QPS below 0: it has none. Burst 0: its limiter is not a token bucket, and does not tell.
type Told struct {
	Call  int     `json:"call"`
	Type  string  `json:"type"`
	QPS   float64 `json:"qps"`
	Burst int     `json:"burst"`
	Error string  `json:"error,omitempty"`
}

// Report writes the limit of the client or manager that this call made.
func Report(call int, client any, err error) {
	told := Told{Call: call, Type: fmt.Sprintf("%T", client)}
	if err == nil {
		err = told.read(client)
	}
	if err != nil {
		told.Error = err.Error()
	}
	text, _ := json.Marshal(told)
	fmt.Printf("PROBE %s\n", text)
	if reached[call] = true; len(reached) == Expected {
		os.Exit(0)
	}
}

func (t *Told) read(client any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	forced, err := Forced(ctx, client)
	if err != nil {
		return err
	}
	if forced != nil {
		client = forced
	}
	found := map[string]*rest.RESTClient{}
	walk(reflect.ValueOf(client), "", map[uintptr]bool{}, found)
	if len(found) == 0 {
		return fmt.Errorf("no REST client in a %T", client)
	}
	first := true
	for path, one := range found {
		qps, burst := limit(one.GetRateLimiter())
		if !first && (qps != t.QPS || burst != t.Burst) {
			return fmt.Errorf("REST clients with different limits in a %T: %s %v/%v and %v/%v", client, path, qps, burst, t.QPS, t.Burst)
		}
		first, t.QPS, t.Burst = false, qps, burst
	}
	return nil
}

func limit(limiter flowcontrol.RateLimiter) (float64, int) {
	if limiter == nil {
		return -1, 0
	}
	v := reflect.ValueOf(limiter)
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return -1, 0
	}
	if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		if field := v.Elem().FieldByName("limiter"); field.IsValid() {
			if bucket, ok := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Interface().(*rate.Limiter); ok {
				return float64(limiter.QPS()), bucket.Burst()
			}
		}
	}
	return float64(limiter.QPS()), 0
}

// walk finds REST clients in unexported fields too. A set of clients, and what maps kinds to resources, have a discovery
// client with a limit of its own: it is left out.
func walk(v reflect.Value, path string, seen map[uintptr]bool, found map[string]*rest.RESTClient) {
	if strings.Count(path, ".") > 12 {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), path, seen, found)
		}
	case reflect.Pointer:
		if v.IsNil() || seen[v.Pointer()] {
			return
		}
		seen[v.Pointer()] = true
		if v.Type() == reflect.TypeOf(&rest.RESTClient{}) {
			found[path] = (*rest.RESTClient)(v.UnsafePointer())
			return
		}
		walk(v.Elem(), path, seen, found)
	case reflect.Struct:
		if strings.HasPrefix(v.Type().PkgPath(), "net/") || strings.HasPrefix(v.Type().PkgPath(), "sync") || v.Type() == reflect.TypeOf(rest.Config{}) {
			return
		}
		for i := 0; i < v.NumField(); i++ {
			name := v.Type().Field(i).Name
			if strings.HasSuffix(strings.ToLower(name), "mapper") || name == "DiscoveryClient" || name == "scheme" {
				continue
			}
			walk(v.Field(i), path+"."+name, seen, found)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			walk(it.Value(), path+"[]", seen, found)
		}
	}
}
