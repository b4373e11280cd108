package tokens

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Signer makes tokens, as a host app does: for the demo, and to try with.
type Signer struct {
	Algorithm Algorithm
	Key       any    // []byte, *rsa.PrivateKey or ed25519.PrivateKey
	ID        string // kid; may be empty
	Type      string // typ; empty: JWT
}

// Sign makes a token of claims.
func (s Signer) Sign(c Claims) (string, error) {
	claims := jwt.MapClaims{"sub": c.Subject, "exp": c.Expires.Unix()}
	for name, value := range map[string]string{"tenant": c.Tenant, "iss": c.Issuer, "jti": c.ID} {
		if value != "" {
			claims[name] = value
		}
	}
	for name, at := range map[string]time.Time{"iat": c.Issued, "nbf": c.NotBefore} {
		if !at.IsZero() {
			claims[name] = at.Unix()
		}
	}
	switch len(c.Audience) {
	case 0:
	case 1:
		claims["aud"] = c.Audience[0]
	default:
		claims["aud"] = c.Audience
	}
	token := jwt.NewWithClaims(s.Algorithm.method(), claims)
	if s.ID != "" {
		token.Header["kid"] = s.ID
	}
	if s.Type != "" {
		token.Header["typ"] = s.Type
	}
	text, err := token.SignedString(s.Key)
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	return text, nil
}

// Public is the key that tokens of a signer are checked with.
func (s Signer) Public() Key {
	if pair, ok := s.Key.(crypto.Signer); ok {
		return Key{ID: s.ID, Material: pair.Public()}
	}
	return Key{ID: s.ID, Material: s.Key}
}

// ReadSigner reads the key that a host app signs with: the first secret of a
// file, or a private key as PEM.
func ReadSigner(algorithm Algorithm, data []byte) (Signer, error) {
	if algorithm == HS256 {
		secrets, err := SplitSecrets(data)
		if err != nil {
			return Signer{}, err
		}
		return Signer{Algorithm: HS256, Key: secrets[0]}, nil
	}
	block, rest := pem.Decode(data)
	if block == nil || len(bytes.TrimSpace(rest)) > 0 {
		return Signer{}, errors.New("want one private key as PEM")
	}
	private, err := privateKey(block)
	if err != nil {
		return Signer{}, err
	}
	if err := fits(algorithm, private.Public()); err != nil {
		return Signer{}, err
	}
	return Signer{Algorithm: algorithm, Key: private}, nil
}

func privateKey(block *pem.Block) (crypto.Signer, error) {
	if block.Type == "RSA PRIVATE KEY" {
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	if block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("a PEM block %q cannot sign: want the private key, not encrypted", block.Type)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	switch private := key.(type) {
	case ed25519.PrivateKey:
		return private, nil
	case *rsa.PrivateKey:
		return private, nil
	}
	return nil, fmt.Errorf("a private key of the kind %T is neither Ed25519 nor RSA", key)
}
