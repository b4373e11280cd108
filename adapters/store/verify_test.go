package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// place is a log of one kind of database, and a way behind its back.
type place struct {
	options store.Options
	execute func(t *testing.T, text string)
}

func places() map[string]func(t *testing.T) place {
	return map[string]func(t *testing.T) place{
		"SQLite": func(t *testing.T) place {
			dir := t.TempDir()
			return place{options(dir), func(t *testing.T, text string) { execute(t, dir, text) }}
		},
		"PostgreSQL": func(t *testing.T) place {
			address := storetest.Database(t)
			return place{postgresOptions(address), func(t *testing.T, text string) { storetest.Exec(t, address, text) }}
		},
	}
}

// everywhere runs a test on every kind of database.
func everywhere(t *testing.T, test func(t *testing.T, where place)) {
	t.Helper()
	for name, make := range places() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, make(t))
		})
	}
}

func TestVerifyNamesEveryHole(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage string
		want   string // part of what is said about a hole
	}{
		"nothing":              {``, ``},
		"a changed byte":       {`UPDATE turns SET events = replace(events, 'b-2', 'b-X') WHERE conversation = 'b' AND version = 2`, `"b" 2 5: conversation is not whole: the turn or its link was changed`},
		"a changed time":       {`UPDATE turns SET at = '2020-01-01T00:00:00.000000000Z' WHERE position = 5`, `"b" 2 5: conversation is not whole: the turn or its link was changed`},
		"a deleted row":        {`DELETE FROM turns WHERE conversation = 'b' AND version = 2`, `"b" 3 8: conversation is not whole: version 2 is missing`},
		"two deleted rows":     {`DELETE FROM turns WHERE conversation = 'b' AND version < 3`, `"b" 3 8: conversation is not whole: versions 1 to 2 are missing`},
		"its position":         {`DELETE FROM turns WHERE position = 5`, `"" 0 5: the turn at this position is missing`},
		"the end of a talk":    {`DELETE FROM turns WHERE conversation = 'b' AND version = 3`, `"" 0 8: the turn at this position is missing`},
		"the end of the log":   {`DELETE FROM turns WHERE position > 7`, `"" 0 8: the turns at positions 8 to 9 are missing`},
		"the last's neighbour": {`DELETE FROM turns WHERE position = 8`, `"" 0 8: the turn at this position is missing`},
		"a changed version":    {`UPDATE turns SET version = 4 WHERE conversation = 'b' AND version = 3`, `"b" 4 8: conversation is not whole: version 3 is missing`},
		"a stolen turn":        {`UPDATE turns SET conversation = 'z' WHERE conversation = 'b' AND version = 1`, `"z" 1 2: conversation is not whole: the turn or its link was changed`},
		"turns that swapped": {`UPDATE turns SET position = 100 WHERE position = 5; UPDATE turns SET position = 5 WHERE position = 8; UPDATE turns SET position = 8 WHERE position = 100`,
			`"b" 3 5: conversation is not whole: it stands before version 2`},
		"a deleted block": {`DELETE FROM sealed`, `(9 turn(s) refer to it)`},
		"a changed block": {`UPDATE sealed SET body = replace(body, 'words', 'lies')`, `its content does not belong to its key (9 turn(s) refer to it)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everywhere(t, func(t *testing.T, where place) {
				log := openAt(t, where)
				for version := int64(1); version <= 3; version++ {
					for _, name := range []string{"a", "b", "c"} {
						if err := log.Append(t.Context(), told(t, name, version)); err != nil {
							t.Fatal(err)
						}
					}
				}
				closeLog(t, log) // notes the end
				if test.damage != "" {
					where.execute(t, test.damage)
				}
				wantHole(t, verify(t, where), test.want)
			})
		})
	}
}

func verify(t *testing.T, where place) store.Report {
	t.Helper()
	reader, err := store.OpenReader(where.options)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[store.Stage]bool{}
	report, err := reader.Verify(t.Context(), func(stage store.Stage, _, _ int64) { shown[stage] = true })
	if err != nil {
		t.Fatal(err)
	}
	if !shown[store.StageDatabase] || report.Turns > 0 && !shown[store.StageTurns] {
		t.Errorf("showed only %v", shown)
	}
	return report
}

func wantHole(t *testing.T, report store.Report, want string) {
	t.Helper()
	if want == "" {
		if !report.Sound() || report.Turns != 9 || report.Conversations != 3 || report.Blocks != 1 {
			t.Errorf("report %+v", report)
		}
		return
	}
	var all []string
	for _, hole := range report.Holes {
		all = append(all, fmt.Sprintf("%q %d %d: %s", hole.Conversation, hole.Version, hole.Position, hole.Problem))
		if hole.Remedy == "" {
			t.Errorf("nothing is said about what to do: %+v", hole)
		}
	}
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("said twice:\n%s", strings.Join(all, "\n"))
	}
	if !strings.Contains(strings.Join(all, "\n"), want) {
		t.Errorf("want %s\nin   %s", want, strings.Join(all, "\n     "))
	}
}

func TestVerifyBesideAServer(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log := openAt(t, where)
		crowd := gather(t, 16, log)
		for range 3 {
			crowd.each(5)
			crowd.during(func() {
				if report := verify(t, where); !report.Sound() {
					t.Errorf("report %+v", report)
				}
			})
		}
	})
}

// closedLog is the directory of a log with 200 long turns of one conversation.
func closedLog(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	log := open(t, dir)
	for version := int64(1); version <= 200; version++ {
		if err := log.Append(t.Context(), bottest.Turn("c1", version, strings.Repeat("字", 500))); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, log)
	return dir
}

// A byte changed in the file itself.
func TestVerifyOfADamagedFile(t *testing.T) {
	t.Parallel()
	dir := closedLog(t)
	path := filepath.Join(dir, "kaitong.db")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(content, []byte("c1-77"))
	if at < 0 {
		t.Fatal("the turn is not in the file")
	}
	content[at+3] = '8'
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	report := verify(t, place{options: options(dir)})
	if len(report.Holes) != 1 || report.Holes[0].Version != 77 {
		t.Errorf("report %+v", report)
	}
}

func TestVerifyOfPagesThatAreGone(t *testing.T) {
	t.Parallel()
	dir := closedLog(t)
	damage(t, filepath.Join(dir, "kaitong.db"))
	if report := verify(t, place{options: options(dir)}); report.Sound() {
		t.Errorf("report %+v", report)
	}
}

// What was appended since the last clean stop is looked through at the next
// start: the log opens, says what is wrong and does not serve it.
func TestStartAfterACrashLooksBack(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log := openAt(t, where)
		for version := int64(1); version <= 3; version++ {
			for _, name := range []string{"a", "b"} {
				if err := log.Append(t.Context(), told(t, name, version)); err != nil {
					t.Fatal(err)
				}
			}
		}
		closeLog(t, log)
		where.execute(t, `UPDATE meta SET value = '2' WHERE key = 'sound'`) // as if it had crashed
		where.execute(t, `DELETE FROM turns WHERE conversation = 'a' AND version = 2`)
		where.execute(t, `UPDATE turns SET events = replace(events, 'b-3', 'b-X') WHERE conversation = 'b' AND version = 3`)
		said := &bytes.Buffer{}
		where.options.Logger = slog.New(slog.NewTextHandler(said, nil))
		log = openAt(t, where)
		for _, want := range []string{
			`position=3 problem="the turn at this position is missing"`,
			`conversation=a version=3 position=5 problem="conversation is not whole: version 2 is missing"`,
			`conversation=b version=3 position=6 problem="conversation is not whole: the turn or its link was changed"`,
		} {
			if !strings.Contains(said.String(), want) {
				t.Errorf("the log does not say %s:\n%s", want, said)
			}
		}
		for _, name := range []string{"a", "b"} {
			if turns, err := log.Load(t.Context(), name, 0, 0); !errors.Is(err, store.ErrBroken) {
				t.Errorf("%s is served: %d turns, %v", name, len(turns), err)
			}
		}
		if err := log.Append(t.Context(), told(t, "new", 1)); err != nil {
			t.Errorf("others are not served: %v", err)
		}
	})
}

// After a clean stop there is nothing to look through, and rows that vanished
// from the end are noticed.
func TestStartAfterACleanStop(t *testing.T) {
	t.Parallel()
	everywhere(t, func(t *testing.T, where place) {
		log := openAt(t, where)
		for version := int64(1); version <= 3; version++ {
			if err := log.Append(t.Context(), told(t, "a", version)); err != nil {
				t.Fatal(err)
			}
		}
		closeLog(t, log)
		where.execute(t, `DELETE FROM turns WHERE position = 3`)
		said := &bytes.Buffer{}
		where.options.Logger = slog.New(slog.NewTextHandler(said, nil))
		log = openAt(t, where)
		if want := `position=3 problem="the turn at this position is missing"`; !strings.Contains(said.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, said)
		}
		if err := log.Append(t.Context(), told(t, "b", 1)); err != nil {
			t.Fatal(err)
		}
		turns, err := log.Load(t.Context(), "b", 0, 0)
		if err != nil || turns[0].Position != 4 {
			t.Errorf("a position is given out again: %v, %v", turns, err)
		}
	})
}

func openAt(t *testing.T, where place) *store.Log {
	t.Helper()
	log, err := store.Open(t.Context(), where.options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeLog(t, log) })
	return log
}

// told is a turn that says sealed words.
func told(t *testing.T, conversation string, version int64) bot.Turn {
	t.Helper()
	sealed := bot.Seal(bot.Block{Type: bot.BlockText, Text: "words"})
	turn := bottest.Turn(conversation, version, "question")
	turn.Events = append(turn.Events, bot.Message{Seq: version, Author: bot.AuthorBot, Blocks: []bot.Block{sealed.Block()}})
	return turn
}
