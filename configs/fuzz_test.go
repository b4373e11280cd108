package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReadYAML: no bytes crash the reader; every complaint names the file; a
// file read without complaint can be validated; reading twice gives the same.
func FuzzReadYAML(f *testing.F) {
	f.Add([]byte(defaultYAML))
	for _, folder := range []string{"errors", "invalid"} {
		files, err := filepath.Glob("testdata/" + folder + "/*.yaml")
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, second := Default(), Default()
		problems := first.readYAML("f.yaml", data)
		for _, one := range problems {
			if !strings.HasPrefix(one.Error(), "f.yaml") {
				t.Errorf("unplaced: %q", one.Error())
			}
		}
		if utf8.Valid(data) && len(problems) > 0 && !utf8.ValidString(problems.Error()) {
			t.Errorf("mangled: %q", problems.Error())
		}
		again := second.readYAML("f.yaml", data)
		if problems.Error() != again.Error() {
			t.Errorf("first %q, then %q", problems.Error(), again.Error())
		}
		if len(problems) == 0 {
			_ = first.Validate()
		}
	})
}

// FuzzReadEnv: any variable either sets exactly its setting or is refused by name.
func FuzzReadEnv(f *testing.F) {
	for _, entry := range []string{"KAITONG_ADDR=:1", "KAITONG_WEB_WINDOW=1h", "KAITONG_X=y", "KAITONG_=", "=", "KAITONG_NATS_URL=nats://a=b"} {
		f.Add(entry)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		config := Default()
		name, _, _ := strings.Cut(entry, "=")
		for _, one := range config.readEnv([]string{entry}) {
			if one.Source != name {
				t.Errorf("%q is blamed on %q", entry, one.Source)
			}
		}
	})
}
