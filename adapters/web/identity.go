package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"kaitong/bot"
)

const (
	minKeyBytes = 32
	tokenLife   = 15 * time.Minute // the longest a host token may live
	clockLeeway = 30 * time.Second
	anonBytes   = 32
	anonPrefix  = "anon-" // users whose names begin so come from anonymous tokens only
	demoPrefix  = "demo-"
)

// passport is a proven identity.
type passport struct {
	who     bot.Identity
	expires time.Time // zero: does not
	anon    string    // the token to show next time, for anonymous people
}

// claims are the parts of a host token that matter.
type claims struct {
	jwt.RegisteredClaims
	Tenant string `json:"tenant,omitempty"`
}

// identity checks and makes tokens.
type identity struct {
	rules     TokenRules
	tenant    string
	anonymous bool
	now       func() time.Time
}

// fromToken reads a host token. One algorithm is believed; key hints inside
// the token are ignored.
func (i identity) fromToken(token string) (passport, *fault) {
	var c claims
	_, err := i.parser().ParseWithClaims(token, &c, i.key)
	if onlyExpired(err) {
		return passport{}, &fault{code: codeTokenExpired, cause: err}
	}
	if err != nil {
		return passport{}, &fault{code: codeUnauthorized, cause: err}
	}
	if err := i.acceptable(c); err != nil {
		return passport{}, &fault{code: codeUnauthorized, cause: err}
	}
	tenant := c.Tenant
	if tenant == "" {
		tenant = i.tenant
	}
	return passport{who: bot.Identity{Tenant: tenant, User: c.Subject}, expires: c.ExpiresAt.Time}, nil
}

// key is what signatures are checked with. A token that lists extensions one
// must understand ("crit") is refused: none is understood here.
func (i identity) key(token *jwt.Token) (any, error) {
	if _, listed := token.Header["crit"]; listed {
		return nil, errors.New("critical extensions are not supported")
	}
	return i.rules.Key, nil
}

// onlyExpired tells a token that was good once from one that never was.
func onlyExpired(err error) bool {
	return errors.Is(err, jwt.ErrTokenExpired) &&
		!errors.Is(err, jwt.ErrTokenSignatureInvalid) &&
		!errors.Is(err, jwt.ErrTokenInvalidAudience) &&
		!errors.Is(err, jwt.ErrTokenInvalidIssuer)
}

func (i identity) parser() *jwt.Parser {
	options := []jwt.ParserOption{
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithAudience(i.rules.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(clockLeeway),
		jwt.WithTimeFunc(i.now),
	}
	if i.rules.Issuer != "" {
		options = append(options, jwt.WithIssuer(i.rules.Issuer))
	}
	return jwt.NewParser(options...)
}

func (i identity) acceptable(c claims) error {
	if !validName(c.Subject) || strings.HasPrefix(c.Subject, anonPrefix) {
		return errors.New("sub is no usable user name")
	}
	if c.Tenant != "" && !validName(c.Tenant) {
		return errors.New("tenant is no usable name")
	}
	if c.ExpiresAt.After(i.now().Add(tokenLife + clockLeeway)) {
		return fmt.Errorf("exp is more than %s ahead", tokenLife)
	}
	return nil
}

// mint signs a token for a demo user.
func (i identity) mint(user string) (string, time.Time, error) {
	now := i.now()
	expires := now.Add(tokenLife).Truncate(time.Second)
	c := claims{RegisteredClaims: jwt.RegisteredClaims{
		Subject:   user,
		Audience:  jwt.ClaimStrings{i.rules.Audience},
		Issuer:    i.rules.Issuer,
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(expires),
	}, Tenant: i.tenant}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(i.rules.Key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign demo token: %w", err)
	}
	return token, expires, nil
}

// fromAnon recognises an anonymous person by its token, or makes a new one
// when token is empty. Only a hash of the token ever leaves this function as
// a name, so the log does not hold what would let somebody in.
func (i identity) fromAnon(token string) (passport, *fault) {
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
	return passport{who: bot.Identity{Tenant: i.tenant, User: user, Anonymous: true}, anon: token}, nil
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
