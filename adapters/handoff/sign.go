package handoff

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks.
const (
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

const (
	secretPrefix = "whsec_"
	// A secret has so many bytes, before base64.
	minSecret, maxSecret = 24, 64
	// maxSecrets of one endpoint are more than any rotation needs.
	maxSecrets = 4
	// maxSkew is how far the clock of the other side may be off, and how old
	// something signed may be.
	maxSkew = 5 * time.Minute
	// maxSignatures of one message are looked at.
	maxSignatures = 16
)

// Why something signed is not believed.
var (
	errUnsigned = errors.New("a header of the signature is missing or cannot be read")
	errClock    = errors.New("the timestamp is more than five minutes away from the clock here")
	errForged   = errors.New("no signature fits")
)

// Secrets are those of one endpoint, the newest first. While they are rotated
// there are several: what is sent carries a signature of each, and what comes
// in may be signed with any.
type Secrets [][]byte

// ParseSecrets reads secrets as they stand in a file: whsec_ and base64, one a
// line. The errors hold nothing of them.
func ParseSecrets(text string) (Secrets, error) {
	var secrets Secrets
	for line := range strings.FieldsSeq(text) {
		encoded, ok := strings.CutPrefix(line, secretPrefix)
		secret, err := base64.StdEncoding.DecodeString(encoded)
		switch {
		case !ok || err != nil:
			return nil, fmt.Errorf("secret %d is not %s and base64", len(secrets)+1, secretPrefix)
		case len(secret) < minSecret || len(secret) > maxSecret:
			return nil, fmt.Errorf("secret %d has %d bytes, want %d to %d", len(secrets)+1, len(secret), minSecret, maxSecret)
		case len(secrets) == maxSecrets:
			return nil, fmt.Errorf("more than %d secrets", maxSecrets)
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, errors.New("no secret")
	}
	return secrets, nil
}

// Sign puts the three headers on a message. id has no full stop in it.
func (s Secrets) Sign(header http.Header, id string, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(s))
	for i, secret := range s {
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(digest(secret, id, stamp, body))
	}
	header.Set(headerID, id)
	header.Set(headerTimestamp, stamp)
	header.Set(headerSignature, strings.Join(signatures, " "))
}

// verify believes a message that was signed lately with one of the secrets.
func (s Secrets) verify(header http.Header, body []byte, now time.Time) error {
	id, stamp := header.Get(headerID), header.Get(headerTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	signatures := strings.Fields(header.Get(headerSignature))
	switch {
	case id == "" || err != nil || stamp != strconv.FormatInt(seconds, 10) || len(signatures) == 0 || len(signatures) > maxSignatures:
		return errUnsigned
	case !s.fits(id, stamp, body, signatures):
		return errForged
	}
	return clock(seconds, now)
}

// clock compares in seconds: a time far away would not fit into a Duration.
func clock(seconds int64, now time.Time) error {
	if off := now.Unix() - seconds; off > int64(maxSkew/time.Second) || off < -int64(maxSkew/time.Second) {
		return errClock
	}
	return nil
}

// fits compares every signature with every secret, in a time that says nothing
// about either.
func (s Secrets) fits(id, stamp string, body []byte, signatures []string) bool {
	found := false
	for _, secret := range s {
		want := digest(secret, id, stamp, body)
		for _, signature := range signatures {
			encoded, v1 := strings.CutPrefix(signature, "v1,")
			got, err := base64.StdEncoding.DecodeString(encoded)
			if v1 && err == nil && hmac.Equal(got, want) {
				found = true
			}
		}
	}
	return found
}

func digest(secret []byte, id, stamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	return mac.Sum(nil)
}
