package tokens

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// Verifier decides which tokens are believed. It is safe for concurrent use.
type Verifier struct {
	rules Rules
	now   func() time.Time
}

// NewVerifier checks the rules. now may be nil.
func NewVerifier(rules Rules, now func() time.Time) (*Verifier, error) {
	if err := rules.Validate(); err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	return &Verifier{rules: rules.normal(), now: now}, nil
}

// Rules are those it goes by, with what was left out filled in.
func (v *Verifier) Rules() Rules { return v.rules }

// Verify reads a token. An error is a [Refusal], or wraps [ErrNoKeys]. That a
// token has expired is said only of one that was good once.
func (v *Verifier) Verify(ctx context.Context, token string) (Claims, error) {
	p, err := takeApart(token)
	if err != nil {
		return Claims{}, err
	}
	if err := v.header(p.header); err != nil {
		return Claims{}, err
	}
	if err := v.signature(ctx, p); err != nil {
		return Claims{}, err
	}
	c, err := p.claims.read()
	if err != nil {
		return Claims{}, err
	}
	for _, wrong := range v.wrongWith(c) {
		return Claims{}, wrong
	}
	return c, nil
}

// header looks at how a token says it is signed.
func (v *Verifier) header(h fields) error {
	alg, err := h.text("alg")
	if err != nil {
		return err
	}
	if alg != string(v.rules.Algorithm) {
		return refuse(Alg, "alg is %q, and %s alone is believed here", alg, v.rules.Algorithm)
	}
	if _, listed := h["crit"]; listed {
		return refuse(Crit, "crit lists extensions, and none is understood here")
	}
	return v.kind(h)
}

// kind looks at typ, so that a token made for something else is not taken for
// one of ours.
func (v *Verifier) kind(h fields) error {
	typ, err := h.text("typ")
	if err != nil {
		return err
	}
	_, said := h["typ"]
	plain := strings.TrimPrefix(strings.ToLower(typ), "application/")
	switch {
	case v.rules.Type == "" && (!said || plain == "jwt"):
	case v.rules.Type == "":
		return refuse(Typ, "typ is %q; want JWT or none, or set auth.type", typ)
	case plain != strings.TrimPrefix(strings.ToLower(v.rules.Type), "application/"):
		return refuse(Typ, "typ is %q, want %q", typ, v.rules.Type)
	}
	return nil
}

// signature finds the key that signed a token.
func (v *Verifier) signature(ctx context.Context, p parts) error {
	kid, err := p.header.text("kid")
	if err != nil {
		return err
	}
	keys, err := v.rules.Keys.Keys(ctx, kid)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		return refuse(NoKey, "no key is named %q here", kid)
	}
	if len(p.signature) == 0 {
		return refuse(Signature, "there is none")
	}
	for _, key := range keys {
		if v.rules.Algorithm.method().Verify(p.signed, p.signature, key.Material) == nil {
			return nil
		}
	}
	return refuse(Signature, "made with none of the %d keys that could have made it, or the token was changed since", len(keys))
}

// wrongWith lists what is wrong with claims, that they are over last.
func (v *Verifier) wrongWith(c Claims) []Refusal {
	var wrong []Refusal
	add := func(bad bool, reason Reason, format string, args ...any) {
		if bad {
			wrong = append(wrong, refuse(reason, format, args...))
		}
	}
	now := v.now()
	add(!slices.Contains(c.Audience, v.rules.Audience), Aud, "aud is %q, want %q", c.Audience, v.rules.Audience)
	add(v.rules.Issuer != "" && c.Issuer != v.rules.Issuer, Iss, "iss is %q, want %q", c.Issuer, v.rules.Issuer)
	add(c.Expires.IsZero(), Life, "there is no exp")
	add(c.Expires.After(now.Add(v.rules.Life+Leeway)), Life, "exp is %s ahead, want at most %s", c.Expires.Sub(now).Round(time.Second), v.rules.Life)
	if !c.Issued.IsZero() { // else it were believed long after its revocation has lapsed
		long := c.Expires.Sub(c.Issued)
		add(long > v.rules.Life+Leeway, Life, "exp is %s after iat, want at most %s", long.Round(time.Second), v.rules.Life)
	}
	add(c.NotBefore.After(now.Add(Leeway)), Early, "nbf is %s ahead", c.NotBefore.Sub(now).Round(time.Second))
	add(c.Issued.After(now.Add(Leeway)), Early, "iat is %s ahead", c.Issued.Sub(now).Round(time.Second))
	add(!c.Expires.IsZero() && !now.Before(c.Expires.Add(Leeway)), Expired, "exp was %s ago", now.Sub(c.Expires).Round(time.Second))
	return wrong
}

// OnlyExpired tells a token that was good once from one that never was.
func OnlyExpired(err error) bool {
	var refusal Refusal
	return errors.As(err, &refusal) && refusal.Reason == Expired
}

// Unverified returns what a token says of itself, believed or not: only to find
// the rules it is to be checked by.
func Unverified(token string) (Claims, error) {
	p, err := takeApart(token)
	if err != nil {
		return Claims{}, err
	}
	return p.claims.read()
}

// EarliestIssue is the moment after which a token was signed: its iat, or as
// early as the rules allow where it names none.
func (r Rules) EarliestIssue(c Claims) time.Time {
	if !c.Issued.IsZero() {
		return c.Issued
	}
	return c.Expires.Add(-r.normal().Life - Leeway)
}
