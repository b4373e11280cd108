package store

import "testing"

// What an acknowledgement means rests on these settings.
func TestSettings(t *testing.T) {
	t.Parallel()
	log := openIdle(t, Options{})
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "5000",
	} {
		var writer, reader string
		if err := log.db.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&writer); err != nil || writer != want {
			t.Errorf("writer has %s = %s, want %s (%v)", pragma, writer, want, err)
		}
		if pragma == "synchronous" {
			continue // of no meaning to who only reads
		}
		if err := log.db.read.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&reader); err != nil || reader != want {
			t.Errorf("reader has %s = %s, want %s (%v)", pragma, reader, want, err)
		}
	}
	if _, err := log.db.read.ExecContext(t.Context(), "DELETE FROM turns"); err == nil {
		t.Error("a reading connection can write")
	}
}
