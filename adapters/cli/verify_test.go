package cli

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/bottest"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	id, dir, stop := talked(t)
	for _, state := range []string{"beside a running server", "without a server"} {
		t.Run(state, func(t *testing.T) {
			code, out, notes := kaitong(t, "verify", "--data", dir)
			if code != exitOK || !strings.Contains(out, "3 turn(s) of 1 conversation(s)") || !strings.Contains(out, "everything is whole") {
				t.Errorf("code %d, %s%s", code, out, notes)
			}
		})
		if stop != nil {
			stop()
			stop = nil
		}
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "kaitong.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `DELETE FROM turns WHERE version = 2`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	code, out, notes := kaitong(t, "verify", "--data", dir)
	for _, want := range []string{"Conversation " + id + ", version 3, position 3: ", "version 2 is missing", "Position 2: ", "backup", "2 problem(s)"} {
		if code != exitFailed || !strings.Contains(out, want) {
			t.Errorf("no %q: code %d, %s%s", want, code, out, notes)
		}
	}
	code, out, notes = kaitong(t, "verify", "--data", dir, "--json")
	var result verifyResult
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != exitFailed || result.Sound || len(result.Holes) != 2 {
		t.Errorf("code %d, %v, %s%s", code, err, out, notes)
	}
}

func TestVerifyPostgres(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	code, _, notes := kaitong(t, "verify", "--database", address)
	if code != exitFailed || !strings.Contains(notes, "no event log") {
		t.Errorf("an empty database: code %d, %s", code, notes)
	}
	log, err := store.Open(t.Context(), store.Options{Database: address})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify"}, {"conversations", "list"}, {"conversations", "show", "c1"}} {
		if code, out, notes := kaitong(t, append(args, "--database", address)...); code != exitOK || !strings.Contains(out, "1 turn(s)") && !strings.Contains(out, "x") {
			t.Errorf("%v: code %d, %s%s", args, code, out, notes)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	if code, _, notes := kaitong(t, "verify", "--data", t.TempDir()); code != exitFailed || !strings.Contains(notes, "--data DIR") {
		t.Errorf("no log: code %d, %s", code, notes)
	}
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, "kaitong.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{empty, t.TempDir()} {
		code, out, notes := kaitong(t, "verify", "--json", "--data", dir)
		var failure map[string]string
		if err := json.Unmarshal([]byte(out), &failure); code != exitFailed || err != nil || len(failure) != 1 || !strings.Contains(failure["error"], "no event log") {
			t.Errorf("code %d, %v: %s%s", code, err, out, notes)
		}
	}
	if code, _, _ := kaitong(t, "verify", "--quickly"); code != exitUsage {
		t.Errorf("unknown flag: code %d", code)
	}
	if code, _, notes := kaitong(t, "verify", "--database", "mysql://root:geheim@db/x"); code != exitFailed || strings.Contains(notes, "geheim") {
		t.Errorf("no PostgreSQL: code %d, %s", code, notes)
	}
}
