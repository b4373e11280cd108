package store

import (
	"fmt"
	"testing"
)

// What an acknowledgement means rests on these settings.
func TestSettings(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "5000",
	} {
		var reader string
		if writer := writerPragma(t, log, pragma); writer != want {
			t.Errorf("writer has %s = %s, want %s", pragma, writer, want)
		}
		if pragma == "synchronous" {
			continue // of no meaning to who only reads
		}
		if err := log.db.pool.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&reader); err != nil || reader != want {
			t.Errorf("reader has %s = %s, want %s (%v)", pragma, reader, want, err)
		}
	}
	if _, err := log.db.pool.ExecContext(t.Context(), "DELETE FROM turns"); err == nil {
		t.Error("a reading connection can write")
	}
}

func writerPragma(t *testing.T, log *Log, name string) string {
	t.Helper()
	statement, err := prepareSQLite(log.db.writes.(*sqliteWriter).conn, "PRAGMA "+name)
	if err != nil {
		t.Fatal(err)
	}
	values, err := statement.row()
	if err != nil {
		t.Fatal(err)
	}
	if err := statement.close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(values[0])
}
