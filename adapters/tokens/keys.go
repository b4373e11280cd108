package tokens

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxKeys bounds the work a token can cause.
	maxKeys = 16
	// minRSA is the shortest RSA key, in bits.
	minRSA = 2048
)

// Ring is a set of keys that does not change. While keys are exchanged it holds
// the old one and the new one.
type Ring []Key

// Keys implements [Source]. A token that names no key may be signed with any.
func (r Ring) Keys(_ context.Context, kid string) ([]Key, error) {
	if kid == "" {
		return r, nil
	}
	var named, unnamed []Key
	for _, key := range r {
		switch key.ID {
		case kid:
			named = append(named, key)
		case "":
			unnamed = append(unnamed, key)
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	return unnamed, nil
}

// Secrets is a ring of secrets for HS256. What signs comes first.
func Secrets(secrets ...[]byte) Ring {
	var ring Ring
	for _, secret := range secrets {
		ring = append(ring, Key{Material: secret})
	}
	return ring
}

// SplitSecrets reads secrets as a file holds them: one a line where it is plain
// text, else all of it as one. One line end after the last is part of none.
func SplitSecrets(text []byte) ([][]byte, error) {
	text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
	if len(text) == 0 {
		return nil, errors.New("it is empty")
	}
	lines := bytes.Split(text, []byte("\n"))
	if len(lines) == 1 || !isPlain(text) {
		lines = [][]byte{text}
	}
	if len(lines) > maxKeys {
		return nil, fmt.Errorf("more than %d lines", maxKeys)
	}
	for i := range lines {
		if len(lines) > 1 {
			lines[i] = bytes.TrimSuffix(lines[i], []byte("\r"))
		}
		if len(lines[i]) < MinSecret {
			return nil, shortSecret(i, len(lines), len(lines[i]))
		}
	}
	return lines, nil
}

func shortSecret(i, of, length int) error {
	where := ""
	if of > 1 {
		where = fmt.Sprintf("line %d: ", i+1)
	}
	return fmt.Errorf("%swant at least %d bytes, got %d; `openssl rand -hex 32` makes a good one", where, MinSecret, length)
}

func isPlain(text []byte) bool {
	for _, b := range text {
		if (b < ' ' || b > '~') && b != '\n' && b != '\r' {
			return false
		}
	}
	return true
}

// ReadKeys reads public keys as a file holds them: PEM blocks, or a JWKS.
func ReadKeys(algorithm Algorithm, data []byte) (Ring, error) {
	if trimmed := bytes.TrimSpace(data); bytes.HasPrefix(trimmed, []byte("{")) {
		return readJWKS(algorithm, trimmed)
	}
	return readPEM(algorithm, data)
}

func readPEM(algorithm Algorithm, data []byte) (Ring, error) {
	var ring Ring
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		public, err := publicKey(block)
		if err == nil {
			err = fits(algorithm, public)
		}
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", len(ring)+1, err)
		}
		ring, data = append(ring, Key{Material: public}), rest
	}
	switch {
	case len(ring) == 0:
		return nil, errors.New("want public keys as PEM, or a JWKS")
	case len(ring) > maxKeys:
		return nil, fmt.Errorf("more than %d keys", maxKeys)
	case len(bytes.TrimSpace(data)) > 0:
		return nil, errors.New("something follows the last key")
	}
	return ring, nil
}

func publicKey(block *pem.Block) (any, error) {
	switch block.Type {
	case "PUBLIC KEY":
		return x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		return x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		return certificate.PublicKey, nil
	}
	if strings.Contains(block.Type, "PRIVATE KEY") {
		return nil, errors.New("this is a private key: it stays with the host app, and its public half comes here (`openssl pkey -in private.pem -pubout`)")
	}
	return nil, fmt.Errorf("a PEM block %q is no public key", block.Type)
}

// fits says what is wrong with a key for an algorithm.
func fits(algorithm Algorithm, public any) error {
	switch key := public.(type) {
	case ed25519.PublicKey:
		if algorithm == EdDSA && len(key) == ed25519.PublicKeySize {
			return nil
		}
		return fmt.Errorf("an Ed25519 key is none for %s", algorithm)
	case *rsa.PublicKey:
		if algorithm != RS256 {
			return fmt.Errorf("an RSA key is none for %s", algorithm)
		}
		if key.N.BitLen() < minRSA {
			return fmt.Errorf("an RSA key of %d bits is too short: want %d", key.N.BitLen(), minRSA)
		}
		return nil
	}
	return fmt.Errorf("a key of the kind %T is none for %s", public, algorithm)
}

// readJWKS takes those keys of a set that are for signatures of the algorithm.
func readJWKS(algorithm Algorithm, data []byte) (Ring, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &set); err != nil {
		return nil, errors.New("no JWKS: want {\"keys\": […]}")
	}
	var ring Ring
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(raw, &key) != nil { // a kind that is not known here
			continue
		}
		if _, symmetric := key.Key.([]byte); symmetric || !key.IsPublic() {
			return nil, errors.New("the JWKS holds a secret: only public keys belong there")
		}
		forUs := (key.Use == "" || key.Use == "sig") && (key.Algorithm == "" || key.Algorithm == string(algorithm))
		if !forUs || fits(algorithm, key.Key) != nil {
			continue
		}
		if ring = append(ring, Key{ID: key.KeyID, Material: key.Key}); len(ring) > maxKeys {
			return nil, fmt.Errorf("more than %d keys", maxKeys)
		}
	}
	if len(ring) == 0 {
		return nil, fmt.Errorf("none of the %d keys of the JWKS is one for %s", len(set.Keys), algorithm)
	}
	return ring, nil
}
