package desk

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// Cost is what hashing one password takes, by argon2id.
type Cost struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
}

// DefaultCost is somewhat above what OWASP asks for at least (19 MiB, 2 passes).
func DefaultCost() Cost { return Cost{Memory: 32 << 10, Passes: 3, Threads: 1} }

const (
	minPassword    = 12 // letters
	maxPassword    = 256
	fewestDistinct = 5
	saltBytes      = 16
	hashBytes      = 32
)

// ErrWeakPassword says what a password has to be like.
var ErrWeakPassword = errors.New("a password needs 12 letters or more, at least 5 different ones, and not the user name in it")

// CheckStrength refuses passwords that are guessed soon.
func CheckStrength(user, password string) error {
	distinct := map[rune]struct{}{}
	for _, r := range password {
		distinct[r] = struct{}{}
	}
	switch {
	case !utf8.ValidString(password) || len(password) > maxPassword || utf8.RuneCountInString(password) < minPassword,
		len(distinct) < fewestDistinct,
		strings.Contains(strings.ToLower(password), strings.ToLower(user)):
		return ErrWeakPassword
	}
	return nil
}

// Hash returns what is kept of a password: the cost, a salt and a hash.
func (c Cost) Hash(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(password), salt, c.Passes, c.Memory, c.Threads, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, c.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(sum))
}

// hashed is a hash taken apart.
type hashed struct {
	cost      Cost
	salt, sum []byte
}

// parseHash bounds the cost: a hash from elsewhere shall not eat the machine.
func parseHash(text string) (hashed, error) {
	var h hashed
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errors.New("no argon2id hash")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.cost.Memory, &h.cost.Passes, &h.cost.Threads); err != nil {
		return h, fmt.Errorf("cost of a hash: %w", err)
	}
	if c := h.cost; c.Memory < 8 || c.Memory > 1<<20 || c.Passes < 1 || c.Passes > 20 || c.Threads < 1 {
		return h, errors.New("cost of a hash is beyond measure")
	}
	var saltErr, sumErr error
	h.salt, saltErr = base64.RawStdEncoding.Strict().DecodeString(parts[4])
	h.sum, sumErr = base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if len(h.salt) < 8 || len(h.sum) < 16 {
		return h, errors.New("a hash is too short")
	}
	return h, errors.Join(saltErr, sumErr)
}

func (h hashed) matches(password string) bool {
	sum := argon2.IDKey([]byte(password), h.salt, h.cost.Passes, h.cost.Memory, h.cost.Threads, uint32(len(h.sum)))
	return subtle.ConstantTimeCompare(sum, h.sum) == 1
}

// gatekeeper checks passwords, few at once: each takes memory, and a crowd of
// guessers shall not take it all.
type gatekeeper struct {
	slots  chan struct{}
	nobody hashed // compared with where there is no account, so that it takes as long
}

func newGatekeeper(cost Cost) (*gatekeeper, error) {
	nobody, err := parseHash(cost.Hash(rand.Text()))
	if err != nil {
		return nil, fmt.Errorf("cost of passwords: %w", err)
	}
	return &gatekeeper{slots: make(chan struct{}, 2), nobody: nobody}, nil
}

// admits compares a password with a hash. Without one, "", it does the same
// work and says no.
func (g *gatekeeper) admits(ctx context.Context, hash, password string) (bool, error) {
	select {
	case g.slots <- struct{}{}:
		defer func() { <-g.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	known, err := parseHash(hash)
	if err != nil {
		known = g.nobody // whose password nobody knows
	}
	return known.matches(password), nil
}
