package bottest

import (
	"os"
	"path/filepath"
	"testing"
)

// Corpus is the path of a collection of hostile input that is kept outside the
// project, beside it. Where it is not, the test is skipped and says so.
func Corpus(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "data", "security", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: ../shared/data/security/%s is absent, so this public collection is not tried", name)
	}
	return path
}

// JSONTexts is a public collection of texts that parsers disagree about, by name:
// y_ is JSON, n_ is not, i_ is left open.
func JSONTexts(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(Corpus(t, "json_parsing"), "*.json"))
	if err != nil || len(names) < 300 {
		t.Fatalf("%d texts, %v", len(names), err)
	}
	texts := make(map[string][]byte, len(names))
	for _, path := range names {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[filepath.Base(path)] = text
	}
	return texts
}
