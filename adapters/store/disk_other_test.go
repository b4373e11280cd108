//go:build !linux

package store_test

import "testing"

func smallDisk(t *testing.T, _ string) string {
	t.Helper()
	t.Skip("a disk that can be full is made on Linux only")
	return ""
}

func growDisk(*testing.T, string, string) {}
