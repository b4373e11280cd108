//go:build unix

package bench

import (
	"os"
	"syscall"
)

// apart keeps a Ctrl-C meant for this program from the child.
func apart() *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Setpgid: true}
	endWithParent(attributes)
	return attributes
}

func interrupt(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
