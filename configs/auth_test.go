package configs_test

import (
	"strings"
	"testing"
	"time"

	"kaitong/configs"
)

func TestKeysFitTheAlgorithm(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", 32)
	file := save(t, "some public key\n")
	for name, c := range map[string]struct {
		auth configs.Auth
		says string // empty: all is well
	}{
		"nothing, in demo mode":     {configs.Auth{Algorithm: "EdDSA"}, ""},
		"public keys in a file":     {configs.Auth{Algorithm: "EdDSA", KeyFile: file}, ""},
		"public keys at an address": {configs.Auth{Algorithm: "RS256", JWKSURL: "https://id.example.com/jwks.json"}, ""},
		"on this machine":           {configs.Auth{Algorithm: "RS256", JWKSURL: "http://127.0.0.1:9000/jwks.json"}, ""},
		"unknown":                   {configs.Auth{Algorithm: "none"}, "auth.algorithm: want HS256, RS256 or EdDSA"},
		"in another case":           {configs.Auth{Algorithm: "hs256", Key: key}, "auth.algorithm"},
		"a secret for EdDSA":        {configs.Auth{Algorithm: "EdDSA", Key: key}, "auth.key: is a shared secret"},
		"an address for HS256":      {configs.Auth{Algorithm: "HS256", Key: key, JWKSURL: "https://id.example.com"}, "auth.jwks_url: has public keys"},
		"without TLS":               {configs.Auth{Algorithm: "RS256", JWKSURL: "http://id.example.com/jwks.json"}, "auth.jwks_url: want https"},
		"both":                      {configs.Auth{Algorithm: "RS256", KeyFile: file, JWKSURL: "https://id.example.com"}, "not both"},
		"no such file":              {configs.Auth{Algorithm: "RS256", KeyFile: file + ".x"}, "auth.key_file: read key"},
		"a type with a blank":       {configs.Auth{Algorithm: "HS256", Type: "a b"}, "auth.type"},
		"a day":                     {configs.Auth{Algorithm: "HS256", TokenLife: 24 * time.Hour}, "auth.token_life"},
	} {
		config := configs.Default()
		config.Auth = c.auth
		config.Auth.Audience = "kaitong"
		if config.Auth.TokenLife == 0 {
			config.Auth.TokenLife = time.Minute
		}
		err := config.Validate()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	config := configs.Default()
	config.Mode, config.Auth.Algorithm = configs.ModeProduction, "EdDSA"
	if err := config.Validate(); err == nil || !strings.Contains(err.Error(), "production mode needs the public keys") {
		t.Errorf("production without keys: %v", err)
	}
}
