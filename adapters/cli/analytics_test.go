package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRebuildFigures(t *testing.T) {
	t.Parallel()
	_, dir, stop := talked(t)
	if code, _, notes := kaitong(t, "analytics", "rebuild", "--data", dir); code != exitFailed || !strings.Contains(notes, "stop the server first") {
		t.Errorf("beside a server: %d %s", code, notes)
	}
	stop()
	if _, err := os.Stat(filepath.Join(dir, "analytics.db")); err != nil {
		t.Errorf("the server counted nothing: %v", err)
	}
	code, out, notes := kaitong(t, "analytics", "rebuild", "--data", dir)
	if code != exitOK || !strings.Contains(out, "up to position 3") {
		t.Errorf("rebuild: %d %s%s", code, out, notes)
	}
	if code, _, notes := kaitong(t, "analytics", "rebuild", "--data", filepath.Join(dir, "none")); code != exitFailed || !strings.Contains(notes, "--data DIR") {
		t.Errorf("without a log: %d %s", code, notes)
	}
}
