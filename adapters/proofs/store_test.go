package proofs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"kaitong/adapters/proofs"
	"kaitong/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func secret(word string) []byte { return []byte(strings.Repeat(word, proofs.MinSecret)) }

func open(t *testing.T, dir string, key []byte, scan ...string) *proofs.Store {
	t.Helper()
	var ids atomic.Int64
	store, err := proofs.Open(t.Context(), proofs.Options{
		Dir: dir, Secret: key, Scan: scan,
		NewID: func() string { return fmt.Sprintf("p%d-%d", len(key), ids.Add(1)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// files are the documents on the disk.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestKeep(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "blobs")
	store := open(t, dir, secret("k"))
	paper := pdfOf("a settled debt of Lin Xiao")
	kept, err := store.Keep(t.Context(), "c_1", "结清.pdf", paper)
	if err != nil {
		t.Fatal(err)
	}
	if kept.Type != proofs.TypePDF || kept.Size != int64(len(paper)) || len(kept.SHA256) != 64 || kept.Name != "结清.pdf" {
		t.Errorf("kept %+v", kept)
	}
	for _, path := range files(t, dir) {
		raw, err := os.ReadFile(path)
		if err != nil || bytes.Contains(raw, []byte("Lin Xiao")) || strings.Contains(path, "c_1") {
			t.Errorf("%s tells whose it is, or what it says (%v)", path, err)
		}
	}
	// Another run of the program reads it.
	if again, err := open(t, dir, secret("k")).Read(t.Context(), "c_1", kept.ID); err != nil || !bytes.Equal(again, paper) {
		t.Errorf("read %q, %v", again, err)
	}
	if _, err := store.Read(t.Context(), "c_2", kept.ID); !errors.Is(err, proofs.ErrNotFound) {
		t.Errorf("by another conversation: %v", err)
	}
	if _, err := open(t, dir, secret("other")).Read(t.Context(), "c_1", kept.ID); !errors.Is(err, proofs.ErrDamaged) {
		t.Errorf("with another key: %v", err)
	}
	if err := store.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// The same document twice is two objects that have nothing in common, and none
// can be passed off as another.
func TestObjectsAreBound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir, secret("k"))
	first, err := store.Keep(t.Context(), "c_1", "a", pdfOf("one"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := store.Keep(t.Context(), "c_1", "a", pdfOf("one"))
	if err != nil {
		t.Fatal(err)
	}
	path := func(p bot.Proof) string { return filepath.Join(dir, filepath.FromSlash(proofs.Object("c_1", p.ID))) }
	a, errA := os.ReadFile(path(first))
	b, errB := os.ReadFile(path(second))
	if errA != nil || errB != nil || bytes.Equal(a, b) {
		t.Fatalf("equal: %v (%v, %v)", bytes.Equal(a, b), errA, errB)
	}
	if err := os.WriteFile(path(second), a, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Read(t.Context(), "c_1", second.ID); !errors.Is(err, proofs.ErrDamaged) {
		t.Errorf("swapped: %v", err)
	}
	for _, damaged := range [][]byte{nil, a[:3], a[:10], append(bytes.Clone(a[:len(a)-1]), a[len(a)-1]^1), append([]byte("KTP2"), a[4:]...)} {
		if err := os.WriteFile(path(first), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Read(t.Context(), "c_1", first.ID); !errors.Is(err, proofs.ErrDamaged) {
			t.Errorf("%d bytes: %v", len(damaged), err)
		}
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir, secret("k"))
	for _, conversation := range []string{"c_1", "c_1", "c_2"} {
		if _, err := store.Keep(t.Context(), conversation, "a", pdfOf("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Erase(t.Context(), "c_1"); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	if err := store.Discard(t.Context(), "c_1", "gone"); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
}

// The scanner sees the document as it came, and lets nothing through when it
// fails.
func TestScan(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: the scanners of this test are shell scripts")
	}
	for _, test := range []struct {
		name, script string
		good         bool
		unsafe       bool
	}{
		{"clean", "cat >/dev/null", true, false},
		{"reads nothing", "exit 0", true, false},
		{"infected", "grep -q EICAR && exit 1; exit 0", false, true},
		{"fails", "exit 2", false, false},
		{"is killed", "kill -9 $$", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			_, err := open(t, dir, secret("k"), "sh", "-c", test.script).Keep(t.Context(), "c_1", "a", pdfOf("EICAR"))
			if (err == nil) != test.good || errors.Is(err, bot.ErrProofUnsafe) != test.unsafe {
				t.Errorf("got %v", err)
			}
			if kept := files(t, dir); (len(kept) > 0) != test.good {
				t.Errorf("kept %v", kept)
			}
		})
	}
	large := pdfOf(strings.Repeat("x", 4<<20)) // more than fits into a pipe: who reads none of it may still tell
	if _, err := open(t, t.TempDir(), secret("k"), "sh", "-c", "exit 0").Keep(t.Context(), "c_1", "a", large); err != nil {
		t.Errorf("a scanner that reads nothing of much: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := open(t, t.TempDir(), secret("k"), "sh", "-c", "cat >/dev/null").Keep(ended, "c_1", "a", large); err == nil || errors.Is(err, bot.ErrProofUnsafe) {
		t.Errorf("a scan that was ended: %v", err)
	}
	if _, err := open(t, t.TempDir(), secret("k"), "no-such-scanner").Keep(t.Context(), "c_1", "a", pdfOf("x")); err == nil {
		t.Error("kept without the scanner")
	}
}

func TestShortSecret(t *testing.T) {
	t.Parallel()
	if _, err := proofs.Open(t.Context(), proofs.Options{Dir: t.TempDir(), Secret: []byte("short")}); err == nil {
		t.Error("opened")
	}
	if _, err := proofs.Open(t.Context(), proofs.Options{URL: "nonsense://bucket", Secret: secret("k")}); err == nil {
		t.Error("opened a store of no kind")
	}
}
