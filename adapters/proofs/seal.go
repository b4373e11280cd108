package proofs

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
)

// MinSecret is the shortest secret in bytes.
const MinSecret = 32

// magic begins every object.
const magic = "KTP1"

// sealer encrypts documents.
type sealer struct{ aead cipher.AEAD }

func newSealer(secret []byte) (sealer, error) {
	if len(secret) < MinSecret {
		return sealer{}, fmt.Errorf("the secret has %d bytes instead of at least %d", len(secret), MinSecret)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "kaitong proofs v1", 32)
	if err != nil {
		return sealer{}, fmt.Errorf("derive the key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	return sealer{aead}, err
}

func (s sealer) seal(name string, document []byte) []byte {
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce) // never fails
	sealed := append([]byte(magic), nonce...)
	return s.aead.Seal(sealed, nonce, document, []byte(name))
}

func (s sealer) open(name string, sealed []byte) ([]byte, error) {
	rest, ours := bytes.CutPrefix(sealed, []byte(magic))
	if !ours || len(rest) < s.aead.NonceSize() {
		return nil, ErrDamaged
	}
	nonce, body := rest[:s.aead.NonceSize()], rest[s.aead.NonceSize():]
	document, err := s.aead.Open(nil, nonce, body, []byte(name))
	if err != nil {
		return nil, ErrDamaged
	}
	return document, nil
}
