package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// settings is the file that `up` writes for `rig pods`.
type settings struct {
	// Dir is the run folder: logs, process ids and kubeconfigs of the processes go there.
	Dir        string `json:"dir"`
	Kubeconfig string `json:"kubeconfig"`
	Node       string `json:"node"`
	// Owner is the process that the cluster is for; without it everything ends. 0 = none.
	Owner int `json:"owner,omitempty"`
	// Network is the address of the pod network's proxy on the loopback, NetworkSocket its socket file.
	Network       string `json:"network"`
	NetworkSocket string `json:"networkSocket"`
	// StaticPod is a manifest whose mirror is kept in the API; a change of the file replaces the pod.
	StaticPod string `json:"staticPod"`
	Version   string `json:"version"`
	// Programs by the last part of the image's name: registry.example/widgets:v0.3.1 is run by Programs["widgets"].
	Programs map[string]program `json:"programs"`
}

// program says what to run instead of an image. Without Args the container's own are used, with the flags that bind an
// address rewritten to a free port of the loopback. "{port:8081}" in Args and Env is a free port that stands for
// container port 8081.
type program struct {
	Path string            `json:"path"`
	Args []string          `json:"args,omitempty"`
	Env  map[string]string `json:"env,omitempty"`
	// Pass are beginnings of the container's own flags that are given to the process after Args, as they are.
	Pass []string `json:"pass,omitempty"`
	// OwnKubeconfig: Args name one, so none is made for the pod's service account.
	OwnKubeconfig bool `json:"ownKubeconfig,omitempty"`
	// Quiet: a kubeconfig and a token of the pod's service account are made (pods/NAMESPACE_POD.kubeconfig and .token in Dir),
	// but the process is not told by --kubeconfig.
	Quiet bool `json:"quiet,omitempty"`
}

func readSettings(file string) (*settings, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var s settings
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &s, nil
}

// programOf finds the program behind a pod's first container: by the last part of the image's name, or, where the folder
// images of Dir has a file of that name with the tag (widgets:v0.4.0), that file, run in the same way.
func (s *settings) programOf(pod *corev1.Pod) (string, program, bool) {
	if len(pod.Spec.Containers) == 0 {
		return "", program{}, false
	}
	image := path.Base(pod.Spec.Containers[0].Image)
	name, _, _ := strings.Cut(image, ":")
	p, found := s.Programs[name]
	if pushed := filepath.Join(s.Dir, "images", image); found && isFile(pushed) {
		p.Path = pushed
	}
	return name, p, found
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// launch is a command line on this machine, and the ports in it by the container port that each stands for.
type launch struct {
	args  []string
	env   []string
	ports map[int32]int
}

var (
	bindFlag    = regexp.MustCompile(`^(--?[a-z-]*(?:address|addr)=)[^:]*:(\d+)$`)
	placeholder = regexp.MustCompile(`\{port:(\d+)\}`)
)

// plan makes the command line of a pod's process.
func plan(pod *corev1.Pod, p program, kubeconfig string) (*launch, error) {
	l := &launch{ports: map[int32]int{}}
	var failed error
	fill := func(text string) string {
		return placeholder.ReplaceAllStringFunc(text, func(match string) string {
			port, err := l.portFor(placeholder.FindStringSubmatch(match)[1])
			if err != nil {
				failed = err
			}
			return strconv.Itoa(port)
		})
	}
	container := pod.Spec.Containers[0]
	if p.Args != nil {
		for _, arg := range p.Args {
			l.args = append(l.args, fill(arg))
		}
		for _, arg := range append(slices.Clone(container.Command), container.Args...) {
			if slices.ContainsFunc(p.Pass, func(beginning string) bool { return strings.HasPrefix(arg, beginning) }) {
				l.args = append(l.args, arg)
			}
		}
	} else {
		for _, arg := range container.Args {
			if parts := bindFlag.FindStringSubmatch(arg); parts != nil {
				port, err := l.portFor(parts[2])
				if err != nil {
					return nil, err
				}
				arg = parts[1] + "127.0.0.1:" + strconv.Itoa(port)
			}
			l.args = append(l.args, arg)
		}
	}
	if !p.OwnKubeconfig && !p.Quiet {
		l.args = append(l.args, "--kubeconfig="+kubeconfig)
	}
	l.env = append(os.Environ(), "POD_NAME="+pod.Name, "POD_NAMESPACE="+pod.Namespace)
	for _, variable := range container.Env {
		if variable.ValueFrom == nil {
			l.env = append(l.env, variable.Name+"="+variable.Value)
		}
	}
	for name, value := range p.Env {
		l.env = append(l.env, name+"="+fill(value))
	}
	return l, failed
}

// portFor is the free port that stands for a container port, the same one for the same port.
func (l *launch) portFor(text string) (int, error) {
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, err
	}
	if port, found := l.ports[int32(number)]; found {
		return port, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	l.ports[int32(number)] = port
	return port, nil
}
