//go:build unix

package bench

import (
	"errors"
	"os"
	"syscall"
)

// openFiles is how many files this process may have open, and a child of it
// too; 0 when that is unknown.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(limit.Cur, 2*MostSockets)) // more is as good as no limit
}

// Runs says whether there is a process with this number.
func Runs(pid int) bool {
	if pid < 1 {
		return false
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, syscall.EPERM) // that of somebody else
}
