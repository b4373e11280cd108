//go:build !unix

package bench

import (
	"os"
	"syscall"
)

func apart() *syscall.SysProcAttr { return nil }

// interrupt ends a process where there is no way to ask it to.
func interrupt(p *os.Process) error { return p.Kill() }
