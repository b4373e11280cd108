package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/store"
	"kaitong/bot"
)

func keyFile(t testing.TB, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "transcripts.key")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantAll(t *testing.T, log *store.Log, turns []bot.Turn) {
	t.Helper()
	found, err := log.Tail(t.Context(), 0, 100)
	if err != nil || len(found) != len(turns) {
		t.Fatalf("found %d of %d turns, %v", len(found), len(turns), err)
	}
}

const (
	oldKey = "1111111111111111111111111111111111111111"
	newKey = "2222222222222222222222222222222222222222"
)

// Plain rows and rows of several keys stand beside each other, and all are read.
func TestKeysOfALog(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		turns := threeOf()
		for i, file := range []string{"", keyFile(t, oldKey), keyFile(t, "# since today", newKey, oldKey)} {
			where.options.KeyFile = file
			log := openAt(t, where)
			appendAll(t, log, turns[2*i:2*i+2]...)
			wantAll(t, log, turns[:2*i+2])
			if loaded, err := log.Load(t.Context(), "a", 0, 0); err != nil || len(loaded) != i/2+1+i%2 {
				t.Errorf("of a: %d turns, %v", len(loaded), err)
			}
			closeLog(t, log)
			if report := verify(t, where); !report.Sound() {
				t.Errorf("%+v", report)
			}
		}
		for name, file := range map[string]string{"no key": "", "another key": keyFile(t, newKey)} {
			where.options.KeyFile = file
			if log, err := store.Open(t.Context(), where.options); !errors.Is(err, store.ErrNoKey) || !strings.Contains(err.Error(), "encryption.key_file") {
				if err == nil {
					closeLog(t, log)
				}
				t.Errorf("%s: %v", name, err)
			}
			reader, err := store.OpenReader(where.options)
			if err == nil {
				_, err = reader.Load(t.Context(), "a")
			}
			if !errors.Is(err, store.ErrNoKey) {
				t.Errorf("reading with %s: %v", name, err)
			}
		}
	})
}

// No word of a conversation is in any file; and what is encrypted cannot be moved
// or changed.
func TestNoWordIsInTheFiles(t *testing.T) {
	t.Parallel()
	where := places()["SQLite"](t)
	where.options.KeyFile = keyFile(t, oldKey)
	log := openAt(t, where)
	appendAll(t, log, threeOf()...)
	if found := findIn(t, where.options.Dir, "words of"); len(found) > 0 {
		t.Errorf("beside an open log: %v", found)
	}
	closeLog(t, log)
	if found := findIn(t, where.options.Dir, "words of"); len(found) > 0 {
		t.Errorf("after its end: %v", found)
	}
	where.execute(t, `UPDATE turns SET events = (SELECT events FROM turns WHERE conversation = 'b' AND version = 1) WHERE conversation = 'a' AND version = 1`)
	wantHole(t, verify(t, where), `what is encrypted was changed`)
}

func TestRekey(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log := openAt(t, where)
		turns := threeOf()
		appendAll(t, log, turns...)
		closeLog(t, log)
		for _, step := range []struct {
			keys []string
			then []string // that are enough then
		}{{[]string{oldKey}, []string{oldKey}}, {[]string{newKey, oldKey}, []string{newKey}}, {[]string{"plain", newKey}, nil}} {
			where.options.KeyFile = keyFile(t, step.keys...)
			done, err := store.Rekey(t.Context(), where.options, func(int64, int64) {})
			if err != nil || done.Turns != int64(len(turns)) {
				t.Fatalf("%v: %+v, %v", step.keys, done, err)
			}
			if where.options.Database == "" && step.then != nil {
				if found := findIn(t, where.options.Dir, "words of"); len(found) > 0 {
					t.Errorf("%v: %v", step.keys, found)
				}
			}
			if done, err := store.Rekey(t.Context(), where.options, func(int64, int64) {}); err != nil || done.Turns != 0 {
				t.Errorf("once more: %+v, %v", done, err)
			}
			where.options.KeyFile = ""
			if step.then != nil {
				where.options.KeyFile = keyFile(t, step.then...)
			}
			again := openAt(t, where)
			wantAll(t, again, turns)
			closeLog(t, again)
			if report := verify(t, where); !report.Sound() {
				t.Errorf("%v: %+v", step.keys, report)
			}
		}
	})
}

func TestKeyFilesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"nothing": keyFile(t), "a short key": keyFile(t, "short"), "no file": filepath.Join(t.TempDir(), "none"), "plain behind a key": keyFile(t, oldKey, "plain"),
	} {
		if _, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), KeyFile: file}); err == nil || !strings.Contains(err.Error(), "encryption.key_file") || strings.Contains(err.Error(), oldKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
