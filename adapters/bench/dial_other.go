//go:build !linux

package bench

import "syscall"

// Elsewhere 127.0.0.1 is the only loopback address one can count on.
const manySources = false

func bindLate(string, string, syscall.RawConn) error { return nil }
