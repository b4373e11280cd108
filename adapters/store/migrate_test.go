package store

import (
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// unchainedLog makes a log as the first version of this program left it, with
// a gap in its positions as conflicts made them.
func unchainedLog(t *testing.T, turns ...bot.Turn) (dir string) {
	t.Helper()
	dir = t.TempDir()
	db, err := sql.Open("sqlite", sqliteDSN(filepath.Join(dir, databaseName), nil))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	folder, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, folder, goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for i, turn := range turns {
		one := pendings(t, turn)[0]
		if _, err := db.ExecContext(t.Context(), `INSERT INTO turns (position, conversation, version, at, events) VALUES (?1, ?2, ?3, ?4, ?5)`,
			2*i+1, one.conversation, one.version, one.at, one.events); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOldLogIsChained(t *testing.T) {
	t.Parallel()
	want := []bot.Turn{turn("a", 1), turn("b", 1), turn("a", 2), turn("a", 3)}
	dir := unchainedLog(t, want...)
	reader, err := OpenReader(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Load(t.Context(), "a"); !errors.Is(err, ErrOlderSchema) {
		t.Errorf("read before a server was started: %v", err)
	}
	log := openIdle(t, Options{Dir: dir})
	log.start()
	var positions []int64
	for _, turn := range tailAll(t, log) {
		positions = append(positions, turn.Position)
	}
	if diff := cmp.Diff([]int64{1, 3, 5, 7}, positions); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
	if err := log.Append(t.Context(), turn("a", 4)); err != nil {
		t.Error(err)
	}
	if turns, err := log.Load(t.Context(), "a", 0, 0); err != nil || len(turns) != 4 || turns[3].Position != 8 {
		t.Errorf("loaded %v, %v", turns, err)
	}
	execute(t, log, `UPDATE turns SET at = '2020-01-01T00:00:00.000000000Z' WHERE position = 5`)
	if _, err := log.Load(t.Context(), "a", 0, 0); !errors.Is(err, ErrBroken) {
		t.Errorf("after a change: %v", err)
	}
}

// What was missing before there were chains is not papered over by them.
func TestHoleOfAnOldLogStaysVisible(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{Dir: unchainedLog(t, turn("a", 1), turn("a", 3))})
	if turns, err := log.Load(t.Context(), "a", 0, 0); !errors.Is(err, ErrBroken) {
		t.Errorf("loaded %v, %v", turns, err)
	}
}

// The versions counted from the files are those that goose comes to.
func TestNewestSchema(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	want, err := sqliteSchema().newest()
	if err != nil {
		t.Fatal(err)
	}
	var got int64
	if err := log.db.pool.QueryRowContext(t.Context(), sqliteWords().schema).Scan(&got); err != nil || got != want {
		t.Errorf("schema %d, want %d (%v)", got, want, err)
	}
}

// A conversation with a hole is not served, from whatever version on one asks;
// what comes after the hole is still itself.
func TestBrokenConversationIsNotServed(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]string{
		"gone":            `DELETE FROM turns WHERE version = 2`,
		"changed":         `UPDATE turns SET events = replace(events, 'second', 'SECOND') WHERE version = 2`,
		"other time":      `UPDATE turns SET at = '2020-01-01T00:00:00.000000000Z' WHERE version = 2`,
		"other link":      `UPDATE turns SET chain = zeroblob(32) WHERE version = 2`,
		"other name":      `UPDATE turns SET conversation = 'b' WHERE version = 2`,
		"other version":   `UPDATE turns SET version = 7 WHERE version = 2`,
		"first gone":      `DELETE FROM turns WHERE version = 1`,
		"all but one are": `DELETE FROM turns WHERE version < 4`,
	} {
		log := openIdle(t, Options{})
		log.commit(pendings(t, bottest.Turn("a", 1, "first"), bottest.Turn("a", 2, "second"), bottest.Turn("a", 3, "third"), bottest.Turn("a", 4, "fourth")))
		execute(t, log, damage)
		if turns, err := log.Load(t.Context(), "a", 0, 0); !errors.Is(err, ErrBroken) || !errors.Is(err, bot.ErrDamaged) {
			t.Errorf("%s: loaded %d turns, %v", name, len(turns), err)
		}
		if turns, err := log.Load(t.Context(), "a", 1, 0); name != "first gone" && !errors.Is(err, ErrBroken) {
			t.Errorf("%s: loaded %d turns after the first, %v", name, len(turns), err)
		}
	}
}
