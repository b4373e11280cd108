package store

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ErrNoKey says that the log holds rows that were encrypted with a key that is
// not in the key file.
var ErrNoKey = errors.New("the log is encrypted with a key that is not given (encryption.key_file)")

// ErrSealed says that a row was encrypted and cannot be opened: it was changed,
// or moved to another place.
var ErrSealed = fmt.Errorf("%w: what is encrypted was changed", ErrBroken)

const (
	// minKey is the shortest key in bytes.
	minKey = 32
	// plainKey stands in the place of a key: nothing is encrypted any more.
	plainKey = "plain"
	// sealedMark begins what is encrypted: no JSON does. A key's id follows.
	sealedMark = "~1."
	keyIDChars = 8
)

// keyring encrypts what people say before it is stored. The first key writes,
// all read. nil encrypts nothing.
type keyring struct {
	writes *ringKey // nil: new rows are plain
	byID   map[string]*ringKey
}

type ringKey struct {
	id   string
	aead cipher.AEAD
}

// readKeys reads a key file: one key a line, empty lines and those that begin
// with # do not count. No file: nothing is encrypted.
func readKeys(path string) (*keyring, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // no keyring is one that encrypts nothing
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("encryption.key_file: %w", err)
	}
	ring, err := parseKeys(data)
	if err != nil {
		return nil, fmt.Errorf("encryption.key_file: %s: %w", path, err)
	}
	return ring, nil
}

func parseKeys(data []byte) (*keyring, error) {
	ring := &keyring{byID: map[string]*ringKey{}}
	first := true
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if line == plainKey && first {
			first = false
			continue
		}
		key, err := newRingKey(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if first {
			ring.writes, first = key, false
		}
		ring.byID[key.id] = key
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if first {
		return nil, errors.New("there is no key in it; make one with: openssl rand -hex 32")
	}
	return ring, nil
}

func newRingKey(secret string) (*ringKey, error) {
	if len(secret) < minKey {
		return nil, fmt.Errorf("a key of %d bytes, want at least %d", len(secret), minKey)
	}
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "kaitong transcripts v1", 32)
	if err != nil {
		return nil, err
	}
	id, err := hkdf.Key(sha256.New, []byte(secret), nil, "kaitong transcripts id v1", keyIDChars/2)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &ringKey{id: hex.EncodeToString(id), aead: aead}, err
}

// seal encrypts a text for one place in the database. It comes out as text, which
// every database can hold.
func (k *keyring) seal(place, text string) string {
	if k == nil || k.writes == nil {
		return text
	}
	size := k.writes.aead.NonceSize()
	sealed := make([]byte, size, size+len(text)+k.writes.aead.Overhead())
	rand.Read(sealed) // never fails
	sealed = k.writes.aead.Seal(sealed, sealed, []byte(text), []byte(place))
	out := make([]byte, 0, len(sealedMark)+keyIDChars+1+base64.RawStdEncoding.EncodedLen(len(sealed)))
	out = append(append(append(out, sealedMark...), k.writes.id...), '.')
	return string(base64.RawStdEncoding.AppendEncode(out, sealed))
}

// keyOf is the id of the key that something was encrypted with, "" for none.
func keyOf(stored []byte) string {
	rest, sealed := bytes.CutPrefix(stored, []byte(sealedMark))
	if !sealed || len(rest) <= keyIDChars || rest[keyIDChars] != '.' {
		return ""
	}
	return string(rest[:keyIDChars])
}

// open returns what was stored at a place as it was before it was encrypted, if
// it was.
func (k *keyring) open(place string, stored []byte) ([]byte, error) {
	if len(stored) == 0 || stored[0] != sealedMark[0] {
		return stored, nil
	}
	id := keyOf(stored)
	if id == "" {
		return nil, ErrSealed
	}
	if k == nil || k.byID[id] == nil {
		return nil, fmt.Errorf("%w: it is called %s", ErrNoKey, id)
	}
	aead := k.byID[id].aead
	sealed, err := base64.RawStdEncoding.AppendDecode(nil, stored[len(sealedMark)+keyIDChars+1:])
	if err != nil || len(sealed) < aead.NonceSize() {
		return nil, ErrSealed
	}
	text, err := aead.Open(sealed[aead.NonceSize():aead.NonceSize()], sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(place))
	if err != nil {
		return nil, ErrSealed
	}
	return text, nil
}

// turnPlace is where a turn is stored: moved elsewhere it cannot be opened.
func turnPlace(conversation string, version int64) string {
	return "turn\x00" + conversation + "\x00" + strconv.FormatInt(version, 10)
}

// notePlace is where a note to another desk is stored.
func notePlace(endpoint, conversation string, position int64, nth int) string {
	return "note\x00" + endpoint + "\x00" + conversation + "\x00" + strconv.FormatInt(position, 10) + "\x00" + strconv.Itoa(nth)
}
