package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// filesOf are the files of a directory and what they hold. The index of the
// write-ahead log is left out: within one process readers share the writer's,
// and mark in it what they read.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "-shm") {
			return err
		}
		data, err := os.ReadFile(path)
		files[filepath.Base(path)] = fmt.Sprintf("%d bytes %x", len(data), sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func fill(t *testing.T, log *Log) {
	t.Helper()
	for _, turn := range []bot.Turn{
		bottest.Turn("c1", 1, "为什么"), bottest.Turn("c2", 1, "why"), bottest.Turn("c1", 2, "怎么办"), bottest.Turn("c3", 1, "你好"),
	} {
		if err := log.Append(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
}

// readAll reads everything and holds that nothing was written by it.
func readAll(t *testing.T, dir string) {
	t.Helper()
	before := filesOf(t, dir)
	reader, err := OpenReader(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	turns, err := reader.Load(t.Context(), "c1")
	if err != nil || len(turns) != 2 || turns[1].Version != 2 || turns[1].Events[0].(bot.Message).Blocks[0].Text != "怎么办" {
		t.Errorf("loaded %v, %v", turns, err)
	}
	if turns, err := reader.Load(t.Context(), "nobody"); err != nil || len(turns) > 0 {
		t.Errorf("an unknown conversation: %v, %v", turns, err)
	}
	newest, err := reader.Newest(t.Context(), 2)
	if err != nil || len(newest) != 2 || newest[0].Conversation != "c3" || newest[1].Conversation != "c1" || newest[1].Turns != 2 || !newest[1].Last.Equal(turns[1].At) {
		t.Errorf("newest %v, %v", newest, err)
	}
	if diff := cmp.Diff(before, filesOf(t, dir)); diff != "" {
		t.Errorf("reading changed the files (-before +after):\n%s", diff)
	}
}

func TestReaderBesideAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, log)
	projectAll(t, log) // which writes, sooner or later
	readAll(t, dir)
	if err := log.Append(t.Context(), bottest.Turn("c1", 3, "还有呢")); err != nil {
		t.Fatalf("the server cannot write any more: %v", err)
	}
	reader, err := OpenReader(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if turns, err := reader.Load(t.Context(), "c1"); err != nil || len(turns) != 3 {
		t.Errorf("after another turn: %d turns, %v", len(turns), err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestReaderWithoutAServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, log)
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	readAll(t, dir)
	if log, err = Open(t.Context(), Options{Dir: dir}); err != nil {
		t.Fatalf("open after reading: %v", err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestReaderAfterACrash reads what a killed server left behind, which is what
// a copy of its files looks like.
func TestReaderAfterACrash(t *testing.T) {
	t.Parallel()
	dir, crashed := t.TempDir(), t.TempDir()
	log, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, log)
	if err := os.CopyFS(filepath.Join(crashed, "data"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	readAll(t, filepath.Join(crashed, "data"))
}

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, databaseName), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"no log": t.TempDir(), "no directory": filepath.Join(folder, "none"), "a folder in its place": folder} {
		if _, err := OpenReader(Options{Dir: dir}); !errors.Is(err, ErrNoLog) {
			t.Errorf("%s: %v", name, err)
		}
	}
	noise := t.TempDir()
	if err := os.WriteFile(filepath.Join(noise, databaseName), make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReader(Options{Dir: noise})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Load(t.Context(), "c"); !errors.Is(err, ErrCorrupt) {
		t.Errorf("noise: %v", err)
	}
}

func TestReaderRefusesANewerSchema(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	executeIn(t, dir, `INSERT INTO schema_version (version_id, is_applied) VALUES (99, 1)`)
	reader, err := OpenReader(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Newest(t.Context(), 1); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("got %v", err)
	}
}
