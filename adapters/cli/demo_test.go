package cli

import (
	"strings"
	"testing"
)

func TestDemoSeed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seed := []string{"demo", "seed", "--days", "3", "--daily", "10", "--data", dir}
	if code, out, bad := command(t, "", seed...); code != exitOK || !strings.Contains(out, "made-up people are in the log") {
		t.Fatalf("exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", "verify", "--data", dir); code != exitOK {
		t.Errorf("what was made up is not whole: %s%s", out, bad)
	}
	if code, out, bad := command(t, "", "conversations", "list", "--data", dir); code != exitOK || !strings.Contains(out, "demo_1_") {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", seed...); code != exitFailed || !strings.Contains(bad, "another --seed") {
		t.Errorf("a second time: exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", "demo", "seed", "--days", "0", "--data", dir); code != exitUsage {
		t.Errorf("no days: exit %d: %s%s", code, out, bad)
	}
}
