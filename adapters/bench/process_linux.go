package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is the unit of /proc, the same on every Linux that Go runs on.
const ticksPerSecond = 100

// cpuOf is the time a process has used, user and system.
func cpuOf(pid int) (time.Duration, bool) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The second field is the name in brackets and may hold anything.
	fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
	const user, system = 11, 12
	if len(fields) <= system {
		return 0, false
	}
	return ticks(fields[user]) + ticks(fields[system]), true
}

func ticks(text string) time.Duration {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n) * (time.Second / ticksPerSecond)
}

// memoryOf is what a process holds in memory, in bytes.
func memoryOf(pid int) (int64, bool) {
	for name, field := range map[string]string{"smaps_rollup": "Rss:", "status": "VmRSS:"} {
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			continue
		}
		if kib, ok := kibOf(string(content), field); ok {
			return kib << 10, true
		}
	}
	return 0, false
}

func kibOf(content, field string) (int64, bool) {
	for line := range strings.Lines(content) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// cpuOfAll is the time all processes of the machine together have used.
func cpuOfAll() (time.Duration, bool) {
	content, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, false
	}
	line, _, _ := strings.Cut(string(content), "\n")
	fields := strings.Fields(line)
	if len(fields) < 8 {
		return 0, false
	}
	var busy time.Duration
	for i, field := range fields[1:8] {
		const idle, waiting = 3, 4
		if i != idle && i != waiting {
			busy += ticks(field)
		}
	}
	return busy, true
}

// cpuOfSelf is the time this process has used.
func cpuOfSelf() (time.Duration, bool) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, false
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), true
}
