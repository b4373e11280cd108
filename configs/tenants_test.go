package configs_test

import (
	"strings"
	"testing"

	"kaitong/configs"
)

func TestTenants(t *testing.T) {
	t.Parallel()
	key := save(t, strings.Repeat("k", 32)+"\n")
	for list, says := range map[string]string{
		"[]":                "",
		"[{name: default}]": "",
		"[{name: default}, {name: bank-2, sockets: 10, key_file: " + key + ", allowed_origins: [\"https://a.example\"]}]": "",
		"[{name: bank-2}]":                                `want "default" among them`,
		"[{name: default}, {name: default}]":              "default: two tenants have this name",
		"[{name: default}, {pack: x}]":                    "tenant 2: name: want up to 63 letters",
		"[{name: default, pack: /nowhere}]":               `default: pack: there is no directory "/nowhere"`,
		"[{name: default, sockets: -1}]":                  "want 0 or more",
		"[{name: default, key_file: /nowhere}]":           "default: key_file: read key",
		"[{name: default, allowed_origins: [a.example]}]": "want origins such as",
		"[{name: default, allowed_origins: [\"https://a.example\"]}, {name: b, allowed_origins: [\"https://a.example\"]}]": "b: allowed_origins: https://a.example is a page of default already",
	} {
		path := save(t, "tenants: "+list+"\n")
		config, err := configs.Load(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = config.Validate()
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path+":1")) {
			t.Errorf("%s: %v", list, err)
		}
	}
	for _, list := range []string{"x", "[x]", "[{name: a, nme: b}]", "[{name: a, name: b}]", "[{sockets: x}]"} {
		if _, err := configs.Load(save(t, "tenants: "+list+"\n"), nil); err == nil {
			t.Errorf("%s is read", list)
		}
	}
}
