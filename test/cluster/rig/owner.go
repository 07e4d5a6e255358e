package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

func isThere(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// endListed kills the other programs that a run folder lists, that is, the control plane, when its owner died. They
// have no state worth saving, and an API server without etcd would take long to stop by itself.
func endListed(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "pids", "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // removed meanwhile
		}
		var listed struct {
			PID int `json:"pid"`
		}
		if json.Unmarshal(text, &listed) == nil && listed.PID > 1 && listed.PID != os.Getpid() {
			_ = syscall.Kill(listed.PID, syscall.SIGKILL)
		}
	}
	return nil
}
