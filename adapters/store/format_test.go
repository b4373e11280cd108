package store_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/bottest"
)

// An old program refuses what a newer one wrote before it serves anybody, and
// says which version is wanted and what to do.
func TestNewerLogIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, where := range map[string]struct {
		options store.Options
		execute func(t *testing.T, statement string)
	}{
		"SQLite": {store.Options{Dir: dir, Program: "v9.9.9"}, func(t *testing.T, statement string) {
			db, err := sql.Open("sqlite", filepath.Join(dir, "kaitong.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}},
		"PostgreSQL": postgresPlace(t),
	} {
		t.Run(name, func(t *testing.T) {
			log, err := store.Open(t.Context(), where.options)
			if err != nil {
				t.Fatal(err)
			}
			if err := log.Append(t.Context(), bottest.Turn("c", 1, "x")); err != nil {
				t.Fatal(err)
			}
			closeLog(t, log)
			where.execute(t, `UPDATE meta SET value = '7' WHERE key = 'format'`)
			refused(t, where.options, "format 7", "up to 1")
			where.execute(t, `UPDATE meta SET value = '1' WHERE key = 'format'`)
			where.execute(t, `INSERT INTO schema_version (version_id, is_applied) VALUES (4711, true)`)
			refused(t, where.options, "schema is 4711", "knows ")
		})
	}
}

func postgresPlace(t *testing.T) struct {
	options store.Options
	execute func(t *testing.T, statement string)
} {
	address := storetest.Database(t)
	return struct {
		options store.Options
		execute func(t *testing.T, statement string)
	}{store.Options{Database: address, Program: "v9.9.9"}, func(t *testing.T, statement string) { storetest.Exec(t, address, statement) }}
}

func refused(t *testing.T, options store.Options, words ...string) {
	t.Helper()
	options.Program = "v1.0.0"
	_, opened := store.Open(t.Context(), options)
	reader, err := store.OpenReader(options)
	if err != nil {
		t.Fatal(err)
	}
	_, read := reader.Load(t.Context(), "c")
	for _, err := range []error{opened, read} {
		if !errors.Is(err, store.ErrNewerSchema) {
			t.Fatalf("not refused: %v", err)
		}
		for _, word := range append(words, "version v9.9.9", "restore the backup", "docs/operations.md#upgrade") {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("no %q in %v", word, err)
			}
		}
	}
}
