package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnalyticsExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, bad := command(t, "", "demo", "seed", "--days", "3", "--daily", "20", "--data", dir); code != exitOK {
		t.Fatal(bad)
	}
	if code, _, bad := command(t, "", "analytics", "export", "--data", dir); code != exitFailed || !strings.Contains(bad, "nothing was counted") {
		t.Errorf("before anything is counted: exit %d: %s", code, bad)
	}
	if code, _, bad := command(t, "", "analytics", "rebuild", "--data", dir); code != exitOK {
		t.Fatal(bad)
	}
	if code, out, bad := command(t, "", "analytics", "export", "--data", dir); code != exitOK || !strings.Contains(out, "day,figure,numerator,denominator,value\n") || !strings.Contains(out, ",contacts,") {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
	if code, out, bad := command(t, "", "analytics", "export", "keys", "--kind", "cause", "--locale", "en", "--data", dir); code != exitOK || !strings.Contains(out, "Overdue") {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
	file := filepath.Join(dir, "contacts.parquet")
	if code, out, bad := command(t, "", "analytics", "export", "contacts", "--format", "parquet", "--out", file, "--data", dir); code != exitOK || out != "" {
		t.Errorf("exit %d: %s%s", code, out, bad)
	}
	if content, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(content), "PAR1") {
		t.Errorf("%v, %d bytes", err, len(content))
	}
	for _, wrong := range [][]string{{"--from", "yesterday"}, {"keys"}, {"keys", "--kind", "people"}, {"--format", "xls"}} {
		if code, _, bad := command(t, "", append([]string{"analytics", "export", "--data", dir}, wrong...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", wrong, code, bad)
		}
	}
}
