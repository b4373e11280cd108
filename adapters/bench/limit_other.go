//go:build !unix

package bench

import "os"

func openFiles() int { return 0 }

// Runs says whether there is a process with this number.
func Runs(pid int) bool {
	if pid < 1 {
		return false
	}
	_, err := os.FindProcess(pid)
	return err == nil
}
