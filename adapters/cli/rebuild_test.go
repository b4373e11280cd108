package cli

import (
	"database/sql"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/store"
	"kaitong/bot"
)

func TestListSaysWhatAConversationIsAbout(t *testing.T) {
	t.Parallel()
	id, dir, stop := talked(t)
	defer stop()
	code, out, notes := kaitong(t, "conversations", "list", "--data", dir)
	if code != exitOK || !strings.Contains(out, "3 turn(s)  jiebei  zh-CN  hand-off requested") || strings.Contains(out, "demo-several") {
		t.Errorf("list: %d %s%s", code, out, notes)
	}
	code, out, notes = kaitong(t, "conversations", "list", "--data", dir, "--json")
	var list []store.Stored
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != exitOK || len(list) != 1 {
		t.Fatalf("list --json: %d, %v, %s%s", code, err, out, notes)
	}
	if one := list[0]; one.Conversation != id || one.Product != "jiebei" || one.Locale != "zh-CN" || one.Handoff != bot.HandoffRequested || strings.Contains(out, "demo-several") {
		t.Errorf("list --json: %s", out)
	}
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	id, dir, stop := talked(t)
	if code, _, notes := kaitong(t, "conversations", "rebuild", "--data", dir); code != exitFailed || !strings.Contains(notes, "stop the server first") {
		t.Errorf("beside a server: %d %s", code, notes)
	}
	stop()
	rebuild := func() {
		t.Helper()
		code, out, notes := kaitong(t, "conversations", "rebuild", "--data", dir)
		if code != exitOK || !strings.Contains(out, "up to position 3") {
			t.Errorf("rebuild: %d %s%s", code, out, notes)
		}
		if code, out, notes := kaitong(t, "verify", "--data", dir); code != exitOK {
			t.Errorf("verify: %d %s%s", code, out, notes)
		}
	}
	rebuild()
	db, err := sql.Open("sqlite", filepath.Join(dir, "kaitong.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `UPDATE overviews SET product = 'huabei'`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	code, out, notes := kaitong(t, "verify", "--data", dir)
	if code != exitFailed || !strings.Contains(out, id) || !strings.Contains(out, "kaitong conversations rebuild") {
		t.Errorf("verify of a changed list: %d %s%s", code, out, notes)
	}
	rebuild()
}

func TestRebuildMakesNoLog(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")
	if code, _, notes := kaitong(t, "conversations", "rebuild", "--data", dir); code != exitFailed || !strings.Contains(notes, "--data DIR") {
		t.Errorf("%d %s", code, notes)
	}
}
