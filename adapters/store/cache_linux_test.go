package store

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// forgetFile takes the pages of a file out of memory, so that they are read from
// the disk again.
func forgetFile(t testing.TB, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED); err != nil {
		t.Fatal(err)
	}
}
