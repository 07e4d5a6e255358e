package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// process is what runs behind a pod.
type process struct {
	Namespace string        `json:"namespace"`
	Pod       string        `json:"pod"`
	UID       types.UID     `json:"uid"`
	Program   string        `json:"program"`
	PID       int           `json:"pid"`
	Ports     map[int32]int `json:"ports"`
	Restarts  int32         `json:"restarts"`

	command  *exec.Cmd
	grace    time.Duration
	stopping bool
	exited   chan struct{}
}

func baseName(pod *corev1.Pod) string { return pod.Namespace + "_" + pod.Name }

// start runs the program of a pod. Its output goes to logs/NAME.log as a container runtime would write it, so that the
// API server's pods/log can serve it; its id goes to pids/NAME.json, for `down`.
func start(dir string, pod *corev1.Pod, name string, p program, l *launch, onExit func(*process)) (*process, error) {
	log, err := os.OpenFile(logFile(dir, pod), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	command := exec.Command(p.Path, l.args...)
	command.Env = l.env
	command.Dir = dir
	// A separate process group: the rig itself forwards Ctrl-C from its terminal.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		_ = log.Close()
		return nil, err
	}
	grace := 10 * time.Second
	if seconds := pod.Spec.TerminationGracePeriodSeconds; seconds != nil {
		grace = time.Duration(*seconds) * time.Second
	}
	proc := &process{
		Namespace: pod.Namespace, Pod: pod.Name, UID: pod.UID, Program: name,
		PID: command.Process.Pid, Ports: l.ports,
		command: command, grace: grace, exited: make(chan struct{}),
	}
	if err := writeJSON(pidFile(dir, pod), map[string]any{"pid": proc.PID, "program": p.Path}); err != nil {
		_ = command.Process.Kill()
		return nil, err
	}
	go func() {
		var copying sync.WaitGroup
		var writing sync.Mutex
		copying.Go(func() { copyLines(log, &writing, "stdout", stdout) })
		copying.Go(func() { copyLines(log, &writing, "stderr", stderr) })
		copying.Wait()
		_ = command.Wait()
		_ = log.Close()
		_ = os.Remove(pidFile(dir, pod))
		close(proc.exited)
		onExit(proc)
	}()
	return proc, nil
}

// stop asks the process to end, and kills it after the pod's grace period.
func (p *process) stop() {
	p.stopping = true
	_ = p.command.Process.Signal(syscall.SIGTERM)
	go func() {
		select {
		case <-p.exited:
		case <-time.After(p.grace):
			_ = p.command.Process.Kill()
		}
	}()
}

func copyLines(to io.Writer, writing *sync.Mutex, stream string, from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			if line[len(line)-1] != '\n' {
				line += "\n"
			}
			writing.Lock()
			_, _ = fmt.Fprintf(to, "%s %s F %s", time.Now().UTC().Format(time.RFC3339Nano), stream, line)
			writing.Unlock()
		}
		if err != nil {
			return
		}
	}
}

func logFile(dir string, pod *corev1.Pod) string {
	return filepath.Join(dir, "logs", baseName(pod)+".log")
}

func pidFile(dir string, pod *corev1.Pod) string {
	return filepath.Join(dir, "pids", baseName(pod)+".json")
}

// writeJSON replaces a file atomically: readers see the old or the new one.
func writeJSON(file string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", data, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
