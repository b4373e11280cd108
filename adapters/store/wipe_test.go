package store_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// findIn counts where words are found in any file of a directory.
func findIn(t *testing.T, dir string, words ...string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, word := range words {
			if n := bytes.Count(data, []byte(word)); n > 0 {
				found = append(found, fmt.Sprintf("%q %d times in %s", word, n, filepath.Base(path)))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Among thousands of conversations in an order of chance pages are split all the
// time: rows are copied, and the copies outlive deleting the rows.
func TestNothingOfAnErasedConversationIsInTheFiles(t *testing.T) {
	t.Parallel()
	where := places()["SQLite"](t)
	log, erasures := openAt(t, where), openErasures(t, where)
	chance := rand.New(rand.NewPCG(3, 7))
	var names []string
	for range 1500 {
		names = append(names, fmt.Sprintf("c_%016x", chance.Uint64()))
	}
	versions := map[string]int64{}
	for range 4000 {
		name := names[chance.IntN(len(names))]
		versions[name]++
		turn := bottest.Turn(name, versions[name], "words of "+name)
		if versions[name] == 1 {
			turn.Events = append([]bot.Event{bot.Started{Tenant: "t", User: "user-" + name}}, turn.Events...)
		}
		appendAll(t, log, turn)
	}
	names = names[:300]
	if found := findIn(t, where.options.Dir, names...); len(found) < len(names)/2 {
		t.Fatalf("only %d of %d names are in the files to begin with", len(found), len(names))
	}
	var gone store.Erased
	for some := range slices.Chunk(names, 50) {
		one := erase(t, erasures, log, some...)
		gone.Conversations += one.Conversations
	}
	if err := erasures.Wipe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := findIn(t, where.options.Dir, names...); len(found) > 0 {
		t.Errorf("beside an open log: %v", found)
	}
	appendAll(t, log, bottest.Turn("another", 1, "goes on"))
	closeLog(t, log)
	if found := findIn(t, where.options.Dir, names...); len(found) > 0 {
		t.Errorf("after its end: %v", found)
	}
	if report := verify(t, where); !report.Sound() || report.Erased.Conversations != gone.Conversations {
		t.Errorf("%+v", report)
	}
}

// A reader that holds on to old pages is waited for, and told of in the end.
func TestWipeIsOwedUntilItIsDone(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log, erasures := openAt(t, where), openErasures(t, where)
		appendAll(t, log, threeOf()...)
		erase(t, erasures, log, "b")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := erasures.Wipe(ended); err == nil {
			t.Error("wiped although its time was over")
		}
		for range 2 {
			if err := erasures.Wipe(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}
