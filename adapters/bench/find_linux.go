package bench

import (
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// pidListening finds the process that listens on a port of this machine; 0
// when the address is elsewhere, or the process is somebody else's.
func pidListening(address string) int {
	host, port, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err != nil || ip == nil || !ip.IsLoopback() {
		return 0
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return 0
	}
	wanted := strings.ToUpper(hex.EncodeToString([]byte{byte(n >> 8), byte(n)}))
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if inode := inodeListening(table, wanted); inode != "" {
			return pidHolding("socket:[" + inode + "]")
		}
	}
	return 0
}

// inodeListening reads the table of the kernel: number, local address, remote
// address, state …, inode.
func inodeListening(table, port string) string {
	content, err := os.ReadFile(table)
	if err != nil {
		return ""
	}
	const local, state, inode, listening = 1, 3, 9, "0A"
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) > inode && fields[state] == listening && strings.HasSuffix(fields[local], ":"+port) {
			return fields[inode]
		}
	}
	return ""
}

// pidHolding finds the process that has something open.
func pidHolding(what string) int {
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == what {
			var pid int
			if _, err := fmt.Sscanf(link, "/proc/%d/", &pid); err == nil {
				return pid
			}
		}
	}
	return 0
}
