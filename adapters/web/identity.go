package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/bot"
)

const (
	anonBytes  = 32
	anonPrefix = "anon-" // users whose names begin so come from anonymous tokens only
	demoPrefix = "demo-"
)

// passport is a proven identity.
type passport struct {
	who   bot.Identity
	token *credential // nil for anonymous people
	anon  string      // the token to show next time, for anonymous people
}

// identity checks and makes tokens.
type identity struct {
	verifier  *tokens.Verifier
	signer    tokens.Signer // of demo users
	seals     [][]byte
	tenants   tenants
	anonymous bool
	revoked   func(who bot.Identity, token string, issued time.Time) bool
	now       func() time.Time
}

func newIdentity(o Options, now func() time.Time) (identity, error) {
	verifier, err := tokens.NewVerifier(o.Token, now)
	if err != nil {
		return identity{}, err
	}
	tenants, err := newTenants(o, now)
	if err != nil {
		return identity{}, err
	}
	return identity{
		verifier: verifier, signer: o.Signer, seals: o.Seals, tenants: tenants, anonymous: o.Anonymous, revoked: o.Revoked, now: now,
	}, nil
}

// fromToken reads a host token.
func (i identity) fromToken(ctx context.Context, token string) (passport, *fault) {
	verifier := i.verifier
	if own := i.tenants.ruling(token); own != nil && own.people != nil {
		verifier = own.people
	}
	c, err := verifier.Verify(ctx, token)
	if err == nil {
		err = i.acceptable(c)
	}
	switch {
	case tokens.OnlyExpired(err):
		return passport{}, &fault{code: codeTokenExpired, cause: err}
	case errors.Is(err, tokens.ErrNoKeys):
		return passport{}, &fault{code: codeBusy, cause: err}
	case err != nil:
		return passport{}, &fault{code: codeUnauthorized, cause: err}
	}
	who := bot.Identity{Tenant: cmp.Or(c.Tenant, i.tenants.usual), User: c.Subject}
	held := &credential{expires: i.end(c.Expires), id: c.ID, issued: i.verifier.Rules().EarliestIssue(c)}
	if i.void(who, held) {
		return passport{}, &fault{code: codeRevoked, cause: errors.New("the token was revoked")}
	}
	return passport{who: who, token: held}, nil
}

// void says whether a token was revoked. That of anonymous people cannot be.
func (i identity) void(who bot.Identity, token *credential) bool {
	return token != nil && i.revoked != nil && i.revoked(who, token.id, token.issued)
}

// end is when a socket ends that came with a token. One that came a moment too
// late is believed for as long as clocks may differ, and no longer.
func (i identity) end(expires time.Time) time.Time {
	if i.now().Before(expires) {
		return expires
	}
	return expires.Add(tokens.Leeway)
}

func (i identity) acceptable(c tokens.Claims) error {
	if !validName(c.Subject) || strings.HasPrefix(c.Subject, anonPrefix) {
		return errors.New("sub is no usable user name")
	}
	if c.Tenant != "" && !validName(c.Tenant) {
		return errors.New("tenant is no usable name")
	}
	if !i.tenants.admits(cmp.Or(c.Tenant, i.tenants.usual)) {
		return errors.New("tenant is none that is served here")
	}
	return nil
}

// mint signs a token for a demo user.
func (i identity) mint(user string) (string, time.Time, error) {
	rules := i.verifier.Rules()
	now := i.now()
	expires := now.Add(rules.Life).Truncate(time.Second)
	token, err := i.signer.Sign(tokens.Claims{
		Subject: user, Audience: []string{rules.Audience}, Issuer: rules.Issuer, Issued: now, Expires: expires, Tenant: i.tenants.usual,
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign demo token: %w", err)
	}
	return token, expires, nil
}

// fromAnon recognises an anonymous person by its token, or makes a new one
// when token is empty; whose people they are is told by where they come from. Only a hash of the token ever leaves this function as
// a name, so the log does not hold what would let somebody in.
func (i identity) fromAnon(token, tenant string) (passport, *fault) {
	if !i.anonymous {
		return passport{}, &fault{code: codeUnauthorized, cause: errors.New("anonymous people are not let in")}
	}
	if token == "" {
		token = newAnonToken()
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != anonBytes {
		return passport{}, &fault{code: codeUnauthorized, field: "data.anon", cause: errors.New("no anonymous token of ours")}
	}
	sum := sha256.Sum256(append([]byte("kaitong anonymous user\n"), raw...))
	user := anonPrefix + hex.EncodeToString(sum[:16])
	return passport{who: bot.Identity{Tenant: tenant, User: user, Anonymous: true}, anon: token}, nil
}

func newAnonToken() string {
	raw := make([]byte, anonBytes)
	rand.Read(raw) // never fails
	return base64.RawURLEncoding.EncodeToString(raw)
}

// validDemoUser allows demo- and then small letters, digits and dashes.
func validDemoUser(user string) bool {
	rest, ok := strings.CutPrefix(user, demoPrefix)
	if !ok || rest == "" || len(user) > maxNameChars {
		return false
	}
	return strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
