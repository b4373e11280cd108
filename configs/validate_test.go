package configs_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/configs"
)

func TestDefaultIsValid(t *testing.T) {
	t.Parallel()
	if err := configs.Default().Validate(); err != nil {
		t.Error(err)
	}
}

// TestProblems reads testdata/invalid/*.yaml: each can be read, and breaks rules.
func TestProblems(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/invalid", func(path string) error {
		config, err := configs.Load(path, nil)
		if err != nil {
			t.Errorf("%s cannot even be read: %v", path, err)
		}
		return config.Validate()
	})
}

func TestProblemsNameWhereTheValueCameFrom(t *testing.T) {
	t.Parallel()
	path := save(t, "log:\n  level: loud\n  format: xml\nmode: test\n")
	config, err := configs.Load(path, []string{"KAITONG_LOG_FORMAT=ini"})
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Set("mode", "fast", "--mode"); err != nil {
		t.Fatal(err)
	}
	config.Tenant = "" // set by nobody we know
	got := map[string]string{}
	var problems configs.Problems
	if !errors.As(config.Validate(), &problems) {
		t.Fatal("no problems")
	}
	for _, one := range problems {
		got[one.Setting] = one.Source
	}
	want := map[string]string{"log.level": path + ":2:10", "log.format": "KAITONG_LOG_FORMAT", "mode": "--mode", "tenant": ""}
	for setting, source := range want {
		if got[setting] != source {
			t.Errorf("%s came from %q, want %q", setting, got[setting], source)
		}
	}
	if len(got) != len(want) {
		t.Errorf("problems: %v", problems)
	}
}

func TestSetOnACopyLeavesTheOriginal(t *testing.T) {
	t.Parallel()
	first, err := configs.Load("", []string{"KAITONG_MODE=test"})
	if err != nil {
		t.Fatal(err)
	}
	second := first
	if err := second.Set("mode", "fast", "--mode"); err != nil {
		t.Fatal(err)
	}
	if got := first.Validate().Error(); !strings.HasPrefix(got, "KAITONG_MODE: ") {
		t.Errorf("the original now says %q", got)
	}
}

// What is added to a list is added; the rest of it, and other copies, stay.
func TestAddToAList(t *testing.T) {
	t.Parallel()
	first, err := configs.Load(save(t, "web:\n  allowed_origins: [https://a.example, https://]\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	second, third := first, first
	for config, origin := range map[*configs.Config]string{&second: "http://localhost:8000", &third: "http://localhost:8000/"} {
		if err := config.Add("web.allowed_origins", origin, "--allow-origin"); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(second.Web.AllowedOrigins, " "); got != "https://a.example https:// http://localhost:8000" {
		t.Errorf("second: %s", got)
	}
	if got := strings.Join(first.Web.AllowedOrigins, " "); got != "https://a.example https://" {
		t.Errorf("first: %s", got)
	}
	var problems configs.Problems
	if !errors.As(third.Validate(), &problems) || len(problems) != 2 {
		t.Fatalf("%v", problems)
	}
	if got := problems[0]; !strings.HasSuffix(got.Source, ":2:20") || !strings.Contains(got.Message, `got "https://"`) {
		t.Errorf("of the file: %v", got)
	}
	if got := problems[1]; got.Source != "--allow-origin" || !strings.Contains(got.Message, `got "http://localhost:8000/"`) {
		t.Errorf("of the flag: %v", got)
	}
	for _, path := range []string{"mode", "web.origins"} {
		if err := first.Add(path, "x", "--x"); err == nil {
			t.Errorf("%s is no list", path)
		}
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	for origin, good := range map[string]bool{
		"https://www.example.com": true, "http://localhost:8000": true, "http://127.0.0.1": true, "http://[::1]:8000": true, "https://a_b.example": true,
		"": false, "null": false, "*": false, "https://*.example.com": false, "https://*": false, "www.example.com": false, "ftp://a.example": false, "https://a.example/": false,
		"https://a.example/x": false, "https://user@a.example": false, "https://a.example;script-src": false, "https://a.example,https://b.example": false,
		"https://a.example:x": false, "https://例.example": false, "https://a.example 'unsafe-inline'": false, "https://a.example?x": false, "file://a": false,
	} {
		config := configs.Default()
		config.Web.AllowedOrigins = []string{origin}
		if err := config.Validate(); (err == nil) != good {
			t.Errorf("%q: %v", origin, err)
		}
	}
}

func TestProductionThatIsComplete(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k1", 16)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string][]string{
		"key":           {"KAITONG_AUTH_KEY=" + key, "KAITONG_NATS_URL=nats://a:4222, tls://b:4222"},
		"key file":      {"KAITONG_AUTH_KEY_FILE=" + file, "KAITONG_NATS_LISTEN=127.0.0.1:4222"},
		"other origins": {"KAITONG_AUTH_KEY=" + key, "KAITONG_NATS_URL=nats://a", "KAITONG_WEB_ALLOWED_ORIGINS=https://a.example,http://localhost:3000"},
	} {
		config, err := configs.Load("", append(env, "KAITONG_MODE=production", "KAITONG_ELIGIBILITY_RESPONDER=external"))
		if err != nil {
			t.Fatal(err)
		}
		if err := config.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	config := configs.Default()
	config.Auth.KeyFile = file
	if got, err := config.Auth.ReadKey(); err != nil || string(got) != key {
		t.Errorf("key file reads as %q, %v", got, err)
	}
}

func TestKeyLength(t *testing.T) {
	t.Parallel()
	for length, valid := range map[int]bool{31: false, 32: true} {
		config := configs.Default()
		config.Auth.Key = strings.Repeat("x", length)
		if err := config.Validate(); (err == nil) != valid {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
	empty := save(t, "\n")
	config := configs.Default()
	config.Auth.KeyFile = empty
	if err := config.Validate(); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("empty key file: %v", err)
	}
}

func TestDatabases(t *testing.T) {
	t.Parallel()
	for dsn, valid := range map[string]bool{
		"":                               true,
		"postgres://db/kaitong":          true,
		"postgresql://u:secret@db:5432/": true,
		"postgres:///kaitong?host=%2Frun%2Fpostgresql": true,
		"postgres://u:secret@db:port/kaitong":          false,
		"mysql://u:secret@db/kaitong":                  false,
		"host=db password=secret":                      false,
		"kaitong.db":                                   false,
	} {
		config := configs.Default()
		config.Database = dsn
		err := config.Validate()
		if (err == nil) != valid || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", dsn, err)
		}
	}
}
