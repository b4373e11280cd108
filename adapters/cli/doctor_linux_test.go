package cli

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// mounted puts a small disk of its own in place of the data directory.
func mounted(t *testing.T, p *patient, options string) {
	t.Helper()
	err := unix.Mount("tmpfs", p.config.Data, "tmpfs", 0, options)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		t.Skipf("SKIPPED, NOT TESTED: mounting a small disk wants root: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(p.config.Data, 0); err != nil {
			t.Error(err)
		}
	})
}

func TestDoctorDiskFull(t *testing.T) {
	t.Parallel()
	p := healthy(t)
	mounted(t, p, "size=256k,mode=700")
	if err := os.WriteFile(filepath.Join(p.config.Data, "filler"), make([]byte, 256<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	found := p.examined()
	names(t, found, "disk.full")
	names(t, found, "disk.too-little")
	names(t, found, "data.fleeting")
}

func TestDoctorDataReadOnly(t *testing.T) {
	t.Parallel()
	p := healthy(t)
	mounted(t, p, "size=1m,mode=700")
	if err := unix.Mount("", p.config.Data, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	names(t, p.examined(), "data.not-writable")
}
