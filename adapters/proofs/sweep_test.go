package proofs_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/proofs"
)

// aged makes the files of a conversation as old as may be.
func aged(t *testing.T, dir, conversation string, age time.Duration) []string {
	t.Helper()
	below := filepath.Join(dir, filepath.FromSlash(filepath.Dir(proofs.Object(conversation, "x"))))
	paths := files(t, below)
	for _, path := range paths {
		at := time.Now().Add(-age)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

const month = 30 * 24 * time.Hour

func sweepOf(known []string, release func(context.Context, string, []string) ([]string, error)) proofs.SweepOptions {
	return proofs.SweepOptions{
		Before: time.Now().Add(-month), Torn: time.Now().Add(-24 * time.Hour), Release: release,
		Begun: func(_ context.Context, take func(string)) error {
			for _, name := range known {
				take(name)
			}
			return nil
		},
	}
}

// Old documents go when nobody needs them; what is young, needed or in doubt
// stays, and what is of another log.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir, secret("k"))
	for _, conversation := range []string{"c_sent", "c_form", "c_form", "c_young", "c_gone", "c_broken"} {
		if _, err := store.Keep(t.Context(), conversation, "a", pdfOf("x")); err != nil {
			t.Fatal(err)
		}
	}
	for _, conversation := range []string{"c_sent", "c_form", "c_gone", "c_broken"} {
		aged(t, dir, conversation, 2*month)
	}
	torn := aged(t, dir, "c_young", month/2)[0]
	for name, age := range map[string]time.Duration{".17d0.tmp": 2 * month, ".18d0.tmp": time.Hour} {
		if err := os.WriteFile(torn+name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(torn+name, time.Now(), time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("damaged")
	asked := map[string]int{}
	options := sweepOf([]string{"c_sent", "c_form", "c_young", "c_broken", "c_without"}, func(_ context.Context, conversation string, ids []string) ([]string, error) {
		asked[conversation] += len(ids)
		switch conversation {
		case "c_broken":
			return nil, broken
		case "c_form":
			return ids, nil
		}
		return nil, nil
	})
	swept, err := store.Sweep(t.Context(), options)
	if want := (proofs.Swept{Seen: 6, Removed: 2, Torn: 1, Foreign: 1}); swept != want || !errors.Is(err, broken) || !errors.Is(err, proofs.ErrForeign) {
		t.Errorf("swept %+v, %v; want %+v", swept, err, want)
	}
	if len(asked) != 3 || asked["c_form"] != 2 {
		t.Errorf("asked for %v", asked)
	}
	left := files(t, dir)
	for conversation, want := range map[string]int{"c_sent": 1, "c_form": 0, "c_young": 2, "c_gone": 1, "c_broken": 1} {
		prefix := filepath.FromSlash(filepath.Dir(proofs.Object(conversation, "x")))
		got := len(slices.DeleteFunc(slices.Clone(left), func(path string) bool { return !strings.Contains(path, prefix) }))
		if got != want {
			t.Errorf("%s has %d files left, want %d", conversation, got, want)
		}
	}
	if again, err := store.Sweep(t.Context(), options); again.Removed+again.Torn != 0 || !errors.Is(err, broken) {
		t.Errorf("again: %+v, %v", again, err)
	}
}

// A log that knows none of it, or that cannot say, removes nothing.
func TestSweepInDoubt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store := open(t, dir, secret("k"))
	if _, err := store.Keep(t.Context(), "c_1", "a", pdfOf("x")); err != nil {
		t.Fatal(err)
	}
	aged(t, dir, "c_1", 2*month)
	release := func(context.Context, string, []string) ([]string, error) {
		t.Error("asked")
		return nil, nil
	}
	if _, err := store.Sweep(t.Context(), sweepOf([]string{"c_2"}, release)); !errors.Is(err, proofs.ErrForeign) {
		t.Errorf("of another log: %v", err)
	}
	away := errors.New("away")
	options := sweepOf(nil, release)
	options.Begun = func(_ context.Context, take func(string)) error {
		take("c_3")
		return away
	}
	if _, err := store.Sweep(t.Context(), options); !errors.Is(err, away) {
		t.Errorf("half a list: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Sweep(ended, sweepOf([]string{"c_1"}, release)); err == nil {
		t.Error("ended, and nothing was said")
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}
