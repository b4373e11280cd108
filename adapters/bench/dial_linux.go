package bench

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// Every address of 127.0.0.0/8 is this machine's own.
const manySources = true

// bindLate leaves the choice of the port to connect: chosen by bind, a port
// serves one connection of an address at a time, whoever it goes to.
func bindLate(_, _ string, raw syscall.RawConn) error {
	var set error
	err := raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
	})
	return errors.Join(err, set)
}
