//go:build !linux

package bench

import "time"

// What a process costs is read from /proc, which other systems do not have.

func pidListening(string) int { return 0 }

func cpuOf(int) (time.Duration, bool) { return 0, false }

func memoryOf(int) (int64, bool) { return 0, false }

func cpuOfAll() (time.Duration, bool) { return 0, false }

func cpuOfSelf() (time.Duration, bool) { return 0, false }
