package backup_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/backup"
)

func made(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.WriteFile(source, []byte(strings.Repeat("内容", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, name)
	m, err := backup.NewMaker(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kaitong.db", "blobs/proofs/a/b"} {
		if err := m.Add(t.Context(), name, source); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("it is there before it is whole")
	}
	if _, err := m.Finish(t.Context(), backup.Manifest{Program: "v1", Database: "sqlite"}); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*unfinished*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return to
}

func extract(t *testing.T, path string) (dir string, err error) {
	t.Helper()
	b, err := backup.Open(path)
	if err != nil {
		return "", err
	}
	dir = t.TempDir()
	return dir, b.Extract(t.Context(), dir, func(path string) string { return path }, func(int64, int64) {})
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"directory", "one.tar", "one.tar.gz"} {
		dir, err := extract(t, made(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, file := range []string{"kaitong.db", "blobs/proofs/a/b"} {
			if content, err := os.ReadFile(filepath.Join(dir, file)); err != nil || len(content) != 6000 {
				t.Errorf("%s: %s has %d bytes, %v", name, file, len(content), err)
			}
		}
	}
}

// One byte in the middle, a file that is gone, one too many, a manifest that
// leads elsewhere: each is refused.
func TestDamageIsRefused(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"a byte":      func(dir string) error { return patch(filepath.Join(dir, "kaitong.db"), 3000, "X") },
		"a file gone": func(dir string) error { return os.Remove(filepath.Join(dir, "blobs/proofs/a/b")) },
		"a file more": func(dir string) error { return os.WriteFile(filepath.Join(dir, "more"), nil, 0o600) },
		"cut off":     func(dir string) error { return os.Truncate(filepath.Join(dir, "kaitong.db"), 10) },
		"a link":      func(dir string) error { return os.Symlink("/etc/hostname", filepath.Join(dir, "link")) },
		"leads outside": func(dir string) error {
			return replace(filepath.Join(dir, "manifest.json"), "kaitong.db", "../kaitong.db")
		},
		"no JSON": func(dir string) error { return os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("{"), 0o600) },
	} {
		dir := made(t, "directory")
		if err := damage(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := extract(t, dir); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := made(t, "one.tar")
	if err := patch(file, 7000, "X"); err != nil {
		t.Fatal(err)
	}
	if _, err := extract(t, file); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("a byte of an archive: %v", err)
	}
}

func TestNoBackup(t *testing.T) {
	t.Parallel()
	if _, err := backup.Open(t.TempDir()); !errors.Is(err, backup.ErrNone) {
		t.Errorf("an empty directory: %v", err)
	}
	dir := made(t, "directory")
	if err := replace(filepath.Join(dir, "manifest.json"), `"format": 1`, `"format": 2`); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Open(dir); !errors.Is(err, backup.ErrNewer) || !strings.Contains(err.Error(), "version v1") {
		t.Errorf("a newer one: %v", err)
	}
	if _, err := backup.NewMaker(dir); err == nil {
		t.Error("over a backup that is there")
	}
}

func patch(path string, at int64, text string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt([]byte(text), at)
	return errors.Join(err, file.Close())
}

func replace(path, old, text string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.ReplaceAll(string(content), old, text)), 0o600)
}

// Nothing is left of a backup that could not be packed, as on a full disk.
func TestNothingIsLeftOfABackupThatFailed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"one.tar", "one.tar.gz"} {
		m, err := backup.NewMaker(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"a", "b"} {
			if err := os.WriteFile(m.Path(file), []byte("content"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := m.Note(t.Context(), file); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(m.Path("b")); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Finish(t.Context(), backup.Manifest{}); err == nil {
			t.Error("made without one of its files")
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A file that goes on where it should have ended does not fill the disk.
func TestNoMoreIsReadThanWasWritten(t *testing.T) {
	t.Parallel()
	path := made(t, "directory")
	if err := os.Truncate(filepath.Join(path, "kaitong.db"), 1<<30); err != nil { // takes no room
		t.Fatal(err)
	}
	b, err := backup.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	read := int64(0)
	err = b.Each(t.Context(), func(_ backup.File, content io.Reader) error {
		size, err := io.Copy(io.Discard, content)
		read = max(read, size)
		return err
	})
	if !errors.Is(err, backup.ErrDamaged) || read > 6001 {
		t.Errorf("%v after %d bytes", err, read)
	}
}

// The latest of many backups is often a link to it.
func TestLinkToABackup(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "latest")
	if err := os.Symlink(made(t, "directory"), link); err != nil {
		t.Skip("no links here:", err)
	}
	if _, err := extract(t, link); err != nil {
		t.Error(err)
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format":1,"files":[{"path":"a","size":1,"sha256":"00"}]}`))
	f.Add([]byte(`{"format":1,"files":[{"path":"../a"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := backup.Open(dir)
		if err != nil {
			return
		}
		for _, one := range b.Files {
			if !filepath.IsLocal(one.Path) {
				t.Errorf("taken: %q", one.Path)
			}
		}
	})
}
