package configs

import (
	"errors"
	"regexp"
	"time"
)

// minKey is the shortest secret accepted, in bytes: as long as what HS256
// makes of it.
const minKey = 32

func (v *validator) auth() {
	c := v.config.Auth
	if c.Audience == "" {
		v.complain("auth.audience", "want the name that tokens carry for this service")
	}
	v.oneOf("auth.algorithm", c.Algorithm, AlgorithmHS256, AlgorithmRS256, AlgorithmEdDSA)
	if !regexp.MustCompile(`^[A-Za-z0-9.+/-]{0,64}$`).MatchString(c.Type) {
		v.complain("auth.type", "want a type such as JWT or kaitong+jwt, got %q", c.Type)
	}
	v.lasting("auth.token_life", c.TokenLife, 30*time.Second, time.Hour)
	if c.Algorithm == AlgorithmHS256 {
		v.sharedKey()
		return
	}
	v.publicKeys()
}

// sharedKey looks for the secret of HS256.
func (v *validator) sharedKey() {
	c := v.config.Auth
	if c.JWKSURL != "" {
		v.complain("auth.jwks_url", "has public keys, and auth.algorithm is HS256: want RS256 or EdDSA")
	}
	if c.Key != "" && c.KeyFile != "" {
		v.complain("auth.key_file", "give auth.key or auth.key_file, not both")
		return
	}
	if c.Key == "" && c.KeyFile == "" {
		if v.config.Mode == ModeProduction {
			v.complain("auth.key", "production mode needs the key that signs your tokens, here or in auth.key_file")
		}
		return
	}
	v.key()
}

// publicKeys looks for the keys of the other algorithms.
func (v *validator) publicKeys() {
	c := v.config.Auth
	if c.Key != "" {
		v.complain("auth.key", "is a shared secret, and auth.algorithm is %s: give the public keys in auth.key_file or at auth.jwks_url", c.Algorithm)
	}
	switch {
	case c.KeyFile != "" && c.JWKSURL != "":
		v.complain("auth.jwks_url", "give auth.key_file or auth.jwks_url, not both")
	case c.KeyFile == "" && c.JWKSURL == "" && v.config.Mode == ModeProduction:
		v.complain("auth.key_file", "production mode needs the public keys of your tokens, here or at auth.jwks_url")
	case c.KeyFile != "":
		if _, err := c.ReadKey(); err != nil {
			v.complain("auth.key_file", "%v", err)
		}
	case c.JWKSURL != "":
		if err := guarded(c.JWKSURL); err != nil {
			v.complain("auth.jwks_url", "%v", err)
		}
	}
}

func (v *validator) key() {
	c := v.config.Auth
	path := "auth.key"
	if c.KeyFile != "" {
		path = "auth.key_file"
	}
	key, err := c.ReadKey()
	switch {
	case err != nil:
		v.complain(path, "%v", err)
	case len(key) < minKey:
		v.complain(path, "want at least %d bytes, got %d; `openssl rand -hex 32` makes a good one", minKey, len(key))
	}
}

// ReadKey returns what says how tokens are checked, from Key or KeyFile, and nil
// when there is neither. One line end at the end of the file is not part of it.
func (a Auth) ReadKey() ([]byte, error) {
	if a.KeyFile == "" {
		return []byte(a.Key), nil
	}
	key, err := readKeyFile(a.KeyFile)
	if err != nil {
		return nil, err
	}
	if len(key) == 0 {
		return nil, errors.New("read key: " + a.KeyFile + " is empty")
	}
	return key, nil
}

// Blame is a problem with the setting at path that only its user can find, with
// where the setting came from.
func (c Config) Blame(path, message string) Problem {
	return Problem{Source: c.origins[path], Setting: path, Message: message}
}
